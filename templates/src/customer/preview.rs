//! What a customer would get under settings that are not saved yet, with made-up people in it (R19): the opening page, the room,
//! the invitation by mail and by text message, each by the very template that customers get.
//!
//! It is shown in a frame that runs no script and sends no form, so nothing in it leads anywhere.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use parlor_domain::{Sender, Settings, settings::Method};

use super::opening::{Check, Consent, OpeningPage};
use super::page::{ASSETS, Brand, Page};
use super::room::{Chat, Message, Room};
use crate::accent::Accent;
use crate::components::{Icon, empty};
use crate::lang::Lang;
use crate::mail::{Mail, Purpose};
use crate::text::{ROOM, Text, septets};
use crate::words::preview as words;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Previewed {
    /// The page that a link opens.
    #[default]
    Opening,
    /// The room, as it is on entry.
    Room,
    /// The invitation by mail.
    Mail,
    /// The invitation by text message.
    Text,
}

impl Previewed {
    /// All, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Opening, Self::Room, Self::Mail, Self::Text];

    /// Its name in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Room => "room",
            Self::Mail => "mail",
            Self::Text => "text",
        }
    }

    /// What it is called.
    pub const fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Opening => words::opening(lang),
            Self::Room => words::room(lang),
            Self::Mail => words::mail(lang),
            Self::Text => words::text(lang),
        }
    }
}

/// A preview.
#[derive(Debug, Clone)]
pub struct Preview<'a> {
    pub what: Previewed,
    /// The customer's language.
    pub lang: Lang,
    /// What a session would run under.
    pub settings: &'a Settings,
    /// What the company is called where the branding does not name it.
    pub team: &'a str,
    /// The origin of links, without a slash at its end.
    pub public_url: &'a str,
    pub now: Timestamp,
}

/// A link of the length that links have, which opens nothing.
const TOKEN: &str = "0example0example0example0e0example0example0example0example";

impl Preview<'_> {
    /// The whole document.
    pub fn render(&self) -> Markup {
        match self.what {
            Previewed::Opening => self.opening(),
            Previewed::Room => self.room(),
            Previewed::Mail => self.mail(),
            Previewed::Text => self.text(),
        }
    }

    fn brand(&self) -> Brand {
        let branding = &self.settings.branding;
        Brand {
            company: branding.name.as_deref().unwrap_or(self.team).to_owned(),
            accent: branding.accent.as_deref().and_then(Accent::from_hex).unwrap_or_default(),
            logo: branding.logo.clone(),
        }
    }

    fn opening(&self) -> Markup {
        let authentication = &self.settings.authentication;
        let own = authentication.opening_page.in_language(self.lang.code());
        OpeningPage {
            lang: self.lang,
            brand: self.brand(),
            agent: words::agent(self.lang).to_owned(),
            path: "#".to_owned(),
            action: "#".to_owned(),
            csrf: None,
            title: own.title,
            text: own.text,
            hint: own.hint,
            check: match authentication.method {
                Method::None => Check::None,
                Method::Pin => Check::Pin,
                Method::Otp => Check::Code { contact: "m•••@example.com".to_owned() },
            },
            consent: authentication
                .consent
                .required
                .then(|| Consent { text: authentication.consent.text.clone(), ..Consent::default() }),
            work: false,
            cookie_disclaimer: false,
        }
        .render()
    }

    fn room(&self) -> Markup {
        let (lang, session) = (self.lang, &self.settings.session);
        let hello = Message {
            seq: 1,
            id: "hello".to_owned(),
            from: Sender::Agent,
            name: words::agent(lang).to_owned(),
            mine: false,
            text: words::message(lang).to_owned(),
            at: self.now,
            attachment: None,
        };
        Room {
            lang,
            brand: self.brand(),
            path: "#".to_owned(),
            csrf: None,
            customer: words::customer(lang).to_owned(),
            agent: words::agent(lang).to_owned(),
            // Away where there is something to read about it.
            agent_here: session.inactive_agent_message.is_none(),
            inactive_message: session.inactive_agent_message.clone(),
            cookie_disclaimer: session.cookie_disclaimer,
            work: vec![],
            after_end: None,
            closes: None,
            now: self.now,
            chat: Some(Chat { messages: vec![hello], writable: true, ..Chat::default() }),
            live: None,
        }
        .still()
    }

    fn invitation(&self) -> Purpose {
        let lasts = SignedDuration::from_mins(i64::from(self.settings.session.customer_access_minutes));
        Purpose::Invitation {
            link: format!("{}/s/{TOKEN}", self.public_url),
            until: self.now.checked_add(lasts).ok(),
            pin: self.settings.authentication.method == Method::Pin,
            work: false,
        }
    }

    fn mail(&self) -> Markup {
        let (lang, brand) = (self.lang, self.brand());
        let mail = Mail {
            lang,
            customer: words::customer(lang).to_owned(),
            agent: words::agent(lang).to_owned(),
            purpose: self.invitation(),
            brand,
        };
        let branding = &self.settings.branding;
        let from = branding.sender_name.clone().unwrap_or_else(|| mail.brand.company.clone());
        let answers = branding.reply_to.as_deref().unwrap_or(words::agent(lang));
        mail.with_envelope(&[(words::from(lang), &from), (words::reply_to(lang), answers)], words::subject(lang))
    }

    fn text(&self) -> Markup {
        let (lang, brand) = (self.lang, self.brand());
        let text = Text {
            lang,
            company: brand.company.clone(),
            agent: words::agent(lang).to_owned(),
            purpose: self.invitation(),
        }
        .render();
        let body = if self.settings.channels.sms {
            html! {
                main.sheet {
                    div.log { div.message { p dir="auto" { (text) } } }
                    p.small.muted { (words::length(lang, septets(&text), ROOM)) }
                }
            }
        } else {
            html! { main.sheet { (empty(Icon::Chat, words::text_off(lang), words::text_off_help(lang), None)) } }
        };
        Page {
            lang,
            brand: &brand,
            path: None,
            title: words::text(lang),
            reason: None,
            live: None,
            refresh: None,
            script: false,
            assets: ASSETS,
            class: "narrow",
            body,
        }
        .render()
    }
}

#[cfg(test)]
mod tests {
    use parlor_domain::settings::{Draft, Field};
    use serde_json::json;

    use super::*;

    fn shown(what: Previewed, lang: Lang, changes: &[(&str, serde_json::Value)]) -> String {
        let mut draft = Draft::of_system(&Settings::default());
        for (key, value) in changes {
            draft.put(Field::of(key).expect("a key"), value.clone(), false);
        }
        let settings = draft.settings().expect("settings");
        let (team, public_url, now) = ("Harbour Branch", "https://parlor.example", crate::customer::sample::at(0));
        Preview { what, lang, settings: &settings, team, public_url, now }.render().into_string()
    }

    #[test]
    fn r19_a_preview_is_what_customers_get_of_what_is_typed() {
        let own = [
            ("branding.name", json!("Northwind <Mutual>")),
            ("branding.accent", json!("#ffd400")),
            ("authentication.method", json!("pin")),
            ("authentication.opening_page.title", json!("Your <loan>")),
            ("authentication.consent.required", json!(true)),
            ("session.inactive_agent_message", json!("Back at nine")),
        ];
        for lang in Lang::ALL {
            for what in Previewed::ALL {
                let page = shown(what, lang, &own);
                assert!(page.contains("Northwind &lt;Mutual&gt;") && !page.contains("<loan>"), "{lang:?} {what:?}");
                assert!(!page.contains("<script") && !page.to_lowercase().contains("parlor</"), "{lang:?} {what:?}");
                assert!(page.contains(&format!("lang=\"{}\"", lang.code())), "{lang:?} {what:?}");
            }
        }
        let opening = shown(Previewed::Opening, Lang::En, &own);
        assert!(
            opening.contains("Your &lt;loan&gt;")
                && opening.contains("name=\"consent\"")
                && opening.contains("/static/accent.ffd400.css")
        );
        assert!(shown(Previewed::Room, Lang::En, &own).contains("Back at nine"));
        assert!(shown(Previewed::Mail, Lang::En, &own).contains("background:#ffd400"));
        let off = shown(Previewed::Text, Lang::En, &[("channels.sms", json!(false))]);
        assert!(off.contains(words::text_off(Lang::En)), "{off}");
    }
}
