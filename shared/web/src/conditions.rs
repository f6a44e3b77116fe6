//! What a request's headers ask of the answer: of which version the document has to be (`If-Match`), and in which form the
//! answer is wanted (`Accept`), both by RFC 9110.

use lambda_http::http::{HeaderMap, header::ACCEPT};

/// What `If-Match` says (RFC 9110, section 13.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// There is no such header.
    Missing,
    /// `*`: whatever version is there.
    Any,
    /// One of these, as strong tags with their quotes. A proxy that compresses makes a strong tag weak, with the same version in
    /// it, so a weak one counts as the strong one that it was.
    Tags(Vec<String>),
    /// Something else, like a tag without quotes: it is no condition, and ignoring it would overwrite blindly.
    Malformed,
}

impl IfMatch {
    /// Of a header's value.
    #[must_use]
    pub fn parse(value: Option<&str>) -> Self {
        let Some(value) = value.map(str::trim) else { return Self::Missing };
        if value == "*" {
            return Self::Any;
        }
        let mut tags = vec![];
        let mut rest = value;
        loop {
            // Empty elements of a list are ignored (section 5.6.1.2).
            rest = rest.trim_start_matches([' ', '\t', ',']);
            if rest.is_empty() {
                return if tags.is_empty() { Self::Malformed } else { Self::Tags(tags) };
            }
            let opaque = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"');
            let Some((tag, after)) = opaque.and_then(|opaque| opaque.split_once('"')) else { return Self::Malformed };
            let after = after.trim_start_matches([' ', '\t']);
            if !(after.is_empty() || after.starts_with(','))
                || tag.chars().any(|letter| letter.is_control() || letter == ' ')
            {
                return Self::Malformed;
            }
            tags.push(format!("\"{tag}\""));
            rest = after;
        }
    }

    /// Whether the version with this strong tag may be replaced, as far as it is a condition at all.
    #[must_use]
    pub fn admits(&self, etag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Tags(tags) => tags.iter().any(|tag| tag == etag),
            Self::Missing | Self::Malformed => false,
        }
    }
}

/// Whether a program is answered rather than a person: JSON is named, and HTML is not liked at least as much (section 12.5.1).
#[must_use]
pub fn wants_json(headers: &HeaderMap) -> bool {
    let (json, html) = likings(headers);
    json > html
}

/// Whether a browser goes there to show what it gets: HTML is named and liked more than JSON. A program that says nothing of it
/// does not.
pub(crate) fn wants_html(headers: &HeaderMap) -> bool {
    let (json, html) = likings(headers);
    html > json
}

/// How much `Accept` likes JSON and HTML, in thousandths; 0 where it does not name them.
fn likings(headers: &HeaderMap) -> (u32, u32) {
    let (mut json, mut html) = (0, 0);
    for value in headers.get_all(ACCEPT) {
        for range in value.to_str().unwrap_or_default().split(',') {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            let quality = quality.map_or(1000, thousandths);
            if kind == "application/json" || kind.ends_with("+json") {
                json = json.max(quality);
            } else if kind == "text/html" || kind == "application/xhtml+xml" || kind == "text/*" {
                html = html.max(quality);
            }
        }
    }
    (json, html)
}

/// `0.8` as 800; what is no quality is none.
fn thousandths(quality: &str) -> u32 {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let digits = format!("{fraction:0<3}");
    match (whole, digits.get(..3).and_then(|digits| digits.parse::<u32>().ok())) {
        ("1", _) => 1000,
        ("0", Some(fraction)) => fraction,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_is_read_by_the_rfc() {
        let tags = |tags: &[&str]| IfMatch::Tags(tags.iter().map(|tag| (*tag).to_owned()).collect());
        for (value, expected) in [
            ("*", IfMatch::Any),
            (" * ", IfMatch::Any),
            ("\"3\"", tags(&["\"3\""])),
            ("W/\"3\"", tags(&["\"3\""])),
            ("\"1\", \"2\" ,W/\"3\"", tags(&["\"1\"", "\"2\"", "\"3\""])),
            (", \"1\",, \"a,b\"", tags(&["\"1\"", "\"a,b\""])),
            ("3", IfMatch::Malformed),
            ("", IfMatch::Malformed),
            ("\"3", IfMatch::Malformed),
            ("\"3\" \"4\"", IfMatch::Malformed),
            ("w/\"3\"", IfMatch::Malformed),
            ("*, \"3\"", IfMatch::Malformed),
            ("\"1\", *", IfMatch::Malformed),
        ] {
            assert_eq!(IfMatch::parse(Some(value)), expected, "{value}");
        }
        assert_eq!(IfMatch::parse(None), IfMatch::Missing);
        assert!(IfMatch::Any.admits("\"7\"") && tags(&["\"1\"", "\"7\""]).admits("\"7\""));
        assert!(!tags(&["\"1\""]).admits("\"7\"") && !IfMatch::Malformed.admits("\"7\""));
    }

    #[test]
    fn whoever_likes_a_page_as_much_gets_one() {
        for (accept, json) in [
            ("", false),
            ("*/*", false),
            ("text/html", false),
            ("text/html, application/json", false),
            ("application/json, text/html", false),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false),
            ("application/json;q=0.5, text/html;q=0.6", false),
            ("application/json", true),
            ("application/problem+json, */*", true),
            ("text/html;q=0.8, application/json;q=0.9", true),
            ("text/html;q=0, application/json", true),
            ("APPLICATION/JSON;Q=0.001", true),
            ("application/json;q=0", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
            assert_eq!(wants_json(&headers), json, "{accept}");
        }
    }
}
