//! What people see of a text, and what is only there for machines.

use std::borrow::Cow;

use icu_properties::{CodePointSetData, props::DefaultIgnorableCodePoint};

/// Whether a character shows nothing and takes no place by itself: Unicode's `Default_Ignorable_Code_Point` (UAX #44), like
/// zero-width spaces, direction marks, soft hyphens and variation selectors.
#[must_use]
pub fn is_invisible(letter: char) -> bool {
    !letter.is_ascii() && CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter)
}

/// The text without characters that nobody sees.
#[must_use]
pub fn without_invisible(text: &str) -> Cow<'_, str> {
    if text.contains(is_invisible) {
        Cow::Owned(text.chars().filter(|letter| !is_invisible(*letter)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a text shows anything: something other than blanks and what is invisible. The empty Braille cell is a blank, too,
/// whatever Unicode calls it.
#[must_use]
pub fn is_visible(text: &str) -> bool {
    text.chars()
        .any(|letter| !letter.is_whitespace() && !letter.is_control() && letter != '\u{2800}' && !is_invisible(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_told_from_what_they_do() {
        for invisible in [
            "\u{200b}",
            "\u{200d}\u{feff}",
            "\u{202e}",
            "\u{ad}",
            "\u{3164}",
            "\u{115f}",
            "\u{fe0f}",
            "\u{e0041}",
            "\u{2060}",
        ] {
            assert!(invisible.chars().all(is_invisible), "{invisible:?}");
            assert!(!is_visible(invisible));
        }
        assert!(!is_visible(" \u{a0}\u{2800}\t") && !is_visible(""));
        assert!(is_visible("李") && is_visible("😀") && is_visible("a\u{200b}"));
        assert_eq!(without_invisible("a\u{200b}b\u{feff}"), "ab");
        assert!(matches!(without_invisible("ab"), Cow::Borrowed("ab")));
    }
}
