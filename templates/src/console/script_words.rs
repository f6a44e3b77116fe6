//! The words that the scripts need, so that they have none of their own.

use maud::{Markup, html};

use super::phrases;
use super::signs::{INDICATORS, avatar};
use crate::components::{Banner, Icon, Tone};
use crate::lang::Lang;
use crate::refusals;
use crate::words::{console as words, shared, times};

/// The words in the attributes of one element, and the markup that goes with them.
pub(super) fn script_words(lang: Lang) -> Markup {
    html! {
        div id="words" hidden
            data-ago-now=(times::ago_now(lang)) data-ago-min=(times::ago_minutes(lang, "{n}").plain()) data-ago-hour=(times::ago_hours(lang, "{n}").plain())
            data-yesterday=(times::ago_yesterday(lang))
            data-day-today=(times::today(lang)) data-day-yesterday=(times::yesterday(lang))
            data-copied=(words::copied(lang)) data-copy-failed=(words::copy_failed(lang))
            data-unreachable=(words::unreachable(lang)) data-not-sent=(words::not_sent(lang)) data-show=(words::show(lang)) data-hide=(words::hide(lang))
            data-unread=(words::unread_here(lang, "{n}").plain()) data-joined=(words::joined(lang, "{name}").plain()) data-new-message=(words::new_message(lang, "{name}").plain())
            data-notifications-blocked=(words::notifications_blocked(lang))
            data-collapse=(words::collapse(lang)) data-expand=(words::expand(lang))
            data-need-name=(words::need_name(lang)) data-need-email=(words::need_email(lang)) data-need-phone=(words::need_phone(lang))
            data-phone-hint=(words::phone_hint(lang)) data-phone-hint-national=(words::phone_hint_national(lang, "{country}").plain())
            data-need-contact=(words::need_contact(lang)) data-need-pin=(words::need_pin(lang)) data-bad-email=(words::bad_email(lang)) data-bad-phone=(words::bad_phone(lang))
            data-single-active=(words::single_active_with(lang, "{name}").plain()) data-single-active-open=(words::single_active_open(lang, "{name}").plain())
            data-session-exists=(words::session_exists_since(lang, "{name}", "{when}").plain()) data-session-open=(words::session_open(lang))
            data-pin-failed=(words::pin_show_failed(lang)) data-pin-not-yours=(words::pin_not_yours(lang))
            data-sending=(shared::sending(lang)) data-sent=(shared::sent(lang)) data-seen=(shared::seen(lang)) data-send-failed=(words::send_failed(lang)) data-retry=(words::retry(lang)) data-draft-kept=(words::draft_kept(lang))
            data-inactive-now=(words::inactive_now(lang)) data-composer-closed=(words::composer_closed(lang)) data-message-too-long=(words::message_too_long(lang))
            data-done-invite=(words::done_invite(lang)) data-done-release=(words::done_release(lang)) data-done-reset=(words::done_reset(lang))
            data-done-correct=(words::done_correct(lang)) data-done-correct-invite=(words::done_correct_invite(lang)) data-correct-same=(words::correct_same(lang))
            data-ending-soon=(words::ending_soon(lang, "{n}").plain()) data-undo=(words::undo(lang)) data-undone=(words::undone(lang))
            data-done-renew=(words::done_renew(lang)) data-done-keep=(words::done_keep(lang)) {}
        template id="field-error" { p.field-error { (Icon::Alert) span {} } }
        // What the API refuses with, by its code. The API speaks English itself, and says more.
        @if lang != Lang::En {
            template id="refusals" {
                @for code in refusals::CODES { @if let Some(text) = refusals::refusal(lang, code) { p data-code=(code) { (text) } } }
            }
        }
        template id="form-error" { (Banner::new(Tone::Bad, html! { p {} })) }
    }
}

/// The five indicators, for the script to put into avatars when presence changes.
pub(super) fn indicator_templates(lang: Lang) -> Markup {
    html! {
        template id="indicators" {
            @for indicator in INDICATORS {
                span data-indicator=(indicator.as_str()) data-words=(phrases::indicator(lang, indicator)) { (avatar(lang, "", indicator)) }
            }
        }
    }
}

/// R14: the card on the initials in a list, which the script fills from the row and shows beside it.
pub(super) fn row_card(lang: Lang) -> Markup {
    html! {
        div.row-card id="row-card" popover="manual" role="tooltip" data-not-yet=(words::not_yet(lang)) {
            strong data-of="name" {}
            dl.facts {
                div { dt { (words::fact_status(lang)) } dd data-of="status" {} }
                div { dt { (words::fact_joined(lang)) } dd data-of="joined" {} }
                div { dt { (words::fact_online_since(lang)) } dd data-of="since" {} }
                div { dt { (words::fact_owner(lang)) } dd data-of="owner" {} }
            }
        }
    }
}
