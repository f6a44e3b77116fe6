//! A document in front of its customer (R21): filled in page by page, looked over, signed, downloaded.

use std::collections::BTreeMap;

use lambda_http::{Body, Response, http::StatusCode};
use parlor_domain::{
    Interaction, InteractionState, Rejection,
    interaction::{Document, Posted, ReadValues, Refusal, SignedFile as Kept, ValueFault, Wrong, finish_key},
};
use parlor_form::{Evidence, Field, FieldKind, Strokes, Value};
use parlor_objects::Objects as _;
use parlor_templates::{
    customer::{Blank, DocumentPage, DocumentView, Filled, Leaf, NotTaken, SignedFile, blank_fault_words, field_label},
    evidence::{Facts, evidence},
};
use parlor_web::{
    ApiError, ApiResponse,
    customer::{PageError, Visit, masked},
    loaded_room::LoadedRoom,
    redirect,
    reply::{self, Reach, html_reaching},
};
use serde_json::json;

use crate::{
    WorkState,
    loaded::{Loaded, REVIEW},
};

/// A document that somebody asks for.
type LoadedDocument = Loaded<Document>;

/// What a form posted into the fields.
pub(crate) fn read(state: &WorkState, visit: &Visit, document: &Document) -> ReadValues {
    let posted = |name: &str| match visit.form.get(&format!("v.{name}")) {
        Some(typed) if typed.trim().is_empty() => Posted::Empty,
        Some(typed) => Posted::Typed(typed.as_str()),
        None if visit.form.contains_key(&format!("k.{name}")) => Posted::Empty,
        None => Posted::Nothing,
    };
    document.read(posted, |text| state.fonts.uncovered(text))
}

/// What is known of whoever completes it now.
pub(crate) fn evidence_of(visit: &Visit, room: &LoadedRoom, own: &Interaction) -> Evidence {
    let session = &room.stored.session;
    let consent = room.settings.authentication.consent.text.as_deref();
    evidence(
        visit.lang_for(session),
        &Facts {
            title: &own.title,
            name: &session.customer.name,
            address_of_contact: &masked(session),
            known: session.proved_by(&room.settings).into(),
            consent: consent.filter(|text| session.agreed_to(text)),
            device: visit.origin.user_agent.as_deref().unwrap_or_default(),
            address: visit.origin.ip.as_deref().unwrap_or_default(),
            invited_at: session.invited_at,
            joined_at: session.joined_at,
            authenticated_at: session.authenticated_at,
            consented_at: session.consented_at,
            device_at: session.device.as_ref().map(|device| device.bound_at),
            sent_at: own.sent_at,
            started_at: own.started_at,
            completed_at: visit.now,
        },
    )
}

fn filled(field: &Field, value: Option<&Value>) -> Filled {
    match (value, &field.prefill) {
        (Some(Value::Ticked(ticked)), _) => Filled::Ticked(*ticked),
        (Some(Value::Text(text)), _) if text.is_empty() => Filled::Nothing,
        (Some(Value::Text(text)), _) => Filled::Text(text.clone()),
        (Some(Value::Strokes(Strokes { path, pen })), _) => Filled::Drawn { path: path.clone(), pen: *pen },
        (None, Some(prefill)) if !prefill.trim().is_empty() => match field.kind {
            FieldKind::Checkbox => Filled::Ticked(true),
            kind if kind.is_signed() => Filled::Nothing,
            _ => Filled::Text(prefill.clone()),
        },
        (None, _) => Filled::Nothing,
    }
}

/// What was typed and not taken, in place of what is kept.
fn typed(visit: &Visit, field: &Field) -> Option<Filled> {
    let typed = visit.form.get(&format!("v.{}", field.name))?;
    Some(match field.kind {
        FieldKind::Checkbox => Filled::Ticked(true),
        kind if kind.is_signed() && typed.starts_with('{') => Filled::Nothing,
        _ => Filled::Text(typed.clone()),
    })
}

impl LoadedDocument {
    fn blanks(&self, visit: &Visit, wrong: &BTreeMap<String, ValueFault>) -> Vec<Blank> {
        let blank = |field: &Field| {
            let why = wrong.get(&field.name);
            let kept = filled(field, self.interaction.values.get(&field.name));
            Blank {
                field: field.clone(),
                value: why.and_then(|_| typed(visit, field)).unwrap_or(kept),
                wrong: why.cloned(),
            }
        };
        self.asked.form.fields.iter().map(blank).collect()
    }

    /// Its pages, each with an address of its picture that is good for a few minutes.
    async fn leaves(&self, state: &WorkState, visit: &Visit) -> Vec<Leaf> {
        let mut leaves = Vec::with_capacity(self.asked.form.pages.len());
        let mut pictures = self.asked.pictures.iter();
        for page in &self.asked.form.pages {
            let mut address = None;
            if let Some(picture) = pictures.next().and_then(Option::as_ref) {
                let signed = state.bucket.download(&picture.key, &picture.content_type, "page", visit.now).await;
                // A document works without its pictures.
                address = signed.inspect_err(|error| tracing::error!(%error, "picture")).ok().map(|signed| signed.url);
            }
            leaves.push(Leaf { picture: address, width: page.width, height: page.height });
        }
        leaves
    }

    fn first_page(&self, visit: &Visit) -> usize {
        let last = self.asked.form.pages.len().max(1);
        visit.page.parse().unwrap_or(1).clamp(1, last)
    }

    fn missing(&self) -> BTreeMap<String, ValueFault> {
        let missing = self.asked.missing(&self.interaction.values).into_iter();
        missing.map(|missing| (missing.field, ValueFault::Answer(Wrong::Required))).collect()
    }

    /// What is shown of it when it is opened.
    fn view(&self, visit: &Visit) -> DocumentView {
        match self.interaction.state {
            InteractionState::Withdrawn => DocumentView::Withdrawn,
            InteractionState::Declined => DocumentView::Declined,
            InteractionState::Completed | InteractionState::Accepted => {
                let file = match &self.interaction.signed {
                    Some(Kept::Ready { size, .. }) => {
                        SignedFile::Ready { href: visit.along(&format!("{}/result", self.path())), size: *size }
                    }
                    Some(Kept::Failed) => SignedFile::Failed,
                    Some(Kept::Coming { .. }) | None => SignedFile::Coming,
                };
                DocumentView::Done { file, next: self.next(visit) }
            }
            _ if !self.may_write(visit) => DocumentView::ReadOnly,
            _ if visit.page == REVIEW => DocumentView::Review { judged: false, reason: String::new() },
            _ => DocumentView::Fill { page: self.first_page(visit) },
        }
    }

    async fn page(
        &self,
        state: &WorkState,
        visit: &Visit,
        view: DocumentView,
        wrong: &BTreeMap<String, ValueFault>,
    ) -> DocumentPage {
        let session = &self.room.stored.session;
        let is_gone = matches!(view, DocumentView::Withdrawn | DocumentView::Declined);
        DocumentPage {
            around: self.around(&state.app, visit),
            customer: session.customer.name.clone(),
            leaves: if is_gone { vec![] } else { self.leaves(state, visit).await },
            blanks: if is_gone { vec![] } else { self.blanks(visit, wrong) },
            view,
            not_taken: None,
            kept: vec![],
        }
    }
}

/// A page, which may load pictures from the bucket.
fn answer(state: &WorkState, status: StatusCode, page: &DocumentPage) -> Response<Body> {
    let reach = Reach { live_url: Some(&state.app.live_url), files_origin: Some(&state.files_origin), frames: false };
    html_reaching(status, page.render(), reach)
}

/// Its page. No request.
pub(crate) async fn show(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedDocument,
) -> Result<Response<Body>, PageError> {
    let page = loaded.page(state, visit, loaded.view(visit), &BTreeMap::new()).await;
    Ok(answer(state, StatusCode::OK, &page))
}

/// Where the signed document is downloaded. What is not ready is asked for on its page.
pub(crate) async fn result(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedDocument,
) -> Result<Response<Body>, PageError> {
    let Some(Kept::Ready { key, .. }) = &loaded.interaction.signed else {
        return Ok(redirect(&visit.along(&loaded.path())));
    };
    loaded.download(state, visit, key).await
}

/// 303 to where the customer goes on, or JSON for a script. What is wrong is said beside its field, and what is right is kept.
pub(crate) async fn saved(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedDocument,
    result: Result<(), Rejection>,
) -> Result<Response<Body>, PageError> {
    let wrong = read(state, visit, &loaded.asked).wrong;
    if let Err(rejection) = result {
        return refused(state, visit, loaded, &rejection).await;
    }
    if visit.wants_json {
        let lang = visit.lang_for(&loaded.room.stored.session);
        let words = |(name, why): (&String, &ValueFault)| {
            let of = loaded.asked.form.fields.iter().find(|field| field.name == *name);
            let kind = of.map_or(FieldKind::Text, |field| field.kind);
            (name.clone(), blank_fault_words(lang, kind, why))
        };
        let wrong: BTreeMap<String, String> = wrong.iter().map(words).collect();
        let body = json!({"progress": loaded.interaction.progress, "wrong": wrong});
        return Ok(ApiResponse::new(StatusCode::OK, body, "").into_json());
    }
    let last = loaded.asked.form.pages.len().max(1);
    let own = visit.field("page").parse().unwrap_or(1).clamp(1, last);
    let go = visit.field("go");
    if !wrong.is_empty() && go != "back" {
        let page = loaded.page(state, visit, DocumentView::Fill { page: own }, &wrong).await;
        return Ok(answer(state, StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    let next = match go {
        "later" => return Ok(redirect(&loaded.back(visit))),
        "back" => own.saturating_sub(1).max(1).to_string(),
        "next" if own < last => (own + 1).to_string(),
        _ => REVIEW.to_owned(),
    };
    Ok(redirect(&loaded.part(visit, "page", &next)))
}

/// What the decision refused, with what was typed.
async fn refused(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedDocument,
    rejection: &Rejection,
) -> Result<Response<Body>, PageError> {
    if visit.wants_json {
        return Ok(reply::problem(&ApiError::Rejected(rejection.clone()).problem(visit.now)));
    }
    let (why, status) = loaded.not_taken(visit, rejection)?;
    let view = match why {
        NotTaken::Reason | NotTaken::Changed => {
            DocumentView::Review { judged: false, reason: visit.field("reason").to_owned() }
        }
        _ => loaded.view(visit),
    };
    let mut page = loaded.page(state, visit, view, &BTreeMap::new()).await;
    page.not_taken = Some(why);
    page.kept = labelled(visit, loaded);
    Ok(answer(state, status, &page))
}

/// What was typed, beside the names of its fields.
fn labelled(visit: &Visit, loaded: &LoadedDocument) -> Vec<(String, String)> {
    let one = |name: &str| {
        let typed = visit.form.get(&format!("v.{name}"))?;
        let field = loaded.asked.form.fields.iter().find(|field| field.name == name)?;
        let label = field_label(field);
        (!typed.trim().is_empty() && !typed.starts_with('{')).then(|| (label, typed.clone()))
    };
    loaded.asked.names().into_iter().filter_map(one).collect()
}

/// The answer to `…/complete`. After the commit the document is given to whoever completes and signs it; should that fail, a
/// schedule does it again.
pub(crate) async fn completed(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedDocument,
    result: Result<(), Rejection>,
) -> Result<Response<Body>, PageError> {
    match result {
        Err(Rejection::Work(Refusal::Incomplete(_))) if !visit.wants_json => {
            let view = DocumentView::Review { judged: true, reason: String::new() };
            let page = loaded.page(state, visit, view, &loaded.missing()).await;
            Ok(answer(state, StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(rejection) => refused(state, visit, loaded, &rejection).await,
        Ok(()) => {
            hand_over(state, loaded).await;
            Ok(redirect(&loaded.onward(visit)))
        }
    }
}

async fn hand_over(state: &WorkState, loaded: &LoadedDocument) {
    let session = &loaded.room.stored.session.id;
    if !matches!(loaded.interaction.signed, Some(Kept::Coming { .. })) {
        return;
    }
    let Some(task) = loaded.asked.finish_task(session, &loaded.interaction) else { return };
    let Ok(bytes) = serde_json::to_vec(&task) else { return };
    let key = finish_key(session, &loaded.interaction.id);
    if let Err(error) = state.bucket.put(&key, bytes, "application/json").await {
        tracing::warn!(%error, "the schedule hands the document over");
    }
}

/// The answer to `…/decline`.
pub(crate) async fn declined(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedDocument,
    result: Result<(), Rejection>,
) -> Result<Response<Body>, PageError> {
    match result {
        Err(rejection) => refused(state, visit, loaded, &rejection).await,
        Ok(()) => Ok(redirect(&loaded.onward(visit))),
    }
}
