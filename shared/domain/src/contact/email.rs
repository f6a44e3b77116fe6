//! E-mail addresses.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::InvalidContact;
use crate::visible::without_invisible;

/// The longest address (RFC 5321, 4.5.3.1, as erratum 1690 of RFC 3696 counts it), in bytes.
const ADDRESS_MAX: usize = 254;

/// An e-mail address, lower-cased, its domain in ASCII: R11 compares contacts that way, and mail goes to it as it is.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(pub(super) String);

impl FromStr for EmailAddress {
    type Err = InvalidContact;

    /// Reads what people write or paste. Blanks around it and marks that nobody sees are dropped.
    ///
    /// The domain is converted by IDNA (UTS #46) and has to be a name with a dot, not a numeric address. The local part has to be
    /// ASCII without quotes: SES sends to no other
    /// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html>).
    fn from_str(text: &str) -> Result<Self, InvalidContact> {
        let text = without_invisible(text.trim());
        let (local, domain) = text.trim().rsplit_once('@').ok_or(InvalidContact::Email)?;
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| InvalidContact::Email)?;
        let last = domain.rsplit_once('.').map_or("", |(_, last)| last);
        let is_name = last.len() >= 2 && !last.bytes().all(|byte| byte.is_ascii_digit());
        let plain =
            local.is_ascii() && !local.contains(['"', '(', ')', ',', ':', ';', '<', '>', '[', ']', '\\', '@', ' ']);
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        if plain && is_name && address.len() <= ADDRESS_MAX && email_address::EmailAddress::is_valid(&address) {
            Ok(Self(address))
        } else {
            Err(InvalidContact::Email)
        }
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidContact;

    /// What was stored.
    fn try_from(text: String) -> Result<Self, InvalidContact> {
        if text.contains('@') { Ok(Self(text)) } else { Err(InvalidContact::Email) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, InvalidContact> {
        text.parse::<EmailAddress>().map(String::from)
    }

    #[test]
    fn r13_an_address_is_kept_as_mail_goes_to_it() {
        for (typed, kept) in [
            (" Mara@Example.NET ", "mara@example.net"),
            ("mara.quist+loan@example.co.uk", "mara.quist+loan@example.co.uk"),
            ("o'quist@example.net", "o'quist@example.net"),
            ("user@münchen.example", "user@xn--mnchen-3ya.example"),
            ("user@MÜNCHEN.example", "user@xn--mnchen-3ya.example"),
            ("user@xn--mnchen-3ya.example", "user@xn--mnchen-3ya.example"),
            ("user@例え.テスト", "user@xn--r8jz45g.xn--zckzah"),
            ("user@faß.example", "user@xn--fa-hia.example"),
            // What comes along when one copies from a page, a mail or a chat.
            ("\u{200b}mara@example.net\u{feff}", "mara@example.net"),
            ("ma\u{ad}ra\u{2060}@exam\u{200d}ple.net", "mara@example.net"),
            ("\u{202a}mara@example.net\u{202c}", "mara@example.net"),
            ("\u{a0}mara@example.net\u{3000}", "mara@example.net"),
            ("mara@ｅｘａｍｐｌｅ．ｎｅｔ", "mara@example.net"),
        ] {
            assert_eq!(read(typed).as_deref(), Ok(kept), "{typed}");
        }
    }

    #[test]
    fn r13_what_no_mail_can_go_to_is_refused() {
        let long_local = format!("{}@example.net", "a".repeat(65));
        let long_domain = format!("a@{}.example", "b".repeat(64));
        let long = format!("a@{}example.net", "b23456789.".repeat(25));
        for text in [
            "",
            "mara",
            "mara@",
            "@example.net",
            "mara@localhost",
            "üser@example.net",
            "用户@example.net",
            "user@1.2.3.4",
            "user@[1.2.3.4]",
            "user@１.２.３.４",
            "user@[IPv6:::1]",
            "user@example.1",
            "user@example.c",
            "a b@example.net",
            "a@exam ple.net",
            "a@example.net\nbcc: x@example.net",
            "Mara <a@example.net>",
            "a@b@example.net",
            "\"a\"@example.net",
            ".a@example.net",
            "a..b@example.net",
            "a.@example.net",
            "a@example..net",
            "a@-example.net",
            "a@example.net.",
            "a@ex_ample.net",
            "a,b@example.net",
            "\u{200b}@example.net",
            &long_local,
            &long_domain,
            &long,
        ] {
            assert_eq!(read(text), Err(InvalidContact::Email), "{text}");
        }
    }

    #[test]
    fn an_address_that_was_stored_before_is_read_and_none_is_logged() {
        let stored: EmailAddress = serde_json::from_str("\"üser@example.net\"").unwrap();
        assert_eq!(stored.as_str(), "üser@example.net");
        assert!(serde_json::from_str::<EmailAddress>("\"nobody\"").is_err());
        assert!(!format!("{stored:?}").contains("example"));
    }
}
