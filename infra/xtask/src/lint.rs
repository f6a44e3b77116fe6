//! `cargo xtask lint`: what a machine can say about style, likely mistakes, licences and sources.

use crate::{Failure, cargo, succeeds, tools};

/// Runs every lint, also after one that fails; `false` when any did.
pub(crate) fn run() -> Result<bool, Failure> {
    let mut clean = true;
    for arguments in [
        &["fmt", "--all", "--check"][..],
        &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
    ] {
        println!("cargo {}", arguments.join(" "));
        clean &= succeeds(cargo().args(arguments))?;
    }
    let biome = tools::biome()?;
    println!("biome ci --error-on-warnings");
    clean &=
        succeeds(std::process::Command::new(biome).args(["ci", "--error-on-warnings"]).current_dir(crate::root()))?;
    let deny = tools::cargo_deny()?;
    println!("cargo deny check licenses bans sources");
    // Advisories come over the network from a repository of their own and change without a change here: the scheduled
    // check runs them, a change's own check must not depend on them.
    clean &= succeeds(
        std::process::Command::new(deny)
            .args(["--log-level", "error", "check", "licenses", "bans", "sources"])
            .current_dir(crate::root()),
    )?;
    Ok(clean)
}
