//! Phone numbers. The plans of all countries are those of Google's libphonenumber, which phones themselves use.

use std::{borrow::Cow, str::FromStr};

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::InvalidContact;
use crate::visible::without_invisible;

/// The longest text that is looked at, in bytes: a number with its country in full-width digits has a third of it.
const TEXT_MAX: usize = 250;

/// A country by its two letters (ISO 3166-1), in capitals: in whose national form numbers are understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country(String);

impl FromStr for Country {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_country = text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_uppercase());
        if is_country { Ok(Self(text.to_owned())) } else { Err("must be a country's two capital letters, like DE") }
    }
}

impl TryFrom<String> for Country {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.0
    }
}

impl JsonSchema for Country {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Country".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[A-Z]{2}$"})
    }
}

/// A phone number in E.164: `+`, then 7 to 15 digits.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(pub(super) String);

impl PhoneNumber {
    /// Reads what people write or paste: international with `+` or `00`, as a `tel:` URI, or, where there is a default
    /// `country`, in its national form and with its own prefix for calls abroad. Digits of any script count; marks that nobody
    /// sees are dropped; a trunk prefix that stands there by mistake (`+49 (0)…`) is dropped where the country has one, and kept
    /// where it belongs to the number (Italy, Ivory Coast).
    ///
    /// Refused is what cannot be a number: a country code that there is not, too few or too many digits for the country, letters,
    /// an extension (no text reaches one). Whether somebody has the number is not asked, and ranges that the plans do not know
    /// yet are let through: a customer with a new number is worse off than a text that goes nowhere.
    ///
    /// The first number of a process costs some milliseconds and 4 MB: the plans are read then.
    pub fn read(text: &str, country: Option<&Country>) -> Result<Self, InvalidContact> {
        let refused = InvalidContact::Phone;
        if text.len() > TEXT_MAX {
            return Err(refused);
        }
        let blanks = |letter: char| if letter.is_whitespace() { ' ' } else { letter };
        let text: String = without_invisible(text).chars().map(blanks).collect();
        let text = text.trim();
        let uri = text.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("tel:")).map(|_| &text[4..]);
        let digits = uri.unwrap_or(text);
        // What follows the number in a URI is the library's business, except that no text reaches an extension.
        let number = digits.split(';').next().unwrap_or_default();
        let odd = |letter: char| letter.is_alphabetic() || matches!(letter, '*' | '#' | ',' | '&' | '=');
        let plus = number.chars().filter(|letter| matches!(letter, '+' | '＋')).count();
        if number.contains(odd) || plus > 1 || (uri.is_none() && number.len() < text.len()) || digits.contains(";ext=")
        {
            return Err(refused);
        }
        let region: Option<Region> = country.and_then(|country| country.0.parse().ok());
        let read = |text: &str| PHONE_NUMBER_UTIL.parse(text, region).ok();
        let number = match (read(text), number.trim_start().strip_prefix("00")) {
            // ITU's prefix for calls abroad is understood everywhere, as long as no country says that it means something else.
            (None, Some(rest)) => read(&format!("+{rest}")),
            (read, _) => read,
        };
        let number = number.filter(|number| PHONE_NUMBER_UTIL.is_possible_number(number)).ok_or(refused)?;
        Self::try_from(PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned())
    }
}

impl PhoneNumber {
    /// As people read it: `+49 1512 3456789`, grouped as its country does; as it is kept where the library cannot tell.
    #[must_use]
    pub fn international(&self) -> String {
        match PHONE_NUMBER_UTIL.parse(&self.0, None) {
            Ok(number) => PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::International).into_owned(),
            Err(_) => self.0.clone(),
        }
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = InvalidContact;

    /// What was stored.
    fn try_from(text: String) -> Result<Self, InvalidContact> {
        let digits = text.strip_prefix('+').unwrap_or_default();
        let is_number = (7..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        if is_number && !digits.starts_with('0') { Ok(Self(text)) } else { Err(InvalidContact::Phone) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, country: &str) -> Result<String, InvalidContact> {
        PhoneNumber::read(text, country.parse().ok().as_ref()).map(String::from)
    }

    #[test]
    fn r13_a_number_is_understood_however_it_is_written() {
        for (text, country, number) in [
            ("+49 (30) 123-4567", "", "+49301234567"),
            // The zero that does not belong to it goes, the one that does stays.
            ("+49 (0)151 12345678", "", "+4915112345678"),
            ("+33 06 12 34 56 78", "", "+33612345678"),
            ("+44 (0) 7700 900123", "", "+447700900123"),
            ("+7 (8) 912 345 67 89", "", "+79123456789"),
            ("+39 06 698 12345", "", "+390669812345"),
            ("+378 0549 886377", "", "+3780549886377"),
            ("+225 01 23 45 67 89", "", "+2250123456789"),
            ("+2250123456789", "DE", "+2250123456789"),
            // From abroad, with the prefix of ITU or of the country.
            ("0049 151 12345678", "", "+4915112345678"),
            ("0049 (0)151 12345678", "DE", "+4915112345678"),
            ("00390669812345", "FR", "+390669812345"),
            ("011 49 151 12345678", "US", "+4915112345678"),
            ("+4915112345678", "US", "+4915112345678"),
            // In the country.
            ("0151 12345678", "DE", "+4915112345678"),
            ("06 12 34 56 78", "FR", "+33612345678"),
            ("06 698 12345", "IT", "+390669812345"),
            ("01 23 45 67 89", "CI", "+2250123456789"),
            ("07700 900123", "GB", "+447700900123"),
            ("(202) 555-0143", "US", "+12025550143"),
            ("8 912 345-67-89", "RU", "+79123456789"),
            // As a link.
            ("tel:+4915112345678", "", "+4915112345678"),
            ("TEL:+49-151-1234-5678", "", "+4915112345678"),
            ("tel:0151-12345678;phone-context=+49", "", "+4915112345678"),
            ("tel:0151-12345678", "DE", "+4915112345678"),
            // With what comes along when one copies from a page, a mail or an address book.
            ("\u{202a}+49 151 12345678\u{202c}", "", "+4915112345678"),
            ("\u{200e}+49\u{200b}151\u{2060}1234\u{feff}5678", "", "+4915112345678"),
            ("+49\u{a0}151\u{202f}12345678", "", "+4915112345678"),
            ("+49 151\u{2011}1234\u{2011}5678", "", "+4915112345678"),
            ("+49 151–1234—5678", "", "+4915112345678"),
            ("+49\u{ad}15112345678", "", "+4915112345678"),
            ("＋４９ １５１ １２３４５６７８", "", "+4915112345678"),
            ("٠١٥١١٢٣٤٥٦٧٨", "DE", "+4915112345678"),
            ("+49/151/12345678", "", "+4915112345678"),
            ("+49.151.12345678", "", "+4915112345678"),
            ("  (+49) 151 12345678 ", "", "+4915112345678"),
        ] {
            assert_eq!(read(text, country).as_deref(), Ok(number), "{text:?} in {country:?}");
        }
    }

    #[test]
    fn r13_what_cannot_be_a_number_is_refused() {
        let huge = "1".repeat(100_000);
        for (text, country) in [
            ("", "DE"),
            ("+", "DE"),
            ("+49", "DE"),
            ("+999 12345678", "DE"),
            ("+0301234567", "DE"),
            ("+49 151", "DE"),
            ("110", "DE"),
            ("+49 151 1234 5678 9012", "DE"),
            ("+1234567890123456", ""),
            ("030 1234567", ""),
            ("++49301234567", "DE"),
            ("+49+301234567", "DE"),
            ("+49x301234567", "DE"),
            ("+49 30 1234567 ext. 5", "DE"),
            ("tel:+49-30-1234567;ext=5", "DE"),
            ("+49 30 1234567;ext=5", "DE"),
            ("1-800-FLOWERS", "US"),
            ("*#06#", "DE"),
            ("mara@example.net", "DE"),
            ("\u{200b}", "DE"),
            (&huge, "DE"),
        ] {
            assert_eq!(read(text, country), Err(InvalidContact::Phone), "{text:.60?} in {country:?}");
        }
    }

    #[test]
    fn r13_a_number_is_shown_in_international_form() {
        for (number, shown) in [
            ("+4915112345678", "+49 1511 2345678"),
            ("+12025550143", "+1 202-555-0143"),
            ("+390669812345", "+39 06 6981 2345"),
            // Stored before it was checked.
            ("+99912345678", "+99912345678"),
        ] {
            let number = PhoneNumber(number.to_owned());
            assert_eq!(number.international(), shown);
            assert!(PhoneNumber::read(shown, None).is_ok_and(|read| read == number) || shown.starts_with("+999"));
        }
    }

    #[test]
    fn a_number_that_was_stored_before_is_read_and_none_is_logged() {
        let stored: PhoneNumber = serde_json::from_str("\"+99912345678\"").unwrap();
        assert_eq!(stored.as_str(), "+99912345678");
        assert!(serde_json::from_str::<PhoneNumber>("\"030 1234567\"").is_err());
        assert!(!format!("{stored:?}").contains("999"));
    }

    #[test]
    fn a_country_is_two_capital_letters() {
        assert!("DE".parse::<Country>().is_ok());
        for text in ["", "de", "DEU", "D1", "ÄÖ"] {
            assert!(text.parse::<Country>().is_err(), "{text}");
        }
        // One that there is not has no national form.
        assert_eq!(read("030 1234567", "ZZ"), Err(InvalidContact::Phone));
    }
}
