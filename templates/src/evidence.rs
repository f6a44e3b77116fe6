//! The words of pages that are put into files: the last one of a completed document, and those of files that could not be joined. In
//! the session's language.

use jiff::Timestamp;
use parlor_form::{Evidence, EvidenceWords, JoinWords, Signer};

use crate::lang::Lang;
use crate::words::{evidence as words, request};

/// How somebody was known before they filled anything in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// They came by a link that was sent to them.
    Link,
    /// By the link, and a PIN that the agent told them.
    Pin,
    /// By the link, and a one-time code.
    Code,
}

/// What is known at the completion.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The document's title.
    pub title: &'a str,
    /// The customer's name.
    pub name: &'a str,
    /// Where invitations and codes go, as its owner recognises it.
    pub address_of_contact: &'a str,
    pub known: Known,
    /// What they agreed to, word for word; none where nothing was asked.
    pub consent: Option<&'a str>,
    /// The browser's `User-Agent`.
    pub device: &'a str,
    /// The network address.
    pub address: &'a str,
    pub invited_at: Option<Timestamp>,
    pub joined_at: Option<Timestamp>,
    pub authenticated_at: Option<Timestamp>,
    pub consented_at: Option<Timestamp>,
    pub device_at: Option<Timestamp>,
    pub sent_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub completed_at: Timestamp,
}

/// To the second, in UTC: whoever reads it later knows no other zone for certain.
fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// What a page of a joined file says that stands where a file could not be put.
pub fn join_words(lang: Lang) -> JoinWords {
    JoinWords {
        title: request::page_left_out(lang).to_owned(),
        note: request::page_left_out_note(lang).to_owned(),
        right_to_left: lang.dir() == "rtl",
    }
}

/// What the last page says.
pub fn evidence(lang: Lang, facts: &Facts<'_>) -> Evidence {
    let mut events: Vec<(Timestamp, &str)> = [
        (facts.invited_at, words::invited(lang)),
        (facts.device_at, words::device_bound(lang)),
        (facts.consented_at, words::consented(lang)),
        (facts.authenticated_at, words::authenticated_then(lang)),
        (facts.joined_at, words::joined(lang)),
        (facts.sent_at, words::sent(lang)),
        (facts.started_at, words::started(lang)),
        (Some(facts.completed_at), words::completed_then(lang)),
    ]
    .into_iter()
    .filter_map(|(at, what)| Some((at?, what)))
    .collect();
    events.sort_by_key(|(at, _)| *at);
    let contact = facts.address_of_contact;
    Evidence {
        words: EvidenceWords {
            title: words::title(lang).to_owned(),
            document: words::document(lang).to_owned(),
            original: words::original(lang).to_owned(),
            signer: words::signer(lang).to_owned(),
            authenticated: words::authenticated(lang).to_owned(),
            completed: words::completed(lang).to_owned(),
            device: words::device(lang).to_owned(),
            address: words::address(lang).to_owned(),
            consent: words::consent(lang).to_owned(),
            events: words::events(lang).to_owned(),
            note: words::note(lang).to_owned(),
        },
        right_to_left: lang.dir() == "rtl",
        document: facts.title.to_owned(),
        signers: vec![Signer {
            name: facts.name.to_owned(),
            authenticated: match facts.known {
                Known::Link => words::by_link(lang, contact).to_string(),
                Known::Pin => words::by_pin(lang, contact).to_string(),
                Known::Code => words::by_code(lang, contact).to_string(),
            },
            completed: moment(facts.completed_at),
            device: facts.device.to_owned(),
            address: facts.address.to_owned(),
            consent: facts.consent.unwrap_or_default().to_owned(),
        }],
        events: events.into_iter().map(|(at, what)| (moment(at), what.to_owned())).collect(),
    }
}
