//! Deliveries to an endpoint: listed and shown with their attempts, and sent once more.

use jiff::Timestamp;
use lambda_http::http::StatusCode;
use parlor_delivery::webhooks::{queue_again, request as posted_by};
use parlor_domain::{
    Event, SessionId, WebhookId,
    webhook::{Delivery, DeliveryState, parse_message_id},
};
use parlor_store::{Race, ReadBatch, ReadResult, StoreError, Webhook};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Caller, List,
    api_request::page_size,
    operation::{keep, replay},
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    PAGE, WebhookError,
    json::{DeliveryView, RequestView, SentView},
    read, visible,
};

/// Deliveries a page.
const LISTED: u16 = 50;

/// The query of a list of deliveries.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct DeliveriesQuery {
    /// Only deliveries in this state.
    state: Option<DeliveryState>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// At most this many on the page: 1 to 100, and 50 without it.
    #[schemars(regex(pattern = "^([1-9][0-9]?|100)$"))]
    limit: Option<String>,
}

/// One `BatchGetItem` and four `Query`, side by side.
pub(crate) async fn list(app: &AppState, request: &ApiRequest, id: WebhookId) -> Result<ApiResponse, ApiError> {
    let DeliveriesQuery { state, cursor, limit } = request.query()?;
    let limit = page_size(limit.as_deref(), LISTED)?;
    let before = match cursor {
        None => None,
        Some(cursor) => Some(cursor.parse().map_err(|_| ApiError::Malformed("`cursor` is not one of ours.".into()))?),
    };
    let now = app.clock.now();
    let (read, page) = tokio::join!(
        read(app, request, ReadBatch::new().webhook(&id), now),
        app.store.deliveries(&id, before, state, limit.into())
    );
    let (found, caller) = read?;
    let Webhook { endpoint, .. } = visible(&found, &caller, &id)?;
    let page = page?;
    let shown = page.items.iter().filter(|delivery| delivery.is_kept(now) && endpoint.is_about(&delivery.session));
    let items: Vec<_> = shown.map(DeliveryView::of).collect();
    let next_cursor = page.next.map(|place| place.to_string());
    Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor }, PAGE))
}

/// A delivery that the caller may know of; otherwise not found, whichever it is.
pub(crate) fn known(
    found: &ReadResult,
    caller: &Caller,
    (id, session, seq): (&WebhookId, &SessionId, u64),
    now: Timestamp,
) -> Result<Delivery, ApiError> {
    let Webhook { endpoint, .. } = visible(found, caller, id)?;
    let delivery = found.delivery(id, session, seq)?.filter(|it| it.is_kept(now) && endpoint.is_about(session));
    delivery.ok_or(ApiError::NotFound)
}

/// One `BatchGetItem`.
pub(crate) async fn show(
    app: &AppState,
    request: &ApiRequest,
    id: WebhookId,
    event: String,
) -> Result<ApiResponse, ApiError> {
    let (session, seq) = parse_message_id(&event).ok_or(ApiError::NotFound)?;
    let now = app.clock.now();
    let (found, caller) = read(app, request, keys(ReadBatch::new(), &id, &session, seq), now).await?;
    let webhook = visible(&found, &caller, &id)?;
    let delivery = known(&found, &caller, (&id, &session, seq), now)?;
    let request = posted(app, &webhook, &delivery, found.told_event(&session, seq)?.as_ref());
    let view = SentView { delivery: DeliveryView::of(&delivery), request };
    Ok(ApiResponse::new(StatusCode::OK, view, PAGE))
}

/// What is read of a delivery that is shown.
pub(crate) fn keys(batch: ReadBatch, id: &WebhookId, session: &SessionId, seq: u64) -> ReadBatch {
    batch.webhook(id).delivery(id, session, seq).told_event(session, seq)
}

/// What the latest attempt posted; what the first will, before there was one.
pub(crate) fn posted(
    app: &AppState,
    webhook: &Webhook,
    delivery: &Delivery,
    event: Option<&Event>,
) -> Option<RequestView> {
    let tried = delivery.attempts.last().map(|attempt| attempt.at);
    let at = tried.unwrap_or(delivery.at);
    let endpoint = tried.map_or_else(|| webhook.endpoint.clone(), |at| webhook.endpoint.as_of(at));
    let posted = posted_by(&app.keyring, &endpoint, delivery, event, at).ok()?;
    let headers = posted.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Some(RequestView { url: endpoint.url, headers, body: posted.body })
}

/// One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn test(app: &AppState, request: &ApiRequest, id: WebhookId) -> Result<ApiResponse, ApiError> {
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let now = app.clock.now();
        let (found, caller) = read(app, request, ReadBatch::new().webhook(&id), now).await?;
        request.check_csrf(&caller, app)?;
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok(answer);
        }
        let webhook = visible(&found, &caller, &id)?;
        if webhook.standing.disabled.is_some() {
            return Err(WebhookError::Disabled.into());
        }
        let team = webhook.endpoint.team.as_ref().unwrap_or(&caller.agent.team);
        let delivery = Delivery::test(&id, team, &app.entropy, now);
        let answer = ApiResponse::new(StatusCode::ACCEPTED, DeliveryView::of(&delivery), PAGE);
        let kept = keep(request, app, &answer, now);
        match queue_again(&app.store, None, &delivery, kept.as_ref(), now).await {
            Ok(()) => return Ok(answer),
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}

/// One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn replay_one(
    app: &AppState,
    request: &ApiRequest,
    id: WebhookId,
    event: String,
) -> Result<ApiResponse, ApiError> {
    let (session, seq) = parse_message_id(&event).ok_or(ApiError::NotFound)?;
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let now = app.clock.now();
        let keys = ReadBatch::new().webhook(&id).delivery(&id, &session, seq).queue(&id, &session);
        let (found, caller) = read(app, request, keys, now).await?;
        request.check_csrf(&caller, app)?;
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok(answer);
        }
        let mut delivery = known(&found, &caller, (&id, &session, seq), now)?;
        if delivery.state == DeliveryState::Pending {
            return Err(WebhookError::Pending.into());
        }
        delivery.replay(now);
        let answer = ApiResponse::new(StatusCode::ACCEPTED, DeliveryView::of(&delivery), PAGE);
        let kept = keep(request, app, &answer, now);
        let queue = found.queue(&id, &session)?;
        match queue_again(&app.store, queue, &delivery, kept.as_ref(), now).await {
            Ok(()) => return Ok(answer),
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}
