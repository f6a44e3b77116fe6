//! Bundles the style sheets and scripts: joins what each served file imports, takes out what means nothing to a browser,
//! and names the result after its content, so that it can be cached for ever and a page never meets the wrong version.
//! Why it is done here, and how: `docs/adr/0016-scripts-as-modules.md`.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

#[path = "scripts.rs"]
mod scripts;
#[path = "styles.rs"]
mod styles;

/// Every served file: its name, and where its source is under `static/`. A page loads one style sheet and at most one
/// script, where chats have receipts another, and where there are files a third by itself.
const SERVED: [(&str, &str); 28] = [
    ("customer.css", "css/customer.css"),
    ("customer.js", "js/customer.js"),
    ("receipts.js", "js/receipts.js"),
    ("verify.css", "css/verify.css"),
    ("verify.js", "js/verify.js"),
    ("attach.js", "js/attach.js"),
    ("runner.css", "css/runner.css"),
    ("runner.js", "js/runner.js"),
    ("answering.css", "css/answering.css"),
    ("answering.js", "js/answering.js"),
    ("document.css", "css/document.css"),
    ("document.js", "js/document.js"),
    ("request.css", "css/request.css"),
    ("request.js", "js/request.js"),
    ("console.css", "css/console.css"),
    ("console.js", "js/console.js"),
    ("board.js", "js/board.js"),
    ("agent-room.js", "js/agent-room.js"),
    ("admin.css", "css/admin.css"),
    ("admin.js", "js/admin.js"),
    ("settings.js", "js/settings.js"),
    ("new-key.js", "js/new-key.js"),
    ("library.js", "js/library.js"),
    ("placing.css", "css/placing.css"),
    ("placing.js", "js/placing.js"),
    ("reference.css", "css/reference.css"),
    ("reference.js", "js/reference.js"),
    ("icon.svg", "icon.svg"),
];

/// The table of files as the source of `assets::ALL`.
pub(crate) fn table(static_dir: &Path) -> Result<String, Box<dyn Error>> {
    // A folder stands for all that is in it.
    println!("cargo::rerun-if-changed={}", static_dir.display());
    let mut table = String::from("&[\n");
    for (name, source) in SERVED {
        let (body, content_type) = bundle(&static_dir.join(source))?;
        let path = path(name, &body)?;
        writeln!(
            table,
            "    Asset {{ name: {name:?}, path: {path:?}, content_type: {content_type:?}, body: {body:?} }},"
        )?;
    }
    table.push_str("]\n");
    Ok(table)
}

/// The table of addresses by plain names as the source of `assets::PATHS`.
#[allow(dead_code, reason = "only the build writes it")]
pub(crate) fn paths(static_dir: &Path) -> Result<String, Box<dyn Error>> {
    let paths: Vec<(&str, String)> = bodies(static_dir)?.into_iter().map(|(name, path, _)| (name, path)).collect();
    Ok(format!("&{paths:?}\n"))
}

/// The address of a file, with the hash of what it holds.
fn path(name: &str, body: &str) -> Result<String, Box<dyn Error>> {
    let (stem, extension) = name.split_once('.').ok_or("a served file's name has an extension")?;
    Ok(format!("/static/{stem}.{:016x}.{extension}", fnv1a(body.as_bytes())))
}

/// A file by its plain name, with its address and what it holds.
type Named = (&'static str, String, String);

/// Each file.
#[allow(dead_code, reason = "only the build compresses")]
pub(crate) fn bodies(static_dir: &Path) -> Result<Vec<Named>, Box<dyn Error>> {
    SERVED
        .iter()
        .map(|(name, source)| {
            let (body, _) = bundle(&static_dir.join(source))?;
            Ok((*name, path(name, &body)?, body))
        })
        .collect()
}

/// A body and its media type.
type Served = (String, &'static str);

/// What is served of a source.
fn bundle(source: &Path) -> Result<Served, Box<dyn Error>> {
    Ok(match source.extension().and_then(|extension| extension.to_str()) {
        Some("css") => (styles::bundle(source)?, "text/css; charset=utf-8"),
        Some("js") => (scripts::bundle(source)?, "text/javascript; charset=utf-8"),
        _ => (fs::read_to_string(source)?, "image/svg+xml"),
    })
}

/// What is served under a plain name such as `customer.css`; nothing for a name that is none. The
/// one-machine stack asks for it while somebody changes the sources.
#[allow(dead_code, reason = "the build itself serves nothing")]
pub(crate) fn served(static_dir: &Path, name: &str) -> Option<Result<Served, Box<dyn Error>>> {
    SERVED.iter().find(|(served, _)| *served == name).map(|(_, source)| bundle(&static_dir.join(source)))
}

/// FNV-1a: not against an attacker, only to tell one version of our own file from another.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
