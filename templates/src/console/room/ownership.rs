//! R9: whose the session is, and who asks for it, above the stream.

use jiff::Timestamp;
use maud::{Markup, Render as _, html};
use parlor_domain::{
    State,
    session::{ANSWER_WITHIN, REASON_MAX},
};

use super::model::{Ownership, Room};
use crate::components::{Banner, Icon, Tone};
use crate::names::first_name;
use crate::times;
use crate::words::console as words;

impl Room {
    /// What the room says of its owner, if anything.
    pub(super) fn ownership_banner(&self) -> Markup {
        let (lang, owner) = (self.frame.lang, first_name(&self.owner));
        match &self.ownership {
            Ownership::Mine => html! {},
            Ownership::Asked { name, reason, until } => {
                let first = first_name(name);
                Banner { id: Some("transfer"), icon: Some(Icon::User), role: Some("alert"), ..Banner::new(Tone::Warn, html! {
                    div.banner-line {
                        div {
                            p { strong { (words::transfer_asks(lang, name)) } }
                            @if let Some(reason) = reason { blockquote.transfer-reason dir="auto" { (reason) } }
                            p.small { (words::transfer_asks_help(lang, first)) }
                        }
                        (self.ring(*until))
                        div.row {
                            (self.action("transfer/decline", "button", html! { (words::transfer_decline(lang)) }))
                            (self.action("transfer/approve", "button button-primary", html! { (Icon::Check) (words::transfer_approve(lang)) }))
                        }
                    }
                }) }.render()
            }
            Ownership::Waiting { until } => {
                Banner { id: Some("transfer"), icon: Some(Icon::User), role: Some("status"), ..Banner::new(Tone::Info, html! {
                    div.banner-line {
                        div { p { strong { (words::transfer_waits(lang, owner)) } } p.small { (words::transfer_waits_help(lang, owner)) } }
                        (self.ring(*until))
                    }
                }) }.render()
            }
            Ownership::Declined => self.offer(words::transfer_was_declined(lang, owner).to_string(), words::transfer_was_declined_help(lang), true),
            Ownership::Lapsed => self.offer(words::transfer_has_lapsed(lang, owner).to_string(), words::transfer_has_lapsed_help(lang), true),
            Ownership::OtherAsks { name } => {
                Banner { icon: Some(Icon::User), role: Some("status"), ..Banner::new(Tone::Info, html! {
                    p { strong { (words::owned_by_other(lang, &self.owner)) } }
                    p.small { (words::transfer_other_asks(lang, name)) }
                }) }.render()
            }
            Ownership::Theirs => self.offer(words::owned_by_other(lang, &self.owner).to_string(), words::owned_by_other_help(lang), false),
        }
    }

    /// Whose it is, and the way to take it over.
    fn offer(&self, title: String, help: &str, again: bool) -> Markup {
        let lang = self.frame.lang;
        let title = html! { p { strong { (title) } } p.small { (help) } };
        if self.state == State::Discarded {
            return Banner { icon: Some(Icon::User), ..Banner::new(Tone::Info, title) }.render();
        }
        Banner { icon: Some(Icon::User), role: Some("status"), ..Banner::new(Tone::Info, html! {
            div.banner-line {
                div { (title) }
                form.row.take-over method="post" action=(self.operation("transfer")) data-operation="transfer" {
                    (self.frame.forms.hidden("transfer"))
                    label.unseen for="transfer-reason" { (words::take_over_reason(lang)) }
                    input.input id="transfer-reason" name="reason" maxlength=(REASON_MAX) placeholder=(words::take_over_reason(lang)) autocomplete="off" dir="auto";
                    button.button.button-primary type="submit" { (if again { words::ask_again(lang) } else { words::take_over(lang) }) }
                }
            }
        }) }.render()
    }

    /// The time to answer, as a ring that empties and in figures. The script moves it on; without one it stands as it was.
    fn ring(&self, until: Timestamp) -> Markup {
        let (lang, now) = (self.frame.lang, self.frame.now);
        let whole = ANSWER_WITHIN.as_secs();
        let left = until.duration_since(now).as_secs().clamp(0, whole);
        html! {
            div.ring data-ring-until=(until) data-ring-of=(whole) {
                svg viewBox="0 0 44 44" aria-hidden="true" focusable="false" {
                    circle.ring-track cx="22" cy="22" r="19" pathLength=(whole) {}
                    circle.ring-left cx="22" cy="22" r="19" pathLength=(whole) stroke-dasharray={ (left) " " (whole) } {}
                }
                span.ring-time role="timer" aria-live="off" aria-label=(words::time_to_answer(lang)) data-ring-time { (times::countdown(until, now)) }
            }
        }
    }
}
