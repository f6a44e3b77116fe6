//! Everything that staff see: getting in, the console with its history, and the agent's room.
//!
//! A page is a plain struct that the `agent-*` functions fill from what they read, with `samples()` and a `render()`.
//! Nothing here reads a clock: `now` comes with the view. Every form works without a script (it answers 303) and carries
//! the CSRF token and an idempotency key; `static/js/console.js` and `static/js/agent-room.js` send the same forms with
//! `Accept: application/json` and put the answer into the page.

mod archive;
mod bare;
mod board;
mod figures;
mod forgotten;
mod forms;
mod frame;
mod history;
mod invitation;
mod login;
pub(crate) mod maker;
mod me;
mod moment;
mod new_session;
mod notice;
pub mod phrases;
mod placing;
mod room;
pub mod sample;
mod script_words;
mod setup;
mod sheet;
pub(crate) mod signs;
mod stream;
mod welcome;

use maud::Markup;

pub use archive::{ArchivePage, ArchiveView};
pub use parlor_domain::{AccessTier as Tier, Channel, EndedBy, Indicator, Role, State};

pub use board::{Board, BoardDeadline, BoardFilter, BoardOrder, BoardRow};
pub use figures::{FIGURES_SPANS, Figures};
pub use forgotten::{Forgot, Reset};
pub use forms::{FieldError, Forms};
pub use frame::{Frame, Person};
pub use history::{History, HistoryRow, HistoryView, Progress};
pub use invitation::Invitation;
pub use login::{Login, LoginNotice};
pub use me::{Me, MeDone, MySignIn};
pub use moment::{Moment, moment};
pub use new_session::{Blocking, NewSession, TeamChoice};
pub use notice::{Notice, NoticePage};
pub use placing::{FieldRow, PlacingFor, PlacingPage, placing_fault};
pub use room::{
    AfterEnd, AnswerLine, AuthState, Consent, Ended, Guest, GuestStanding, JoinedCopy, LinkLine, LinkReady, Ownership,
    PinLock, Room, SignedCopy, Stretch, WorkFile, WorkItem, WorkItemKind, answers,
};
pub use setup::Setup;
pub use stream::{Entry, EventLine, MessageLine, last_words};
pub use welcome::{OpenSession, Welcome};

/// Every page of the console with every sample, by name, for the render test and the sample browser.
pub fn samples() -> Vec<(String, Markup)> {
    let mut all = Vec::new();
    let mut add = |page: &str, samples: Vec<(&'static str, Markup)>| {
        all.extend(samples.into_iter().map(|(name, markup)| (format!("{page}-{name}"), markup)));
    };
    add("login", Login::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("setup", Setup::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("invitation", Invitation::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("forgot", Forgot::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("reset", Reset::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("me", Me::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("archive", ArchivePage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("notice", NoticePage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("board", Board::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("figures", Figures::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("welcome", Welcome::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("room", Room::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("placing", PlacingPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("link", LinkReady::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staff_checks;

    #[test]
    fn every_page_is_a_whole_document_without_inline_style_or_script() {
        staff_checks::are_whole_documents(samples());
    }

    #[test]
    fn every_text_says_how_long_it_may_be() {
        staff_checks::say_how_long_texts_may_be(samples());
    }

    #[test]
    fn ids_are_unique_on_every_page() {
        staff_checks::have_unique_ids(samples());
    }

    #[test]
    fn every_form_that_posts_is_protected_and_repeatable() {
        let doors = ["login\"", "setup/", "invitation/", "reset/", "forgot-password\""];
        staff_checks::have_protected_forms(samples(), |form| {
            form.contains("name=\"idempotency_key\"")
                || doors.iter().any(|door| form.contains(&format!("action=\"/{door}")))
        });
    }
}
