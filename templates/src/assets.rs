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
    /// The content.
    pub body: &'static str,
}

/// Every file there is.
pub const ALL: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The address of a file by its plain name. Costs no request: the table is part of the program.
///
/// # Panics
/// On a name that is not in the table, which a page's own render test finds.
pub fn asset_url(name: &str) -> &'static str {
    ALL.iter().find(|asset| asset.name == name).map_or_else(|| panic!("no asset is called {name}"), |asset| asset.path)
}

/// The file at a request's path (`/static/customer.<hash>.css`), or nothing: an old hash is a 404, never another version.
pub fn find(path: &str) -> Option<&'static Asset> {
    ALL.iter().find(|asset| asset.path == path)
}

#[cfg(test)]
mod tests {
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
        assert_eq!(css.matches('{').count(), css.matches('}').count());
    }
}
