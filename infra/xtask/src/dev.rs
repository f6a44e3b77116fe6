//! `cargo xtask dev`: the one-machine stack, built and started anew when a source changes.
//!
//! It looks at the sources' times twice a second: a few hundred files, which costs less than compiling a library that is
//! told of changes. Style sheets and scripts are none of its business: with `--dev` the stack serves them from their files.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};
use std::{fs, thread};

use serde_json::Value;

use crate::{Failure, cargo, root};

/// What the stack is built from.
const SOURCES: [&str; 8] = [
    "Cargo.lock",
    "Cargo.toml",
    "docs/openapi.json",
    "functions",
    "infra/local",
    "infra/template.yaml",
    "shared",
    "templates",
];
/// What it serves from the files as they are.
const SERVED: &str = "templates/static";

const LOOK_EVERY: Duration = Duration::from_millis(500);

type Times = BTreeMap<PathBuf, SystemTime>;

/// Runs until the stack is stopped (Ctrl-C), with `options` as those of the stack.
pub(crate) fn run(options: &[OsString]) -> Result<bool, Failure> {
    let mut running: Option<Parlor> = None;
    loop {
        let built_from = times()?;
        // The one that runs goes on while the next one is built, and stays if that does not work out.
        match build()? {
            Some(program) => {
                drop(running.take());
                running = Some(Parlor::start(&program, options)?);
            }
            None => println!("\ndev: that does not build; the next change is tried"),
        }
        let changed = loop {
            if let Some(ended) = running.as_mut().and_then(Parlor::ended) {
                if ended {
                    return Ok(true);
                }
                println!("\ndev: it has ended; the next change starts it again");
                running = None;
            }
            thread::sleep(LOOK_EVERY);
            let now = times()?;
            if now != built_from {
                // An editor, or git, may still be writing.
                thread::sleep(LOOK_EVERY);
                if times()? == now {
                    break difference(&built_from, &now);
                }
            }
        };
        println!("\ndev: {} changed", changed.display());
    }
}

/// A running stack. It ends when its standard input does: with this program, however that ends.
struct Parlor(Child);

impl Parlor {
    fn start(program: &Path, options: &[OsString]) -> Result<Self, Failure> {
        let started =
            Command::new(program).arg("--dev").args(options).current_dir(root()).stdin(Stdio::piped()).spawn();
        started.map(Self).map_err(|error| Failure::new(format!("{} cannot be started: {error}", program.display())))
    }

    /// Whether it ended well, if it has ended.
    fn ended(&mut self) -> Option<bool> {
        self.0.try_wait().ok().flatten().map(|status| status.success())
    }
}

impl Drop for Parlor {
    /// It says goodbye to its live connections, and keeps what it was told.
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Builds what `cargo run` builds; nothing when that fails, with cargo's own words shown.
fn build() -> Result<Option<PathBuf>, Failure> {
    let cannot = |error| Failure::new(format!("cargo build cannot be started: {error}"));
    let mut child = cargo()
        .args(["build", "--bin", "parlor", "--message-format", "json-render-diagnostics"])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(cannot)?;
    let mut program = None;
    for line in child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines().map_while(Result::ok))
    {
        let message: Value = serde_json::from_str(&line).unwrap_or_default();
        program = message["executable"].as_str().map(PathBuf::from).or(program);
    }
    let status = child.wait().map_err(cannot)?;
    Ok(program.filter(|_| status.success()))
}

/// When each source was last written.
fn times() -> Result<Times, Failure> {
    let root = root();
    let mut times = Times::new();
    for source in SOURCES {
        look(&root.join(source), &root.join(SERVED), &mut times)?;
    }
    Ok(times)
}

fn look(path: &Path, left_out: &Path, times: &mut Times) -> Result<(), Failure> {
    if path == left_out {
        return Ok(());
    }
    // What is gone between two looks is a change like another.
    let Ok(metadata) = fs::metadata(path) else { return Ok(()) };
    if !metadata.is_dir() {
        times.extend(metadata.modified().ok().map(|time| (path.to_path_buf(), time)));
        return Ok(());
    }
    let unreadable = |error| Failure::new(format!("{}: {error}", path.display()));
    for entry in fs::read_dir(path).map_err(unreadable)? {
        look(&entry.map_err(unreadable)?.path(), left_out, times)?;
    }
    Ok(())
}

/// The first file that is new, gone or written since.
fn difference(before: &Times, after: &Times) -> PathBuf {
    let differs = |path: &&PathBuf| before.get(*path) != after.get(*path);
    let path = after.keys().chain(before.keys()).find(differs).cloned().unwrap_or_default();
    path.strip_prefix(root()).map(Path::to_path_buf).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_seen_and_what_is_served_as_it_is_is_not() {
        let times = times().unwrap();
        assert!(times.contains_key(&root().join("shared/domain/src/lib.rs")));
        assert!(times.contains_key(&root().join("infra/template.yaml")));
        assert!(!times.keys().any(|path| path.starts_with(root().join(SERVED))));
    }

    #[test]
    fn what_changed_is_named() {
        let before = Times::from([("a".into(), SystemTime::UNIX_EPOCH), ("b".into(), SystemTime::UNIX_EPOCH)]);
        let mut after = before.clone();
        after.remove(Path::new("b"));
        assert_eq!(difference(&before, &after), Path::new("b"));
        after.insert("b".into(), SystemTime::UNIX_EPOCH + LOOK_EVERY);
        assert_eq!(difference(&before, &after), Path::new("b"));
    }
}
