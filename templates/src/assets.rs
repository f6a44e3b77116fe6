//! The style sheets, scripts and icon that pages load: bundled at build time, embedded, named after their content.

/// One file served under `/static/`.
#[derive(Debug)]
pub struct Asset {
    /// The plain name, such as `customer.css`.
    pub name: &'static str,
    /// The path with the hash of the content in it; safe to cache for ever (`public, max-age=31536000, immutable`).
    pub path: &'static str,
    /// The media type to serve it with.
    pub content_type: &'static str,
    pub body: &'static str,
}

/// A file as it is sent to those who take it compressed. Made at build time, in a table of its own, so that only a function
/// that serves files carries it.
#[derive(Debug)]
pub struct Packed {
    /// As [`Asset::path`].
    pub path: &'static str,
    /// For `Content-Encoding: br` (RFC 7932).
    pub brotli: &'static [u8],
    /// For `Content-Encoding: gzip` (RFC 1952).
    pub gzip: &'static [u8],
}

/// Every file, compressed.
pub const PACKED: &[Packed] = include!(concat!(env!("OUT_DIR"), "/packed.rs"));

/// Every file there is.
pub const ALL: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Each file's plain name and path, in a table of its own, so that a function that only links to files does not carry what is in them.
const PATHS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/paths.rs"));

/// The address of a file by its plain name. Costs no request: the table is part of the program.
///
/// # Panics
/// On a name that is not in the table, which a page's own render test finds.
pub fn asset_url(name: &str) -> &'static str {
    let known = PATHS.iter().find(|(known, _)| *known == name);
    known.map_or_else(|| panic!("no asset is called {name}"), |(_, path)| path)
}

/// The file at a request's path (`/static/customer.<hash>.css`), or nothing: an old hash is a 404, never another version.
pub fn find(path: &str) -> Option<&'static Asset> {
    ALL.iter().find(|asset| asset.path == path)
}

/// The compressed file at a request's path. Costs no request.
pub fn packed(path: &str) -> Option<&'static Packed> {
    PACKED.iter().find(|packed| packed.path == path)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_is_found_under_its_own_path_only() {
        for asset in ALL {
            assert_eq!(asset_url(asset.name), asset.path);
            assert_eq!(find(asset.path).map(|found| found.name), Some(asset.name));
        }
        assert!(find("/static/customer.0000000000000000.css").is_none());
    }

    #[test]
    fn shortening_keeps_what_has_meaning() {
        let css = ALL.iter().find(|asset| asset.name == "customer.css").expect("bundled").body;
        assert!(!css.contains("/*") && css.contains(".menu-list :is(a,button)"), "{css}");
        assert!(css.starts_with(":root{color-scheme:light dark;--a:260;--b:.9;"), "{css}");
        assert_eq!(css.matches('{').count(), css.matches('}').count());
    }

    /// Every style sheet with its path under `static/css/`.
    fn sheets() -> Vec<(String, String)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/css");
        let mut folders = vec![root.clone()];
        let mut sheets = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&root).expect("under the root").display().to_string();
                    sheets.push((name, fs::read_to_string(&path).expect("text")));
                }
            }
        }
        sheets
    }

    /// Values live in the tokens; directions are the reader's.
    #[test]
    fn rules_use_tokens_and_logical_properties() {
        for (name, css) in sheets().iter().filter(|(name, _)| !name.ends_with("tokens.css")) {
            let mut in_comment = false;
            for line in css.lines() {
                in_comment |= line.trim_start().starts_with("/*");
                // The widths of media queries cannot be tokens; imports are names.
                if !in_comment && !line.trim_start().starts_with('@') {
                    if let Some(value) = literal(line) {
                        panic!("{name}: {value} has no token: {line}");
                    }
                    for forbidden in [
                        " left:", " right:", " top:", " bottom:", "-left:", "-right:", "-top:", "-bottom:", " width:",
                        " height:",
                    ] {
                        assert!(!line.contains(forbidden), "{name}: {forbidden} in {line}");
                    }
                }
                in_comment &= !line.trim_end().ends_with("*/");
            }
        }
    }

    /// A colour, a length, a duration, a fraction or a layer in a declaration. Nought, whole numbers (of columns, or of
    /// times that a token is taken), percentages, shares and angles are none; neither are selectors.
    fn literal(line: &str) -> Option<&str> {
        let value = line.strip_suffix([';', ','])?;
        let layer = value.trim_start().starts_with("z-index:");
        let value = value.split_once(": ").map_or(value, |(_, value)| value);
        value.split(|character: char| !(character.is_alphanumeric() || "-_.#%".contains(character))).find(|word| {
            let number = word.trim_start_matches('-');
            let unit = number.trim_start_matches(|character: char| character.is_ascii_digit() || character == '.');
            let digits = &number[..number.len() - unit.len()];
            if digits == "0" || !digits.contains(|character: char| character.is_ascii_digit()) {
                let hex = word.strip_prefix('#').is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
                let function = matches!(*word, "rgb" | "hsl" | "oklch") && value.contains(&format!("{word}("));
                return hex || function;
            }
            layer || digits.contains('.') || !matches!(unit, "" | "%" | "fr" | "deg" | "turn")
        })
    }

    #[test]
    fn a_value_without_a_token_is_found() {
        for line in [
            "  gap: 4px;",
            "  color: #fff;",
            "  transition: color 0.2s;",
            "  opacity: 0.5;",
            "  z-index: 3;",
            "  color: oklch(50% 0 0);",
            "  inset: calc(-1 * 2rem);",
        ] {
            assert!(literal(line).is_some(), "{line}");
        }
        for line in [
            "  margin: 0 auto;",
            "  gap: var(--sp-4);",
            "  inset: calc(-2 * var(--sp-1)) 50%;",
            "  flex: 1;",
            "  color: color-mix(in oklab, var(--ink) 7%, var(--surface));",
            "  rotate: -90deg;",
            "h2 {",
        ] {
            assert_eq!(literal(line), None, "{line}");
        }
    }
}
