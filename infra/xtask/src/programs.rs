//! The programs that the tests need: built in one go, and test programs run.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use serde_json::Value;

use crate::tally::{Tally, now, one, seconds};
use crate::{Failure, cargo, package, root};

/// The test program whose modules are run as if each were a program.
const INSTALLATION: &str = "tests/installation";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The tests inside a library or a program.
    Unit,
    /// A file under a package's `tests/`.
    Integration,
}

#[derive(Clone, Debug)]
pub(crate) struct Program {
    name: String,
    pub(crate) kind: Kind,
    path: PathBuf,
    package: PathBuf,
    /// Of these tests only.
    only: Vec<String>,
}

impl Program {
    /// Takes the whole machine: runs alone, and its tests one after the other.
    pub(crate) fn is_storm(&self) -> bool {
        self.kind == Kind::Integration && self.name.ends_with("/storms")
    }

    /// Takes longest of all, and waits for nothing: runs beside what waits for browsers.
    pub(crate) fn is_crashes(&self) -> bool {
        self.kind == Kind::Integration && self.name.ends_with("/crashes")
    }

    /// Opens documents with other people's programs: the part `documents`.
    pub(crate) fn is_document(&self) -> bool {
        self.kind == Kind::Integration && self.name.starts_with("pdf/")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.current_dir(&self.package).env("CARGO_MANIFEST_DIR", &self.package).stdin(Stdio::null());
        command
    }

    /// A program of many modules as one of each: what they hold for the whole of their process (logs, what is known of
    /// secrets) stays apart.
    fn modules(self) -> Result<Vec<Self>, Failure> {
        if self.name != INSTALLATION {
            return Ok(vec![self]);
        }
        let listed = self.command().args(["--list", "--format", "terse"]).output();
        let listed = listed.map_err(|error| Failure::new(format!("{}: {error}", self.path.display())))?;
        let mut modules: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for test in String::from_utf8_lossy(&listed.stdout).lines().filter_map(|line| line.strip_suffix(": test")) {
            let module = test.split("::").next().unwrap_or_default();
            modules.entry(module.to_owned()).or_default().push(test.to_owned());
        }
        if modules.is_empty() {
            return Err(Failure::new(format!("{} lists no tests", self.name)));
        }
        let (package, _) = self.name.split_once('/').unwrap_or_default();
        let module = |(module, only)| Self { name: format!("{package}/{module}"), only, ..self.clone() };
        Ok(modules.into_iter().map(module).collect())
    }
}

pub(crate) struct Built {
    pub(crate) tests: Vec<Program>,
    /// The one-machine stack, which integration and browser tests start.
    pub(crate) parlor: Option<PathBuf>,
    /// Writes the sample of every view, for the browser tests.
    pub(crate) samples: Option<PathBuf>,
    /// Lays out a team and a key on a described platform.
    pub(crate) desk: Option<PathBuf>,
}

impl Built {
    /// The test program of this name, `tests/journeys`.
    pub(crate) fn test(&self, name: &str) -> Result<&Program, Failure> {
        let program = self.tests.iter().find(|program| program.name == name);
        program.ok_or_else(|| Failure::new(format!("there is no test program `{name}`")))
    }
}

/// A program of ours that was built, or why there is none.
pub(crate) fn needed<'a>(program: Option<&'a PathBuf>, name: &str) -> Result<&'a PathBuf, Failure> {
    program.ok_or_else(|| Failure::new(format!("the workspace has no program `{name}`, or it was not built")))
}

/// What to build.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// The tests inside of libraries and programs.
    pub(crate) unit: bool,
    /// The tests that are programs of their own.
    pub(crate) integration: bool,
    /// Of those the ones about documents.
    pub(crate) documents: bool,
    /// The functions' programs, for those who deploy them: linking them takes a while.
    pub(crate) functions: bool,
    /// The one-machine stack.
    pub(crate) stack: bool,
    /// The samples of all views.
    pub(crate) samples: bool,
}

impl Wanted {
    /// What cargo is told.
    fn arguments(self) -> Result<Vec<String>, Failure> {
        let only_unit = matches!(
            self,
            Self { unit: true, integration: false, documents: false, functions: false, stack: false, samples: false }
        );
        let mut arguments: Vec<&str> = match self {
            // Unit tests are chosen by this alone: `build --tests` adds the others.
            _ if only_unit => vec!["test", "--no-run", "--lib"],
            Self { unit: true, .. } => vec!["build", "--tests"],
            Self { integration: true, .. } => vec!["build", "--test", "*"],
            Self { documents: true, .. } => vec!["build", "--test", "documents_*"],
            _ => vec!["build"],
        };
        arguments.extend(["--workspace", "--locked", "--message-format", "json-render-diagnostics"]);
        // By name: `--bins` would link every function's program, which has nothing to test.
        for program in if only_unit { tested_programs()? } else { Vec::new() } {
            arguments.extend(["--bin", program]);
        }
        let functions = if self.functions { package::functions()? } else { Vec::new() };
        for function in &functions {
            arguments.extend(["--bin", function]);
        }
        if self.functions {
            arguments.extend(["--bin", "desk"]);
        }
        if self.stack {
            arguments.extend(["--bin", "parlor"]);
        }
        if self.samples {
            arguments.extend(["--example", "samples"]);
        }
        Ok(arguments.into_iter().map(str::to_owned).collect())
    }
}

/// The programs that have tests of their own.
fn tested_programs() -> Result<Vec<&'static str>, Failure> {
    let packages = crate::metadata()?["packages"].as_array().into_iter().flatten();
    let targets = packages.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let tested = targets.filter(|target| target["kind"][0] == "bin" && target["test"] == true);
    Ok(tested.filter_map(|target| target["name"].as_str()).collect())
}

/// A build that is running.
///
/// One invocation over the workspace, because cargo chooses the features of dependencies per invocation: building
/// packages one by one would compile the same dependencies several times over.
pub(crate) struct Building {
    cargo: Child,
    messages: JoinHandle<Vec<Value>>,
}

impl Building {
    pub(crate) fn start(wanted: Wanted) -> Result<Self, Failure> {
        let mut cargo = cargo()
            .args(wanted.arguments()?)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::new(format!("cargo build cannot be started: {error}")))?;
        let stdout = cargo.stdout.take();
        let messages = std::thread::spawn(move || {
            let lines = stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines().map_while(Result::ok));
            lines.filter_map(|line| serde_json::from_str(&line).ok()).collect()
        });
        Ok(Self { cargo, messages })
    }

    /// Gives it up.
    pub(crate) fn stop(mut self) {
        let _ = self.cargo.kill();
        let _ = self.cargo.wait();
    }

    /// Waits for it; nothing when it failed, with cargo's own words shown.
    pub(crate) fn finish(mut self) -> Result<Option<Built>, Failure> {
        let messages = self.messages.join().unwrap_or_default();
        let status = self.cargo.wait().map_err(|error| Failure::new(format!("cargo build: {error}")))?;
        if !status.success() {
            return Ok(None);
        }
        let mut built = Built { tests: Vec::new(), parlor: None, samples: None, desk: None };
        for message in messages {
            let Some(path) = message["executable"].as_str().map(PathBuf::from) else { continue };
            let name = message["target"]["name"].as_str().unwrap_or_default();
            let kind = message["target"]["kind"][0].as_str().unwrap_or_default();
            if message["profile"]["test"] == true {
                let manifest = message["manifest_path"].as_str().map(PathBuf::from);
                let package = manifest.and_then(|manifest| Some(manifest.parent()?.to_path_buf())).unwrap_or_else(root);
                let folder = package.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let program = Program {
                    name: if kind == "lib" { folder } else { format!("{folder}/{name}") },
                    kind: if kind == "test" { Kind::Integration } else { Kind::Unit },
                    path,
                    package,
                    only: Vec::new(),
                };
                built.tests.extend(program.modules()?);
            } else {
                match (kind, name) {
                    ("bin", "parlor") => built.parlor = Some(path),
                    ("example", "samples") => built.samples = Some(path),
                    ("bin", "desk") => built.desk = Some(path),
                    _ => {}
                }
            }
        }
        built.tests.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Some(built))
    }
}

/// Runs test programs as cargo would, two at a time; shows the output of those that fail.
pub(crate) fn run_programs(programs: &[&Program], environment: &[(&str, PathBuf)]) -> Tally {
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(program) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let alone: &[&str] = if program.is_storm() { &["--test-threads=1", "--nocapture"] } else { &[] };
                    let (tally, report) = run_program(program, alone, environment);
                    // Poisoned only if printing panicked; the count is still right.
                    let mut total = total.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    print!("{report}");
                    *total += tally;
                }
            });
        }
    });
    total.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Runs one test program. Its tally, and what there is to say about it.
pub(crate) fn run_program(program: &Program, arguments: &[&str], environment: &[(&str, PathBuf)]) -> (Tally, String) {
    let since = now();
    let mut command = program.command();
    command.args(arguments).envs(environment.iter().map(|(name, value)| (name, value)));
    if !program.only.is_empty() {
        command.arg("--exact").args(&program.only);
    }
    let name = &program.name;
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => {
            return (one(false), format!("  {name}: cannot be started: {error}\n"));
        }
    };
    let stdout = String::from_utf8_lossy(&output.stdout);
    let (tally, problem) = match summary(&stdout) {
        // A test that is left out is a hole that nobody sees: it counts as failed.
        Some((tally, ignored)) if ignored > 0 => {
            let failed = tally.failed + ignored;
            (Tally { failed, ..tally }, Some(format!("{ignored} ignored")))
        }
        Some((tally, _)) if !program.only.is_empty() && tally.passed + tally.failed != program.only.len() => {
            let problem = format!("{} tests are listed", program.only.len());
            (Tally { failed: tally.failed.max(1), ..tally }, Some(problem))
        }
        Some((tally, _)) if output.status.success() => (tally, None),
        Some((tally, _)) => (Tally { failed: tally.failed.max(1), ..tally }, None),
        None => (one(false), Some(format!("ended early: {}", output.status))),
    };
    if tally.passed + tally.failed == 0 {
        return (tally, String::new());
    }
    let mut report =
        format!("  {name}: {} passed, {} failed, {}\n", tally.passed, tally.failed, seconds(since.elapsed()));
    if tally.failed > 0 {
        if let Some(problem) = problem {
            report.extend(["  ", name, ": ", &problem, "\n"]);
        }
        report += &stdout;
        report += &String::from_utf8_lossy(&output.stderr);
    }
    (tally, report)
}

/// Reads `test result: ok. 3 passed; 0 failed; 0 ignored; …`, with the number of ignored ones beside the tally.
fn summary(stdout: &str) -> Option<(Tally, usize)> {
    let line = stdout.lines().rev().find_map(|line| line.strip_prefix("test result: "))?;
    let count = |word: &str| -> Option<usize> {
        let (before, _) = line.split_once(word)?;
        before.trim_end().rsplit([' ', '.']).next()?.parse().ok()
    };
    let tally = Tally { passed: count("passed")?, failed: count("failed")? };
    Some((tally, count("ignored")?))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_summary_of_a_test_program_is_read() {
        let stdout = "running 3 tests\n\ntest result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n";
        assert_eq!(summary(stdout), Some((Tally { passed: 12, failed: 3 }, 1)));
        assert_eq!(summary("running 3 tests\n"), None);
    }

    /// cargo looks for test programs no more: a file that is neither a program nor a module of one would not be run.
    #[test]
    fn every_file_of_integration_tests_is_built() {
        let tests = root().join("tests");
        let manifest = fs::read_to_string(tests.join("Cargo.toml")).unwrap();
        let installation = fs::read_to_string(tests.join("tests/installation.rs")).unwrap();
        for entry in fs::read_dir(tests.join("tests")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.file_stem().unwrap().to_string_lossy().into_owned();
                let program = manifest.contains(&format!("[[test]]\nname = \"{name}\"\n"));
                let module = installation.lines().any(|line| line == format!("mod {name};"));
                assert!(
                    program != module,
                    "tests/tests/{name}.rs: a program of its own, or a module of installation.rs?"
                );
            }
        }
    }

    /// A library or a program that says it has nothing to test has nothing: what stood there would never run.
    #[test]
    fn no_test_stands_where_none_is_built() {
        fn holds_tests(path: &Path) -> bool {
            if path.is_dir() {
                return fs::read_dir(path).unwrap().any(|entry| holds_tests(&entry.unwrap().path()));
            }
            let text = fs::read_to_string(path).unwrap_or_default();
            ["#[test]", "#[tokio::test", "proptest! {"].iter().any(|mark| text.contains(mark))
        }
        let metadata = crate::metadata().unwrap();
        for package in metadata["packages"].as_array().unwrap() {
            let targets = package["targets"].as_array().unwrap();
            let has_library = targets.iter().any(|target| target["kind"][0] == "lib");
            let ours = |target: &&Value| target["kind"][0] == "lib" || target["kind"][0] == "bin";
            for target in targets.iter().filter(ours).filter(|target| target["test"] == false) {
                let source = PathBuf::from(target["src_path"].as_str().unwrap());
                // Beside a library a program is one file; else all that lies beside it is its own.
                let alone = target["kind"][0] == "bin" && has_library;
                let place = if alone { &source } else { source.parent().unwrap() };
                assert!(!holds_tests(place), "{} has tests that nobody builds", package["name"]);
            }
        }
    }
}
