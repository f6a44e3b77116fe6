//! The part `rules` of `cargo xtask test`: that `docs/rules.md` and the code name the same rules and the same tests.
//!
//! A rule's number (`R7`) stands in comments, and at the beginning of the tests that hold it (`r7_…`). Both are words of
//! their own, so plain text is looked at and nothing is compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::{Failure, root};

/// Where rules are cited and tests stand.
const SOURCES: [&str; 5] = ["functions", "infra", "shared", "templates", "tests"];
const KINDS: [&str; 6] = ["css", "js", "mjs", "py", "rs", "yaml"];
/// What is installed or made, below those.
const NOT_OURS: [&str; 4] = ["node_modules", "screenshots", "target", ".venv"];

/// What a section without a test has to say.
const NOT_BUILT: &str = "not built yet";

/// Checks every rule; returns how many there are and what is wrong.
pub(crate) fn check() -> Result<(usize, Vec<String>), Failure> {
    let path = root().join("docs/rules.md");
    let text = fs::read_to_string(&path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    let sections = sections(&text);
    let mut found = Found::default();
    for folder in SOURCES {
        walk(&root().join(folder), &mut found)?;
    }
    Ok((sections.len(), compare(&sections, &found)))
}

/// What the sources say.
#[derive(Debug, Default)]
struct Found {
    /// Each rule that is cited, with one of the files that do.
    cited: BTreeMap<u32, String>,
    /// Every test whose name begins with a rule.
    tests: BTreeSet<String>,
}

impl Found {
    fn take(&mut self, file: &str, text: &str) {
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let mut before = "";
        for word in words.filter(|word| !word.is_empty()) {
            if let Some(rule) = number(word, 'R') {
                self.cited.entry(rule).or_insert_with(|| file.to_owned());
            }
            if before == "fn" {
                // `r2_r3_…` holds both.
                for rule in rules_of_test(word) {
                    self.cited.entry(rule).or_insert_with(|| file.to_owned());
                    self.tests.insert(word.to_owned());
                }
            }
            before = word;
        }
    }
}

/// `R7` is 7 for the letter `R`, `r7` for `r`.
fn number(word: &str, letter: char) -> Option<u32> {
    let digits = word.strip_prefix(letter)?;
    (matches!(digits.len(), 1 | 2) && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(())?;
    digits.parse().ok()
}

/// The rules that a test's name begins with.
fn rules_of_test(name: &str) -> Vec<u32> {
    name.split('_').map_while(|word| number(word, 'r')).collect()
}

/// Each `## R7 …` with the text under it.
fn sections(text: &str) -> Vec<(u32, &str)> {
    let mut sections = Vec::new();
    for part in text.split("\n## ").skip(1) {
        let (title, body) = part.split_once('\n').unwrap_or((part, ""));
        if let Some(rule) = title.split_whitespace().next().and_then(|word| number(word, 'R')) {
            sections.push((rule, body));
        }
    }
    sections
}

fn compare(sections: &[(u32, &str)], found: &Found) -> Vec<String> {
    let mut wrong = Vec::new();
    if !sections.iter().map(|(rule, _)| *rule).eq((1..).take(sections.len())) {
        wrong.push("docs/rules.md leaves out a rule, or has one in another place".to_owned());
    }
    let known: BTreeSet<u32> = sections.iter().map(|(rule, _)| *rule).collect();
    for (rule, file) in &found.cited {
        if !known.contains(rule) {
            wrong.push(format!("{file} cites R{rule}, which docs/rules.md does not have"));
        }
    }
    let held: BTreeSet<u32> = found.tests.iter().flat_map(|test| rules_of_test(test)).collect();
    for (rule, body) in sections {
        let named: Vec<&str> =
            body.split('`').skip(1).step_by(2).filter(|word| !rules_of_test(word).is_empty()).collect();
        for test in &named {
            // `r2_…` stands for all of them.
            if !found.tests.contains(*test) && !test.ends_with("_…") {
                wrong.push(format!("docs/rules.md names `{test}` under R{rule}, and there is no such test"));
            }
        }
        if named.is_empty() && held.contains(rule) {
            wrong.push(format!("docs/rules.md names no test under R{rule}, and there are some"));
        }
        // Over the ends of lines.
        let says = body.split_whitespace().collect::<Vec<_>>().join(" ");
        if !held.contains(rule) && !says.contains(NOT_BUILT) {
            wrong.push(format!("R{rule} has no test, and docs/rules.md does not say what of it is {NOT_BUILT}"));
        }
    }
    wrong
}

fn walk(folder: &Path, found: &mut Found) -> Result<(), Failure> {
    let unreadable = |error| Failure::new(format!("{}: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let kind = path.extension().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !NOT_OURS.contains(&name.as_ref()) {
                walk(&path, found)?;
            }
        } else if KINDS.contains(&kind.as_ref()) && !path.ends_with("infra/xtask/src/rules.rs") {
            let text = fs::read_to_string(&path).map_err(unreadable)?;
            found.take(&path.strip_prefix(root()).unwrap_or(&path).to_string_lossy(), &text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(doc: &str, source: &str) -> Vec<String> {
        let mut found = Found::default();
        found.take("a.rs", source);
        compare(&sections(doc), &found)
    }

    #[test]
    fn what_code_and_document_name_has_to_be_in_both() {
        let doc = "# Rules\n\n## R1 Start\nBegins. `r1_starts`\n\n## R2 End\nEnds. Not so: not built\nyet.\n";
        assert_eq!(judged(doc, "// (R1, R2)\nfn r1_starts() {}"), Vec::<String>::new());
        assert_eq!(judged(doc, "fn r1_starts() {} // R3").len(), 1);
        assert_eq!(judged(doc, "fn r1_began() {}").len(), 1);
        assert_eq!(judged(doc, "fn r1_starts() {} fn r2_ends() {}").len(), 1);
        assert_eq!(judged(&doc.replace("Not so: not built\nyet.", ""), "fn r1_starts() {}").len(), 1);
        assert_eq!(judged(doc, "fn r1_r2_starts() {}").len(), 2);
        assert_eq!(judged(&doc.replace("## R2", "## R3"), "fn r1_starts() {}").len(), 1);
    }

    #[test]
    fn only_whole_words_are_rules() {
        assert_eq!(number("R12", 'R'), Some(12));
        assert_eq!(number("R123", 'R'), None);
        assert_eq!(number("R1a", 'R'), None);
        assert_eq!(rules_of_test("r2_r3_r5_a_minute_passes"), [2, 3, 5]);
        assert_eq!(rules_of_test("reads_r2"), Vec::<u32>::new());
    }
}
