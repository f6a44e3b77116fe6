//! The build holds the languages of the catalogue to each other: what it refuses, and how it says so.

#[path = "../build/catalogue.rs"]
mod catalogue;

use catalogue::{Catalogue, LANGUAGES};

/// The files with `old` replaced by `new` in one of them.
fn read_with(code: &str, old: &str, new: &str) -> Vec<String> {
    let files: Vec<String> = LANGUAGES
        .iter()
        .map(|language| {
            let plurals = match language.code {
                "ar" => r#"{ zero = "{n}", one = "a", two = "b", few = "{n}", many = "{n}", other = "{n} z" }"#,
                _ => r#"{ one = "{n} day", other = "{n} days" }"#,
            };
            let file = format!("[a]\nhello = \"Hello {{name}}\"\ndays = {plurals}\nmonths = [\"x\", \"y\"]\n");
            if language.code == code { file.replacen(old, new, 1) } else { file }
        })
        .collect();
    let texts: Vec<&str> = files.iter().map(String::as_str).collect();
    Catalogue::read(&texts).err().unwrap_or_default()
}

#[test]
fn languages_that_say_the_same_are_taken() {
    assert_eq!(read_with("", "", ""), [""; 0]);
}

#[test]
fn every_mistake_names_its_language_and_key() {
    for (code, old, new, mistake) in [
        ("ar", "hello = \"Hello {name}\"\n", "", "ar lacks `a.hello`"),
        ("fr", "hello", "bonjour = \"Bonjour\"\nhello", "fr has `a.bonjour`, which en has not"),
        ("de", "Hello {name}", "Hallo", "de: `a.hello` has the placeholders [] instead of [\"name\"]"),
        ("de", "{name}", "{nmae}", "de: `a.hello` has the placeholders [\"nmae\"] instead of [\"name\"]"),
        ("de", "{name}", "{name", "de: `a.hello` has a brace that belongs to no placeholder"),
        ("es", "\"Hello {name}\"", "\"\"", "es: `a.hello` has a text that is empty or has spaces around it"),
        ("ar", "few = \"{n}\", ", "", "ar: `a.days` lacks the plural category `few`"),
        ("en", "one", "two", "en: `a.days` has the plural category `two`, which the language has not"),
        ("ar", "{n} z", "z", "ar: `a.days` has the placeholders [] instead of [\"n\"]"),
        ("fr", "[\"x\", \"y\"]", "[\"x\"]", "fr: `a.months` has 1 texts instead of 2"),
        ("fr", "[\"x\", \"y\"]", "\"x\"", "fr: `a.months` is a text, and in en it is a list"),
        ("es", "[a]", "top = \"x\"\n[a]", "es has `top` outside of any section"),
    ] {
        let mistakes = read_with(code, old, new);
        assert!(mistakes.iter().any(|found| found == mistake), "{mistake}\n{mistakes:#?}");
    }
    assert!(read_with("de", "[a]", "[a")[0].starts_with("de is not TOML: "));
}

#[test]
fn a_form_may_name_its_number_in_words() {
    assert_eq!(read_with("de", "{n} day\"", "ein Tag\""), [""; 0]);
}

/// What is in no function's signature is in no text either: the values are numbered in the order of the English text.
#[test]
fn a_key_becomes_a_function() {
    let files: Vec<String> = LANGUAGES
        .iter()
        .map(|language| {
            let text = if language.code == "de" { "{b} von {a}" } else { "{a} of {b}" };
            format!("[s]\npair = \"{text}\"\nplain = \"Yes\"\n")
        })
        .collect();
    let texts: Vec<&str> = files.iter().map(String::as_str).collect();
    let source = Catalogue::read(&texts).map(|catalogue| catalogue.source()).unwrap_or_default();
    assert!(
        source.contains("pub fn pair<'a>(lang: Lang, a: impl Into<Value<'a>>, b: impl Into<Value<'a>>)"),
        "{source}"
    );
    assert!(
        source.contains("Lang::En => \"{0} of {1}\"") && source.contains("Lang::De => \"{1} von {0}\""),
        "{source}"
    );
    assert!(source.contains("pub const fn plain(lang: Lang) -> &'static str"), "{source}");
}
