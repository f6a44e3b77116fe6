//! A function as the process that Lambda would start, and what that process costs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::{Child, Command};

use crate::stub::Stub;

/// How long a start or an answer may take before something is broken: valgrind is slow, and so is a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// How a function's process is started.
#[derive(Clone)]
pub(crate) struct Program {
    /// What to run, with its arguments.
    pub(crate) command: Vec<OsString>,
    pub(crate) folder: PathBuf,
    /// Its whole environment but for the Runtime API's address.
    pub(crate) environment: BTreeMap<String, String>,
}

impl Program {
    /// Starts it and waits until it asks for its first invocation.
    pub(crate) async fn start(&self) -> Result<Running, String> {
        self.start_under(&[]).await
    }

    async fn start_under(&self, wrapper: &[OsString]) -> Result<Running, String> {
        let stub = Stub::start().await;
        let words: Vec<&OsString> = wrapper.iter().chain(&self.command).collect();
        let child = Command::new(words[0])
            .args(&words[1..])
            .current_dir(&self.folder)
            .env_clear()
            .envs(&self.environment)
            .env("AWS_LAMBDA_RUNTIME_API", &stub.address)
            // Lambda reads the log through a pipe; here nobody does.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{}: {error}", words[0].display()))?;
        let mut running = Running { child, stub };
        tokio::select! {
            ready = tokio::time::timeout(PATIENCE, running.stub.ready()) => ready.map_err(|_| "it does not start".to_owned())??,
            status = running.child.wait() => return Err(format!("it ended in its start: {status:?}")),
        }
        Ok(running)
    }

    /// Instructions from exec until `events` are answered, counted by callgrind in `folder`.
    pub(crate) async fn instructions(&self, events: Vec<Value>, valgrind: &Path, folder: &Path) -> Result<u64, String> {
        let file = folder.join("callgrind.out");
        let mut option = OsString::from("--callgrind-out-file=");
        option.push(&file);
        let wrapper = [valgrind.as_os_str().to_owned(), "--tool=callgrind".into(), option];
        let mut running = self.start_under(&wrapper).await?;
        for event in events {
            running.answer(event).await?;
        }
        running.stop().await?;
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let line =
            text.lines().find_map(|line| line.strip_prefix("summary: ").or_else(|| line.strip_prefix("totals: ")));
        line.and_then(|count| count.trim().parse().ok()).ok_or_else(|| format!("no total in {}", file.display()))
    }
}

/// A process that has started and waits for invocations.
pub(crate) struct Running {
    child: Child,
    stub: Stub,
}

impl Running {
    /// Invokes it, and waits until it waits again.
    pub(crate) async fn answer(&mut self, event: Value) -> Result<Value, String> {
        tokio::select! {
            answer = tokio::time::timeout(PATIENCE, self.stub.invoke(event)) => answer.map_err(|_| "no answer".to_owned())?,
            status = self.child.wait() => Err(format!("it ended while it was asked: {status:?}")),
        }
    }

    fn proc(&self) -> PathBuf {
        // It is running: nobody waited for it yet.
        Path::new("/proc").join(self.child.id().unwrap_or_default().to_string())
    }

    /// CPU time since it was started, user and system, of all its threads, in nanoseconds. Taken from the scheduler, whose
    /// figures are exact; those of `times(2)` come in hundredths of a second.
    pub(crate) fn cpu(&self) -> Result<u64, String> {
        let unreadable = |error: std::io::Error| format!("{}: {error}", self.proc().display());
        let mut total = 0;
        for thread in fs::read_dir(self.proc().join("task")).map_err(unreadable)? {
            let path = thread.map_err(unreadable)?.path().join("schedstat");
            let text = fs::read_to_string(&path).map_err(unreadable)?;
            let spent: Option<u64> = text.split(' ').next().and_then(|number| number.parse().ok());
            total += spent.ok_or_else(|| format!("{}: {text}", path.display()))?;
        }
        Ok(total)
    }

    /// The most memory that it ever had in use, in bytes: `VmHWM`.
    pub(crate) fn peak_memory(&self) -> Result<u64, String> {
        let path = self.proc().join("status");
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes: Option<u64> = line.and_then(|rest| rest.trim().strip_suffix(" kB")?.trim().parse().ok());
        kilobytes.map(|kilobytes| kilobytes * 1024).ok_or_else(|| format!("no VmHWM in {}", path.display()))
    }

    /// Ends it as Lambda does, so that valgrind can write down what it counted.
    pub(crate) async fn stop(mut self) -> Result<(), String> {
        if let Some(id) = self.child.id() {
            let kill = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
            kill.map_err(|error| format!("kill: {error}"))?;
        }
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.map_err(|_| "it does not end".to_owned())?.map(drop).map_err(|error| error.to_string())
    }
}
