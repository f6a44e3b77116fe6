//! The words of pages that are put into files: the last one of a completed document, and those of files that could not be joined. In
//! the session's language. So are the answers of a workflow as a document of their own.

use jiff::Timestamp;
use parlor_domain::{
    Interaction,
    interaction::{Answer, Field, FieldKind, Workflow},
    settings::Method,
};
use parlor_form::{Answered, AnsweredStep, AnswersPage, DayStyle, Evidence, EvidenceWords, JoinWords, Signer};

use crate::customer::said_text;
use crate::exports;
use crate::lang::Lang;
use crate::words::{document, evidence as words, request, runner, times};

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

impl From<Method> for Known {
    fn from(proved_by: Method) -> Self {
        match proved_by {
            Method::None => Self::Link,
            Method::Pin => Self::Pin,
            Method::Otp => Self::Code,
        }
    }
}

impl Known {
    /// In words. Without isolates, which stand on no page.
    fn said(self, lang: Lang, contact: &str) -> String {
        match self {
            Self::Link => words::by_link(lang, contact).plain(),
            Self::Pin => words::by_pin(lang, contact).plain(),
            Self::Code => words::by_code(lang, contact).plain(),
        }
    }
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
pub(crate) fn moment(at: Timestamp) -> String {
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
            authenticated: facts.known.said(lang, facts.address_of_contact),
            completed: moment(facts.completed_at),
            device: facts.device.to_owned(),
            address: facts.address.to_owned(),
            consent: facts.consent.unwrap_or_default().to_owned(),
        }],
        events: events.into_iter().map(|(at, what)| (moment(at), what.to_owned())).collect(),
        days: days(lang),
    }
}

/// How days are written into a document's fields.
fn days(lang: Lang) -> Option<DayStyle> {
    let names = |name: fn(Lang, usize) -> &'static str| (0..12).map(|month| name(lang, month).to_owned()).collect();
    Some(DayStyle {
        format: times::document_day(lang).to_owned().try_into().ok()?,
        months: names(times::months),
        short_months: names(times::short_months),
    })
}

/// Who answered a workflow.
#[derive(Debug, Clone)]
pub struct Answerer<'a> {
    /// The company's name.
    pub company: &'a str,
    /// Their name.
    pub name: &'a str,
    /// How they were known, and the address where their invitations go, as its owner recognises it; nothing of somebody who was
    /// removed since.
    pub known: Option<(Known, String)>,
}

/// A workflow's answers as pages say them: of steps that are hidden, nothing.
pub fn answers(
    lang: Lang,
    by: &Answerer<'_>,
    own: &Interaction,
    workflow: &Workflow,
    documents: &[Interaction],
) -> AnswersPage {
    let known = by.known.as_ref().map(|(known, contact)| known.said(lang, contact));
    let facts = [
        (words::answered_by(lang), by.name.to_owned()),
        (words::authenticated(lang), known.unwrap_or_default()),
        (words::completed(lang), own.completed_at.map(moment).unwrap_or_default()),
    ];
    let steps = workflow.shown(&own.entered).into_iter();
    AnswersPage {
        company: by.company.to_owned(),
        title: own.title.clone(),
        right_to_left: lang.dir() == "rtl",
        language: lang.code().to_owned(),
        facts: facts.into_iter().map(|(word, said)| (word.to_owned(), said)).collect(),
        steps: steps
            .map(|step| AnsweredStep {
                title: step.title.clone(),
                answers: step
                    .fields
                    .iter()
                    .map(|field| (field.label.clone(), answered(lang, own, field)))
                    .chain(
                        exports::document(lang, documents, &step.id).map(|(title, said)| (title, Answered::Text(said))),
                    )
                    .collect(),
            })
            .collect(),
        note: words::answers_note(lang).to_owned(),
        page_of: document::page_of(lang, "{n}", "{total}").plain(),
    }
}

fn answered(lang: Lang, own: &Interaction, field: &Field) -> Answered {
    let files = exports::files(own, &field.name);
    match own.entered.get(&field.name) {
        _ if !files.is_empty() => Answered::Files(files),
        Some(Answer::Drawn(strokes)) => Answered::Drawn(strokes.clone()),
        Some(Answer::Text(name)) if field.kind == FieldKind::Signature => Answered::Typed(name.clone()),
        Some(answer) if !answer.as_typed().is_empty() => {
            Answered::Text(said_text(lang, field.kind, &answer.as_typed()))
        }
        _ => Answered::Nothing(runner::no_answer(lang).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r21_a_day_on_a_document_is_written_as_its_language_does() {
        for (lang, written) in [
            (Lang::En, "29 Nov 2026"),
            (Lang::De, "29.11.2026"),
            (Lang::Es, "29/11/2026"),
            (Lang::Fr, "29/11/2026"),
            (Lang::Ar, "29/11/2026"),
        ] {
            let days = days(lang).expect("a format of days");
            assert_eq!((&*days.write("2026-11-29", None), days.months.len()), (written, 12), "{lang:?}");
        }
    }
}
