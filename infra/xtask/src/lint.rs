//! `cargo xtask lint`, and the part `lint` of the tests: what a machine can say about style, likely mistakes, licences and
//! sources.

use std::process::Command;

use crate::tally::{Tally, one};
use crate::{Failure, cargo, root, succeeds, tools};

/// Runs every lint, also after one that fails; `false` when any did.
pub(crate) fn run() -> Result<bool, Failure> {
    let mut tally = without_building()?;
    tally += clippy(cargo())?;
    Ok(tally.failed == 0)
}

/// The lints that compile nothing.
pub(crate) fn without_building() -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    println!("cargo fmt --all --check");
    tally += one(succeeds(cargo().args(["fmt", "--all", "--check"]))?);
    let biome = tools::biome()?;
    println!("biome ci --error-on-warnings");
    tally += one(succeeds(Command::new(biome).args(["ci", "--error-on-warnings"]).current_dir(root()))?);
    let deny = tools::cargo_deny()?;
    println!("cargo deny check licenses bans sources");
    // Advisories come over the network from a repository of their own and change without a change here: the scheduled
    // check runs them, a change's own check must not depend on them.
    tally += one(succeeds(
        Command::new(deny).args(["--log-level", "error", "check", "licenses", "bans", "sources"]).current_dir(root()),
    )?);
    Ok(tally)
}

/// Clippy, by this cargo, over everything that is compiled.
pub(crate) fn clippy(mut cargo: Command) -> Result<Tally, Failure> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    println!("cargo {}", arguments.join(" "));
    Ok(one(succeeds(cargo.args(arguments))?))
}
