//! `cargo xtask advisories`: whether something is known against a library that is built in. It asks a database on the
//! network that changes by itself, so it is no part of `lint`.

use std::process::Command;

use crate::{Failure, root, succeeds, tools};

/// Asks; `false` when there is an advisory that `deny.toml` does not accept.
pub(crate) fn run() -> Result<bool, Failure> {
    let deny = tools::cargo_deny()?;
    println!("cargo deny check advisories");
    succeeds(Command::new(deny).args(["check", "advisories"]).current_dir(root()))
}
