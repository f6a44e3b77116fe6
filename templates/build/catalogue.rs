//! From the folders in `i18n/` to a function for each key, once every language says the same things.
//!
//! English is what the other languages are held to. All mistakes are collected, each names its language and key.

use std::fmt::Write as _;

use toml::{Table, Value};

/// A language of the catalogue.
pub(crate) struct Language {
    /// The name of its folder.
    pub(crate) code: &'static str,
    /// Its variant of `Lang`.
    variant: &'static str,
    /// The plural categories that it has (CLDR), for the numbers that are counted here; `other` is the last.
    plurals: &'static [&'static str],
}

/// English first, the others in the order of `Lang`.
pub(crate) const LANGUAGES: &[Language] = &[
    Language { code: "en", variant: "En", plurals: &["one", "other"] },
    Language { code: "es", variant: "Es", plurals: &["one", "other"] },
    Language { code: "fr", variant: "Fr", plurals: &["one", "other"] },
    Language { code: "de", variant: "De", plurals: &["one", "other"] },
    Language { code: "ar", variant: "Ar", plurals: &["zero", "one", "two", "few", "many", "other"] },
];

/// The section whose texts are looked up by the keys of the settings, so that a setting's key is written once.
const NAMED: &str = "settings";

/// What stands behind a key in one language.
#[derive(Debug, PartialEq)]
enum Entry {
    Text(String),
    /// A text for each plural category, in the language's order.
    Plural(Vec<String>),
    /// Texts in a fixed order, such as the months.
    List(Vec<String>),
}

/// A key with its entry in every language.
struct Key {
    section: String,
    name: String,
    entries: Vec<Entry>,
}

/// The whole catalogue.
pub(crate) struct Catalogue {
    keys: Vec<Key>,
}

impl Catalogue {
    /// Reads the languages, each the text of its files, in the order of [`LANGUAGES`]; what is wrong with them otherwise.
    pub(crate) fn read(files: &[&str]) -> Result<Self, Vec<String>> {
        let mut mistakes = Vec::new();
        let mut tables = Vec::new();
        for (language, file) in LANGUAGES.iter().zip(files) {
            match file.parse::<Table>() {
                Ok(table) => tables.push(flat(language, &table, &mut mistakes)),
                Err(error) => mistakes.push(format!("{} is not TOML: {}", language.code, one_line(&error))),
            }
        }
        let [english, others @ ..] = tables.as_slice() else { return Err(mistakes) };
        if others.len() + 1 < LANGUAGES.len() {
            return Err(mistakes);
        }
        let mut keys = Vec::new();
        for (section, name, _) in english {
            let mut entries = Vec::new();
            for (language, table) in LANGUAGES.iter().zip(&tables) {
                match table.iter().find(|(a, b, _)| (a, b) == (section, name)) {
                    Some((_, _, value)) => entries.extend(entry(language, section, name, value, &mut mistakes)),
                    None => mistakes.push(format!("{} lacks `{section}.{name}`", language.code)),
                }
            }
            if entries.len() == LANGUAGES.len() {
                compare(section, name, &entries, &mut mistakes);
            }
            keys.push(Key { section: section.clone(), name: name.clone(), entries });
        }
        for (language, table) in LANGUAGES.iter().zip(&tables) {
            for (section, name, _) in table {
                if !english.iter().any(|(a, b, _)| (a, b) == (section, name)) {
                    mistakes.push(format!("{} has `{section}.{name}`, which en has not", language.code));
                }
            }
        }
        if mistakes.is_empty() { Ok(Self { keys }) } else { Err(mistakes) }
    }

    /// The Rust source of the accessors: a module for each section, a function for each key.
    pub(crate) fn source(&self) -> String {
        let mut source = String::new();
        let mut section = "";
        for key in &self.keys {
            if key.section != section {
                if !section.is_empty() {
                    source.push_str("}\n");
                }
                section = &key.section;
                let _ = writeln!(source, "/// The section `{section}` of the catalogue.\npub mod {section} {{");
                source.push_str("#[allow(unused_imports, reason = \"some sections have no values\")]\n");
                source.push_str("use super::{Filled, Lang, Plural, Value};\n");
            }
            key.write(&mut source);
        }
        source.push_str("}\n");
        self.write_named(&mut source);
        self.write_all(&mut source);
        source
    }

    /// The texts of [`NAMED`] by their names; a placeholder stands where it is.
    fn write_named(&self, source: &mut String) {
        source.push_str("/// A text of the section `settings` by its name, with its placeholder.\n");
        source
            .push_str("pub fn setting(lang: Lang, name: &str) -> Option<&'static str> {\nSome(match (lang, name) {\n");
        for key in self.keys.iter().filter(|key| key.section == NAMED) {
            for (language, entry) in LANGUAGES.iter().zip(&key.entries) {
                let _ = writeln!(source, "(Lang::{}, {:?}) => {:?},", language.variant, key.name, entry.main());
            }
        }
        source.push_str("_ => return None,\n})\n}\n");
    }

    /// Every text by its key, for the tests of style.
    fn write_all(&self, source: &mut String) {
        source.push_str("#[cfg(test)]\npub(crate) const ALL: &[(&str, Lang, &str)] = &[\n");
        for key in &self.keys {
            for (language, entry) in LANGUAGES.iter().zip(&key.entries) {
                for text in entry.texts() {
                    let (section, name, variant) = (&key.section, &key.name, language.variant);
                    let _ = writeln!(source, "(\"{section}.{name}\", Lang::{variant}, {text:?}),");
                }
            }
        }
        source.push_str("];\n");
    }
}

impl Entry {
    fn texts(&self) -> &[String] {
        match self {
            Self::Text(text) => std::slice::from_ref(text),
            Self::Plural(texts) | Self::List(texts) => texts,
        }
    }

    /// The text that says the most: the only one, or the one for any other number.
    fn main(&self) -> &str {
        self.texts().last().map_or("", String::as_str)
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Plural(_) => "a text for each plural category",
            Self::List(_) => "a list",
        }
    }
}

impl Key {
    /// The function of this key.
    fn write(&self, source: &mut String) {
        let Some(english) = self.entries.first() else { return };
        let name = &self.name;
        let values = placeholders(english.main());
        let _ = writeln!(source, "/// `{}`", english.main());
        match english {
            Entry::List(texts) => {
                let _ = writeln!(source, "///\n/// The one at `index`, of {}; nothing beyond.", texts.len());
                let _ = writeln!(source, "pub const fn {name}(lang: Lang, index: usize) -> &'static str {{");
                source.push_str("match (lang, index) {\n");
                for (language, entry) in LANGUAGES.iter().zip(&self.entries) {
                    for (index, text) in entry.texts().iter().enumerate() {
                        let _ = writeln!(source, "(Lang::{}, {index}) => {text:?},", language.variant);
                    }
                }
                source.push_str("_ => \"\",\n}\n}\n");
            }
            Entry::Text(_) if values.is_empty() => {
                let _ = writeln!(source, "pub const fn {name}(lang: Lang) -> &'static str {{");
                self.write_texts(source, &values);
                source.push_str("}\n");
            }
            Entry::Text(_) | Entry::Plural(_) => {
                let counts = matches!(english, Entry::Plural(_));
                let is_count = |value: &str| counts && value == "n";
                let _ = write!(source, "pub fn {name}<'a>(lang: Lang");
                for value in &values {
                    let kind = if is_count(value) { "u64" } else { "impl Into<Value<'a>>" };
                    let _ = write!(source, ", {value}: {kind}");
                }
                let _ = writeln!(source, ") -> Filled<'a, {}> {{\nFilled::new(lang, ", values.len());
                self.write_texts(source, &values);
                let given: Vec<String> = values.iter().map(|value| format!("{value}.into()")).collect();
                let _ = writeln!(source, ", [{}])\n}}", given.join(", "));
            }
        }
    }

    /// The `match` that finds the text, its placeholders numbered in the order of the function's values.
    fn write_texts(&self, source: &mut String, values: &[&str]) {
        let plural = matches!(self.entries.first(), Some(Entry::Plural(_)));
        source.push_str(if plural { "match (lang, Plural::of(lang, n)) {\n" } else { "match lang {\n" });
        for (language, entry) in LANGUAGES.iter().zip(&self.entries) {
            let variant = language.variant;
            for (at, text) in entry.texts().iter().enumerate() {
                let mut text = text.clone();
                for (number, value) in values.iter().enumerate() {
                    text = text.replace(&format!("{{{value}}}"), &format!("{{{number}}}"));
                }
                let category = match language.plurals.get(at) {
                    Some(&category) if category != "other" => format!("Plural::{}", capitalised(category)),
                    _ => "_".to_owned(),
                };
                let _ = if plural {
                    writeln!(source, "(Lang::{variant}, {category}) => {text:?},")
                } else {
                    writeln!(source, "Lang::{variant} => {text:?},")
                };
            }
        }
        source.push_str("}\n");
    }
}

/// The keys of a file with their sections.
fn flat(language: &Language, table: &Table, mistakes: &mut Vec<String>) -> Vec<(String, String, Value)> {
    let mut keys = Vec::new();
    for (section, value) in table {
        match value {
            Value::Table(entries) => {
                keys.extend(entries.iter().map(|(name, value)| (section.clone(), name.clone(), value.clone())));
            }
            _ => mistakes.push(format!("{} has `{section}` outside of any section", language.code)),
        }
    }
    keys
}

/// What stands behind a key, if it is one of the three things that can.
fn entry(language: &Language, section: &str, name: &str, value: &Value, mistakes: &mut Vec<String>) -> Option<Entry> {
    let mut wrong = |what: &str| mistakes.push(format!("{}: `{section}.{name}` {what}", language.code));
    let entry = match value {
        Value::String(text) => Entry::Text(text.clone()),
        Value::Array(items) => {
            Entry::List(items.iter().map(|item| item.as_str().unwrap_or_default().to_owned()).collect())
        }
        Value::Table(forms) => {
            for missing in language.plurals.iter().filter(|category| !forms.contains_key(**category)) {
                wrong(&format!("lacks the plural category `{missing}`"));
            }
            for extra in forms.keys().filter(|category| !language.plurals.contains(&category.as_str())) {
                wrong(&format!("has the plural category `{extra}`, which the language has not"));
            }
            let form = |category: &&str| forms.get(*category).and_then(Value::as_str).map(str::to_owned);
            Entry::Plural(language.plurals.iter().filter_map(form).collect())
        }
        _ => {
            wrong("is neither a text, nor a list, nor a text for each plural category");
            return None;
        }
    };
    for text in entry.texts() {
        if text.is_empty() || text.trim() != text {
            wrong("has a text that is empty or has spaces around it");
        }
        // What is left of a text without its placeholders has no braces.
        let mut rest = text.clone();
        for value in placeholders(text) {
            rest = rest.replace(&format!("{{{value}}}"), "");
        }
        if rest.contains(['{', '}']) {
            wrong("has a brace that belongs to no placeholder");
        }
    }
    Some(entry)
}

/// Holds the entries of a key to the English one.
fn compare(section: &str, name: &str, entries: &[Entry], mistakes: &mut Vec<String>) {
    let Some(english) = entries.first() else { return };
    let expected = sorted(english.main());
    for (language, entry) in LANGUAGES.iter().zip(entries) {
        let mut wrong = |what: &str| mistakes.push(format!("{}: `{section}.{name}` {what}", language.code));
        if entry.kind() != english.kind() {
            wrong(&format!("is {}, and in en it is {}", entry.kind(), english.kind()));
            continue;
        }
        if matches!(entry, Entry::List(_)) && entry.texts().len() != english.texts().len() {
            wrong(&format!("has {} texts instead of {}", entry.texts().len(), english.texts().len()));
        }
        if matches!(entry, Entry::Plural(_)) && !expected.contains(&"n") {
            wrong("has plural categories and no {n} to choose among them");
        }
        for (at, text) in entry.texts().iter().enumerate() {
            let found = sorted(text);
            // A form that stands for a number or two may name it in words.
            let names_it = matches!(entry, Entry::Plural(_)) && at + 1 < entry.texts().len();
            let without_n: Vec<&str> = expected.iter().copied().filter(|value| *value != "n").collect();
            if found != expected && !(names_it && found == without_n) {
                wrong(&format!("has the placeholders {found:?} instead of {expected:?}"));
            }
        }
    }
}

/// The placeholders of a text in the order in which they come, each once.
fn placeholders(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for part in text.split('{').skip(1) {
        if let Some((name, _)) = part.split_once('}')
            && !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found
}

fn sorted(text: &str) -> Vec<&str> {
    let mut found = placeholders(text);
    found.sort_unstable();
    found
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

fn one_line(error: &toml::de::Error) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
