//! Endpoints: made, shown, changed, deleted, and asked to get again what they missed.

use jiff::{SignedDuration, Timestamp};
use lambda_http::http::StatusCode;
use parlor_domain::{
    WebhookId,
    webhook::{Disabled, DisabledBy, Endpoint, MAX_ENDPOINTS, Replay, SigningSecret, Standing, StoredSecret, place},
};
use parlor_store::{Race, ReadBatch, ReadResult, StoreError, Webhook};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, List,
    operation::{keep, replay},
};

use crate::{
    PAGE, WebhookError,
    input::{self, Change, New, ReplaySince, Rotation},
    is_visible,
    json::{RevealedView, WebhookView, etag},
    read, visible,
};

/// One `BatchGetItem` and one `Query`, side by side.
pub(crate) async fn list(app: &AppState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    let now = app.clock.now();
    let (read, webhooks) = tokio::join!(read(app, request, ReadBatch::new(), now), app.store.webhooks());
    let (_, caller) = read?;
    let webhooks = webhooks?;
    let shown = webhooks.iter().filter(|webhook| is_visible(&caller, webhook));
    let items = shown.map(|webhook| WebhookView::of(webhook, now)).collect();
    Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor: None }, PAGE))
}

/// One `BatchGetItem`.
pub(crate) async fn show(app: &AppState, request: &ApiRequest, id: WebhookId) -> Result<ApiResponse, ApiError> {
    let now = app.clock.now();
    let (found, caller) = read(app, request, ReadBatch::new().webhook(&id), now).await?;
    let webhook = visible(&found, &caller, &id)?;
    Ok(answer(&webhook, StatusCode::OK, now))
}

/// One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn create(app: &AppState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    let input: New = request.input()?;
    make(app, request, &input, ReadBatch::new()).await.map(|(_, answer)| answer)
}

/// Makes the endpoint that a request asks for, and answers with what was read, which has `beside` in it.
pub(crate) async fn make(
    app: &AppState,
    request: &ApiRequest,
    input: &New,
    beside: ReadBatch,
) -> Result<(ReadResult, ApiResponse), ApiError> {
    let keys = input.team.iter().fold(beside, ReadBatch::team);
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let now = app.clock.now();
        let (found, caller) = read(app, request, keys.clone(), now).await?;
        request.check_csrf(&caller, app)?;
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok((found, answer));
        }
        let secret = SigningSecret::generate(&app.entropy);
        let id = WebhookId::generate(&app.entropy);
        let sealed = app.keyring.seal(&place(&id), &secret.reveal(), &app.entropy);
        let endpoint = Endpoint {
            url: input::url(&input.url, app.webhook_targets)?,
            description: input::description(input.description.clone())?,
            team: input::team(input.team.clone(), &caller, &found)?,
            events: input::events(&input.events)?,
            secrets: vec![StoredSecret { sealed, created_at: now, until: None }],
            created_at: now,
            id,
        };
        let webhook = Webhook { endpoint, standing: Standing::default(), version: 1 };
        let answer = revealed(&webhook, secret.reveal(), StatusCode::CREATED, now);
        let kept = keep(request, app, &answer, now);
        match app.store.create_webhook(&webhook.endpoint, kept.as_ref()).await {
            Ok(()) => return Ok((found, answer)),
            // Kept meanwhile, or one too many: a look tells.
            Err(StoreError::Condition(_)) => {
                if app.store.webhooks().await?.len() >= MAX_ENDPOINTS {
                    return Err(WebhookError::TooMany.into());
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}

/// One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn change(app: &AppState, request: &ApiRequest, id: WebhookId) -> Result<ApiResponse, ApiError> {
    let input: Change = request.input()?;
    apply(app, request, &id, input).await
}

/// Changes an endpoint over the version that `If-Match` names. One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn apply(
    app: &AppState,
    request: &ApiRequest,
    id: &WebhookId,
    input: Change,
) -> Result<ApiResponse, ApiError> {
    let now = app.clock.now();
    let keys = ReadBatch::new().webhook(id);
    let keys = input.team.as_ref().and_then(Option::as_ref).map_or(keys.clone(), |team| keys.team(team));
    let (found, caller) = read(app, request, keys, now).await?;
    request.check_csrf(&caller, app)?;
    let read = visible(&found, &caller, id)?;
    request.must_match(&etag(&read))?;
    let mut webhook = read.clone();
    let endpoint = &mut webhook.endpoint;
    if let Some(url) = &input.url {
        endpoint.url = input::url(url, app.webhook_targets)?;
    }
    if let Some(description) = input.description {
        endpoint.description = input::description(description)?;
    }
    if let Some(team) = input.team {
        endpoint.team = input::team(team, &caller, &found)?;
    }
    if let Some(events) = &input.events {
        endpoint.events = input::events(events)?;
    }
    match input.enabled {
        Some(true) if webhook.standing.disabled.is_some() => {
            webhook.standing = Standing { replay: webhook.standing.replay, ..Standing::default() };
        }
        Some(false) if webhook.standing.disabled.is_none() => {
            webhook.standing.disabled = Some(Disabled { by: DisabledBy::Admin, at: now });
        }
        _ => {}
    }
    webhook.version += 1;
    let disabled = webhook.standing.disabled.as_ref();
    match app.store.save_webhook(&read, &webhook.endpoint, disabled, None, None).await {
        Ok(()) => Ok(answer(&webhook, StatusCode::OK, now)),
        Err(StoreError::Condition(_)) => Err(WebhookError::Stale.into()),
        Err(error) => Err(error.into()),
    }
}

/// One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn delete(app: &AppState, request: &ApiRequest, id: WebhookId) -> Result<ApiResponse, ApiError> {
    let now = app.clock.now();
    let (found, caller) = read(app, request, ReadBatch::new().webhook(&id), now).await?;
    request.check_csrf(&caller, app)?;
    let webhook = visible(&found, &caller, &id)?;
    match app.store.delete_webhook(&id).await {
        // Somebody else deleted it meanwhile: it is gone either way.
        Ok(()) | Err(StoreError::Condition(_)) => Ok(answer(&webhook, StatusCode::OK, now)),
        Err(error) => Err(error.into()),
    }
}

/// One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn rotate(app: &AppState, request: &ApiRequest, id: WebhookId) -> Result<ApiResponse, ApiError> {
    let input: Rotation = request.input()?;
    let overlap = input.overlap()?;
    renew(app, request, &id, overlap, ReadBatch::new()).await.map(|(_, answer)| answer)
}

/// Gives an endpoint a new secret, beside which earlier ones sign for `overlap` at most; answers with what was read, which has
/// `beside` in it. One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn renew(
    app: &AppState,
    request: &ApiRequest,
    id: &WebhookId,
    overlap: SignedDuration,
    beside: ReadBatch,
) -> Result<(ReadResult, ApiResponse), ApiError> {
    save(app, request, id, beside, |webhook, now| {
        let secret = SigningSecret::generate(&app.entropy);
        let sealed = app.keyring.seal(&place(id), &secret.reveal(), &app.entropy);
        webhook.endpoint.rotate(sealed, overlap, now);
        Ok(revealed(webhook, secret.reveal(), StatusCode::OK, now))
    })
    .await
}

/// Asks the schedule to queue again what was given up since a time, or all of it. One `BatchGetItem` and one
/// `TransactWriteItems`.
pub(crate) async fn replay_since(app: &AppState, request: &ApiRequest, id: WebhookId) -> Result<ApiResponse, ApiError> {
    let input: ReplaySince = request.input()?;
    ask_again(app, request, &id, &input).await
}

/// The same for a page's form.
pub(crate) async fn ask_again(
    app: &AppState,
    request: &ApiRequest,
    id: &WebhookId,
    asked: &ReplaySince,
) -> Result<ApiResponse, ApiError> {
    let saved = save(app, request, id, ReadBatch::new(), |webhook, now| {
        webhook.standing.replay = Some(Replay::since(asked.since, now, asked.delivered));
        Ok(answer(webhook, StatusCode::ACCEPTED, now))
    });
    saved.await.map(|(_, answer)| answer)
}

/// Reads an endpoint, changes it, and saves it under the version that was read with its answer kept; losing a race
/// means reading and changing again. Answers with what was read, too, which has `beside` in it. One `BatchGetItem` and one
/// `TransactWriteItems`.
async fn save(
    app: &AppState,
    request: &ApiRequest,
    id: &WebhookId,
    beside: ReadBatch,
    change: impl Fn(&mut Webhook, Timestamp) -> Result<ApiResponse, ApiError>,
) -> Result<(ReadResult, ApiResponse), ApiError> {
    let keys = beside.webhook(id);
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let now = app.clock.now();
        let (found, caller) = read(app, request, keys.clone(), now).await?;
        request.check_csrf(&caller, app)?;
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok((found, answer));
        }
        let read = visible(&found, &caller, id)?;
        let mut webhook = Webhook { version: read.version + 1, ..read.clone() };
        let answer = change(&mut webhook, now)?;
        let kept = keep(request, app, &answer, now);
        let asked = webhook.standing.replay.as_ref().filter(|replay| read.standing.replay.as_ref() != Some(replay));
        let disabled = webhook.standing.disabled.as_ref();
        match app.store.save_webhook(&read, &webhook.endpoint, disabled, asked, kept.as_ref()).await {
            Ok(()) => return Ok((found, answer)),
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}

fn answer(webhook: &Webhook, status: StatusCode, now: Timestamp) -> ApiResponse {
    let answer = ApiResponse::new(status, WebhookView::of(webhook, now), PAGE);
    ApiResponse { etag: Some(etag(webhook)), ..answer }
}

fn revealed(webhook: &Webhook, secret: String, status: StatusCode, now: Timestamp) -> ApiResponse {
    let answer = ApiResponse::new(status, RevealedView { webhook: WebhookView::of(webhook, now), secret }, PAGE);
    ApiResponse { etag: Some(etag(webhook)), ..answer }
}
