//! The document around every page.

use maud::{DOCTYPE, Markup, PreEscaped, Render, html};

use crate::accent::Accent;
use crate::assets::asset_url;
use crate::lang::Lang;

/// What a page needs to go live; rendered as `data-*` on `<body>` for `live.js`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// The address with its single-use ticket, valid for 60 s.
    pub url: String,
    /// Where a GET gives `{"url": …}` with a fresh ticket for a reconnect.
    pub ticket_url: String,
    pub session: String,
    /// The sequence number of the last event that the page already shows.
    pub seq: u64,
    /// Who is looking: `customer` or `agent`.
    pub who: &'static str,
    /// R22: the participant who is looking, if it is one.
    pub seat: Option<String>,
    /// Whether each side is told what the other has seen (R21).
    pub receipts: bool,
}

/// The document: head, body attributes and content. No inline style or script, so `style-src 'self'; script-src 'self'`
/// is enough; the company's accent is a class on `<html>`.
#[derive(Debug)]
pub struct Shell<'a> {
    pub lang: Lang,
    /// The title; on customer pages it ends with the company's name.
    pub title: &'a str,
    /// The hue of the page.
    pub accent: Accent,
    /// Style sheets by asset name, such as `customer.css`. A page loads one.
    pub css: &'a [&'a str],
    /// Scripts by asset name, loaded as modules (deferred, strict). A page loads at most one.
    pub js: &'a [&'a str],
    /// The reason of an error page, for `<meta name="parlor:reason">`.
    pub reason: Option<&'a str>,
    /// What the page goes live with, if it does.
    pub live: Option<&'a Live>,
    /// Where a page that waits for something goes by itself, in a moment, where there is no script.
    pub refresh: Option<&'a str>,
    /// The class of `<body>`; may be empty.
    pub class: &'a str,
    /// Further `data-*` attributes of `<body>`: the name without `data-`, and the value. Names come from code, never from input.
    pub data: &'a [(&'a str, &'a str)],
    pub body: Markup,
}

impl Shell<'_> {
    fn body_tag(&self) -> String {
        let mut tag = String::from("<body");
        let mut attribute = |name: &str, value: &str| {
            let value = value.render().into_string();
            tag.extend([" ", name, "=\"", &value, "\""]);
        };
        if !self.class.is_empty() {
            attribute("class", self.class);
        }
        if let Some(live) = self.live {
            attribute("data-live", &live.url);
            attribute("data-ticket-url", &live.ticket_url);
            attribute("data-session", &live.session);
            attribute("data-seq", &live.seq.to_string());
            attribute("data-who", live.who);
            if let Some(seat) = &live.seat {
                attribute("data-seat", seat);
            }
            if live.receipts {
                attribute("data-receipts", "");
            }
        }
        for (name, value) in self.data {
            attribute(&format!("data-{name}"), value);
        }
        tag.push('>');
        tag
    }
}

impl Render for Shell<'_> {
    fn render(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang=(self.lang.code()) dir=(self.lang.dir()) class=(self.accent.class()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover";
                    title { (self.title) }
                    meta name="referrer" content="no-referrer";
                    meta name="robots" content="noindex,nofollow";
                    meta name="color-scheme" content="light dark";
                    // Phones must not turn a reference number into a call, nor a time into a calendar entry.
                    meta name="format-detection" content="telephone=no,date=no,address=no,email=no";
                    @if let Some(reason) = self.reason {
                        meta name="parlor:reason" content=(reason);
                    }
                    @if let Some(address) = self.refresh {
                        noscript { meta http-equiv="refresh" content={ "2;url=" (address) }; }
                    }
                    link rel="icon" href=(asset_url("icon.svg")) type="image/svg+xml";
                    @for name in self.css {
                        link rel="stylesheet" href=(asset_url(name));
                    }
                    @if let Some(sheet) = self.accent.sheet() { link rel="stylesheet" href=(sheet); }
                    @for name in self.js {
                        script type="module" src=(asset_url(name)) {}
                    }
                }
                (PreEscaped(self.body_tag()))
                (self.body)
                (PreEscaped("</body>"))
            }
        }
    }
}
