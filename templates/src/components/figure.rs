//! Numbers to look at, and what stands for them until they are there.

use maud::{Markup, html};

/// How much is done, in words and as a bar.
pub fn progress(done: usize, of: usize, label: &str) -> Markup {
    html! { progress value=(done) max=(of.max(1)) aria-label=(label) { (label) } }
}

/// A figure with how it went lately.
pub fn stat(label: &str, value: &str, recent: &[u32]) -> Markup {
    let top = f64::from(recent.iter().copied().max().unwrap_or(0).max(1));
    let points = (0_u32..)
        .zip(recent)
        .map(|(at, value)| format!("{},{:.1}", at * 10, 20. - f64::from(*value) / top * 18.))
        .collect::<Vec<_>>()
        .join(" ");
    let width = recent.len().saturating_sub(1).max(1) * 10;
    html! {
        div.stat {
            span.small.muted { (label) }
            span.stat-value { (value) }
            @if recent.len() > 1 {
                svg.spark viewBox={ "0 0 " (width) " 22" } preserveAspectRatio="none" aria-hidden="true" { polyline points=(points) vector-effect="non-scaling-stroke" {} }
            }
        }
    }
}

/// A grey stand-in for a line of text that is on its way.
pub fn skeleton() -> Markup {
    html! { span.skeleton aria-hidden="true" {} }
}

/// These components, as the sample page shows them.
pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    vec![
        ("progress", progress(2, 3, "2 of 3 done")),
        ("stat", stat("Signed today", "42", &[3, 5, 4, 9, 12, 8, 14])),
        ("skeleton", skeleton()),
    ]
}
