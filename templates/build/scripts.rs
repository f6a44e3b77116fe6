//! Joins a script with the modules that it imports into one module script.
//!
//! It understands the part of the language's modules that we use, in the shape that our formatter gives it, and refuses
//! the rest: `import { a, b } from "./file.js";`, `import "./file.js";`, and `export` before a `const`, a function or a
//! class. Each module becomes a block, so that its names are its own; what it exports becomes a `var`, which the blocks
//! after it see. So the modules of a bundle cannot export the same name twice, and what one exports is there for the
//! others once its line has run, a function too. Modules come after those that they import, as a browser would run them.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// The module at `entry` with all that it imports, as one script.
pub(crate) fn bundle(entry: &Path) -> Result<String, String> {
    let mut bundle = Bundle::default();
    bundle.add(entry)?;
    Ok(bundle.text)
}

#[derive(Default)]
struct Bundle {
    /// What was joined already, with what it exports.
    done: Vec<(PathBuf, Vec<String>)>,
    /// Those whose imports are being joined.
    open: Vec<PathBuf>,
    text: String,
}

impl Bundle {
    /// Joins a module unless it is there, after all that it imports.
    fn add(&mut self, path: &Path) -> Result<(), String> {
        if self.exports(path).is_some() {
            return Ok(());
        }
        let wrong = |what: &str| format!("{}: {what}", path.display());
        if self.open.iter().any(|other| other == path) {
            return Err(wrong("imports itself, by way of others"));
        }
        self.open.push(path.to_owned());
        let text = fs::read_to_string(path).map_err(|error| wrong(&error.to_string()))?;
        let module = Module::read(&text).map_err(|error| wrong(&error))?;
        for import in &module.imports {
            let from = beside(path, &import.from);
            self.add(&from)?;
            let there = self.exports(&from).unwrap_or_default();
            if let Some(missing) = import.names.iter().find(|name| !there.contains(name)) {
                return Err(wrong(&format!("{} has no `{missing}`", import.from)));
            }
        }
        self.open.pop();
        for (other, exports) in &self.done {
            if let Some(twice) = module.exports.iter().find(|name| exports.contains(name)) {
                return Err(wrong(&format!("exports `{twice}`, as {} does", other.display())));
            }
        }
        self.text.extend(["{", shorten(&module.body).trim_end_matches(';'), "}\n"]);
        self.done.push((path.to_owned(), module.exports));
        Ok(())
    }

    fn exports(&self, path: &Path) -> Option<&[String]> {
        self.done.iter().find(|(other, _)| other == path).map(|(_, exports)| exports.as_slice())
    }
}

/// The path of `import`, which is relative to the file at `path`; without `..`, so that a file has one path.
fn beside(path: &Path, import: &str) -> PathBuf {
    let mut folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    for part in Path::new(import).components() {
        match part {
            Component::ParentDir => {
                folder.pop();
            }
            Component::Normal(name) => folder.push(name),
            _ => {}
        }
    }
    folder
}

#[derive(Default)]
struct Module {
    imports: Vec<Import>,
    /// The names that it gives.
    exports: Vec<String>,
    /// All but the imports, and with a `var` for each export.
    body: String,
}

struct Import {
    names: Vec<String>,
    from: String,
}

impl Module {
    fn read(text: &str) -> Result<Self, String> {
        let mut module = Self::default();
        let mut lines = text.lines();
        // A declaration needs no semicolon, the `var` that it becomes does: it goes behind the declaration's last line.
        let mut in_declaration = false;
        while let Some(line) = lines.next() {
            if line.starts_with("import") {
                let mut statement = line.to_owned();
                while !statement.ends_with(';') {
                    statement.push(' ');
                    statement.push_str(lines.next().ok_or("an import has no end")?.trim());
                }
                module.imports.push(Import::read(&statement).ok_or(format!("not understood: {statement}"))?);
                continue;
            }
            if let Some(declared) = line.strip_prefix("export") {
                let (name, value) = Self::export(declared).ok_or(format!("not understood: {line}"))?;
                in_declaration = !declared.starts_with(" const ");
                module.body.extend(["var ", &name, "=", &value]);
                module.exports.push(name);
            } else {
                module.body.push_str(line);
            }
            if in_declaration && line.ends_with('}') && !line.starts_with(' ') {
                in_declaration = false;
                module.body.push(';');
            }
            module.body.push('\n');
        }
        Ok(module)
    }

    /// The name of what is declared after the word `export`, and its value as far as it is in this line.
    fn export(declared: &str) -> Option<(String, String)> {
        let declared = declared.strip_prefix(' ')?;
        let kinds = ["const ", "function ", "async function ", "class "];
        let (kind, rest) = kinds.iter().find_map(|kind| Some((*kind, declared.strip_prefix(kind)?)))?;
        let name = rest.split(|character| !is_in_word(character)).next().filter(|name| !name.is_empty())?;
        let rest = &rest[name.len()..];
        // The `var` names what else would have a name of its own.
        let value = if kind == "const " { rest.strip_prefix(" =")?.to_owned() } else { format!("{kind}{rest}") };
        Some((name.to_owned(), value))
    }
}

impl Import {
    fn read(statement: &str) -> Option<Self> {
        let statement = statement.strip_prefix("import ")?.strip_suffix("\";")?;
        let (names, from) = statement.split_once('"')?;
        let names = match names.trim() {
            "" => "",
            names => names.strip_prefix('{')?.strip_suffix("} from")?,
        };
        let names: Vec<_> =
            names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
        let plain = from.starts_with('.') && names.iter().all(|name| name.chars().all(is_in_word));
        plain.then(|| Self { names, from: from.to_owned() })
    }
}

fn is_in_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

/// Takes out comments and the spaces that mean nothing. Line ends mean nothing either, because the formatter puts every
/// semicolon that there can be.
fn shorten(text: &str) -> String {
    let mut short = String::with_capacity(text.len());
    let mut rest = text;
    let mut spaced = false;
    while let Some(character) = rest.chars().next() {
        let length = match character {
            _ if character.is_whitespace() => {
                spaced = true;
                rest = &rest[character.len_utf8()..];
                continue;
            }
            '/' if rest.starts_with("//") => {
                spaced = true;
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
                continue;
            }
            '/' if rest.starts_with("/*") => {
                spaced = true;
                rest = rest.split_once("*/").map_or("", |(_, after)| after);
                continue;
            }
            '"' | '\'' => quoted(rest, character),
            '`' => template(rest),
            '/' if starts_expression(&short) => regular_expression(rest),
            _ => character.len_utf8(),
        };
        match short.chars().next_back() {
            Some(last) if spaced && is_in_word(last) && is_in_word(character) => short.push(' '),
            // `a + +b` is not `a ++b`.
            Some(last) if spaced && last == character && matches!(character, '+' | '-' | '/') => short.push(' '),
            // The last of a list needs no comma, the last of a block no semicolon.
            Some(',') if matches!(character, ')' | ']' | '}') => drop(short.pop()),
            Some(';') if character == '}' => drop(short.pop()),
            _ => {}
        }
        spaced = false;
        if rest.starts_with("=>") {
            unwrap_parameter(&mut short);
        }
        short.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    short
}

/// A single parameter of an arrow function needs no parentheses: `(a)=>` at the end of what there is.
fn unwrap_parameter(short: &mut String) {
    let Some((before, name)) = short.strip_suffix(')').and_then(|head| head.rsplit_once('(')) else {
        return;
    };
    if !name.is_empty() && name.chars().all(is_in_word) && !before.ends_with(is_in_word) {
        *short = format!("{before}{name}");
    }
}

/// How long the string at the start of `text` is, to its closing `quote`.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, character)| {
        let found = *character == quote && !escaped;
        escaped = *character == '\\' && !escaped;
        found
    });
    end.map_or(text.len(), |(end, _)| end + 1)
}

/// How long the template at the start of `text` is, with all that is in it.
fn template(text: &str) -> usize {
    let mut at = 1;
    while let Some(character) = text[at..].chars().next() {
        at += match character {
            '`' => return at + 1,
            '\\' => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '$' if text[at..].starts_with("${") => 2 + inserted(&text[at + 2..]),
            _ => character.len_utf8(),
        };
    }
    text.len()
}

/// How long what is inserted into a template is, to its closing brace.
fn inserted(text: &str) -> usize {
    let mut at = 0;
    let mut depth = 1;
    while let Some(character) = text[at..].chars().next() {
        let mut length = character.len_utf8();
        match character {
            '"' | '\'' => length = quoted(&text[at..], character),
            '`' => length = template(&text[at..]),
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        at += length;
        if depth == 0 {
            break;
        }
    }
    at
}

/// How long the regular expression at the start of `text` is, without its flags.
fn regular_expression(text: &str) -> usize {
    let mut escaped = false;
    let mut in_class = false;
    let end = text.char_indices().skip(1).find(|(_, character)| {
        if escaped {
            escaped = false;
            return false;
        }
        match character {
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        *character == '/' && !in_class
    });
    end.map_or(text.len(), |(end, _)| end + 1)
}

/// Whether a slash after `before` starts a regular expression, and does not divide.
fn starts_expression(before: &str) -> bool {
    let word = before.rsplit(|character| !is_in_word(character)).next().unwrap_or_default();
    if word.is_empty() {
        return !before.ends_with([')', ']', '"', '\'', '`']);
    }
    matches!(word, "return" | "typeof" | "case" | "in" | "of" | "throw" | "await")
}
