//! What customers see: from the opening page to the room and every error on the way.
//!
//! Every step works without a script, in every language and direction, on a phone 320 px wide. The company speaks;
//! the product's own name is nowhere on these pages.

mod around;
mod code;
mod document;
mod error;
mod files;
mod opening;
mod pad;
mod page;
mod preview;
mod question;
mod request;
mod room;
mod room_samples;
mod runner;
mod runner_samples;
pub(crate) mod sample;
mod verify;

use maud::Markup;

pub use around::Around;
pub use code::{CodePage, CodeProblem, PinPage};
pub(crate) use document::file_size;
pub(crate) use document::humanised;
pub use document::{Blank, DocumentPage, DocumentView, Filled, Leaf, SignedFile, blank_fault_words, field_label};
pub use error::{Ended, ErrorPage, Problem};
pub use files::{Coming, FileFault, RequestedFile};
pub use opening::{Check, Consent, OpeningPage};
pub use page::Brand;
pub use preview::{Preview, Previewed};
pub use question::{Question, wrong as wrong_words};
pub(crate) use question::{said as said_words, said_text};
pub use request::{JoinedFile, RequestPage, RequestView};
pub use room::{AfterEnd, Chat, ChatProblem, Message, Room, Work, WorkKind, WorkState};
pub use runner::{Carried, NotTaken, Runner, Section, StepDocument, View, not_previewed};
pub use verify::{Verified, VerifyPage};

/// Every sample page by name, for looking at them and for the render test.
pub fn samples() -> Vec<(String, Markup)> {
    let named = |name: &str, page| (name.to_owned(), page);
    let mut pages = Vec::new();
    pages.extend(OpeningPage::samples().iter().map(|(name, page)| named(name, page.render())));
    pages.extend(PinPage::samples().iter().map(|(name, page)| named(name, page.render())));
    pages.extend(CodePage::samples().iter().map(|(name, page)| named(name, page.render())));
    pages.extend(ErrorPage::samples().iter().map(|(name, page)| named(name, page.render())));
    pages.extend(Runner::samples().iter().map(|(name, page)| named(name, page.render())));
    pages.extend(DocumentPage::samples().iter().map(|(name, page)| named(name, page.render())));
    pages.extend(RequestPage::samples().iter().map(|(name, page)| named(name, page.render())));
    pages.extend(VerifyPage::samples().iter().map(|(name, page)| named(name, page.render())));
    pages.extend(Room::samples().iter().map(|(name, page)| named(name, page.render())));
    pages
}

#[cfg(test)]
mod tests;
