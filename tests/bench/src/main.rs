//! What Parlor's functions cost, measured on their release programs as Lambda would run them. `cargo xtask bench` builds
//! everything and runs this; `docs/performance.md` has the results and says what each means.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on should say where")]

mod cases;
mod measure;
mod process;
mod remembered;
mod report;
mod scale;
mod stub;

use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::prelude::*;

use crate::cases::{Site, without_a_case};
use crate::measure::{Bench, Figures};
use crate::report::Report;

const HELP: &str = "\
parlor-bench --packages FOLDER --peers FOLDER --node PROGRAM --valgrind PROGRAM [--write FILE] [FUNCTION]…

Measures the functions in FOLDER (each as NAME/bootstrap and NAME/bootstrap.zip), or the named ones, and their peers in
Node. `cargo xtask bench` calls it with all of that in place.
";

/// Where everything is that the bench runs.
#[derive(Default)]
struct Options {
    packages: PathBuf,
    peers: PathBuf,
    node: PathBuf,
    valgrind: PathBuf,
    /// The document whose table is replaced.
    write: Option<PathBuf>,
    /// All where there are none.
    functions: Vec<String>,
}

fn options() -> Result<Options, lexopt::Error> {
    let mut options = Options::default();
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("packages") => options.packages = arguments.value()?.into(),
            Long("peers") => options.peers = arguments.value()?.into(),
            Long("node") => options.node = arguments.value()?.into(),
            Long("valgrind") => options.valgrind = arguments.value()?.into(),
            Long("write") => options.write = Some(arguments.value()?.into()),
            Value(function) => options.functions.push(function.string()?),
            other => return Err(other.unexpected()),
        }
    }
    Ok(options)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\n\n{HELP}");
            return ExitCode::FAILURE;
        }
    };
    match Box::pin(run(&options)).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("parlor-bench: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Measures, prints, writes; `false` when a bar is missed.
async fn run(options: &Options) -> Result<bool, String> {
    let site = Box::pin(Site::visit()).await;
    let mut bench = Bench::new(options, &site)?;
    let cases = site.cases();
    if let Some(unknown) = options.functions.iter().find(|name| cases.iter().all(|case| case.function != **name)) {
        return Err(format!("there is no function `{unknown}`"));
    }
    if let [missing, ..] = without_a_case(&cases)?.as_slice() {
        return Err(format!("`{missing}` has no case in tests/bench/src/cases.rs"));
    }
    let wanted = |function: &str| options.functions.is_empty() || options.functions.iter().any(|name| name == function);

    // Minutes of measuring are not to end at the last function's answer.
    for case in cases.iter().filter(|case| wanted(case.function)) {
        bench.rehearse(case).await.map_err(|problem| format!("{}, {}: {problem}", case.function, case.what))?;
    }
    let mut functions: Vec<Figures> = Vec::new();
    for case in cases.iter().filter(|case| wanted(case.function)) {
        eprintln!("{}: {}", case.function, case.what);
        functions.push(bench.function(case).await.map_err(|problem| format!("{}: {problem}", case.function))?);
    }
    let mut pairs = Vec::new();
    for case in cases.iter().filter(|case| wanted(case.function)) {
        if !bench.has_peer(case.function) {
            continue;
        }
        eprintln!("{} and its peer", case.function);
        pairs.push(bench.pair(case).await.map_err(|problem| format!("{} and its peer: {problem}", case.function))?);
    }
    let mut scales = Vec::new();
    if wanted("live-message") {
        eprintln!("live-message among more and more connections");
        scales.push(scale::relay(&mut bench, &site).await.map_err(|problem| format!("live-message: {problem}"))?);
    }
    if wanted("sweep-inactivity") {
        eprintln!("sweep-inactivity among more and more sessions");
        scales.push(scale::sweep(&mut bench, &site).await.map_err(|problem| format!("sweep-inactivity: {problem}"))?);
    }
    let report = Report { functions, pairs, scales, node: bench.node_version().await? };
    print!("{report}");
    if let Some(path) = &options.write {
        report.write(path)?;
    }
    for missed in report.missed() {
        println!("missed: {missed}");
    }
    Ok(report.missed().is_empty())
}
