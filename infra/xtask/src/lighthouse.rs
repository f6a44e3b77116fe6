//! `cargo xtask lighthouse`: what Lighthouse says of every kind of page of the one-machine stack (`tests/lighthouse/run.mjs`).

use std::process::Command;

use crate::{Failure, build, root, tools};

pub(crate) fn run() -> Result<bool, Failure> {
    let folder = root().join("tests/lighthouse");
    // What runs the stack is the browser tests'.
    tools::browser_packages(&tools::browser_tests())?;
    tools::lighthouse(&folder)?;
    let status = Command::new("node")
        .arg("run.mjs")
        .current_dir(folder)
        .env("CHROMIUM", tools::chromium()?)
        .env("PARLOR_PROGRAM", build("parlor", &[])?)
        .status()
        .map_err(|error| Failure::new(format!("node cannot be started: {error}")))?;
    Ok(status.success())
}
