//! **Correct details** (R8): what is on file of the customer, to be put right while nobody has joined; and what there is
//! afterwards, a new session with the same details.

use maud::{Markup, Render, html};
use parlor_domain::State;

use super::model::Room;
use crate::components::{Field, Icon};
use crate::console::new_session::{channel_choice, language_choice, phone_hint};
use crate::console::sheet::Sheet;
use crate::words::console as words;

impl Room {
    /// The menu's items.
    pub(super) fn details_items(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @if self.correctable() {
                li { (self.fills("correct", "", html! { (Icon::User) (words::correct(lang)) })) }
            } @else {
                li {
                    button type="button" disabled {
                        (Icon::User) span.menu-two { (words::correct(lang)) span.small.muted { (words::correct_joined(lang, self.first())) } }
                    }
                }
                li { (self.same_again("")) }
            }
        }
    }

    /// A button that opens the New Session form with this customer's details in it.
    pub(super) fn same_again(&self, class: &str) -> Markup {
        self.fills("new-session", class, html! { (Icon::Add) (words::same_again(self.frame.lang)) })
    }

    /// A button that opens a form with what is on file now in it.
    fn fills(&self, form: &str, class: &str, inside: Markup) -> Markup {
        html! {
            button class=[(!class.is_empty()).then_some(class)] type="button" popovertarget=(form) data-opens=(form) data-fill=(form)
                data-name=(self.name) data-email=[self.email.as_deref()] data-phone=[self.phone.as_deref()]
                data-channel=(self.channel.as_str()) data-language=[self.language.as_deref()] { (inside) }
        }
    }

    /// The dialog. Its fields stay as they are while the room changes behind it; what saving does is told anew.
    pub(super) fn details_sheet(&self) -> Markup {
        let (lang, forms) = (self.frame.lang, &self.frame.forms);
        let field = |label, name| Field { form: "correct-", autocomplete: Some("off"), ..Field::new(label, name) };
        Sheet {
            lang,
            id: "correct",
            class: "sheet-new",
            title: words::correct(lang),
            body: html! {
                form.new-form method="post" action=(self.operation("customer")) data-operation="customer" data-correct data-country=[self.country.as_deref()] {
                    (forms.hidden("customer"))
                    div.form-errors role="alert" {}
                    p.muted.new-lead data-part="correct-lead" { (self.correction_effect()) }
                    (Field { value: &self.name, required: true, maxlength: Some(120), autofocus: true, ..field(words::customer_name(lang), "name") })
                    @if self.sms && !self.embedded { fieldset { (channel_choice(lang, self.channel, true)) } }
                    (Field { kind: "email", value: self.email.as_deref().unwrap_or_default(), inputmode: Some("email"), ..field(words::email(lang), "email") })
                    @if !self.sms { input type="hidden" name="channel" value="email"; }
                    @if self.sms {
                        (Field { kind: "tel", value: self.phone.as_deref().unwrap_or_default(), inputmode: Some("tel"), hint: Some(&phone_hint(lang, self.country.as_deref())),
                            ..field(words::customer_phone(lang), "phone") })
                    }
                    (language_choice(lang, "correct-language", self.language.as_deref()))
                    div.new-foot {
                        div.row.correct-instead hidden { (self.same_again("button")) }
                        div.dialog-foot {
                            button.button.button-primary type="submit" {
                                span data-part="correct-button" { (self.correction_button()) }
                            }
                            button.button type="button" popovertarget="correct" popovertargetaction="hide" data-do="close" { (words::cancel(lang)) }
                        }
                    }
                }
            },
        }
        .render()
    }

    /// What saving does besides.
    pub(super) fn correction_effect(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @if self.state == State::Planned { (words::correct_planned(lang)) }
            @else if self.embedded { (words::correct_embedded(lang)) }
            @else { (words::correct_invites(lang, self.first())) }
        }
    }

    pub(super) fn correction_button(&self) -> &'static str {
        let lang = self.frame.lang;
        if self.state == State::Planned || self.embedded {
            words::correct_save(lang)
        } else {
            words::correct_and_invite(lang)
        }
    }
}
