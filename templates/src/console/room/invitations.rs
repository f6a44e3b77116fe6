//! The menu's ways to send the invitation again: one for each address that the customer has (R1, R13).

use maud::{Markup, html};
use parlor_domain::{Channel, State};

use super::model::Room;
use crate::components::Icon;
use crate::words::{Filled, console as words, refusal};

impl Room {
    /// R12: where sessions are embedded nothing is sent, so there is none.
    pub(super) fn invitation_items(&self) -> Markup {
        let lang = self.frame.lang;
        let unable = |why: &str| {
            html! { li { button type="button" disabled { (Icon::Send) span.menu-two { (words::invite_again(lang)) span.small.muted { (why) } } } } }
        };
        html! {
            @if self.embedded {}
            @else if self.state == State::Planned { (unable(refusal::not_invited(lang))) }
            @else {
                @for (channel, contact) in self.contacts() {
                    @if channel == Channel::Sms && !self.sms { (unable(refusal::sms_off(lang))) }
                    @else { li { (self.invites_by(channel, contact)) } }
                }
            }
        }
    }

    /// The customer's addresses, that of the session's channel first.
    fn contacts(&self) -> Vec<(Channel, &str)> {
        let email = self.email.as_deref().map(|email| (Channel::Email, email));
        let phone = self.phone.as_deref().map(|phone| (Channel::Sms, phone));
        let mut contacts: Vec<_> = email.into_iter().chain(phone).collect();
        contacts.sort_by_key(|(channel, _)| *channel != self.channel);
        contacts
    }

    fn invites_by(&self, channel: Channel, contact: &str) -> Markup {
        let lang = self.frame.lang;
        // A number is not broken between its groups.
        let contact = contact.replace(' ', "\u{a0}");
        let goes: Filled<'_, 1> = match channel {
            Channel::Email => words::goes_by_email(lang, &contact),
            Channel::Sms => words::goes_by_sms(lang, &contact),
        };
        html! {
            form method="post" action=(self.operation("invite")) data-operation="invite" {
                (self.frame.forms.hidden(&format!("invite-{}", channel.as_str())))
                input type="hidden" name="channel" value=(channel.as_str());
                button type="submit" { (Icon::Send) span.menu-two { (words::invite_again(lang)) span.small.muted { (goes) } } }
            }
        }
    }
}
