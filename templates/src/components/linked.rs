//! A chat message's text, with the addresses in it as links.

use maud::{Markup, html};
use parlor_domain::chat_links::{Part, parts};

/// The text as it was written. Links open beside the room, which stays, and learn nothing of it: neither its address nor its
/// window. `lib/linked.js` makes the same of messages that arrive later.
pub(crate) fn linked(text: &str) -> Markup {
    html! {
        @for part in parts(text) {
            @match part {
                Part::Text(part) => (part),
                Part::Link(address) => a href=(address) target="_blank" rel="noopener noreferrer nofollow" { (address) },
            }
        }
    }
}
