/// Served name and the sources it is joined from, in order. A page loads one style sheet and at most one script.
const BUNDLES: &[(&str, &[&str])] = &[
    ("customer.css", &["tokens.css", "parts.css", "customer.css"]),
    ("customer.js", &["live.js", "room.js"]),
    ("console.css", &["tokens.css", "parts.css", "parts-more.css", "console.css"]),
    ("console.js", &["live.js", "console.js"]),
    ("agent-room.js", &["live.js", "console.js", "agent-room.js"]),
    ("reference.css", &["tokens.css", "parts.css", "reference.css"]),
    ("icon.svg", &["icon.svg"]),
];
