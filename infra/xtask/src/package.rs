//! `cargo xtask package`: each function as the zip that is deployed, with the sizes it is held to.

use std::fs;
use std::path::PathBuf;

use crate::{Failure, cargo, root, succeeds, target, tools};

/// Bytes: more than this takes too long to fetch at a cold start.
const LARGEST_ZIP: u64 = 3_000_000;

/// What to build.
pub(crate) struct Options {
    /// Package names; all functions where there are none.
    pub(crate) functions: Vec<String>,
    /// For x86-64 instead of the template's arm64.
    pub(crate) x86_64: bool,
}

/// Builds the zips under `target/lambda`; `false` when one is larger than it may be.
pub(crate) fn run(options: &Options) -> Result<bool, Failure> {
    let all = functions()?;
    let wanted = if options.functions.is_empty() { &all } else { &options.functions };
    if let Some(unknown) = wanted.iter().find(|name| !all.contains(name)) {
        return Err(Failure::new(format!("there is no function `{unknown}`; there are {}", all.join(", "))));
    }
    let mut build = cargo();
    build.env("PATH", tools::with_cargo_lambda()?);
    build.args(["lambda", "build", "--release", "--locked", "--output-format", "zip"]);
    build.arg(if options.x86_64 { "--x86-64" } else { "--arm64" });
    for function in wanted {
        build.args(["--package", function]);
    }
    if !succeeds(&mut build)? {
        return Err(Failure::new("cargo lambda build failed (above)"));
    }
    let mut fits = true;
    for function in wanted {
        let zip = target()?.join("lambda").join(function).join("bootstrap.zip");
        let size = fs::metadata(&zip).map_err(|error| Failure::new(format!("{}: {error}", zip.display())))?.len();
        let verdict = if size > LARGEST_ZIP { "larger than it may be" } else { "ok" };
        println!("{function}: {size} bytes, {verdict}");
        fits &= size <= LARGEST_ZIP;
    }
    Ok(fits)
}

/// The packages under `functions/` that are programs, by name.
pub(crate) fn functions() -> Result<Vec<String>, Failure> {
    let folder = root().join("functions");
    let unreadable = |error| Failure::new(format!("{}: {error}", folder.display()));
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(unreadable)? {
        let path: PathBuf = entry.map_err(unreadable)?.path();
        if path.join("src/main.rs").is_file() {
            names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `sam build` runs cargo-lambda in that folder: in the workspace's own, cargo looks for programs only among those that
    /// `cargo run` runs.
    #[test]
    fn sam_builds_every_function_in_its_folder() {
        let template = fs::read_to_string(root().join("infra/template.yaml")).unwrap();
        for name in functions().unwrap() {
            let (binary, folder) = (format!("Binary: {name} }} }}\n"), format!("CodeUri: ../functions/{name}\n"));
            let of_it = template.split_once(&binary).unwrap_or_else(|| panic!("{name} is not in the template")).1;
            assert!(of_it.lines().take(2).any(|line| line.trim() == folder.trim()), "{name} is built elsewhere");
        }
    }
}
