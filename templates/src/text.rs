//! Text messages to customers: at most 160 characters of GSM-7 with the link, the company first.
//!
//! One part costs one message and arrives whole; a single letter outside GSM-7 would leave room for 70 characters. So
//! names are written with the letters that there are, and where they are too long the agent's name goes first, then the
//! end of the company's. The link or code is never cut.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::lang::Lang;
use crate::mail::Purpose;
use crate::names::first_name;
use crate::words::text as words;

/// The room in one part, in septets.
pub(crate) const ROOM: usize = 160;

/// What a company's name keeps at the least; less than that says nothing.
const COMPANY_MIN: usize = 6;

/// A text message to a customer.
#[derive(Debug, Clone)]
pub struct Text {
    /// The language of the message.
    pub lang: Lang,
    /// The company's name.
    pub company: String,
    /// The owner's name; the message shows its first word.
    pub agent: String,
    /// What it is about.
    pub purpose: Purpose,
}

impl Text {
    /// The message, ready to be sent.
    pub fn render(&self) -> String {
        let Some(company) = name_in_gsm(&self.company) else { return self.alone() };
        let agent = name_in_gsm(first_name(&self.agent));
        let bare = |company: &str| format!("{company}: {}", self.secret());
        // From all there is to say to the least that still says who and where.
        let whole = agent.filter(|_| self.names_agent()).map(|agent| self.whole(&company, &agent));
        let texts = [whole, Some(self.without_agent(&company)), Some(bare(&company))];
        if let Some(text) = texts.into_iter().flatten().find(|text| septets(text) <= ROOM) {
            return text;
        }
        let cut = cut_to(&company, ROOM.saturating_sub(septets(&bare(""))));
        if cut.chars().count() >= COMPANY_MIN { bare(&cut) } else { self.alone() }
    }

    /// The link or the code: what is never cut.
    fn secret(&self) -> &str {
        match &self.purpose {
            Purpose::Code { code, .. } => code,
            other => other.link().unwrap_or_default(),
        }
    }

    fn names_agent(&self) -> bool {
        matches!(self.purpose, Purpose::Invitation { .. } | Purpose::Renewed { .. } | Purpose::Update { .. })
    }

    fn whole(&self, company: &str, agent: &str) -> String {
        let (lang, secret) = (self.lang, self.secret());
        match self.purpose {
            Purpose::Invitation { .. } => words::invitation(lang, company, agent, secret).plain(),
            Purpose::NewLink { .. } => words::new_link(lang, company, secret).plain(),
            Purpose::Renewed { .. } => words::renewed(lang, company, agent, secret).plain(),
            Purpose::Code { minutes, .. } => words::code(lang, company, secret, u64::from(minutes)).plain(),
            Purpose::Reminder { .. } => words::reminder(lang, company, secret).plain(),
            Purpose::Update { .. } => words::update(lang, company, agent, secret).plain(),
        }
    }

    fn without_agent(&self, company: &str) -> String {
        if self.names_agent() {
            words::page(self.lang, company, self.secret()).plain()
        } else {
            self.whole(company, "")
        }
    }

    /// Without anybody's name.
    fn alone(&self) -> String {
        match &self.purpose {
            Purpose::Code { code, .. } => words::code_alone(self.lang, code).plain(),
            other => other.link().unwrap_or_default().to_owned(),
        }
    }

    /// Every kind of text message, and names that do not fit.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let link = "https://app.example.net/s/7k2m9qwx4t0p3v8n5r1jd6hbfzcgysq8w4e2r6t0y1u3i5o7p9a".to_owned();
        let text = |lang, company: &str, agent: &str, purpose| Self {
            lang,
            company: company.to_owned(),
            agent: agent.to_owned(),
            purpose,
        };
        let invitation = Purpose::Invitation { link: link.clone(), until: None, pin: true, work: true };
        let code = Purpose::Code { code: "482913".to_owned(), minutes: 10 };
        let mut samples = vec![
            (
                "text-long-company",
                text(
                    Lang::De,
                    "Grünwald & Söhne Versicherungsvermittlungsgesellschaft mit beschränkter Haftung & Co. Kommanditgesellschaft",
                    "Anna",
                    invitation.clone(),
                ),
            ),
            ("text-arabic-company", text(Lang::Ar, "بنك الميناء", "ليلى", invitation.clone())),
            ("text-arabic-company-code", text(Lang::Ar, "بنك الميناء", "ليلى", code.clone())),
            ("text-accents", text(Lang::Es, "Crédito Nación", "Íñigo", invitation.clone())),
            ("text-foreign-agent", text(Lang::En, "Harbour Credit Union", "Юлия", invitation.clone())),
        ];
        for lang in Lang::ALL {
            for purpose in [
                invitation.clone(),
                Purpose::NewLink { link: link.clone(), until: None },
                Purpose::Renewed { link: link.clone(), until: None },
                code.clone(),
                Purpose::Reminder { link: link.clone() },
                Purpose::Update { link: link.clone() },
            ] {
                samples.push(("text", text(lang, "Harbour Credit Union", "Nina Okafor", purpose)));
            }
        }
        samples
    }
}

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED: &str = "^{}\\[~]|€";

/// How much room a text takes in one part; letters outside GSM-7 count as more than there is.
pub(crate) fn septets(text: &str) -> usize {
    text.chars()
        .map(|letter| match letter {
            letter if BASIC.contains(letter) => 1,
            letter if EXTENDED.contains(letter) => 2,
            _ => ROOM + 1,
        })
        .sum()
}

/// A name in the letters of GSM-7: what it has none for loses its accent. Nothing where too little of it is left.
fn name_in_gsm(name: &str) -> Option<String> {
    let mut written = String::with_capacity(name.len());
    let mut lost = 0_usize;
    for letter in name.trim().chars() {
        match letter {
            letter if letter.is_control() || letter.is_whitespace() => written.push(' '),
            letter if BASIC.contains(letter) => written.push(letter),
            '‘' | '’' | '`' | '´' => written.push('\''),
            '“' | '”' | '„' | '«' | '»' => written.push('"'),
            '–' | '—' | '‑' | '·' | '•' => written.push('-'),
            'œ' => written.push_str("oe"),
            'Œ' => written.push_str("OE"),
            'ł' => written.push('l'),
            'Ł' => written.push('L'),
            'đ' | 'ð' => written.push('d'),
            'Đ' => written.push('D'),
            'ı' => written.push('i'),
            'þ' => written.push_str("th"),
            other => {
                let before = written.len();
                written.extend(other.nfkd().filter(|part| !is_combining_mark(*part) && BASIC.contains(*part)));
                lost += usize::from(written.len() == before && !is_combining_mark(other));
            }
        }
    }
    let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept = written.chars().filter(|letter| letter.is_alphanumeric()).count();
    (kept > lost).then_some(written)
}

/// The start of a name that fits, ended by a full stop as abbreviations are.
fn cut_to(name: &str, room: usize) -> String {
    let start: String = name.chars().take(room.saturating_sub(1)).collect();
    format!("{}.", start.trim_end_matches([' ', '.', ',', '-', '&']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_fits_one_part() {
        for (name, text) in Text::samples() {
            let sent = text.render();
            assert!(septets(&sent) <= ROOM, "{name} {:?}: {} {sent}", text.lang, septets(&sent));
            assert!(!sent.contains(['{', '}']) && !sent.to_lowercase().contains("parlor"), "{sent}");
            let secret = text.purpose.link().unwrap_or("482913");
            assert!(sent.contains(secret), "{sent}");
        }
    }

    #[test]
    fn the_company_comes_first_and_names_give_way() {
        let sent =
            |wanted: &str| Text::samples().into_iter().find(|(name, _)| *name == wanted).expect("a sample").1.render();
        let link = "https://app.example.net/s/7k2m9qwx4t0p3v8n5r1jd6hbfzcgysq8w4e2r6t0y1u3i5o7p9a";
        assert_eq!(sent("text-accents"), format!("Crédito Nacion: Iñigo le invita a ver su enlace privado: {link}"));
        assert_eq!(sent("text-foreign-agent"), format!("Harbour Credit Union: your private page: {link}"));
        assert_eq!(sent("text-arabic-company"), link);
        assert_eq!(sent("text-arabic-company-code"), "482913");
        assert!(sent("text-long-company").starts_with("Grünwald & Söhne Versicherungsvermittlungsgesellschaft mit"));
    }
}
