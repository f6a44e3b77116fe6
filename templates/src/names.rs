//! People's names, as short as space or kindness asks.

use crate::lang::Lang;

/// A member of staff's name, as short as it can be told: all that customers need to know of their contact.
pub use parlor_domain::names::short_name as first_name;

/// Several names in one line.
pub fn together(lang: Lang, names: &[String]) -> String {
    names.join(if lang == Lang::Ar { "، " } else { ", " })
}

/// The first letters of a name's first and last word, in capitals; never empty. Letters that would join, as in Arabic,
/// are kept apart.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next().unwrap_or('?');
    let last = words.next_back();
    let apart = last.filter(|_| ('\u{600}'..'\u{780}').contains(&first)).map(|_| '\u{200c}');
    first.to_uppercase().chain(apart).chain(last.into_iter().flat_map(char::to_uppercase)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_never_empty() {
        for (name, expected) in [
            ("Mara Quist", "MQ"),
            ("mara", "M"),
            ("  ", "?"),
            ("Ana María de la Cruz", "AC"),
            ("(Bob) 7", "B7"),
            ("ßa", "SS"),
            ("ليلى حداد", "ل\u{200c}ح"),
        ] {
            assert_eq!(initials(name), expected);
        }
    }
}
