//! Everything that staff see: getting in, the console with its history, and the agent's room.
//!
//! A page is a plain struct that the `agent-*` functions fill from what they read, with `samples()` and a `render()`.
//! Nothing here reads a clock: `now` comes with the view. Every form works without a script (it answers 303) and carries
//! the CSRF token and an idempotency key; `static/console.js` and `static/agent-room.js` send the same forms with
//! `Accept: application/json` and put the answer into the page.

pub mod door;
pub mod frame;
pub mod history;
pub mod login;
pub mod new_session;
pub mod room;
pub mod setup;
pub mod stream;
pub mod welcome;
pub mod words;

use jiff::Timestamp;
use maud::{Markup, html};

pub use parlor_domain::{AccessTier as Tier, EndedBy, Indicator, State};

use crate::parts::{self, Icon};

pub use door::{Door, DoorPage};
pub use frame::{Frame, Person, Role};
pub use history::{History, HistoryRow};
pub use login::{Login, LoginNotice};
pub use new_session::{Blocking, Channel, FieldError, NewSession, TeamChoice};
pub use room::{AfterEnd, AuthState, Consent, Deadline, Ended, LinkReady, PinLock, Room, Stretch};
pub use setup::Setup;
pub use stream::{Entry, EventLine, MessageLine};
pub use welcome::{OpenSession, Welcome};

/// What a page needs so that its forms are taken: both values are of this rendering only.
#[derive(Clone, PartialEq, Eq)]
pub struct Forms {
    /// The CSRF token of the staff cookie.
    pub csrf: String,
    /// At least 128 random bits as text; each form's idempotency key is this and the form's own name, so that a form that
    /// is sent twice does its work once, and two forms of one page never meet.
    pub key: String,
}

impl std::fmt::Debug for Forms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The CSRF token opens the forms of whoever is signed in.
        f.debug_struct("Forms").finish_non_exhaustive()
    }
}

impl Forms {
    /// The hidden fields `csrf` and `idempotency_key` of the form called `name`.
    pub fn hidden(&self, name: &str) -> Markup {
        html! {
            input type="hidden" name="csrf" value=(self.csrf);
            input type="hidden" name="idempotency_key" value={ (self.key) "-" (name) };
        }
    }

    /// Fields for the samples.
    pub fn sample() -> Self {
        Self { csrf: "c3JmLXNhbXBsZQ".to_owned(), key: "4f1k0w9zq2m7x8r5t6v3b1n0".to_owned() }
    }
}

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
pub fn moment(at: Timestamp, now: Timestamp, how: Moment) -> Markup {
    let (kind, text) = match how {
        Moment::Ago => ("ago", words::ago(at, now)),
        Moment::Clock => ("clock", words::clock(at)),
        Moment::Exact => ("exact", words::exact(at)),
    };
    html! { time datetime=(at) title=(words::exact(at)) data-when=(kind) { (text) } }
}

/// The instant that all samples are rendered at.
pub fn sample_now() -> Timestamp {
    // 21 November 2026, 14:05:00 UTC.
    Timestamp::constant(1_795_269_900, 0)
}

/// `minutes` before [`sample_now`].
fn sample_ago(minutes: i64) -> Timestamp {
    sample_now() - jiff::SignedDuration::from_mins(minutes)
}

/// The product's mark: a door ajar with a light in it, drawn from two strokes.
fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 24 24" aria-hidden="true" {
            rect.mark-wall x="3" y="2.500" width="18" height="19" rx="5" {}
            path.mark-door d="M9 18.500v-11l6-2v15z" {}
            circle.mark-knob cx="12.800" cy="12.800" r=".9" {}
        }
    }
}

/// A panel that can be folded to the side.
fn pane_icon() -> Markup {
    html! { svg.icon viewBox="0 0 24 24" aria-hidden="true" { path d="M4 5h16v14H4zM9.500 5v14" {} } }
}

/// A stop: for ending a session.
fn stop_icon() -> Markup {
    html! { svg.icon viewBox="0 0 24 24" aria-hidden="true" { path d="M7 7h10v10H7z" {} } }
}

/// An indicator on its own, as the script puts it into avatars: the words are with it, for those who do not see it.
fn avatar(name: &str, indicator: Indicator) -> Markup {
    html! { (parts::Avatar { name, indicator: Some((indicator, words::indicator(indicator))) }) }
}

const INDICATORS: [Indicator; 5] = [
    Indicator::NeverJoined,
    Indicator::OnlineIncomplete,
    Indicator::OfflineIncomplete,
    Indicator::OnlineComplete,
    Indicator::OfflineComplete,
];

/// A native dialog that opens without a script too: it is a popover whose button names it, and the script makes it
/// modal. The close button needs no form, so a dialog may hold one.
struct Sheet<'a> {
    id: &'a str,
    class: &'a str,
    title: &'a str,
    body: Markup,
}

impl maud::Render for Sheet<'_> {
    fn render(&self) -> Markup {
        let title_id = format!("{}-title", self.id);
        html! {
            dialog class={ "dialog " (self.class) } id=(self.id) popover="auto" aria-labelledby=(title_id) {
                div.dialog-body {
                    div.dialog-head {
                        h2 id=(title_id) { (self.title) }
                        button.button.button-quiet.button-icon type="button" popovertarget=(self.id) popovertargetaction="hide" data-do="close" title=(words::CLOSE) {
                            (Icon::Close) span.unseen { (words::CLOSE) }
                        }
                    }
                    (self.body)
                }
            }
        }
    }
}

/// A button that opens the [`Sheet`] with this id.
fn opens(sheet: &str, class: &str, body: Markup) -> Markup {
    html! { button class={ "button " (class) } type="button" popovertarget=(sheet) data-opens=(sheet) { (body) } }
}

/// The name a customer is spoken of by where space is short: the first word of it.
fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// Every page of the console with every sample, by name, for the render test and the sample browser.
pub fn samples() -> Vec<(String, Markup)> {
    let mut all = Vec::new();
    let mut add = |page: &str, samples: Vec<(&'static str, Markup)>| {
        all.extend(samples.into_iter().map(|(name, markup)| (format!("{page}-{name}"), markup)));
    };
    add("login", Login::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("setup", Setup::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("door", DoorPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("welcome", Welcome::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("room", Room::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("link", LinkReady::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_a_whole_document_without_inline_style_or_script() {
        for (name, page) in samples() {
            let text = page.into_string();
            assert!(text.starts_with("<!DOCTYPE html>"), "{name}");
            assert!(!text.contains(" style=") && !text.contains("<style") && !text.contains(" onclick="), "{name}");
            assert!(!text.contains("<script>"), "{name}");
            assert_eq!(text.matches("<h1").count(), 1, "{name} has one first heading");
        }
    }

    #[test]
    fn ids_are_unique_on_every_page() {
        for (name, page) in samples() {
            let text = page.into_string();
            let mut ids: Vec<&str> = text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            ids.sort_unstable();
            let all = ids.len();
            ids.dedup();
            assert_eq!(all, ids.len(), "{name}: {ids:?}");
        }
    }

    #[test]
    fn every_form_that_posts_is_protected_and_repeatable() {
        for (name, page) in samples() {
            let text = page.into_string();
            for form in text.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next()) {
                if form.contains("method=\"post\"") {
                    assert!(form.contains("name=\"csrf\""), "{name}: {form}");
                    assert!(
                        form.contains("action=\"/login\"")
                            || form.contains("action=\"/setup/")
                            || form.contains("name=\"idempotency_key\""),
                        "{name}: {form}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_name_is_text_and_never_markup() {
        for (name, page) in samples() {
            let text = page.into_string();
            assert!(!text.contains("<img src=x"), "{name}");
        }
    }
}
