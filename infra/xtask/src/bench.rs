//! `cargo xtask bench`: packages the functions for this machine and has `tests/bench` measure them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Failure, build, package, root, succeeds, target, tools};

/// The stand-ins of Lambda and AWS in the bench, and the server in them, which is compiled with whoever uses it, share a
/// processor with the function that is measured: what they take of its caches would be counted as the function's.
const OPTIMISED: &str = "profile.dev.package.parlor-bench.opt-level=3";

/// What to measure.
pub(crate) struct Options {
    /// Package names; all functions where there are none.
    pub(crate) functions: Vec<String>,
    /// Measures the packages that are there instead of building them anew.
    pub(crate) built: bool,
}

/// Measures, prints the table, and writes it to `docs/performance.md` when all functions are in it; `false` when one of
/// them misses a bar.
pub(crate) fn run(options: &Options) -> Result<bool, Failure> {
    let valgrind = tools::valgrind()?;
    let node = tools::node("the bench's peers")?;
    let peers = root().join("tests/peers");
    tools::peers(&peers)?;

    let functions = if options.functions.is_empty() { package::functions()? } else { options.functions.clone() };
    if !options.built {
        // Sizes are the bench's business, too: it says so in its table.
        package::run(&package::Options { functions: options.functions.clone(), x86_64: cfg!(target_arch = "x86_64") })?;
    }
    let packages = target()?.join("bench");
    for function in &functions {
        unpack(function, &packages)?;
    }

    let mut bench = Command::new(build("parlor-bench", &["--config", OPTIMISED])?);
    bench.arg("--packages").arg(&packages).arg("--peers").arg(&peers);
    bench.arg("--node").arg(node).arg("--valgrind").arg(valgrind);
    if options.functions.is_empty() {
        bench.arg("--write").arg(root().join("docs/performance.md"));
    }
    succeeds(bench.args(&options.functions))
}

/// Puts a function's zip and the program in it where the bench looks for them.
fn unpack(function: &str, packages: &Path) -> Result<(), Failure> {
    let zip = target()?.join("lambda").join(function).join("bootstrap.zip");
    let folder = packages.join(function);
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", zip.display()));
    fs::create_dir_all(&folder).map_err(failed)?;
    fs::copy(&zip, folder.join("bootstrap.zip")).map_err(failed)?;
    let mut python = Command::new("python3");
    python.args(["-m", "zipfile", "-e"]).arg(&zip).arg(&folder);
    if !succeeds(&mut python)? {
        return Err(Failure::new(format!("{} could not be unpacked (above)", zip.display())));
    }
    make_executable(&folder.join("bootstrap")).map_err(failed)
}

#[cfg(unix)]
fn make_executable(program: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(program, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Err(std::io::Error::other("the bench counts with valgrind and /proc: it needs Linux"))
}
