//! Where to go after signing in.

/// The pages that signing in may lead to.
const PLACES: [&str; 3] = ["/console", "/admin", "/me"];

/// `asked`, if it is one of our own signed-in pages. A list of what is ours is shorter, and safer, than a list of all
/// the ways in which browsers read an address as somebody else's.
pub(crate) fn ours(asked: &str) -> Option<&str> {
    let plain = asked.len() <= 512 && asked.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    // Our paths have no dots and nothing encoded, so no segment can lead up again, however a browser reads it.
    let path = asked.split(['?', '#']).next().unwrap_or_default();
    let plain = plain && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_'));
    let place = PLACES
        .iter()
        .any(|place| asked.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?'])));
    (plain && place).then_some(asked)
}

#[cfg(test)]
mod tests {
    use super::ours;

    #[test]
    fn only_our_own_pages_are_gone_to() {
        for page in [
            "/console",
            "/console?new=1",
            "/console/s/abc?before=9",
            "/console?q=M%C3%A1ra..x",
            "/admin/settings",
            "/admin/teams/h4rb0r",
        ] {
            assert_eq!(ours(page), Some(page));
        }
        for other in [
            "",
            "/",
            "/login",
            "/administrators",
            "/consoles",
            "//example.net/console",
            "https://example.net/console",
            "/\\example.net",
            "/console\\..",
            "/console/\r\nSet-Cookie: x",
            "javascript:alert(1)",
            "/s/token",
            "/console/../r/abc",
            "/console/..",
            "/console/./../s/token",
            "/console/%2e%2e/r/abc",
            "/console/.%2E/r/abc",
            "/console/%2f..%2fr",
            "/console/..;/r/abc",
            "/admin/../../r/abc",
            "/console/\u{ff0e}\u{ff0e}/r",
        ] {
            assert_eq!(ours(other), None, "{other}");
        }
    }
}
