//! `/admin/webhooks`: the endpoints that are there and a form for one more, the page of one with its deliveries, the page of a
//! delivery, and a secret that was made, which is shown this once.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, RequestExt as _, Response, http::StatusCode};
use parlor_domain::{
    SessionId, TeamId, WebhookId, event,
    staff::StaffCookie,
    webhook::{Delivery, DeliveryState, parse_message_id},
};
use parlor_store::{ListedTeam, ReadBatch, Webhook, fold};
use parlor_templates::{
    admin::{
        DeliveryLine, DeliveryPage, NewSecretPage, Section, SentRequest, TeamName, WebhookForm, WebhookPage,
        WebhookRow, WebhooksPage,
    },
    refusals,
};
use parlor_web::{
    AdminContext, AdminPage, AdminRefusal, ApiError, ApiRequest, ApiResponse, AppState, Code, Payload, Problem,
    api_request::lang, conditions::IfMatch, html, redirect, staff_page,
};

use crate::{
    PAGE,
    deliveries::{self, known, posted},
    endpoints,
    input::{Change, New, ReplaySince, Rotation},
};

type Answer = Result<Response<Body>, AdminRefusal>;

type Fields = BTreeMap<String, String>;

/// Deliveries on an endpoint's page.
const LISTED: usize = 25;

/// The longest time back that deliveries are sent again from: so long they are kept.
const MAX_BACK: i64 = 30 * 24 * 60;

fn done(page: &AdminPage) -> String {
    page.query_string_parameters().first("done").unwrap_or_default().to_owned()
}

fn fields_of(request: &ApiRequest) -> Fields {
    match &request.payload {
        Payload::Form(fields) => fields.clone(),
        _ => Fields::new(),
    }
}

/// A field as it was sent; `None` for one that is empty or not there.
fn field(fields: &Fields, name: &str) -> Option<String> {
    fields.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A field that only our own page fills in.
fn number(fields: &Fields, name: &str) -> Result<i64, ApiError> {
    let number = field(fields, name).and_then(|text| text.parse().ok());
    number.ok_or_else(|| ApiError::Malformed(format!("`{name}` is missing or no number.")))
}

fn typed(fields: &Fields) -> WebhookForm {
    let own = |name: &str| field(fields, name).unwrap_or_default();
    WebhookForm {
        url: own("url"),
        description: own("description"),
        team: own("team"),
        events: event::TYPES
            .iter()
            .filter(|kind| fields.contains_key(&format!("event_{kind}")))
            .map(|&kind| kind.to_owned())
            .collect(),
    }
}

fn team_of(form: &WebhookForm) -> Result<Option<TeamId>, ApiError> {
    let unknown = |_| Problem::new(Code::UnknownTeam, "There is no such team.").about("team").into();
    if form.team.is_empty() { Ok(None) } else { form.team.parse().map(Some).map_err(unknown) }
}

fn new(form: &WebhookForm) -> Result<New, ApiError> {
    Ok(New {
        url: form.url.clone(),
        description: Some(form.description.clone()),
        team: team_of(form)?,
        events: form.events.iter().cloned().collect(),
    })
}

fn change(form: &WebhookForm) -> Result<Change, ApiError> {
    let New { url, description, team, events } = new(form)?;
    Ok(Change { url: Some(url), description: Some(description), team: Some(team), events: Some(events), enabled: None })
}

/// Why a form was not taken, if its page comes back with it; others have pages of their own.
fn refused(app: &AppState, page: &AdminPage, error: ApiError) -> Result<(StatusCode, (String, String)), ApiError> {
    let problem = error.problem(app.clock.now());
    if !matches!(problem.status, 400 | 409 | 422) {
        return Err(problem.into());
    }
    let said = refusals::refusal(lang(page), problem.code).map_or(problem.detail, str::to_owned);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    Ok((status, (problem.field.unwrap_or_default(), said)))
}

fn names(teams: &[ListedTeam]) -> Vec<TeamName> {
    let mut names: Vec<TeamName> =
        teams.iter().map(|team| TeamName { id: team.id.to_string(), name: team.name.clone() }).collect();
    names.sort_by_cached_key(|team| fold(&team.name));
    names
}

fn name_of(names: &[TeamName], webhook: &Webhook) -> Option<String> {
    let team = webhook.endpoint.team.as_ref()?.as_str();
    Some(names.iter().find(|name| name.id == team).map_or_else(|| team.to_owned(), |name| name.name.clone()))
}

/// One `BatchGetItem` for whoever asks, and a `Query` of the endpoints and one of the teams, side by side.
async fn all(app: &AppState, page: &AdminPage, cookie: StaffCookie) -> Result<WebhooksPage, AdminRefusal> {
    let read = app.store.read(AdminContext::keys(&cookie));
    let (found, webhooks, teams) = tokio::try_join!(read, app.store.webhooks(), app.store.teams())?;
    let context = AdminContext::open(cookie, found, lang(page), app.clock.now())?;
    let teams = names(&teams);
    let rows = webhooks
        .into_iter()
        .map(|webhook| WebhookRow {
            team: name_of(&teams, &webhook),
            id: webhook.endpoint.id.to_string(),
            url: webhook.endpoint.url,
            description: webhook.endpoint.description,
            events: webhook.endpoint.events,
            standing: webhook.standing,
        })
        .collect();
    Ok(WebhooksPage {
        frame: context.frame(app, Section::Webhooks),
        rows,
        teams,
        form: WebhookForm::default(),
        problem: None,
        done: done(page),
    })
}

pub(crate) async fn list(app: &AppState, page: &AdminPage) -> Answer {
    let view = all(app, page, staff_page::cookie(page)?).await?;
    Ok(html(StatusCode::OK, view.render(), None))
}

/// One `BatchGetItem` and one `TransactWriteItems`; where it is refused, what the list reads besides.
pub(crate) async fn make(app: &AppState, page: &AdminPage) -> Answer {
    let cookie = staff_page::cookie(page)?;
    let request = ApiRequest::read(page, app)?;
    let form = typed(&fields_of(&request));
    let made = async { endpoints::make(app, &request, &new(&form)?, AdminContext::keys(&cookie)).await };
    match made.await {
        Ok((found, answer)) => {
            let context = AdminContext::open(cookie, found, lang(page), app.clock.now())?;
            Ok(html(StatusCode::CREATED, secret(app, &context, &answer, false).render(), None))
        }
        Err(error) => {
            let (status, problem) = refused(app, page, error)?;
            let view = WebhooksPage { form, problem: Some(problem), ..all(app, page, cookie).await? };
            Ok(html(status, view.render(), None))
        }
    }
}

/// The page of a secret, of the answer that has it.
fn secret(app: &AppState, context: &AdminContext, answer: &ApiResponse, rotated: bool) -> NewSecretPage {
    let said = |name: &str| answer.body[name].as_str().unwrap_or_default().to_owned();
    let earlier = answer.body["secrets"].as_array().into_iter().flatten();
    let until = earlier.filter_map(|secret| secret["until"].as_str()?.parse().ok()).max();
    NewSecretPage {
        frame: context.frame(app, Section::Webhooks),
        id: said("id"),
        url: said("url"),
        secret: said("secret"),
        rotated: rotated.then_some(until),
    }
}

fn line(delivery: &Delivery) -> DeliveryLine {
    DeliveryLine {
        id: delivery.message_id(),
        kind: delivery.kind.clone(),
        at: delivery.at,
        state: delivery.state,
        next_at: delivery.next_at,
        attempts: delivery.attempts.clone(),
    }
}

/// One `BatchGetItem`, a `Query` of the teams and four of the deliveries, side by side.
async fn one(
    app: &AppState,
    page: &AdminPage,
    cookie: StaffCookie,
    id: &WebhookId,
) -> Result<WebhookPage, AdminRefusal> {
    let query = page.query_string_parameters();
    let only = match query.first("state") {
        Some("failed") => Some(DeliveryState::Failed),
        Some("pending") => Some(DeliveryState::Pending),
        _ => None,
    };
    let before = query.first("cursor").and_then(|cursor| cursor.parse().ok());
    let read = app.store.read(AdminContext::keys(&cookie).webhook(id));
    let deliveries = app.store.deliveries(id, before, only, LISTED);
    let (found, teams, deliveries) = tokio::try_join!(read, app.store.teams(), deliveries)?;
    let now = app.clock.now();
    let context = AdminContext::open(cookie, found, lang(page), now)?;
    let webhook = context.found.webhook(id)?.ok_or(ApiError::NotFound)?;
    let teams = names(&teams);
    let team = name_of(&teams, &webhook);
    let Webhook { endpoint, standing, version } = webhook;
    let shown = deliveries.items.iter().filter(|it| it.is_kept(now) && endpoint.is_about(&it.session));
    let deliveries_shown = shown.map(line).collect();
    let form = WebhookForm {
        url: endpoint.url.clone(),
        description: endpoint.description.clone().unwrap_or_default(),
        team: endpoint.team.as_ref().map(ToString::to_string).unwrap_or_default(),
        events: endpoint.events.iter().cloned().collect(),
    };
    let secret_since = endpoint.signing(now).next().map_or(endpoint.created_at, |secret| secret.created_at);
    let earlier_until = endpoint.signing(now).filter_map(|secret| secret.until).collect();
    Ok(WebhookPage {
        frame: context.frame(app, Section::Webhooks),
        id: id.to_string(),
        version,
        form,
        secret_since,
        earlier_until,
        url: endpoint.url,
        description: endpoint.description,
        team,
        events: endpoint.events,
        teams,
        standing,
        deliveries: deliveries_shown,
        only,
        next: deliveries.next.map(|place| place.to_string()),
        newest: before.is_none(),
        problem: None,
        done: done(page),
    })
}

pub(crate) async fn show(app: &AppState, page: &AdminPage, id: WebhookId) -> Answer {
    let view = one(app, page, staff_page::cookie(page)?, &id).await?;
    Ok(html(StatusCode::OK, view.render(), None))
}

/// What a form of an endpoint's page asks for. One `BatchGetItem` and one `TransactWriteItems`; where it is refused, what the page
/// reads besides.
pub(crate) async fn act(app: &AppState, page: &AdminPage, id: WebhookId) -> Answer {
    let cookie = staff_page::cookie(page)?;
    let mut request = ApiRequest::read(page, app)?;
    let fields = fields_of(&request);
    let what = field(&fields, "do").unwrap_or_default();
    // What is saved replaces what was shown; switching it on or off does so whatever it is otherwise.
    let shown = field(&fields, "version").map(|version| format!("\"{version}\""));
    request.if_match = if what == "save" { IfMatch::parse(shown.as_deref()) } else { IfMatch::Any };
    match perform(app, page, &request, &id, &what, &fields, &cookie).await {
        Ok(answer) => Ok(answer),
        Err(AdminRefusal(error)) => {
            let (status, problem) = refused(app, page, error)?;
            let view = one(app, page, cookie, &id).await?;
            let form = if what == "save" { typed(&fields) } else { view.form.clone() };
            Ok(html(status, WebhookPage { form, problem: Some(problem), ..view }.render(), None))
        }
    }
}

async fn perform(
    app: &AppState,
    page: &AdminPage,
    request: &ApiRequest,
    id: &WebhookId,
    what: &str,
    fields: &Fields,
    cookie: &StaffCookie,
) -> Answer {
    let own = |done: &str| redirect(&format!("{PAGE}/{id}?done={done}"));
    match what {
        "save" => {
            endpoints::apply(app, request, id, change(&typed(fields))?).await?;
            Ok(own("saved"))
        }
        "on" | "off" => {
            let change = Change { enabled: Some(what == "on"), ..Change::default() };
            endpoints::apply(app, request, id, change).await?;
            Ok(own(what))
        }
        "test" => {
            let answer = deliveries::test(app, request, id.clone()).await?;
            let event = answer.body["id"].as_str().unwrap_or_default();
            Ok(redirect(&format!("{PAGE}/{id}/deliveries/{event}?done=tested")))
        }
        "rotate" => {
            let overlap = Rotation::of_minutes(number(fields, "overlap_minutes")?).overlap()?;
            let (found, answer) = endpoints::renew(app, request, id, overlap, AdminContext::keys(cookie)).await?;
            let context = AdminContext::open(cookie.clone(), found, lang(page), app.clock.now())?;
            Ok(html(StatusCode::OK, secret(app, &context, &answer, true).render(), None))
        }
        "again" => {
            let back = SignedDuration::from_mins(number(fields, "minutes")?.clamp(1, MAX_BACK));
            let since: Timestamp = app.clock.now() - back;
            let asked = ReplaySince { since, delivered: fields.contains_key("delivered") };
            endpoints::ask_again(app, request, id, &asked).await?;
            Ok(own("again"))
        }
        "delete" => {
            endpoints::delete(app, request, id.clone()).await?;
            Ok(redirect(&format!("{PAGE}?done=deleted")))
        }
        _ => Err(ApiError::Malformed("`do` is none of what the page asks for.".into()).into()),
    }
}

/// One `BatchGetItem`.
async fn sent(
    app: &AppState,
    page: &AdminPage,
    cookie: StaffCookie,
    id: &WebhookId,
    event: &str,
) -> Result<DeliveryPage, AdminRefusal> {
    let (session, seq): (SessionId, u64) = parse_message_id(event).ok_or(ApiError::NotFound)?;
    let keys: ReadBatch = deliveries::keys(AdminContext::keys(&cookie), id, &session, seq);
    let found = app.store.read(keys).await?;
    let now = app.clock.now();
    let context = AdminContext::open(cookie, found, lang(page), now)?;
    let found = &context.found;
    let webhook = found.webhook(id)?.ok_or(ApiError::NotFound)?;
    let delivery = known(found, &context.caller, (id, &session, seq), now)?;
    let request = posted(app, &webhook, &delivery, found.told_event(&session, seq)?.as_ref());
    Ok(DeliveryPage {
        frame: context.frame(app, Section::Webhooks),
        webhook: id.to_string(),
        url: webhook.endpoint.url,
        is_on: webhook.standing.disabled.is_none(),
        session: (!delivery.is_test()).then(|| session.to_string()),
        delivery: line(&delivery),
        request: request.map(|request| SentRequest {
            url: request.url,
            headers: request.headers.into_iter().collect(),
            body: request.body,
        }),
        problem: None,
        done: done(page),
    })
}

pub(crate) async fn delivery(app: &AppState, page: &AdminPage, id: WebhookId, event: String) -> Answer {
    let view = sent(app, page, staff_page::cookie(page)?, &id, &event).await?;
    Ok(html(StatusCode::OK, view.render(), None))
}

/// One `BatchGetItem` and one `TransactWriteItems`; where it is refused a `BatchGetItem` more.
pub(crate) async fn send_again(app: &AppState, page: &AdminPage, id: WebhookId, event: String) -> Answer {
    let cookie = staff_page::cookie(page)?;
    let request = ApiRequest::read(page, app)?;
    match deliveries::replay_one(app, &request, id.clone(), event.clone()).await {
        Ok(_) => Ok(redirect(&format!("{PAGE}/{id}/deliveries/{event}?done=queued"))),
        Err(error) => {
            let (status, (_, said)) = refused(app, page, error)?;
            let view = sent(app, page, cookie, &id, &event).await?;
            Ok(html(status, DeliveryPage { problem: Some(said), ..view }.render(), None))
        }
    }
}
