//! Which parts of a name a search was found by.

use std::ops::Range;

use parlor_store::fold;

/// The parts of `name`, in bytes, that begin its words as what was `typed` does.
pub(crate) fn marks(name: &str, typed: &str) -> Vec<Range<usize>> {
    let typed = fold(typed);
    if typed.is_empty() {
        return vec![];
    }
    let mut marks = Vec::new();
    let mut start = 0;
    for part in name.split(|letter: char| !letter.is_alphanumeric()) {
        let longest = typed.split_whitespace().filter_map(|word| begun(part, word)).max();
        marks.extend(longest.map(|length| start..start + length));
        let behind = start + part.len();
        start = behind + name[behind..].chars().next().map_or(0, char::len_utf8);
    }
    marks
}

/// How many bytes of `word` fold to `start`, if it begins so.
fn begun(word: &str, start: &str) -> Option<usize> {
    let folds = |length: usize| fold(&word[..length]).trim_start().starts_with(start);
    let ends = word.char_indices().map(|(at, letter)| at + letter.len_utf8());
    folds(word.len()).then(|| ends.into_iter().find(|end| folds(*end)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_what_was_typed_is_marked_in_the_name() {
        let marked = |name: &str, typed: &str| {
            let parts = marks(name, typed).into_iter().map(|mark| name[mark].to_owned());
            parts.collect::<Vec<_>>()
        };
        assert_eq!(marked("Mara O'Quist", "qui"), ["Qui"]);
        assert_eq!(marked("Mara Maria", "ma mari"), ["Ma", "Mari"]);
        assert_eq!(marked("Anna Straße", "STRASS a"), ["A", "Straß"]);
        assert_eq!(marked("Søren Östberg", "so ost"), ["Sø", "Öst"]);
        for nothing in ["", "%", "ist"] {
            assert!(marked("Mara Quist", nothing).is_empty(), "{nothing}");
        }
    }
}
