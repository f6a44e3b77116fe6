//! What customers see: from the opening page to the room and every error on the way.
//!
//! Every step works without a script, in every language and direction, on a phone 320 px wide. The company speaks;
//! the product's own name is nowhere on these pages.

mod code;
mod error;
mod opening;
mod room;

use maud::{Markup, Render, html};

pub use code::{CodePage, CodeProblem, PinPage};
pub use error::{ErrorPage, Problem};
pub use opening::{Check, Consent, OpeningPage};
pub use room::{AfterEnd, Chat, ChatProblem, Message, Room, Work, WorkKind, WorkState};

use crate::accent::Accent;
use crate::lang::Lang;
use crate::layout::{Live, Shell};
use crate::parts::{Icon, Menu, MenuItem, initials};
use crate::words;

/// Who speaks to the customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Brand {
    /// The company's name: the branding's, or the team's. Empty where nobody may be named (an unknown link).
    pub company: String,
    /// The hue of the company's pages.
    pub accent: Accent,
    /// The address of the company's logo, if it has one.
    pub logo: Option<String>,
}

/// A page of the customer: the shell with the company's head and the language menu.
struct Page<'a> {
    lang: Lang,
    brand: &'a Brand,
    /// The address that GETs this page, for the language menu; without it there is none.
    path: Option<&'a str>,
    title: &'a str,
    reason: Option<&'a str>,
    live: Option<&'a Live>,
    script: bool,
    class: &'a str,
    body: Markup,
}

impl Page<'_> {
    fn render(self) -> Markup {
        let title = match self.brand.company.as_str() {
            "" => self.title.to_owned(),
            company if self.title.contains(company) => self.title.to_owned(),
            company => format!("{} · {company}", self.title),
        };
        let js: &[&str] = if self.script { &["customer.js"] } else { &[] };
        Shell {
            lang: self.lang,
            title: &title,
            accent: self.brand.accent,
            css: &["customer.css"],
            js,
            reason: self.reason,
            live: self.live,
            class: self.class,
            data: &[],
            body: html! {
                header.top {
                    @if self.brand.company.is_empty() {
                        span.mark { (Icon::Lock) }
                    } @else {
                        @if let Some(logo) = &self.brand.logo {
                            img.logo src=(logo) alt="" referrerpolicy="no-referrer";
                        } @else {
                            span.mark aria-hidden="true" { (initials(&self.brand.company)) }
                        }
                        p.company { bdi { (self.brand.company) } }
                    }
                    @if let Some(path) = self.path { (language_menu(self.lang, path)) }
                }
                (self.body)
            },
        }
        .render()
    }
}

fn language_menu(lang: Lang, path: &str) -> Markup {
    let links = Lang::ALL.map(|lang| format!("{path}?lang={}", lang.code()));
    let items: Vec<MenuItem<'_>> = Lang::ALL
        .iter()
        .zip(&links)
        .map(|(item, href)| MenuItem {
            label: item.own_name(),
            icon: None,
            href: Some(href),
            hook: None,
            current: *item == lang,
            lang: Some(item.code()),
        })
        .collect();
    let label = words::language(lang);
    Menu { label, icon_only: true, icon: Icon::Globe, items: &items }.render()
}

/// The first word of a name: customers know their contact by it, and need no more.
fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// A text of the catalogue with its values filled in and one placeholder filled with markup, such as a time.
fn sentence(lang: Lang, text: &str, values: &[(&str, &str)], hole: &str, markup: &Markup) -> Markup {
    let hole = format!("{{{hole}}}");
    html! {
        @for (at, part) in text.split(hole.as_str()).enumerate() {
            @if at > 0 { (markup) }
            (words::fill(lang, part, values))
        }
    }
}

/// A text that staff typed: its line breaks are paragraphs.
fn paragraphs(text: &str) -> Markup {
    html! { @for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) { p { (line) } } }
}

/// A hidden field with the form's token, where there is one.
fn token_field(csrf: Option<&str>) -> Markup {
    html! { @if let Some(token) = csrf { input type="hidden" name="csrf" value=(token); } }
}

/// Every sample page by name, for looking at them and for the render test.
pub fn samples() -> Vec<(String, Markup)> {
    let named = |name: &str, page| (name.to_owned(), page);
    let mut pages = Vec::new();
    pages.extend(OpeningPage::samples().iter().map(|(name, page)| named(name, page.render())));
    pages.extend(PinPage::samples().iter().map(|(name, page)| named(name, page.render())));
    pages.extend(CodePage::samples().iter().map(|(name, page)| named(name, page.render())));
    pages.extend(ErrorPage::samples().iter().map(|(name, page)| named(name, page.render())));
    pages.extend(Room::samples().iter().map(|(name, page)| named(name, page.render())));
    pages
}

#[cfg(test)]
mod tests;

/// Sample values that every view's samples share.
#[doc(hidden)]
pub(crate) mod sample {
    use super::{Accent, Brand};
    use jiff::Timestamp;

    pub(crate) fn brand() -> Brand {
        Brand { company: "Harbour Credit Union".to_owned(), accent: Accent::Default, logo: None }
    }

    pub(crate) fn green() -> Brand {
        Brand {
            company: "Grünwald & Söhne Versicherungsvermittlungsgesellschaft".to_owned(),
            accent: Accent::Hue(15),
            logo: None,
        }
    }

    pub(crate) fn arabic() -> Brand {
        Brand { company: "بنك الميناء".to_owned(), accent: Accent::Hue(3), logo: None }
    }

    /// Half an hour past 14:00 UTC on 21 November 2026, shifted by `hours`.
    pub(crate) fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_795_271_400 + hours * 3600).unwrap_or_default()
    }
}
