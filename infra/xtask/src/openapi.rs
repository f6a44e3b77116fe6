//! `cargo xtask openapi`: writes `docs/openapi.json` from what the functions say about their operations.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{Failure, cargo, root};

/// Writes the document.
pub(crate) fn run() -> Result<bool, Failure> {
    let output = Command::new(build()?)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::new(format!("the program that makes the document cannot be started: {error}")))?;
    if !output.status.success() {
        return Ok(false);
    }
    let path = root().join("docs/openapi.json");
    let changed = fs::read(&path).is_ok_and(|old| old != output.stdout);
    fs::write(&path, &output.stdout).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    println!("docs/openapi.json: {} bytes, {}", output.stdout.len(), if changed { "changed" } else { "as it was" });
    Ok(true)
}

/// Builds the program, over the workspace for the reason that the tests are (see `test`).
fn build() -> Result<PathBuf, Failure> {
    let mut child = cargo()
        .args(["build", "--workspace", "--bin", "openapi", "--message-format", "json-render-diagnostics"])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::new(format!("cargo build cannot be started: {error}")))?;
    let mut program = None;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let message: Value = serde_json::from_str(&line).unwrap_or_default();
            if message["target"]["name"] == "openapi" {
                program = message["executable"].as_str().map(PathBuf::from).or(program);
            }
        }
    }
    let status = child.wait().map_err(|error| Failure::new(format!("cargo build: {error}")))?;
    program.filter(|_| status.success()).ok_or_else(|| Failure::new("the document's program does not build (above)"))
}
