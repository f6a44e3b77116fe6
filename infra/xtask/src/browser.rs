//! The browser tests: one file after the other by Node's own runner. Each file drives two browsers and a stack, and waits for them most of
//! its time: so a second one runs beside it once there is nothing else to do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::canaries::Watch;
use crate::programs::{Built, needed};
use crate::tally::Tally;
use crate::{Failure, tools};

/// The files that nobody has run yet, and what came of the others.
pub(crate) struct BrowserTests {
    waiting: Mutex<Vec<String>>,
    total: Mutex<Tally>,
    environment: Vec<(&'static str, PathBuf)>,
}

impl BrowserTests {
    pub(crate) fn new(chromium: &Path, built: &Built, watch: &Watch) -> Result<Self, Failure> {
        let folder = tools::browser_tests();
        let unreadable = |error| Failure::new(format!("{}: {error}", folder.display()));
        let entries = fs::read_dir(&folder).map_err(unreadable)?.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
        let names = entries.into_iter().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut waiting: Vec<String> = names.filter(|name| name.ends_with(".test.mjs")).collect();
        if waiting.is_empty() {
            return Err(Failure::new("there are no browser tests"));
        }
        waiting.sort();
        let mut environment = vec![
            ("CHROMIUM", chromium.to_owned()),
            // A tenth of the time, for pictures that are looked at when a page is worked on.
            ("PARLOR_SCREENSHOTS", "off".into()),
            ("PARLOR_PROGRAM", needed(built.parlor.as_ref(), "parlor")?.clone()),
            ("SAMPLES_PROGRAM", needed(built.samples.as_ref(), "samples")?.clone()),
        ];
        environment.extend(watch.environment("browser")?);
        Ok(Self { waiting: Mutex::new(waiting), total: Mutex::default(), environment })
    }

    /// Runs files until none is left; whoever has nothing else to do may call it as well.
    pub(crate) fn work(&self) -> Result<(), Failure> {
        let next = || self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        while let Some(file) = next() {
            let tally = self.run(&file)?;
            *self.total.lock().unwrap_or_else(PoisonError::into_inner) += tally;
        }
        Ok(())
    }

    /// What came of those that were run.
    pub(crate) fn tally(&self) -> Tally {
        *self.total.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, file: &str) -> Result<Tally, Failure> {
        let output = Command::new("node")
            .args(["--test", "--test-reporter=spec", file])
            .current_dir(tools::browser_tests())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Failure::new(format!("node cannot be started: {error}")))?;
        let report = String::from_utf8_lossy(&output.stdout);
        let shown: Vec<&str> = report.lines().collect();
        println!("  {file}\n    {}", shown.join("\n    "));
        print!("{}", String::from_utf8_lossy(&output.stderr));
        let mut tally = Tally::default();
        for line in report.lines() {
            match node_count(line) {
                Some(("pass", count)) => tally.passed += count,
                // What is left out is a hole that nobody sees.
                Some(("fail" | "cancelled" | "skipped" | "todo", count)) => tally.failed += count,
                _ => {}
            }
        }
        if !output.status.success() || tally.passed + tally.failed == 0 {
            tally.failed = tally.failed.max(1);
        }
        Ok(tally)
    }
}

/// Reads one line of the spec reporter's summary, `ℹ pass 3`.
fn node_count(line: &str) -> Option<(&str, usize)> {
    let (word, count) = line.strip_prefix("ℹ ")?.split_once(' ')?;
    Some((word, count.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_node_is_read() {
        assert_eq!(node_count("ℹ pass 7"), Some(("pass", 7)));
        assert_eq!(node_count("ℹ duration_ms 1.5"), None);
        assert_eq!(node_count("✔ something (1ms)"), None);
    }
}
