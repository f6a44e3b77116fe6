//! A text of the catalogue with its values.

use std::fmt;

use maud::{Markup, Render};

use crate::lang::Lang;

/// What is put into a text.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// Text, which a page escapes. Where it could run the other way than the text around it, it is isolated.
    Text(&'a str),
    Number(u64),
    /// A piece of a page, such as a `<time>`. It keeps itself apart (`<bdi>`) where that is needed.
    Markup(&'a Markup),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        // No machine of ours counts further than 64 bits.
        Self::Number(u64::try_from(number).unwrap_or(u64::MAX))
    }
}

impl<'a> From<&'a Markup> for Value<'a> {
    fn from(markup: &'a Markup) -> Self {
        Self::Markup(markup)
    }
}

/// A text of the catalogue with its values: a page renders it, mails and attributes take it as a string.
#[derive(Debug, Clone, Copy)]
pub struct Filled<'a, const N: usize> {
    lang: Lang,
    text: &'static str,
    values: [Value<'a>; N],
}

/// A text in pieces, in the order in which they are read.
enum Piece<'a> {
    Words(&'static str),
    Value(Value<'a>),
}

impl<'a, const N: usize> Filled<'a, N> {
    /// `text` has `{0}` and so on where the values go; the build has numbered them.
    pub(super) const fn new(lang: Lang, text: &'static str, values: [Value<'a>; N]) -> Self {
        Self { lang, text, values }
    }

    /// One pass from left to right, so that a name with braces in it is never taken for a placeholder.
    fn pieces(&self) -> impl Iterator<Item = Piece<'a>> {
        let (first, rest) =
            self.text.split_once('{').map_or((self.text, ""), |(first, _)| (first, &self.text[first.len()..]));
        let placed = rest.split('{').skip(1).flat_map(|part| {
            let (number, words) = part.split_once('}').unwrap_or(("", part));
            let value = number.parse::<usize>().ok().and_then(|number| self.values.get(number));
            [value.map(|value| Piece::Value(*value)), Some(Piece::Words(words))]
        });
        std::iter::once(Piece::Words(first)).chain(placed.flatten())
    }

    /// The text without isolates, for text messages and for what a script fills in.
    pub fn plain(&self) -> String {
        let mut filled = String::with_capacity(self.text.len() + 32);
        for piece in self.pieces() {
            match piece {
                Piece::Words(text) | Piece::Value(Value::Text(text)) => filled.push_str(text),
                Piece::Value(Value::Number(number)) => filled.push_str(&number.to_string()),
                Piece::Value(Value::Markup(markup)) => filled.push_str(&markup.0),
            }
        }
        filled
    }
}

impl<const N: usize> fmt::Display for Filled<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in self.pieces() {
            match piece {
                Piece::Value(Value::Text(text)) if runs_the_other_way(self.lang, text) => {
                    write!(f, "\u{2068}{text}\u{2069}")?;
                }
                Piece::Words(text) | Piece::Value(Value::Text(text)) => f.write_str(text)?,
                Piece::Value(Value::Number(number)) => write!(f, "{number}")?,
                Piece::Value(Value::Markup(markup)) => f.write_str(&markup.0)?,
            }
        }
        Ok(())
    }
}

impl<const N: usize> Render for Filled<'_, N> {
    fn render_to(&self, page: &mut String) {
        for piece in self.pieces() {
            match piece {
                Piece::Value(Value::Text(text)) if runs_the_other_way(self.lang, text) => {
                    page.push('\u{2068}');
                    text.render_to(page);
                    page.push('\u{2069}');
                }
                Piece::Words(text) | Piece::Value(Value::Text(text)) => text.render_to(page),
                Piece::Value(Value::Number(number)) => number.render_to(page),
                Piece::Value(Value::Markup(markup)) => page.push_str(&markup.0),
            }
        }
    }
}

/// Whether a value could rearrange the words around it.
fn runs_the_other_way(lang: Lang, value: &str) -> bool {
    let is_rtl = |letter: char| matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{202a}'..='\u{202e}');
    lang == Lang::Ar || value.chars().any(is_rtl)
}

#[cfg(test)]
mod tests {
    use maud::html;

    use super::*;
    use crate::words;

    #[test]
    fn values_are_put_in_once_and_kept_apart() {
        let title = words::customer::opening_title(Lang::En, "{company}", "A{B");
        assert_eq!(title.to_string(), "{company} from A{B invites you");
        assert_eq!(words::customer::hello(Lang::En, "Mara").to_string(), "Hello Mara");
        let hello = words::customer::hello(Lang::En, "ليلى");
        assert_eq!(hello.to_string(), "Hello \u{2068}ليلى\u{2069}");
        assert_eq!(hello.plain(), "Hello ليلى");
        assert_eq!(words::customer::tries_left(Lang::Ar, 3_u64).to_string(), "المحاولات المتبقية: 3");
    }

    #[test]
    fn a_page_escapes_text_and_takes_markup_as_it_is() {
        let hello = words::customer::hello(Lang::En, "<b>\"");
        assert_eq!(
            html! { p title=(hello) { (hello) } }.into_string(),
            "<p title=\"Hello &lt;b&gt;&quot;\">Hello &lt;b&gt;&quot;</p>"
        );
        let until = html! { time { "14:05" } };
        let said = words::mail::until(Lang::En, &until);
        assert_eq!(html! { (said) }.into_string(), "The link works until <time>14:05</time>.");
    }
}
