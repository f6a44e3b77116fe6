//! Moments on a page of the console.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::lang::Lang;
use crate::times;

/// How a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// How long ago, for lists.
    Ago,
    /// The time of day, for the stream.
    Clock,
    /// Day and time, for facts.
    Exact,
}

/// A `<time>`: short to read, exact on hover, and in the reader's own zone once the script has run.
pub fn moment(lang: Lang, at: Timestamp, now: Timestamp, how: Moment) -> Markup {
    let (kind, text) = match how {
        Moment::Ago => ("ago", times::ago(lang, at, now)),
        Moment::Clock => ("clock", times::clock(at)),
        Moment::Exact => ("exact", times::exact(lang, at)),
    };
    html! { time datetime=(at) title=(times::exact(lang, at)) data-when=(kind) { (text) } }
}
