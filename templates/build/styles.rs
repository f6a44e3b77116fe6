//! Joins a style sheet with those that it imports, and takes out what means nothing.

use std::fs;
use std::path::{Path, PathBuf};

/// The sheet at `entry` with its imports in their place, each once.
pub(crate) fn bundle(entry: &Path) -> Result<String, String> {
    let mut joined = String::new();
    join(entry, &mut Vec::new(), &mut joined)?;
    Ok(rename(&without_unused(shorten(&joined))))
}

fn join(path: &Path, done: &mut Vec<PathBuf>, joined: &mut String) -> Result<(), String> {
    if done.iter().any(|other| other == path) {
        return Ok(());
    }
    done.push(path.to_owned());
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    for line in text.lines() {
        if let Some(import) = line.strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";")) {
            join(&path.with_file_name(import), done, joined)?;
        } else if line.starts_with("@import") {
            return Err(format!("{}: only `@import \"file.css\";` is understood: {line}", path.display()));
        } else {
            joined.push_str(line);
            joined.push('\n');
        }
    }
    Ok(())
}

/// Takes out comments and the spaces that mean nothing. Our style sheets hold no strings with comments or braces.
fn shorten(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::with_capacity(text.len());
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let mut short = String::with_capacity(plain.len());
    for word in plain.split_whitespace() {
        let tight = short.is_empty()
            || short.ends_with(['{', '}', ';', ',', ':', '>', '('])
            || word.starts_with(['{', '}', '>', ')']);
        if !tight {
            short.push(' ');
        }
        short.push_str(word);
    }
    // A number below one needs no nought.
    short.replace(";}", "}").replace(" 0.", " .").replace(":0.", ":.").replace("(0.", "(.").replace(",0.", ",.")
}

/// Leaves out the tokens that no rule names, nor a token that a rule names: all sheets share the tokens, and none needs
/// all of them.
fn without_unused(mut text: String) -> String {
    loop {
        let unused = text.match_indices("--").find_map(|(start, _)| {
            let is_declared = text[..start].ends_with(['{', ';']);
            let name = &text[start..start + name_length(&text[start..])];
            (is_declared && !text.contains(&format!("var({name})"))).then(|| format!("{name}:"))
        });
        let Some(unused) = unused else {
            return text.replace(";}", "}");
        };
        while let Some(start) = text.find(&unused) {
            let end = text[start..].find([';', '}']).map_or(text.len(), |end| start + end);
            let end = if text[end..].starts_with(';') { end + 1 } else { end };
            text.replace_range(start..end, "");
        }
    }
}

/// How long the token's name at the start of `text` is.
fn name_length(text: &str) -> usize {
    text.find(|character: char| !character.is_ascii_alphanumeric() && character != '-').unwrap_or(text.len())
}

/// The tokens that a company's own sheet sets (`src/accent.rs`), so that they keep their names.
const PUBLIC: [&str; 3] = ["--fill", "--fill-strong", "--on-fill"];

/// Gives each token the shortest name that is free. Nothing but style sheets names them, and a sheet is served whole; on a
/// phone's first load the long names would cost as much as a component.
fn rename(text: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    let mut short = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("--") {
        let (before, name) = rest.split_at(start);
        let end =
            name.find(|character: char| !character.is_ascii_alphanumeric() && character != '-').unwrap_or(name.len());
        let name = &name[..end];
        short.push_str(before);
        rest = &rest[start + end..];
        if PUBLIC.contains(&name) {
            short.push_str(name);
            continue;
        }
        let number = names.iter().position(|other| *other == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        short.push_str("--");
        short.push_str(&letters(number));
    }
    short + rest
}

/// `a` to `z`, then `aa` and so on.
fn letters(number: usize) -> String {
    let last = char::from(b"abcdefghijklmnopqrstuvwxyz"[number % 26]);
    let before = if number < 26 { String::new() } else { letters(number / 26 - 1) };
    format!("{before}{last}")
}
