//! The dialogs of the room: questions before what cannot be taken back, the link, the end of the live connection.

use maud::{Markup, Render, html};
use parlor_domain::{AccessTier as Tier, State};

use super::link::link_body;
use super::model::Room;
use crate::components::{Button, Icon};
use crate::console::forms::Forms;
use crate::console::sheet::Sheet;
use crate::lang::Lang;
use crate::times;
use crate::words::{console as words, erasing, shared};

impl Room {
    pub(super) fn end_question(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            p {
                @if self.state == State::Planned { (words::discard_help(lang)) }
                @else { (self.end_effect_words()) }
            }
        }
    }

    /// What the end does to the customer (R2).
    fn end_effect_words(&self) -> String {
        let (lang, name) = (self.frame.lang, self.first());
        let (tier, minutes) = self.end_effect;
        let duration = minutes.map(|minutes| times::duration(lang, u64::try_from(minutes).unwrap_or(0)));
        match (tier, &duration) {
            (Tier::None, _) => words::end_none(lang, name).to_string(),
            (Tier::Full, None) => words::end_full(lang, name).to_string(),
            (Tier::Full, Some(duration)) => words::end_full_for(lang, name, duration).to_string(),
            (Tier::Limited, None) => words::end_limited(lang, name).to_string(),
            (Tier::Limited, Some(duration)) => words::end_limited_for(lang, name, duration).to_string(),
        }
    }

    pub(super) fn sheets(&self) -> Markup {
        let (lang, forms) = (self.frame.lang, &self.frame.forms);
        let planned = self.state == State::Planned;
        html! {
            (confirm(lang, forms, &Confirm {
                id: "end", operation: "end", action: &self.operation("end"), danger: true,
                title: if planned { words::discard_question(lang) } else { words::end_question(lang) },
                text: html! { div data-part="end-question" { (self.end_question()) } },
                button: if planned { words::discard(lang) } else { words::end(lang) },
                fields: html! {},
            }))
            (confirm(lang, forms, &Confirm { id: "release", operation: "device/release", action: &self.operation("device/release"), danger: false, title: words::release_question(lang),
                text: html! { p { (words::release_help(lang)) } }, button: words::release_device(lang), fields: html! {
                    // What is sent where the box is not ticked: of two fields with one name the last one counts.
                    input type="hidden" name="replace_link" value="false";
                    label.check { input type="checkbox" name="replace_link" value="true" checked; span { (words::release_replace(lang)) } }
                    p.small.muted { (words::release_replace_help(lang)) }
                } }))
            (confirm(lang, forms, &Confirm { id: "reset", operation: "pin/reset", action: &self.operation("pin/reset"), danger: false, title: words::reset_question(lang),
                text: html! { p { (words::reset_help(lang)) } }, button: words::reset_pin(lang), fields: html! {} }))
            @if self.erasable() {
                (Sheet { lang, id: "erase", class: "sheet-ask", title: erasing::erase_question(lang), body: html! {
                    p { (erasing::erase_help(lang)) }
                    // Without the script: nothing of the room is left to come back to.
                    form.stack-tight method="post" action=(self.operation("erase")) {
                        (forms.hidden("erase"))
                        div.dialog-foot {
                            button.button type="button" popovertarget="erase" popovertargetaction="hide" data-do="close" { (words::cancel(lang)) }
                            button.button.button-danger-solid type="submit" { (erasing::erase(lang)) }
                        }
                    }
                } })
            }
            @if self.correctable() { (self.details_sheet()) }
            (Sheet { lang, id: "link", class: "sheet-link", title: words::url_ready(lang), body: link_body(lang, "") })
            dialog.dialog id="handed-over" aria-labelledby="handed-over-title" {
                div.dialog-body {
                    div.door-icon { (Icon::User) }
                    h2 id="handed-over-title" data-text=(words::handed_over(lang, "{name}").plain()) {}
                    p.muted { (words::handed_over_help(lang)) }
                    div.dialog-foot { a.button.button-primary href="/console" autofocus { (words::to_console(lang)) } }
                }
            }
            dialog.dialog id="closed" aria-labelledby="closed-title" aria-describedby="closed-text" {
                div.dialog-body {
                    div.door-icon { (Icon::Offline) }
                    h2 id="closed-title" { (words::closed(lang)) }
                    div.stack-tight id="closed-text" {
                        p data-why="lost" { (words::closed_lost(lang)) }
                        p data-why="signed-out" hidden { (words::closed_signed_out(lang)) }
                        p.muted data-why="lost" { (words::closed_kept(lang)) }
                        p.muted data-why="signed-out" hidden { (words::closed_sign_in(lang)) }
                    }
                    div.dialog-foot {
                        (Button::plain(words::sign_in(lang)).href(&format!("/login?next=/console/s/{}", self.id)))
                        a.button.button-primary href={ "/console/s/" (self.id) } autofocus { (Icon::Refresh) (shared::reload(lang)) }
                    }
                }
            }
        }
    }
}

struct Confirm<'a> {
    id: &'a str,
    operation: &'a str,
    action: &'a str,
    title: &'a str,
    text: Markup,
    button: &'a str,
    danger: bool,
    /// What else the form asks.
    fields: Markup,
}

/// A question before something that cannot be taken back, or not easily.
fn confirm(lang: Lang, forms: &Forms, question: &Confirm<'_>) -> Markup {
    Sheet {
        lang,
        id: question.id,
        class: "sheet-ask",
        title: question.title,
        body: html! {
            (question.text)
            form.stack-tight method="post" action=(question.action) data-operation=(question.operation) {
                (forms.hidden(&question.operation.replace('/', "-")))
                (question.fields)
                div.dialog-foot {
                    button.button type="button" popovertarget=(question.id) popovertargetaction="hide" data-do="close" { (words::cancel(lang)) }
                    button class={ "button " (if question.danger { "button-danger-solid" } else { "button-primary" }) } type="submit" autofocus { (question.button) }
                }
            }
        },
    }
    .render()
}
