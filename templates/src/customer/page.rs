//! The company's page around everything that a customer sees.

use maud::{Markup, Render, html};

use crate::accent::Accent;
use crate::components::{Icon, Menu, MenuItem};
use crate::lang::Lang;
use crate::layout::{Live, Shell};
use crate::names::initials;
use crate::words::customer as words;

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
pub(super) struct Page<'a> {
    pub(super) lang: Lang,
    pub(super) brand: &'a Brand,
    /// The address that GETs this page, for the language menu; without it there is none.
    pub(super) path: Option<&'a str>,
    pub(super) title: &'a str,
    pub(super) reason: Option<&'a str>,
    pub(super) live: Option<&'a Live>,
    /// Where it goes by itself without a script.
    pub(super) refresh: Option<&'a str>,
    pub(super) script: bool,
    /// Its style sheet and its script, without their endings.
    pub(super) assets: [&'static str; 2],
    pub(super) class: &'a str,
    pub(super) body: Markup,
}

/// What every page of the customer's but a workflow's loads.
pub(super) const ASSETS: [&str; 2] = ["customer.css", "customer.js"];

impl Page<'_> {
    pub(super) fn render(self) -> Markup {
        let title = match self.brand.company.as_str() {
            "" => self.title.to_owned(),
            company if self.title.contains(company) => self.title.to_owned(),
            company => format!("{} · {company}", self.title),
        };
        let [css, js] = self.assets;
        // Only who sends and sees receipts loads what they take (R21).
        let js: &[&str] = match self.live {
            _ if !self.script => &[],
            Some(live) if live.receipts => &[js, "receipts.js"],
            _ => std::slice::from_ref(&js),
        };
        Shell {
            lang: self.lang,
            title: &title,
            accent: self.brand.accent,
            css: &[css],
            js,
            reason: self.reason,
            live: self.live,
            refresh: self.refresh,
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
    let sign = if path.contains('?') { '&' } else { '?' };
    let links = Lang::ALL.map(|lang| format!("{path}{sign}lang={}", lang.code()));
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

/// R2: where the script shows what was typed in this tab and not sent, on a page where it cannot be sent.
pub(super) fn kept(lang: Lang) -> Markup {
    html! {
        div.stack-tight data-kept hidden {
            p { (words::typed_kept(lang)) }
            textarea.input readonly rows="4" aria-label=(words::chat_label(lang)) dir="auto" {}
        }
    }
}

/// A text that staff typed: its line breaks are paragraphs.
pub(super) fn paragraphs(text: &str) -> Markup {
    html! { @for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) { p { (line) } } }
}

/// A hidden field with the form's token, where there is one.
pub(super) fn token_field(csrf: Option<&str>) -> Markup {
    html! { @if let Some(token) = csrf { input type="hidden" name="csrf" value=(token); } }
}

/// A hidden field with what carries consent from the opening page, where it was given.
pub(super) fn consent_field(consent: Option<&str>) -> Markup {
    html! { @if let Some(consent) = consent { input type="hidden" name="consent" value=(consent); } }
}
