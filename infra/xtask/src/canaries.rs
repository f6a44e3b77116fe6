//! Canaries in logs: what the tests' helpers know and no log may hold (`tests/src/canary.rs`) is looked for in everything
//! that functions logged during the run, at the level at which they are deployed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use serde_json::{Value, json};

use crate::tally::Tally;
use crate::{Failure, target};

/// How many findings are shown.
const SHOWN: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Canary {
    /// What it is: `a cookie`.
    what: String,
    text: String,
    /// Of digits that other numbers may look like: the session that they belong to, perhaps none. They are looked for as a
    /// value in quotes, and as a number in lines that name the session.
    session: Option<String>,
}

/// The folders of one run, where cargo builds: `canaries/<part>` for what is known, `logs/<part>` for what was logged.
pub(crate) struct Watch {
    known: PathBuf,
    logs: PathBuf,
}

impl Watch {
    /// Empty folders: what an earlier run left is gone.
    pub(crate) fn start() -> Result<Self, Failure> {
        let watch = Self { known: target()?.join("canaries"), logs: target()?.join("logs") };
        for folder in [&watch.known, &watch.logs] {
            let _ = fs::remove_dir_all(folder);
            make(folder)?;
        }
        Ok(watch)
    }

    /// What `part`'s programs are told, by `PARLOR_TEST_LOGS` and `PARLOR_TEST_CANARIES`.
    pub(crate) fn environment(&self, part: &str) -> Result<[(&'static str, PathBuf); 2], Failure> {
        let (logs, known) = (self.logs.join(part), self.known.join(part));
        make(&logs)?;
        make(&known)?;
        Ok([("PARLOR_TEST_LOGS", logs), ("PARLOR_TEST_CANARIES", known)])
    }

    /// A file for what a part's functions log.
    pub(crate) fn log(&self, part: &str, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.logs.join(part);
        make(&folder)?;
        Ok(folder.join(name))
    }

    /// Notes what a part's own start-up line tells: an API key, and people's passwords.
    pub(crate) fn note(&self, part: &str, key: &str, passwords: &[&str]) -> Result<(), Failure> {
        let folder = self.known.join(part);
        make(&folder)?;
        let lines = std::iter::once(("an API key", key)).chain(passwords.iter().map(|one| ("a password", *one)));
        let lines: Vec<_> = lines.map(|(what, text)| json!({"what": what, "text": text}).to_string()).collect();
        let path = folder.join("start.jsonl");
        fs::write(&path, lines.join("\n")).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
    }

    /// Looks for every canary in every log. One that is found fails, and so does whoever should have logged and has not.
    pub(crate) fn search(&self) -> Result<Tally, Failure> {
        let mut canaries = BTreeSet::new();
        let mut silent = Vec::new();
        let mut logs = Vec::new();
        for part in entries(&self.logs)? {
            let name = part.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let written = entries(&part)?;
            let known = entries(&self.known.join(&name)).unwrap_or_default();
            if written.is_empty() {
                silent.push(format!("{name}: nothing"));
            }
            silent.extend(written.iter().filter(|log| is_empty(log)).map(|log| log.display().to_string()));
            // Tests with canaries run functions, in their own process or beside it.
            if name == "integration" {
                let alone = known.iter().filter(|known| {
                    let log = part.join(known.file_name().unwrap_or_default()).with_extension("log");
                    is_empty(&log)
                });
                silent.extend(alone.map(|known| known.display().to_string()));
            }
            for path in known {
                canaries.extend(read(&path)?.lines().map(parse).collect::<Result<Vec<_>, _>>()?);
            }
            logs.extend(written);
        }
        let canaries: Vec<Canary> = canaries.into_iter().collect();
        let search = Search::new(&canaries)?;
        let mut found: BTreeMap<usize, String> = BTreeMap::new();
        let mut lines = 0;
        for path in &logs {
            let log = read(path)?;
            lines += log.lines().count();
            for (canary, line) in search.run(&log) {
                let line = line.replace(&canaries[canary].text, &format!("[{}]", canaries[canary].what));
                found.entry(canary).or_insert_with(|| format!("{}: {line}", path.display()));
            }
        }
        println!("  {} lines of {} logs", lines, logs.len());
        for (canary, place) in found.iter().take(SHOWN) {
            println!("  {} in {place}", canaries[*canary].what);
        }
        if found.len() > SHOWN {
            println!("  and {} more", found.len() - SHOWN);
        }
        for one in &silent {
            println!("  logged nothing: {one}");
        }
        if canaries.is_empty() {
            silent.push("no canary is known".to_owned());
            println!("  no canary is known");
        }
        Ok(Tally { passed: canaries.len() - found.len(), failed: found.len() + silent.len() })
    }
}

fn make(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::new(format!("{}: {error}", folder.display())))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| Failure::new(format!("{}: {error}", folder.display()));
    let mut paths = fs::read_dir(folder)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    paths.sort();
    Ok(paths)
}

fn is_empty(path: &Path) -> bool {
    !fs::metadata(path).is_ok_and(|file| file.len() > 0)
}

fn read(path: &Path) -> Result<String, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    // A process that was killed may have left half a letter.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn parse(line: &str) -> Result<Canary, Failure> {
    let read = || {
        let canary: Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| canary[name].as_str().map(str::to_owned);
        Some(Canary { what: text("what")?, text: text("text")?, session: text("session") })
    };
    // The line itself is a secret.
    read().ok_or_else(|| Failure::new("a helper of the tests wrote a canary that is none"))
}

/// What is looked for, ready to be found.
struct Search<'a> {
    canaries: &'a [Canary],
    /// Patterns, and which canary each belongs to.
    texts: AhoCorasick,
    owners: Vec<usize>,
    /// Sessions of which there are digits, and which.
    sessions: AhoCorasick,
    digits: Vec<Vec<usize>>,
}

impl<'a> Search<'a> {
    fn new(canaries: &'a [Canary]) -> Result<Self, Failure> {
        let mut patterns = Vec::new();
        let mut owners = Vec::new();
        let mut of_session: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, Canary { text, session, .. }) in canaries.iter().enumerate() {
            match session {
                None => patterns.push(text.clone()),
                Some(session) => {
                    // In quotes, and in quotes inside of a text in JSON.
                    patterns.extend([format!("\"{text}\""), format!("\"{text}\\\"")]);
                    owners.push(number);
                    if !session.is_empty() {
                        of_session.entry(session).or_default().push(number);
                    }
                }
            }
            owners.push(number);
        }
        let build = |patterns: &[String]| {
            AhoCorasick::new(patterns).map_err(|error| Failure::new(format!("too many canaries: {error}")))
        };
        let sessions: Vec<String> = of_session.keys().map(|session| (*session).to_owned()).collect();
        Ok(Self {
            canaries,
            texts: build(&patterns)?,
            owners,
            sessions: build(&sessions)?,
            digits: of_session.into_values().collect(),
        })
    }

    /// The canaries in a log, each with a line that it stands in.
    fn run<'l>(&self, log: &'l str) -> Vec<(usize, &'l str)> {
        let line_at = |place: usize| {
            let start = log[..place].rfind('\n').map_or(0, |before| before + 1);
            let end = log[place..].find('\n').map_or(log.len(), |after| place + after);
            &log[start..end]
        };
        let texts = self.texts.find_iter(log).map(|hit| (self.owners[hit.pattern().as_usize()], line_at(hit.start())));
        let digits = self.sessions.find_iter(log).flat_map(|hit| {
            let line = line_at(hit.start());
            let of_session = self.digits[hit.pattern().as_usize()].iter().copied();
            of_session.filter(|canary| has_number(line, &self.canaries[*canary].text)).map(move |canary| (canary, line))
        });
        texts.chain(digits).collect()
    }
}

/// Whether `digits` stand in a line by themselves: not as a part of a longer number, a time or an id.
fn has_number(line: &str, digits: &str) -> bool {
    line.match_indices(digits).any(|(place, _)| {
        let part = |letter: &char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_');
        let before = line[..place].chars().next_back().filter(part);
        let after = line[place + digits.len()..].chars().next().filter(char::is_ascii_alphanumeric);
        before.is_none() && after.is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(canaries: &[(&str, Option<&str>)], log: &str) -> Vec<String> {
        let canaries: Vec<_> = canaries
            .iter()
            .map(|(text, session)| Canary {
                what: "it".into(),
                text: (*text).into(),
                session: session.map(str::to_owned),
            })
            .collect();
        let search = Search::new(&canaries).unwrap();
        search.run(log).into_iter().map(|(canary, line)| format!("{} {line}", canaries[canary].text)).collect()
    }

    #[test]
    fn a_canary_is_found_wherever_it_stands() {
        let canaries = [("mara@example.net", None), ("secret-of-a-cookie", None)];
        let log = "one\n{\"to\":\"mara@example.net\"}\nxxsecret-of-a-cookiexx";
        assert_eq!(
            found(&canaries, log),
            ["mara@example.net {\"to\":\"mara@example.net\"}", "secret-of-a-cookie xxsecret-of-a-cookiexx"]
        );
        assert!(found(&canaries, "mara@example.org").is_empty());
    }

    #[test]
    fn a_code_is_found_in_quotes_and_beside_its_session() {
        let canaries = [("482913", Some("1end1n0123456789abcdefghjk")), ("4711", Some(""))];
        for line in [
            r#"{"code":"482913"}"#,
            r#"{"message":"{\"code\":\"482913\"}"}"#,
            r#"{"session":"1end1n0123456789abcdefghjk","code":482913}"#,
            "wrong code 482913 for 1end1n0123456789abcdefghjk",
        ] {
            assert_eq!(found(&canaries, line).len(), 1, "{line}");
        }
        for line in [
            r#"{"ms":482913}"#,
            r#"{"timestamp":"2026-11-21T17:22:51.482913Z","session":"1end1n0123456789abcdefghjk"}"#,
            r#"{"session":"1end1n0123456789abcdefghjk","ms":0.482913}"#,
            r#"{"session":"1end1n0123456789abcdefghjk","id":"a482913b"}"#,
            "port 4711",
        ] {
            assert!(found(&canaries, line).is_empty(), "{line}");
        }
        assert_eq!(found(&canaries, r#"{"pin":"4711"}"#).len(), 1);
    }

    #[test]
    fn what_is_no_canary_is_refused_without_being_shown() {
        let canary = parse(r#"{"what":"a cookie","text":"x"}"#).unwrap();
        assert_eq!((canary.what.as_str(), canary.session), ("a cookie", None));
        assert!(!parse("a secret").unwrap_err().to_string().contains("a secret"));
    }
}
