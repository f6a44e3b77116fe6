//! The catalogue: every word that customers and staff read, in every language. No page, mail or text has words of its own.
//!
//! The words stand in `templates/i18n`, a folder for each language and a file for each section. The build holds the languages to
//! each other and makes a function for each key, in a module for each section: `words::customer::hello(lang, name)`. What is
//! looked up is part of the program, so nothing is read or parsed when it starts; values are put in when the text is written.

mod filled;
mod plural;

pub use filled::{Filled, Value};
pub use generated::*;

use plural::Plural;

#[expect(clippy::match_same_arms, reason = "languages say some things alike")]
mod generated {
    use super::{Filled, Plural, Value};
    use crate::lang::Lang;

    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}

#[cfg(test)]
mod tests {
    use super::generated::ALL;
    use super::*;
    use crate::lang::Lang;

    #[test]
    fn every_text_keeps_the_style() {
        for (key, lang, text) in ALL {
            assert!(!text.contains('!'), "{key} {lang:?}: {text}");
            // Customers never read the product's name, and staff read it from a constant.
            assert!(!text.to_lowercase().contains("parlor"), "{key} {lang:?}: {text}");
            assert!(!text.contains("  ") && !text.contains("..."), "{key} {lang:?}: {text}");
        }
    }

    #[test]
    fn a_number_takes_the_form_of_its_language() {
        let hours = |lang, n| times::hours(lang, n).to_string();
        assert_eq!([0, 1, 2].map(|n| hours(Lang::En, n)), ["0 hours", "1 hour", "2 hours"]);
        assert_eq!([0, 1, 2].map(|n| hours(Lang::Fr, n)), ["0 heure", "1 heure", "2 heures"]);
        let arabic = |n| times::hours(Lang::Ar, n).plain();
        assert_eq!([1, 2].map(arabic), ["ساعة واحدة", "ساعتين"]);
        assert_eq!([3, 10, 103].map(arabic), ["3 ساعات", "10 ساعات", "103 ساعات"]);
        assert_eq!([11, 100, 111].map(arabic), ["11 ساعة", "100 ساعة", "111 ساعة"]);
    }
}
