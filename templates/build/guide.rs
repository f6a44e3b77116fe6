//! A page of `docs/` as a part of the page for integrators.

use std::error::Error;
use std::fs;
use std::path::Path;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// The page as markup: headings one level deeper, each with an address; what can be scrolled can be reached by keyboard.
pub(crate) fn html(source: &Path) -> Result<String, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", source.display());
    let text = fs::read_to_string(source)?;
    let name = source.file_stem().and_then(|name| name.to_str()).ok_or("a page has a name")?;
    let deeper = |level| match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        _ => HeadingLevel::H4,
    };
    let mut headings = 0;
    let events = Parser::new_ext(&text, Options::ENABLE_TABLES).map(|event| match event {
        Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
            let id = if headings == 0 { format!("{name}-name") } else { format!("{name}-{headings}") };
            headings += 1;
            Event::Start(Tag::Heading { level: deeper(level), id: Some(CowStr::from(id)), classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(deeper(level))),
        other => other,
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events);
    // Pages of `docs/` link to each other; here there is only this one.
    Ok(html
        .replace("<h2 id=\"webhooks-name\">Webhooks</h2>", "<h2 id=\"webhooks-name\">Receiving webhooks</h2>")
        .replace("<table>", "<div class=\"codes\" tabindex=\"0\"><table>")
        .replace("</table>", "</table></div>")
        .replace("<th>", "<th scope=\"col\">")
        .replace("<pre>", "<pre tabindex=\"0\">"))
}
