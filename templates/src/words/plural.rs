//! Which form of a text a number takes.

use crate::lang::Lang;

/// A plural category (CLDR).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plural {
    Zero,
    One,
    Two,
    Few,
    Many,
    Other,
}

impl Plural {
    /// The category of `n` things. Spanish and French have a further one, for whole millions, which nothing here counts.
    pub(crate) const fn of(lang: Lang, n: u64) -> Self {
        match (lang, n) {
            (Lang::Ar, 0) => Self::Zero,
            (Lang::Fr, 0) | (_, 1) => Self::One,
            (Lang::Ar, 2) => Self::Two,
            (Lang::Ar, _) => match n % 100 {
                3..=10 => Self::Few,
                11..=99 => Self::Many,
                _ => Self::Other,
            },
            (Lang::En | Lang::Es | Lang::Fr | Lang::De, _) => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Plural::{self, Few, Many, One, Other, Two, Zero};
    use crate::lang::Lang;

    /// The examples of CLDR 48.
    #[test]
    fn numbers_take_the_categories_of_cldr() {
        let of = |lang, numbers: &[u64]| numbers.iter().map(|n| Plural::of(lang, *n)).collect::<Vec<_>>();
        for lang in [Lang::En, Lang::Es, Lang::De] {
            assert_eq!(of(lang, &[0, 1, 2, 11, 101]), [Other, One, Other, Other, Other], "{lang:?}");
        }
        assert_eq!(of(Lang::Fr, &[0, 1, 2, 11, 101]), [One, One, Other, Other, Other]);
        assert_eq!(of(Lang::Ar, &[0, 1, 2]), [Zero, One, Two]);
        assert_eq!(of(Lang::Ar, &[3, 10, 103, 110, 1003]), [Few; 5]);
        assert_eq!(of(Lang::Ar, &[11, 26, 99, 111, 1011]), [Many; 5]);
        assert_eq!(of(Lang::Ar, &[100, 101, 102, 200, 1000]), [Other; 5]);
    }
}
