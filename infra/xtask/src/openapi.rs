//! `cargo xtask openapi`: writes `docs/openapi.json` from what the functions say about their operations.

use std::fs;
use std::process::{Command, Stdio};

use crate::{Failure, build, root};

pub(crate) fn run() -> Result<bool, Failure> {
    let output = Command::new(build("openapi", &[])?)
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
