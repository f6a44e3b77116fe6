//! Which passwords are taken. Nothing is asked of anybody: what people choose first and what was stolen elsewhere comes with the
//! crate `zxcvbn`, whose lists hold 30,000 leaked passwords besides names, words and the rows of keyboards, and which knows them
//! again with digits behind them, spelt in figures, reversed or strung together.

use jiff::Timestamp;
use parlor_domain::EmailAddress;
use parlor_templates::{
    Lang,
    words::{account, console},
};
use zxcvbn::{Score, zxcvbn};

use crate::password::{MAX_CHARS, MIN_CHARS};

/// The product's own words, which are the first thing that is tried here (ASVS 6.1.2).
const PRODUCT_WORDS: [&str; 6] = ["parlor", "console", "session", "customer", "supervisor", "administrator"];

/// Whose password it is to be, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner<'a> {
    pub(crate) name: &'a str,
    pub(crate) email: Option<&'a EmailAddress>,
    /// The company, where it has a name.
    pub(crate) company: Option<&'a str>,
}

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Short,
    Long,
    /// One's own address.
    Address,
    /// Found early by whoever guesses.
    Common,
    /// Found early by whoever knows the person or the company.
    Known,
}

impl Fault {
    pub(crate) fn say(self, lang: Lang) -> &'static str {
        match self {
            Self::Short => console::password_too_short(lang),
            Self::Long => console::password_too_long(lang),
            Self::Address => console::password_is_email(lang),
            Self::Common => account::password_common(lang),
            Self::Known => account::password_known(lang),
        }
    }

    /// As the page's address names it.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
            Self::Address => "address",
            Self::Common => "common",
            Self::Known => "known",
        }
    }
}

/// Judges a password by its length and by how early it would be guessed: at least 10^8 guesses, with and without what is known
/// of its owner. About 3 ms of CPU; the lists are unpacked with the first password that a function judges.
pub(crate) fn judge(password: &str, owner: Owner<'_>) -> Result<(), Fault> {
    let length = password.chars().count();
    if length < MIN_CHARS {
        return Err(Fault::Short);
    }
    if length > MAX_CHARS {
        return Err(Fault::Long);
    }
    if owner.email.is_some_and(|email| password.eq_ignore_ascii_case(email.as_str())) {
        return Err(Fault::Address);
    }
    let is_guessed = |words: &[&str]| zxcvbn(password, words).score() < Score::Three;
    if is_guessed(&[]) {
        return Err(Fault::Common);
    }
    let mut words: Vec<&str> = PRODUCT_WORDS.to_vec();
    let email = owner.email.map_or("", EmailAddress::as_str);
    for text in [owner.name, owner.company.unwrap_or_default(), email] {
        words.push(text);
        words.extend(text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.chars().count() > 2));
    }
    if is_guessed(&words) || is_little_else(password, &words) { Err(Fault::Known) } else { Ok(()) }
}

/// Letters that a password needs beside what is known of its owner.
const LETTERS: usize = 6;

/// Whether a password has something that is known in it, and beside that only figures, marks and a few letters.
fn is_little_else(password: &str, known: &[&str]) -> bool {
    let letters = |text: &str| text.chars().filter(|letter| letter.is_alphabetic()).count();
    let (whole, mut rest) = (password.to_lowercase(), password.to_lowercase());
    let mut known: Vec<String> =
        known.iter().map(|word| word.to_lowercase()).filter(|word| letters(word) > 2).collect();
    known.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in known {
        rest = rest.replace(&word, "");
    }
    rest != whole && letters(&rest) < LETTERS
}

/// Until when somebody has to wait, as the page's address says it.
pub(crate) fn until(at: Timestamp) -> String {
    at.as_second().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(password: &str) -> Result<(), Fault> {
        let email = "nina.okafor@example.com".parse().unwrap();
        judge(password, Owner { name: "Nina Okafor", email: Some(&email), company: Some("Tidewell Savings") })
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        for password in [
            "password1234",
            "Password1234",
            "P@ssw0rd1234",
            "passwordpassword",
            "qwertyuiop12",
            "123456789012",
            "111111111111",
            "abcdefghijkl",
            "letmeinletmein",
            "1qaz2wsx3edc",
            "iloveyou1234",
            "monkey123456",
            "drowssapdrowssap",
        ] {
            assert_eq!(judged(password), Err(Fault::Common), "{password}");
        }
    }

    #[test]
    fn what_others_know_is_refused() {
        for password in ["NinaOkafor2026", "okafor.nina.1", "tidewellsavings", "Tidewell-2026", "Parlor-Session"] {
            assert_eq!(judged(password), Err(Fault::Known), "{password}");
        }
        assert_eq!(judged("nina.okafor@EXAMPLE.com"), Err(Fault::Address));
    }

    #[test]
    fn length_is_all_else_that_is_asked() {
        assert_eq!(judged("elevenchars"), Err(Fault::Short));
        assert_eq!(judged(&"x".repeat(257)), Err(Fault::Long));
        for password in [
            "plinth otter marmalade",
            "correct horse battery",
            "ваза тумба огурец",
            "5t%Kq9!vLp2z",
            &"many words and ".repeat(17),
        ] {
            assert_eq!(judged(password), Ok(()), "{password}");
        }
    }
}
