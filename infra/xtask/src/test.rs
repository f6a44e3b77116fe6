//! `cargo xtask test`: every part that proves a change, each with its time, and one line at the end that counts.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::canaries::Watch;
use crate::platform::{self, Platform};
use crate::{Failure, api, cargo, layers, root, rules, succeeds, template, tools};

const PARTS: [&str; 9] = ["fmt", "layers", "rules", "template", "unit", "integration", "platform", "api", "browser"];

/// How many passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Runs the parts that `only` names, or all; `false` when anything failed.
pub(crate) fn run(only: &[String]) -> Result<bool, Failure> {
    if let Some(unknown) = only.iter().find(|part| !PARTS.contains(&part.as_str())) {
        return Err(Failure::new(format!("there is no part `{unknown}`; there are {}", PARTS.join(", "))));
    }
    let wanted = |part: &str| only.is_empty() || only.iter().any(|one| one == part);

    // First what may be missing: nobody waits for a build to learn that there is no browser.
    let browser = root().join("tests/browser");
    let chromium = if wanted("browser") {
        tools::browser_packages(&browser)?;
        Some(tools::chromium()?)
    } else {
        None
    };
    if wanted("api") {
        tools::schemathesis()?;
    }

    let python = if wanted("platform") || wanted("api") { Some(platform::python()?) } else { None };

    let mut total = Tally::default();
    let mut done = |part: &str, since: Instant, tally: Tally| {
        println!("{part}: {} passed, {} failed, {}", tally.passed, tally.failed, seconds(since.elapsed()));
        total += tally;
    };

    if wanted("fmt") {
        let since = now();
        done("fmt", since, one(succeeds(cargo().args(["fmt", "--all", "--check"]))?));
    }
    if wanted("layers") {
        let since = now();
        let (packages, wrong) = layers::check()?;
        for line in &wrong {
            println!("  {line}");
        }
        let tally = Tally { passed: packages.saturating_sub(wrong.len()), failed: wrong.len() };
        done("layers", since, tally);
    }
    if wanted("rules") {
        let since = now();
        let (rules, wrong) = rules::check()?;
        for line in &wrong {
            println!("  {line}");
        }
        done("rules", since, Tally { passed: rules.saturating_sub(wrong.len()), failed: wrong.len() });
    }
    if wanted("template") {
        let since = now();
        let mut tally = Tally::default();
        for (name, wrong) in template::check()? {
            tally += one(wrong.is_none());
            if let Some(wrong) = wrong {
                println!("  {name}:\n{wrong}");
            }
        }
        done("template", since, tally);
    }
    if ["unit", "integration", "platform", "api", "browser"].into_iter().any(wanted) {
        let since = now();
        let Some(built) = build(python.is_some())? else {
            done("build", since, one(false));
            println!("{} passed, {} failed", total.passed, total.failed);
            return Ok(false);
        };
        println!("build: {}", seconds(since.elapsed()));
        let watch = Watch::start()?;
        for (part, kind) in [("unit", Kind::Unit), ("integration", Kind::Integration)] {
            if wanted(part) {
                let since = now();
                let programs = built.tests.iter().filter(|program| program.kind == kind);
                let (storms, others): (Vec<_>, Vec<_>) = programs.partition(|program| program.is_storm());
                let mut environment = vec![("PARLOR_PROGRAM", built.parlor.clone())];
                if kind == Kind::Integration {
                    environment.extend(watch.environment(part)?);
                }
                let mut tally = run_programs(&others, &environment);
                for storm in storms {
                    tally += run_programs(&[storm], &environment);
                }
                done(part, since, tally);
            }
        }
        if let Some(python) = python {
            let mut since = now();
            let mut second = Platform::start(&python, &built)?;
            if wanted("platform") {
                done("platform", since, second.run(&built, &watch)?);
                since = now();
            }
            if wanted("api") {
                done("api", since, api::on_both(&built, &second, &watch)?);
            }
            second.keep_logs(&watch, wanted("platform"))?;
        }
        if let Some(chromium) = chromium {
            let since = now();
            done("browser", since, run_browser(&browser, &chromium, &built, &watch)?);
        }
        if ["integration", "platform", "api", "browser"].into_iter().any(wanted) {
            let since = now();
            done("canaries", since, watch.search()?);
        }
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(total.failed == 0)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The tests inside a library or a program.
    Unit,
    /// A file under a package's `tests/`.
    Integration,
}

pub(crate) struct Program {
    name: String,
    kind: Kind,
    path: PathBuf,
    package: PathBuf,
}

impl Built {
    /// The test program of this name, `tests/journeys`.
    pub(crate) fn test(&self, name: &str) -> Result<&Program, Failure> {
        let program = self.tests.iter().find(|program| program.name == name);
        program.ok_or_else(|| Failure::new(format!("there is no test program `{name}`")))
    }
}

impl Program {
    /// Takes the whole machine: runs alone, and its tests one after the other.
    fn is_storm(&self) -> bool {
        self.kind == Kind::Integration && self.name.ends_with("/storms")
    }
}

pub(crate) struct Built {
    tests: Vec<Program>,
    /// The one-machine stack, which integration and browser tests start.
    pub(crate) parlor: PathBuf,
    /// Writes the sample of every view, for the browser tests.
    samples: PathBuf,
    /// Lays out a team and a key on a described platform; built with the functions only.
    pub(crate) desk: Option<PathBuf>,
}

/// Builds every test and the one-machine stack in one go; nothing when that fails, with cargo's own words shown.
///
/// One invocation over the workspace, because cargo chooses the features of dependencies per invocation: building
/// packages one by one would compile the same dependencies several times over. The functions' programs come along only
/// for those who deploy them: linking them takes a while.
pub(crate) fn build(functions: bool) -> Result<Option<Built>, Failure> {
    let programs: &[&str] = if functions { &["--bins"] } else { &["--bin", "parlor"] };
    let mut child = cargo()
        .args(["build", "--workspace", "--tests", "--example", "samples", "--locked"])
        .args(programs)
        .args(["--message-format", "json-render-diagnostics"])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::new(format!("cargo build cannot be started: {error}")))?;
    let mut tests = Vec::new();
    let mut parlor = None;
    let mut samples = None;
    let mut desk = None;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let Ok(message) = serde_json::from_str::<Value>(&line) else {
                continue;
            };
            let Some(path) = message["executable"].as_str().map(PathBuf::from) else {
                continue;
            };
            let name = message["target"]["name"].as_str().unwrap_or_default();
            let kind = message["target"]["kind"][0].as_str().unwrap_or_default();
            if message["profile"]["test"] != true {
                match (kind, name) {
                    ("bin", "parlor") => parlor = Some(path),
                    ("example", "samples") => samples = Some(path),
                    ("bin", "desk") => desk = Some(path),
                    _ => {}
                }
                continue;
            }
            let package = message["manifest_path"]
                .as_str()
                .and_then(|manifest| Some(PathBuf::from(manifest).parent()?.to_path_buf()))
                .unwrap_or_else(root);
            let folder = package.file_name().unwrap_or_default().to_string_lossy().into_owned();
            tests.push(Program {
                name: if kind == "lib" { folder } else { format!("{folder}/{name}") },
                kind: if kind == "test" { Kind::Integration } else { Kind::Unit },
                path,
                package,
            });
        }
    }
    let status = child.wait().map_err(|error| Failure::new(format!("cargo build: {error}")))?;
    if !status.success() {
        return Ok(None);
    }
    tests.sort_by(|a, b| a.name.cmp(&b.name));
    match (parlor, samples) {
        (Some(parlor), Some(samples)) => Ok(Some(Built { tests, parlor, samples, desk })),
        _ => Err(Failure::new("the workspace has no program `parlor`, or no example `samples`")),
    }
}

/// Runs test programs as cargo would, two at a time; shows the output of those that fail.
fn run_programs(programs: &[&Program], environment: &[(&str, PathBuf)]) -> Tally {
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
    let output = Command::new(&program.path)
        .args(arguments)
        .current_dir(&program.package)
        .env("CARGO_MANIFEST_DIR", &program.package)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .output();
    let name = &program.name;
    let output = match output {
        Ok(output) => output,
        Err(error) => {
            return (one(false), format!("  {name}: cannot be started: {error}\n"));
        }
    };
    let stdout = String::from_utf8_lossy(&output.stdout);
    let (tally, problem) = match summary(&stdout) {
        // A test that is left out is a hole that nobody sees: it counts as failed.
        Some((tally, 0)) if output.status.success() => (tally, None),
        Some((tally, ignored)) if ignored > 0 => {
            let failed = tally.failed + ignored;
            (Tally { failed, ..tally }, Some(format!("{ignored} ignored")))
        }
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

/// Runs the browser tests with Node's own runner, its report shown while it grows.
fn run_browser(
    folder: &std::path::Path,
    chromium: &std::path::Path,
    built: &Built,
    watch: &Watch,
) -> Result<Tally, Failure> {
    let mut child = Command::new("node")
        // One file after the other: each drives two browsers and a stack, which is what two cores carry.
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .current_dir(folder)
        .env("CHROMIUM", chromium)
        .env("PARLOR_PROGRAM", &built.parlor)
        .env("SAMPLES_PROGRAM", &built.samples)
        .envs(watch.environment("browser")?)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::new(format!("node cannot be started: {error}")))?;
    let mut tally = Tally::default();
    let mut left_out = 0;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            println!("  {line}");
            match node_count(&line) {
                Some(("pass", count)) => tally.passed = count,
                Some(("fail" | "cancelled", count)) => tally.failed += count,
                Some(("skipped" | "todo", count)) => left_out += count,
                _ => {}
            }
        }
    }
    let status = child.wait().map_err(|error| Failure::new(format!("node: {error}")))?;
    tally.failed += left_out;
    if !status.success() {
        tally.failed = tally.failed.max(1);
    }
    if tally.passed + tally.failed == 0 {
        return Err(Failure::new("the browser tests ran nothing"));
    }
    Ok(tally)
}

/// Reads one line of the spec reporter's summary, `ℹ pass 3`.
fn node_count(line: &str) -> Option<(&str, usize)> {
    let (word, count) = line.strip_prefix("ℹ ")?.split_once(' ')?;
    Some((word, count.parse().ok()?))
}

fn one(passed: bool) -> Tally {
    Tally { passed: usize::from(passed), failed: usize::from(!passed) }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f32())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a tool that says how long its parts took; no product code is judged by it"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_a_test_program_is_read() {
        let stdout = "running 3 tests\n\ntest result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n";
        assert_eq!(summary(stdout), Some((Tally { passed: 12, failed: 3 }, 1)));
        assert_eq!(summary("running 3 tests\n"), None);
    }

    #[test]
    fn the_summary_of_node_is_read() {
        assert_eq!(node_count("ℹ pass 7"), Some(("pass", 7)));
        assert_eq!(node_count("ℹ duration_ms 1.5"), None);
        assert_eq!(node_count("✔ something (1ms)"), None);
    }
}
