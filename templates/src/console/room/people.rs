//! The people of a session (R22): who there is beside the customer, how far they are, and the dialog that adds one.

use maud::{Markup, Render, html};
use parlor_domain::{ParticipantId, participant::PARTICIPANTS_MAX};

use super::model::{PinLock, Room};
use crate::components::{Banner, Button, Field, Icon, Tone, chip};
use crate::console::moment::{Moment, moment};
use crate::console::sheet::{Sheet, opens};
use crate::lang::Lang;
use crate::names::first_name;
use crate::words::{console, participants as words, turns};

/// Somebody beside the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    pub id: ParticipantId,
    pub name: String,
    /// Their address or number; none of somebody who was removed.
    pub contact: Option<String>,
    pub standing: GuestStanding,
    /// When it is their turn: after everybody with a lower one.
    pub order: u32,
    /// Whether a device is bound as theirs.
    pub has_device: bool,
    /// Whether they have a PIN (R7).
    pub has_pin: bool,
    /// Why they cannot try a PIN or a code now (R7).
    pub lock: Option<PinLock>,
}

/// How far somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuestStanding {
    /// Added while the session was planned.
    Waiting,
    Invited,
    Here,
    Away,
    Removed,
}

impl Room {
    /// Those who are there; removed ones only stand beside what they did.
    fn present(&self) -> impl Iterator<Item = &Guest> {
        self.people.iter().filter(|person| person.standing != GuestStanding::Removed)
    }

    pub(super) fn add_person(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @if !self.is_only_read() {
                div.side-adds { (opens("add-person", "button-small", html! { (Icon::Add) span { (words::add(lang)) } })) }
            }
        }
    }

    pub(super) fn people_list(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @if self.present().next().is_none() { p.small.muted { (words::add_help(lang)) } }
            @else {
                ul.people-list {
                    li.person-first {
                        div.person-head { span.work-item-icon { (Icon::User) } p.person-name { bdi { (self.name) } span.small.muted { (words::customer(lang)) } } }
                        (self.order("customer", &self.name, self.order))
                    }
                    @for person in self.present() { (self.person(person)) }
                }
                p.small.muted { (turns::order_hint(lang)) }
            }
        }
    }

    fn person(&self, person: &Guest) -> Markup {
        let lang = self.frame.lang;
        let action = |what: &str, inside: Markup| {
            self.action(&format!("participants/{}/{what}", person.id), "button button-small button-quiet", inside)
        };
        let (tone, standing) = match person.standing {
            GuestStanding::Waiting | GuestStanding::Removed => (None, words::waiting(lang)),
            GuestStanding::Invited => (None, words::invited(lang)),
            GuestStanding::Here => (Some(Tone::Good), words::here(lang)),
            GuestStanding::Away => (None, words::away(lang)),
        };
        html! {
            li.person data-person=(person.id) {
                div.person-head {
                    span.work-item-icon { (Icon::User) }
                    p.person-name { bdi { (person.name) } @if let Some(contact) = &person.contact { span.small.muted { bdi { (contact) } } } }
                    span.person-standing { @if let Some(tone) = tone { (chip(Some(tone), None, standing)) } @else { span.small.muted { (standing) } } }
                }
                @if let Some(lock) = person.lock { (self.locked(person, lock)) }
                (self.order(person.id.as_str(), &person.name, person.order))
                @if person.has_pin && self.mine { (self.persons_pin(person)) }
                @if !self.is_only_read() {
                    div.work-actions {
                        @if person.has_pin || person.lock.is_some() { (self.reset_pin(person)) }
                        @if person.standing != GuestStanding::Waiting { (action("invite", html! { (Icon::Send) (words::invite(lang)) })) }
                        @if person.has_device { (action("device/release", html! { (Icon::Device) (words::release(lang)) })) }
                        details.person-remove {
                            summary.fold data-key={ "remove-" (person.id) } { (Icon::ChevronOn) (words::remove(lang)) }
                            p.small.muted { (words::remove_help(lang)) }
                            (action("remove", html! { (Icon::Trash) (words::remove(lang)) }))
                        }
                    }
                } @else if self.is_left_open() {
                    div.work-actions {
                        @if person.has_pin || person.lock.is_some() { (self.reset_pin(person)) }
                        @if person.has_device { (action("device/release", html! { (Icon::Device) (words::release(lang)) })) }
                    }
                }
            }
        }
    }

    /// R7: that somebody tried too often, and how they come in again.
    fn locked(&self, person: &Guest, lock: PinLock) -> Markup {
        let (lang, now) = (self.frame.lang, self.frame.now);
        let first = first_name(&person.name);
        html! {
            (Banner { icon: Some(Icon::Lock), role: Some("status"), ..Banner::new(Tone::Bad, html! {
                @match lock {
                    PinLock::Until(until) => {
                        p { strong { (console::pin_locked(lang)) } }
                        p.small { (console::pin_locked_help(lang, first, &moment(lang, until, now, Moment::Clock))) }
                    }
                    PinLock::Banned => { p { strong { (console::pin_banned(lang)) } } p.small { (console::pin_banned_help(lang)) } }
                }
            }) })
        }
    }

    /// R7: their PIN, which the owner asks for: in place, or on a page of its own where no script runs.
    fn persons_pin(&self, person: &Guest) -> Markup {
        let lang = self.frame.lang;
        html! {
            p.person-pin {
                span.small.muted { (console::pin(lang)) }
                output.pin-digits aria-live="polite" hidden {}
                a.button.button-small.button-quiet href={ (self.operation("pin")) "?participant=" (person.id) } data-do="person-pin" title=(words::pin_of(lang, &person.name).to_string()) {
                    (Icon::Eye) (console::show_pin(lang)) span.unseen { ": " (person.name) }
                }
            }
        }
    }

    /// R7: forgets their wrong tries. The customer's operation, which says whose.
    fn reset_pin(&self, person: &Guest) -> Markup {
        let lang = self.frame.lang;
        html! {
            form method="post" action=(self.operation("pin/reset")) data-operation="pin/reset" {
                (self.frame.forms.hidden(&format!("pin-reset-{}", person.id)))
                input type="hidden" name="participant" value=(person.id);
                button.button.button-small.button-quiet type="submit" { (Icon::Key) (console::reset_pin(lang)) }
            }
        }
    }

    /// When it is somebody's turn, and where it is set.
    fn order(&self, who: &str, name: &str, order: u32) -> Markup {
        let lang = self.frame.lang;
        let operation = format!("participants/{who}/order");
        let field = format!("order-{who}");
        html! {
            @if self.is_only_read() {
                @if self.people.iter().any(|person| person.order != self.order) { p.small.muted { (turns::order(lang)) ": " (order) } }
            } @else {
                form.person-order method="post" action=(self.operation(&operation)) data-operation=(operation) {
                    (self.frame.forms.hidden(&field))
                    label.small for=(field) { (turns::order(lang)) }
                    select.input id=(field) name="order" data-key=(field) aria-label=(turns::order_of(lang, name).to_string()) { (self.orders(order)) }
                    button.button.button-small type="submit" title=(turns::set(lang)) { (Icon::Check) span.unseen { (turns::set(lang)) } }
                }
            }
        }
    }

    /// One for each who is there, and those that somebody has.
    fn orders(&self, chosen: u32) -> Markup {
        let taken = self.present().map(|person| person.order).chain([self.order, chosen]);
        let people = u32::try_from(self.present().count()).unwrap_or_default() + 1;
        let last = taken.max().unwrap_or_default().max(people);
        html! { @for order in 1..=last { option value=(order) selected[order == chosen] { (order) } } }
    }

    /// Whom it is for: a field of each dialog that makes something to do. Empty where there is nobody but the customer.
    pub(super) fn for_whom(&self, dialog: &str) -> Markup {
        let lang = self.frame.lang;
        html! {
            div data-part={ "for-" (dialog) } { (self.for_whom_field(lang, dialog)) }
        }
    }

    /// The same alone, for the fragment.
    pub(super) fn for_whom_field(&self, lang: Lang, dialog: &str) -> Markup {
        html! {
            @if self.present().next().is_some() {
                div.field {
                    label for={ "for-" (dialog) } { (words::for_whom(lang)) }
                    select.input id={ "for-" (dialog) } name="assignee" { (self.choices(None)) }
                }
            }
        }
    }

    fn choices(&self, chosen: Option<&ParticipantId>) -> Markup {
        html! {
            option value="customer" selected[chosen.is_none()] { (self.name) }
            @for person in self.present() { option value=(person.id) selected[chosen == Some(&person.id)] { (person.name) } }
        }
    }

    /// One for each who can be there: the dialog is not renewed when somebody is added.
    fn orders_to_add() -> Markup {
        html! { @for order in 1..=PARTICIPANTS_MAX + 1 { option value=(order) { (order) } } }
    }

    /// Whom something is for, where the session has more than one person.
    pub(super) fn is_for(&self, assignee: Option<&ParticipantId>) -> Markup {
        let lang = self.frame.lang;
        let person = assignee.and_then(|id| self.people.iter().find(|person| person.id == *id));
        let name = match person {
            Some(person) if person.standing == GuestStanding::Removed => words::gone(lang, &person.name).to_string(),
            Some(person) => person.name.clone(),
            None => self.name.clone(),
        };
        html! { @if !self.people.is_empty() { p.small.muted.work-for dir="auto" { (words::for_person(lang, &name)) } } }
    }

    /// Gives something to somebody else, who goes on where it is.
    pub(super) fn reassign(&self, work: &str, assignee: Option<&ParticipantId>) -> Markup {
        let lang = self.frame.lang;
        let operation = format!("interactions/{work}/assign");
        let field = format!("assign-{work}");
        html! {
            @if !self.people.is_empty() {
                form.work-assign method="post" action=(self.operation(&operation)) data-operation=(operation) {
                    (self.frame.forms.hidden(&field))
                    label.small for=(field) { (words::assign(lang)) }
                    select.input id=(field) name="assignee" data-key=(field) title=(words::assign_help(lang)) aria-describedby={ (field) "-help" } { (self.choices(assignee)) }
                    button.button.button-small type="submit" { (Icon::Check) span.unseen { (words::assign(lang)) } }
                    span.unseen id={ (field) "-help" } { (words::assign_help(lang)) }
                }
            }
        }
    }

    /// The dialog that adds somebody.
    pub(super) fn person_dialog(&self) -> Markup {
        let lang = self.frame.lang;
        let body = html! {
            p.muted { (words::add_help(lang)) }
            form.stack method="post" action=(self.operation("participants")) data-operation="participants" {
                (self.frame.forms.hidden("participants"))
                (Field { form: "person-", required: true, maxlength: Some(120), autocomplete: Some("off"), autofocus: true, ..Field::new(words::name(lang), "name") })
                (Field { form: "person-", kind: "email", maxlength: Some(254), autocomplete: Some("off"), ..Field::new(words::email(lang), "email") })
                @if self.sms { (Field { form: "person-", kind: "tel", maxlength: Some(40), autocomplete: Some("off"), ..Field::new(words::phone(lang), "phone") }) }
                @if self.asks_pin { (Field { form: "person-", required: true, inputmode: Some("numeric"), maxlength: Some(12), autocomplete: Some("off"), hint: Some(words::pin_hint(lang)), ..Field::new(words::pin(lang), "pin") }) }
                div.field {
                    label for="person-language" { (words::language(lang)) }
                    select.input id="person-language" name="language" {
                        option value="" { (console::browser_language(lang)) }
                        @for language in Lang::ALL { option value=(language.code()) lang=(language.code()) { (language.own_name()) } }
                    }
                }
                div.field {
                    label for="person-order" { (turns::order(lang)) }
                    select.input id="person-order" name="order" aria-describedby="person-order-hint" { (Self::orders_to_add()) }
                    p.field-hint id="person-order-hint" { (turns::order_hint(lang)) }
                }
                div.dialog-foot {
                    button.button type="button" popovertarget="add-person" popovertargetaction="hide" data-do="close" { (console::cancel(lang)) }
                    (Button::primary(words::add(lang)))
                }
            }
        };
        Sheet { lang, id: "add-person", class: "", title: words::add(lang), body }.render()
    }
}
