//! What the API refuses with, for people who read another language than its own.

use crate::lang::Lang;
use crate::words::refusal as words;

/// The codes that a form of the console can be refused with.
pub const CODES: [&str; 55] = [
    "already-ended",
    "discarded",
    "not-ended",
    "not-renewable",
    "not-invited",
    "already-joined",
    "chat-closed",
    "invalid-message",
    "sms-off",
    "pin-required",
    "invalid-pin",
    "no-contact",
    "invalid-name",
    "invalid-email",
    "invalid-phone",
    "unknown-team",
    "csrf",
    "not-signed-in",
    "forbidden",
    "not-found",
    "too-large",
    "idempotency-key-reused",
    "malformed",
    "too-often",
    "unavailable",
    "maintenance",
    "email-taken",
    "last-admin",
    "already-active",
    "deactivated",
    "invalid-teams",
    "unknown-agent",
    "invalid-file-name",
    "empty-file",
    "file-too-large",
    "unsupported-file-type",
    "invalid-checksum",
    "upload-not-read",
    "not-pdf",
    "damaged",
    "password",
    "xfa",
    "signed",
    "no-pages",
    "too-many-pages",
    "page-too-large",
    "image-too-large",
    "too-much-content",
    "too-nested",
    "bad-font",
    "form-too-big",
    "unreadable",
    "too-many-keys",
    "invalid-scopes",
    "scope",
];

/// A refusal in words, by its code; none in English, because the API's own sentence is English and says more.
pub fn refusal(lang: Lang, code: &str) -> Option<&'static str> {
    if lang == Lang::En {
        return None;
    }
    Some(match code {
        "already-ended" => words::already_ended(lang),
        "discarded" => words::discarded(lang),
        "not-ended" => words::not_ended(lang),
        "not-renewable" => words::not_renewable(lang),
        "not-invited" => words::not_invited(lang),
        "already-joined" => words::already_joined(lang),
        "chat-closed" => words::chat_closed(lang),
        "invalid-message" => words::invalid_message(lang),
        "sms-off" => words::sms_off(lang),
        "pin-required" => words::pin_required(lang),
        "invalid-pin" => words::invalid_pin(lang),
        "no-contact" => words::no_contact(lang),
        "invalid-name" => words::invalid_name(lang),
        "invalid-email" => words::invalid_email(lang),
        "invalid-phone" => words::invalid_phone(lang),
        "unknown-team" => words::unknown_team(lang),
        "csrf" => words::csrf(lang),
        "not-signed-in" => words::not_signed_in(lang),
        "forbidden" => words::forbidden(lang),
        "not-found" => words::not_found(lang),
        "too-large" => words::too_large(lang),
        "idempotency-key-reused" => words::idempotency_key_reused(lang),
        "malformed" => words::malformed(lang),
        "too-often" => words::too_often(lang),
        "unavailable" => words::unavailable(lang),
        "maintenance" => words::maintenance(lang),
        "email-taken" => words::email_taken(lang),
        "last-admin" => words::last_admin(lang),
        "already-active" => words::already_active(lang),
        "deactivated" => words::deactivated(lang),
        "invalid-teams" => words::invalid_teams(lang),
        "unknown-agent" => words::unknown_agent(lang),
        "invalid-file-name" => words::invalid_file_name(lang),
        "empty-file" => words::empty_file(lang),
        "file-too-large" => words::file_too_large(lang),
        "unsupported-file-type" => words::unsupported_file_type(lang),
        "invalid-checksum" => words::invalid_checksum(lang),
        "upload-not-read" => words::upload_not_read(lang),
        "not-pdf" => words::not_pdf(lang),
        "damaged" => words::damaged(lang),
        "password" => words::password(lang),
        "xfa" => words::xfa(lang),
        "signed" => words::signed(lang),
        "no-pages" => words::no_pages(lang),
        "too-many-pages" => words::too_many_pages(lang),
        "page-too-large" => words::page_too_large(lang),
        "image-too-large" => words::image_too_large(lang),
        "too-much-content" => words::too_much_content(lang),
        "too-nested" => words::too_nested(lang),
        "bad-font" => words::bad_font(lang),
        "form-too-big" => words::form_too_big(lang),
        "unreadable" => words::unreadable(lang),
        "too-many-keys" => words::too_many_keys(lang),
        "invalid-scopes" => words::invalid_scopes(lang),
        "scope" => words::scope(lang),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_said() {
        for code in CODES {
            assert!(refusal(Lang::De, code).is_some(), "{code}");
        }
        assert_eq!(refusal(Lang::En, "csrf"), None);
        assert_eq!(refusal(Lang::De, "unheard-of"), None);
    }
}
