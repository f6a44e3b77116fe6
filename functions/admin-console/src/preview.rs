//! What customers would get under a form of settings that is not saved (R19): POST `/admin/settings/preview` and
//! `/admin/teams/{id}/preview`. A POST, because a form is too long for an address; nothing is written.

use lambda_http::{Body, Response, http::StatusCode};
use parlor_domain::TeamId;
use parlor_templates::{
    Lang,
    admin::{contrast_words, fault_words},
    customer::{Preview, Previewed},
    words::preview as words,
};
use parlor_web::{AdminPage, AdminRefusal, ApiError, ApiRequest, ApiResponse, AppState, Payload, nowhere, reply};
use serde_json::{Map, json};

use crate::{form, settings};

pub(crate) async fn system(app: &AppState, page: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    show(app, page, None).await
}

pub(crate) async fn team(app: &AppState, page: &AdminPage, id: TeamId) -> Result<Response<Body>, AdminRefusal> {
    show(app, page, Some(&id)).await
}

/// The page that was asked for. The form's script asks first, as a program, what is wrong with the form, and shows that beside
/// the fields. What has no meaning is shown as it was saved. One `BatchGetItem` and one `Query`, side by side.
async fn show(app: &AppState, page: &AdminPage, id: Option<&TeamId>) -> Result<Response<Body>, AdminRefusal> {
    let request = ApiRequest::read(page, app)?;
    let Payload::Form(sent) = &request.payload else { return Err(ApiError::MediaType.into()) };
    let document = settings::read(app, page, id).await?;
    document.context.check_csrf(&request, app)?;
    let mut filled = form::read(sent, &document.current);
    filled.all_faults();
    let lang = document.context.lang;
    if nowhere::is_program(page) {
        let said = |(field, fault): &(&'static parlor_domain::settings::Field, _)| {
            (field.key.to_owned(), fault_words(lang, *fault).into())
        };
        let faults: Map<_, _> = filled.faults.iter().map(said).collect();
        let accent = sent.get("branding.accent").map(|accent| accent.trim()).filter(|accent| !accent.is_empty());
        let notes = json!({"branding.accent": contrast_words(lang, accent)});
        return Ok(ApiResponse::new(StatusCode::OK, json!({"faults": faults, "notes": notes}), "").into_json());
    }
    for (field, _) in &filled.faults {
        filled.draft.take(field, &document.current);
    }
    let settings = filled.draft.settings().map_err(ApiError::from)?;
    let asked = |name: &str| sent.get(name).map(String::as_str).unwrap_or_default();
    let what = Previewed::ALL.into_iter().find(|what| what.as_str() == asked("preview.what")).unwrap_or_default();
    let team = document.team.as_ref().map(|team| team.name.as_str());
    let preview = Preview {
        what,
        lang: Lang::from_tag(asked("preview.language")).unwrap_or(lang),
        settings: &settings,
        team: team.or(document.teams.first().map(|(_, name)| name.as_str())).unwrap_or(words::team(lang)),
        public_url: &app.public_url,
        now: document.context.now,
    };
    Ok(reply::framed(StatusCode::OK, preview.render()))
}
