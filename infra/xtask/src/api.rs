//! `cargo xtask api`, and the part `api` of the tests: schemathesis sends the API what its own document allows, and what it
//! does not, and judges every answer.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::canaries::Watch;
use crate::platform::{Platform, Target};
use crate::programs::{Built, needed};
use crate::tally::Tally;
use crate::{Failure, build, patient, root, tools};

/// What this part of the tests is called.
const PART: &str = "api";

/// How hard to try.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Cases of an operation and a phase: with them all operations together get some more requests than are enough.
    cases: &'static str,
    /// How many requests at least say something.
    enough: usize,
}

impl Effort {
    /// Beside everything else that is tested.
    pub(crate) const SOME: Self = Self { cases: "40", enough: 2_000 };
    /// When this is what is tested.
    pub(crate) const MUCH: Self = Self { cases: "345", enough: 10_000 };
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Requests that were sent and judged.
    pub(crate) requests: usize,
    /// Whether nothing was wrong with any answer, and there were enough.
    pub(crate) passed: bool,
}

/// Tries an installation, with `environment` for the hooks. What schemathesis says is shown only if it found something.
pub(crate) fn try_out(target: &Target, effort: Effort, environment: &[(&str, PathBuf)]) -> Result<Outcome, Failure> {
    let schemathesis = tools::schemathesis()?;
    let count = crate::target()?.join(format!("api-requests-{}", target.name.replace(' ', "-")));
    let _ = fs::remove_file(&count);
    let mut command = Command::new(schemathesis);
    command
        .args([
            "--config-file",
            "tests/api/schemathesis.toml",
            "run",
            "docs/openapi.json",
            "--max-examples",
            effort.cases,
        ])
        .current_dir(root())
        .envs([("PARLOR_URL", &target.url), ("PARLOR_API_KEY", &target.key)])
        .env("PARLOR_COUNT", &count)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .envs([("NO_COLOR", "1"), ("PYTHONHASHSEED", "0"), ("PYTHONDONTWRITEBYTECODE", "1")])
        .stdin(Stdio::null());
    if let Some((email, password)) = &target.agent {
        command.envs([("PARLOR_AGENT_EMAIL", email), ("PARLOR_AGENT_PASSWORD", password)]);
    }
    let output = patient(&command)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure::new(format!("schemathesis cannot be started: {error}")))?;
    let said = fs::read_to_string(&count).unwrap_or_default();
    let mut lines = said.lines();
    let requests = lines.next().and_then(|count| count.parse().ok()).unwrap_or_default();
    // What was only ever refused was not tried.
    let untried: Vec<&str> = lines.collect();
    let passed = output.status.success() && requests >= effort.enough && untried.is_empty();
    if !passed {
        print!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if requests < effort.enough {
            println!("  {}: only {requests} requests, {} are wanted", target.name, effort.enough);
        }
        for operation in untried {
            println!("  {}: {operation} never succeeded", target.name);
        }
    }
    Ok(Outcome { requests, passed })
}

/// The one-machine stack, gone when this is.
pub(crate) struct Stack(Child);

impl Drop for Stack {
    fn drop(&mut self) {
        // It keeps nothing, so there is nothing to wait for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Stack {
    /// Starts one that keeps nothing, from its program. Its functions log to `log`, as those that are deployed do.
    pub(crate) fn start(program: &Path, log: Option<&Path>) -> Result<(Self, Target), Failure> {
        let mut command = Command::new(program);
        if let Some(log) = log {
            let file = fs::File::create(log).map_err(|error| Failure::new(format!("{}: {error}", log.display())))?;
            command.env("PARLOR_LOG", "info").stderr(file);
        }
        let mut child = command
            .args(["--port", "0", "--ephemeral", "--ready-json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::new(format!("{}: {error}", program.display())))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            let read = BufReader::new(stdout).read_line(&mut line);
            read.map_err(|error| Failure::new(format!("the one-machine stack says nothing: {error}")))?;
        }
        let stack = Self(child);
        let ready: Value = serde_json::from_str(&line)
            .map_err(|error| Failure::new(format!("the one-machine stack is not ready: {error}: {line}")))?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let agent = (text(&ready["agent"]["email"]), text(&ready["agent"]["password"]));
        let (url, key) = (text(&ready["url"]), text(&ready["api_key"]));
        Ok((stack, Target { name: "one machine".to_owned(), url, key, agent: Some(agent) }))
    }
}

/// Tries both platforms, side by side.
pub(crate) fn on_both(built: &Built, second: &Platform, watch: &Watch, effort: Effort) -> Result<Tally, Failure> {
    let (_stack, one) = Stack::start(needed(built.parlor.as_ref(), "parlor")?, Some(&watch.log(PART, "parlor.log")?))?;
    let password = one.agent.as_ref().map(|(_, password)| password.as_str());
    watch.note(PART, &one.key, password.as_slice())?;
    let targets = [one, second.target(built, watch)?];
    let environment = watch.environment(PART)?;
    let outcomes = std::thread::scope(|scope| {
        let tried = targets.each_ref().map(|target| scope.spawn(|| try_out(target, effort, &environment)));
        tried.map(|thread| thread.join().unwrap_or_else(|_| Err(Failure::new("the thread that tried a platform died"))))
    });
    let mut tally = Tally::default();
    for (target, outcome) in targets.iter().zip(outcomes) {
        let Outcome { requests, passed } = outcome?;
        println!("  {}: {requests} requests, {}", target.name, if passed { "all as documented" } else { "failed" });
        tally += Tally { passed: usize::from(passed), failed: usize::from(!passed) };
    }
    Ok(tally)
}

/// `cargo xtask api`: an installation that is running, or the one-machine stack.
pub(crate) fn run(url: Option<String>, key: Option<String>) -> Result<bool, Failure> {
    let outcome = match (url, key) {
        (Some(url), Some(key)) => {
            let variable = |name: &str| std::env::var(name).ok();
            let agent = variable("PARLOR_AGENT_EMAIL").zip(variable("PARLOR_AGENT_PASSWORD"));
            let url = url.trim_end_matches('/').to_owned();
            let name = url.rsplit('/').next().unwrap_or_default().to_owned();
            try_out(&Target { name, url, key, agent }, Effort::MUCH, &[])?
        }
        (None, None) => {
            let (_stack, target) = Stack::start(&build("parlor", &[])?, None)?;
            try_out(&target, Effort::MUCH, &[])?
        }
        _ => return Err(Failure::new("give both --url and --key, or neither")),
    };
    println!("api: {} requests, {}", outcome.requests, if outcome.passed { "all as documented" } else { "failed" });
    Ok(outcome.passed)
}
