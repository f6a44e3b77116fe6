//! The languages that customers are spoken to in.

/// A language of the customer's pages, mails and texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Lang {
    /// English, and what everyone gets who asks for something we do not speak.
    #[default]
    En,
    /// Spanish.
    Es,
    /// French.
    Fr,
    /// German.
    De,
    /// Arabic.
    Ar,
}

impl Lang {
    /// All of them, in the order in which the menu lists them.
    pub const ALL: [Self; 5] = [Self::En, Self::Es, Self::Fr, Self::De, Self::Ar];

    /// The BCP 47 code, as in `lang` and `?lang=`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
            Self::Fr => "fr",
            Self::De => "de",
            Self::Ar => "ar",
        }
    }

    /// The direction of its script, as in `dir`.
    pub const fn dir(self) -> &'static str {
        match self {
            Self::Ar => "rtl",
            _ => "ltr",
        }
    }

    /// Its name in itself, for the menu.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Es => "Español",
            Self::Fr => "Français",
            Self::De => "Deutsch",
            Self::Ar => "العربية",
        }
    }

    /// The language of a tag such as `fr` or `de-AT`; nothing if it is none of ours.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().trim();
        Self::ALL.into_iter().find(|lang| lang.code().eq_ignore_ascii_case(primary))
    }

    /// The language an `Accept-Language` header prefers most (RFC 9110), English when it names none of ours.
    pub fn from_accept_language(header: &str) -> Self {
        let mut best = (Self::En, 0.0_f32);
        for item in header.split(',') {
            let (tag, parameters) = item.split_once(';').unwrap_or((item, ""));
            let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse().ok());
            if let (Some(lang), Some(weight)) = (Self::from_tag(tag), weight)
                && weight > best.1
            {
                best = (lang, weight);
            }
        }
        best.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_wins() {
        for (header, lang) in [
            ("", Lang::En),
            ("de-AT,de;q=0.9,en;q=0.8", Lang::De),
            ("pt-BR,pt;q=0.9,es;q=0.7,en;q=0.6", Lang::Es),
            ("en;q=0.2, fr ; q=0.9", Lang::Fr),
            ("AR-eg", Lang::Ar),
            ("de;q=0, fr;q=x, zz", Lang::En),
            ("*", Lang::En),
            (";;;,,q=", Lang::En),
        ] {
            assert_eq!(Lang::from_accept_language(header), lang, "{header}");
        }
    }
}
