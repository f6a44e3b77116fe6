//! Bundles the style sheets and scripts: joins the sources of each served file, takes comments and indentation out,
//! and names the result after its content, so that it can be cached for ever and a page never meets the wrong version.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

// What is served, and the sources of each. The one-machine stack reads the same list, to serve the sources themselves.
include!("bundles.rs");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let static_dir = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("static");
    println!("cargo::rerun-if-changed={}", static_dir.display());
    println!("cargo::rerun-if-changed=bundles.rs");
    let mut table = String::from("&[\n");
    for (name, sources) in BUNDLES {
        let mut text = String::new();
        for source in *sources {
            let path = static_dir.join(source);
            println!("cargo::rerun-if-changed={}", path.display());
            text.push_str(&fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?);
            text.push('\n');
        }
        let (stem, extension) = name.split_once('.').ok_or("a bundle's name has an extension")?;
        let (body, content_type) = match extension {
            "css" => (shorten_css(&text), "text/css; charset=utf-8"),
            "js" => (shorten_js(&text), "text/javascript; charset=utf-8"),
            _ => (text, "image/svg+xml"),
        };
        let hash = fnv1a(body.as_bytes());
        writeln!(
            table,
            "    Asset {{ name: {name:?}, path: \"/static/{stem}.{hash:016x}.{extension}\", content_type: {content_type:?}, body: {body:?} }},"
        )?;
    }
    table.push_str("]\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("assets.rs"), table)?;
    Ok(())
}

/// Takes out comments and the spaces that mean nothing. Our style sheets hold no strings with comments or braces.
fn shorten_css(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::with_capacity(text.len());
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let mut short = String::with_capacity(plain.len());
    for word in plain.split_whitespace() {
        let tight =
            short.is_empty() || short.ends_with(['{', '}', ';', ',', ':', '>']) || word.starts_with(['{', '}', '>']);
        if !tight {
            short.push(' ');
        }
        short.push_str(word);
    }
    short.replace(";}", "}")
}

/// Takes out whole-line comments, blank lines and indentation; never touches the inside of a line. Our scripts keep
/// no string over several lines, so this cannot change what they do.
fn shorten_js(text: &str) -> String {
    let mut short = String::with_capacity(text.len());
    let mut in_comment = false;
    for line in text.lines().map(str::trim) {
        if in_comment || line.starts_with("/*") {
            in_comment = !line.ends_with("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            short.push_str(line);
            short.push('\n');
        }
    }
    short
}

/// FNV-1a: not against an attacker, only to tell one version of our own file from another.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
