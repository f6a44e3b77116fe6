//! People's names as they are typed, and as short as kindness allows.

use crate::visible::is_visible;

/// The longest name, in characters.
pub const NAME_MAX: usize = 120;

/// Why a name is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Nothing in it can be seen.
    #[error("the customer's name is missing")]
    Empty,
    /// It has more than [`NAME_MAX`] characters.
    #[error("the customer's name has more than 120 characters")]
    Long,
    /// It has a line break or another control character.
    #[error("the customer's name has a line break or another control character in it; write it in one line")]
    Control,
}

/// The name without blanks and marks of no width around it, if it is one: something that can be seen, of at most [`NAME_MAX`]
/// characters in one line.
pub fn valid_name(name: &str) -> Result<&str, InvalidName> {
    let name = name
        .trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '\u{200b}' | '\u{2060}' | '\u{feff}'));
    if !is_visible(name) {
        Err(InvalidName::Empty)
    } else if name.chars().any(|letter| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')) {
        Err(InvalidName::Control)
    } else if name.chars().count() > NAME_MAX {
        Err(InvalidName::Long)
    } else {
        Ok(name)
    }
}

/// What comes before a name and is none.
const TITLES: &[&str] = &[
    "dr", "prof", "mr", "mrs", "ms", "miss", "mx", "sir", "lady", "lord", "herr", "frau", "hr", "fr", "ing", "dipl",
    "mag", "m", "mme", "mlle", "monsieur", "madame", "sr", "sra", "srta", "don", "doña", "señor", "señora", "el", "la",
    "de", "van", "von", "der", "the", "al", "abu", "ibn", "bin", "team", "firma", "familie",
];

/// The first word of a name of two words or more where nothing speaks against its being the first name, otherwise the whole name. For
/// staff, whose names are written by themselves or their admin; a customer is always greeted by their whole name, because nobody
/// can tell `Nagy István` and `Harbour Loans` from `Mara Quist`.
///
/// Against it speak a comma (`Quist, Mara`), a title or particle (`Dr. Weber`), a word that is an initial or all in capitals, and
/// letters of scripts whose names begin with the family's.
#[must_use]
pub fn short_name(name: &str) -> &str {
    let name = name.trim();
    let mut words = name.split_whitespace();
    let (Some(first), Some(_)) = (words.next(), words.next()) else { return name };
    let mut letters = first.chars();
    let capital = letters.next().is_some_and(char::is_uppercase);
    let is_word = |letter: char| letter.is_lowercase() || matches!(letter, '-' | '\'' | '’' | '\u{300}'..='\u{36f}');
    let plain = letters.clone().next().is_some() && letters.all(|letter| is_word(letter) || letter.is_uppercase());
    let shouted = first.chars().filter(|letter| letter.is_alphabetic()).all(char::is_uppercase);
    let is_title = TITLES.contains(&first.to_lowercase().as_str());
    // Arabic has no capitals, and puts the given name first.
    let arabic = first.chars().all(|letter| ('\u{600}'..='\u{6ff}').contains(&letter)) && first.chars().count() > 2;
    let sure = !name.contains([',', '،', '(', '&', '@']) && !is_title && ((capital && plain && !shouted) || arabic);
    if sure { first } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_something_that_can_be_seen_in_one_line() {
        for (typed, name) in
            [("  Mara Quist ", "Mara Quist"), ("\u{feff}李\u{200b}", "李"), ("😀", "😀"), ("نازنین‌زهرا", "نازنین‌زهرا")]
        {
            assert_eq!(valid_name(typed), Ok(name));
        }
        for nothing in
            ["", "   ", "\u{200b}", "\u{200b}\u{200d}\u{2060}", "\u{3164}", "\u{2800}", "\u{ad} \u{feff}", "\u{202e}"]
        {
            assert_eq!(valid_name(nothing), Err(InvalidName::Empty), "{nothing:?}");
        }
        for lines in ["Mara\nQuist", "Mara\r\nQuist", "Mara\u{2028}Quist", "Mara\tQuist", "Mara\u{0}Quist"] {
            assert_eq!(valid_name(lines), Err(InvalidName::Control), "{lines:?}");
        }
        assert_eq!(valid_name("Mara Quist\n"), Ok("Mara Quist"));
        assert_eq!(valid_name(&"x".repeat(NAME_MAX + 1)), Err(InvalidName::Long));
        assert!(valid_name(&"ü".repeat(NAME_MAX)).is_ok());
    }

    #[test]
    fn a_name_is_shortened_only_where_one_can_be_sure() {
        for (name, short) in [
            ("Nina Okafor", "Nina"),
            ("Ana María de la Cruz", "Ana"),
            ("Jean-Luc Moreau", "Jean-Luc"),
            ("O’Shea Jackson", "O’Shea"),
            ("Łukasz Nowak", "Łukasz"),
            ("ليلى حداد", "ليلى"),
            ("Nina", "Nina"),
            (" Nina  Okafor ", "Nina"),
        ] {
            assert_eq!(short_name(name), short);
        }
        for whole in [
            "Quist, Mara",
            "Dr. Mara Quist",
            "Dr Mara Quist",
            "Prof. Dr. Weber",
            "Frau Quist",
            "M. Quist",
            "J. R. Tolk",
            "MARA QUIST",
            "mara quist",
            "von Berg",
            "李 明",
            "(Bob) 7",
            "Quist & Sons",
            "",
        ] {
            assert_eq!(short_name(whole), whole);
        }
    }
}
