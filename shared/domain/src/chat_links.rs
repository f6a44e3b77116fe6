//! What in a chat message is an address that can be opened (R21).

use linkify::{LinkFinder, LinkKind};

/// A part of a chat message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// What is no address.
    Text(&'a str),
    /// An `http` or `https` address, as it was written. Both sides may open it; what it leads to is nobody's promise, so no
    /// preview of it is made.
    Link(&'a str),
}

/// A message in its parts, which together are the whole text. What is glued to an address (a full stop, a bracket) is text.
pub fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let spans: Vec<_> = finder.spans(text).map(|span| (span.start()..span.end(), span.kind().is_some())).collect();
    spans.into_iter().flat_map(|(range, is_url)| {
        let part = &text[range];
        // An address ends at a space of any kind; the finder takes some of them, such as the one that does not break, for a part.
        let (address, rest) = part.split_at(part.find(char::is_whitespace).unwrap_or(part.len()));
        let parts = if is_url && is_web(address) {
            [Part::Link(address), Part::Text(rest)]
        } else {
            [Part::Text(part), Part::Text("")]
        };
        parts.into_iter().filter(|part| *part != Part::Text(""))
    })
}

/// Where the addresses stand in a message: start and end of each in UTF-16 code units, as scripts count.
#[must_use]
pub fn places(text: &str) -> Vec<[usize; 2]> {
    let mut at = 0;
    let mut places = vec![];
    for part in parts(text) {
        let (Part::Text(part) | Part::Link(part), is_link) = (part, matches!(part, Part::Link(_)));
        let end = at + part.encode_utf16().count();
        if is_link {
            places.push([at, end]);
        }
        at = end;
    }
    places
}

fn is_web(address: &str) -> bool {
    let lower = address.get(..8).or_else(|| address.get(..7)).unwrap_or_default().to_ascii_lowercase();
    let scheme = ["https://", "http://"].into_iter().find(|scheme| lower.starts_with(scheme));
    scheme.is_some_and(|scheme| address.len() > scheme.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn links(text: &str) -> Vec<&str> {
        parts(text).filter_map(|part| if let Part::Link(link) = part { Some(link) } else { None }).collect()
    }

    #[test]
    fn r21_addresses_in_messages_are_found() {
        for (text, found) in [
            ("See https://example.com/a?b=c#d.", vec!["https://example.com/a?b=c#d"]),
            ("(http://example.com/x_(y))", vec!["http://example.com/x_(y)"]),
            ("HTTPS://EXAMPLE.COM", vec!["HTTPS://EXAMPLE.COM"]),
            ("https://münchen.example/ü und https://b.example", vec!["https://münchen.example/ü", "https://b.example"]),
            ("javascript:alert(1) data:text/html,x ftp://a.example mailto:a@b.example file.txt", vec![]),
            ("javascript://example.com/%0aalert(1)", vec![]),
            ("nothing here", vec![]),
            ("https://a.example\u{a0}next", vec!["https://a.example"]),
            ("http://\u{a0}", vec![]),
        ] {
            assert_eq!(links(text), found, "{text}");
        }
        assert_eq!(places("\u{1f600} https://a.example!"), [[3, 20]]);
    }

    proptest! {
        #[test]
        fn r21_the_parts_are_the_whole_text(text in "(?s).{0,80}|([a-z ]{0,5}https?://[^ ]{0,12} ?){0,4}") {
            let whole: String = parts(&text).map(|(Part::Text(part) | Part::Link(part))| part).collect();
            prop_assert_eq!(&whole, &text);
            let units: Vec<u16> = text.encode_utf16().collect();
            let by_place: Vec<String> =
                places(&text).into_iter().map(|[start, end]| String::from_utf16(&units[start..end]).unwrap()).collect();
            prop_assert_eq!(by_place, links(&text));
            for link in links(&text) {
                prop_assert!(!link.contains(char::is_whitespace) && !link.contains(['<', '>', '"']), "{}", link);
            }
        }
    }
}
