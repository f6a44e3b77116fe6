//! Webhook endpoints, for admins and programs (R24): `/v1/webhooks`. An endpoint's secret is shown once, when it is made;
//! every delivery is listed with its attempts, and can be sent again, alone or since a time.

mod input;
mod json;

use jiff::Timestamp;
use lambda_http::{
    Body, Request, Response,
    http::{Method, StatusCode},
};
use parlor_delivery::webhooks::queue_again;
use parlor_domain::{
    WebhookId,
    webhook::{
        DeliveryState, Disabled, DisabledBy, Endpoint, MAX_ENDPOINTS, Replay, SigningSecret, Standing, StoredSecret,
        Targets, parse_message_id, place,
    },
};
use parlor_runtime::{HttpFunction, Runtime};
use parlor_store::{Race, ReadBatch, ReadResult, StoreError, Webhook};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Caller, Code, Credentials, Endpoint as Described, List, Problem,
    api_request::segments,
    operation::{keep, replay},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    input::{Change, New, ReplaySince, Rotation},
    json::{DeliveryView, RevealedView, WebhookView, etag},
};

/// Deliveries a page.
const PAGE: usize = 50;

/// Where a form's browser would go; endpoints have no page yet.
const CONSOLE: &str = "/console";

/// Shows and changes endpoints.
#[derive(Debug)]
pub struct WebhookApi {
    app: AppState,
    targets: Targets,
}

/// The query of a list of deliveries.
#[derive(Debug, Deserialize, JsonSchema)]
struct DeliveriesQuery {
    /// Only deliveries in this state.
    state: Option<DeliveryState>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Why an endpoint is not made or changed.
#[derive(Debug, thiserror::Error)]
enum WebhookError {
    #[error("there are {MAX_ENDPOINTS} endpoints, which is the most")]
    TooMany,
    #[error("send the ETag of the endpoint that you change as `If-Match`")]
    NoIfMatch,
    #[error("the endpoint changed meanwhile; read it again and repeat your change")]
    Stale,
    #[error("this delivery waits to be sent already")]
    Pending,
}

impl From<WebhookError> for ApiError {
    fn from(error: WebhookError) -> Self {
        let code = match error {
            WebhookError::TooMany => Code::TooManyWebhooks,
            WebhookError::NoIfMatch => Code::IfMatchRequired,
            WebhookError::Stale => Code::VersionConflict,
            WebhookError::Pending => Code::DeliveryPending,
        };
        let text = error.to_string();
        let mut letters = text.chars();
        let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
        Problem::new(code, format!("{first}{}.", letters.as_str())).into()
    }
}

impl HttpFunction for WebhookApi {
    const NAME: &'static str = "webhooks";

    fn new(runtime: &Runtime) -> Self {
        Self { app: AppState::new(runtime), targets: runtime.config.webhook_targets }
    }

    async fn handle(&self, request: Request) -> Response<Body> {
        match ApiRequest::read(&request, &self.app) {
            Ok(call) => self.app.respond(&call, self.operate(&request, &call).await),
            Err(refused) => self.app.refuse(refused),
        }
    }
}

fn webhook_id(segment: &str) -> Result<WebhookId, ApiError> {
    segment.parse().map_err(|_| ApiError::NotFound)
}

impl WebhookApi {
    async fn operate(&self, request: &Request, call: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let path = segments(request);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let Some(path) = path.strip_prefix(&["v1", "webhooks"]) else { return Err(ApiError::NotFound) };
        match (request.method(), path) {
            (&Method::GET, []) => self.list(call).await,
            (&Method::POST, []) => self.create(call).await,
            (&Method::GET, [id]) => self.show(call, &webhook_id(id)?).await,
            (&Method::PATCH, [id]) => self.change(call, &webhook_id(id)?).await,
            (&Method::DELETE, [id]) => self.delete(call, &webhook_id(id)?).await,
            (&Method::POST, [id, "rotate"]) => self.rotate(call, &webhook_id(id)?).await,
            (&Method::POST, [id, "replay"]) => self.replay_since(call, &webhook_id(id)?).await,
            (&Method::GET, [id, "deliveries"]) => self.deliveries(call, &webhook_id(id)?).await,
            (&Method::GET, [id, "deliveries", event]) => self.delivery(call, &webhook_id(id)?, event).await,
            (&Method::POST, [id, "deliveries", event, "replay"]) => {
                self.replay_one(call, &webhook_id(id)?, event).await
            }
            _ => Err(ApiError::NotFound),
        }
    }

    /// Reads `keys` with what the caller is checked by. One `BatchGetItem`.
    async fn read(&self, call: &ApiRequest, keys: ReadBatch, now: Timestamp) -> Result<(ReadResult, Caller), ApiError> {
        if matches!(call.credentials, Credentials::None) {
            // Nothing to check them by: a list would read nothing at all, and DynamoDB refuses that.
            return Err(ApiError::NotSignedIn);
        }
        let found = self.app.store.read(call.keys(keys)).await?;
        let caller = call.credentials.check(&found, now)?;
        if !caller.sees_all() {
            return Err(ApiError::Forbidden("Only admins see webhooks."));
        }
        Ok((found, caller))
    }

    /// One `BatchGetItem` and one `Query`, side by side.
    async fn list(&self, call: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let now = self.app.clock.now();
        let (read, webhooks) = tokio::join!(self.read(call, ReadBatch::new(), now), self.app.store.webhooks());
        read?;
        let items = webhooks?.iter().map(|webhook| WebhookView::of(webhook, now)).collect();
        Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor: None }, CONSOLE))
    }

    /// One `BatchGetItem`.
    async fn show(&self, call: &ApiRequest, id: &WebhookId) -> Result<ApiResponse, ApiError> {
        let now = self.app.clock.now();
        let (found, _) = self.read(call, ReadBatch::new().webhook(id), now).await?;
        let webhook = found.webhook(id)?.ok_or(ApiError::NotFound)?;
        Ok(answer(&webhook, StatusCode::OK, now))
    }

    /// One `BatchGetItem` and one `TransactWriteItems`.
    async fn create(&self, call: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let input: New = call.input()?;
        let mut race = Race::new(&self.app.entropy);
        while race.goes_on().await {
            let now = self.app.clock.now();
            let keys = input.team.as_ref().map_or_else(ReadBatch::new, |team| ReadBatch::new().team(team));
            let (found, caller) = self.read(call, keys, now).await?;
            call.check_csrf(&caller, &self.app)?;
            if let Some(answer) = replay(call, &self.app, &found, now)? {
                return Ok(answer);
            }
            let secret = SigningSecret::generate(&self.app.entropy);
            let id = WebhookId::generate(&self.app.entropy);
            let sealed = self.app.keyring.seal(&place(&id), &secret.reveal(), &self.app.entropy);
            let endpoint = Endpoint {
                url: input::url(&input.url, self.targets)?,
                description: input::description(input.description.clone())?,
                team: input::team(input.team.clone(), &found)?,
                events: input::events(&input.events)?,
                secrets: vec![StoredSecret { sealed, created_at: now, until: None }],
                created_at: now,
                id,
            };
            let webhook = Webhook { endpoint, standing: Standing::default(), version: 1 };
            let answer = revealed(&webhook, secret.reveal(), StatusCode::CREATED, now);
            let kept = keep(call, &self.app, &answer, now);
            match self.app.store.create_webhook(&webhook.endpoint, kept.as_ref()).await {
                Ok(()) => return Ok(answer),
                // Kept meanwhile, or one too many: a look tells.
                Err(StoreError::Condition(_)) => {
                    if self.app.store.webhooks().await?.len() >= MAX_ENDPOINTS {
                        return Err(WebhookError::TooMany.into());
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(parlor_store::Busy.into())
    }

    /// One `BatchGetItem` and one `TransactWriteItems`.
    async fn change(&self, call: &ApiRequest, id: &WebhookId) -> Result<ApiResponse, ApiError> {
        let input: Change = call.input()?;
        let now = self.app.clock.now();
        let keys = ReadBatch::new().webhook(id);
        let keys = input.team.as_ref().and_then(Option::as_ref).map_or(keys.clone(), |team| keys.team(team));
        let (found, caller) = self.read(call, keys, now).await?;
        call.check_csrf(&caller, &self.app)?;
        let read = found.webhook(id)?.ok_or(ApiError::NotFound)?;
        must_match(call, &read)?;
        let mut webhook = read.clone();
        let endpoint = &mut webhook.endpoint;
        if let Some(url) = &input.url {
            endpoint.url = input::url(url, self.targets)?;
        }
        if let Some(description) = input.description {
            endpoint.description = input::description(description)?;
        }
        if let Some(team) = input.team {
            endpoint.team = input::team(team, &found)?;
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
        match self.app.store.save_webhook(&read, &webhook.endpoint, disabled, None, None).await {
            Ok(()) => Ok(answer(&webhook, StatusCode::OK, now)),
            Err(StoreError::Condition(_)) => Err(WebhookError::Stale.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// One `BatchGetItem` and one `TransactWriteItems`.
    async fn delete(&self, call: &ApiRequest, id: &WebhookId) -> Result<ApiResponse, ApiError> {
        let now = self.app.clock.now();
        let (found, caller) = self.read(call, ReadBatch::new().webhook(id), now).await?;
        call.check_csrf(&caller, &self.app)?;
        let webhook = found.webhook(id)?.ok_or(ApiError::NotFound)?;
        match self.app.store.delete_webhook(id).await {
            // Somebody else deleted it meanwhile: it is gone either way.
            Ok(()) | Err(StoreError::Condition(_)) => Ok(answer(&webhook, StatusCode::OK, now)),
            Err(error) => Err(error.into()),
        }
    }

    /// One `BatchGetItem` and one `TransactWriteItems`.
    async fn rotate(&self, call: &ApiRequest, id: &WebhookId) -> Result<ApiResponse, ApiError> {
        let input: Rotation = call.input()?;
        let overlap = input.overlap()?;
        self.save(call, id, |webhook, now| {
            let secret = SigningSecret::generate(&self.app.entropy);
            let sealed = self.app.keyring.seal(&place(id), &secret.reveal(), &self.app.entropy);
            webhook.endpoint.rotate(sealed, overlap, now);
            Ok(revealed(webhook, secret.reveal(), StatusCode::OK, now))
        })
        .await
    }

    /// Asks the schedule to queue again what was given up since a time, or all of it. One `BatchGetItem` and one
    /// `TransactWriteItems`.
    async fn replay_since(&self, call: &ApiRequest, id: &WebhookId) -> Result<ApiResponse, ApiError> {
        let input: ReplaySince = call.input()?;
        self.save(call, id, |webhook, now| {
            webhook.standing.replay = Some(Replay::since(input.since, now, input.delivered));
            Ok(answer(webhook, StatusCode::ACCEPTED, now))
        })
        .await
    }

    /// Reads an endpoint, changes it, and saves it under the version that was read with its answer kept; losing a race
    /// means reading and changing again. One `BatchGetItem` and one `TransactWriteItems`.
    async fn save(
        &self,
        call: &ApiRequest,
        id: &WebhookId,
        change: impl Fn(&mut Webhook, Timestamp) -> Result<ApiResponse, ApiError>,
    ) -> Result<ApiResponse, ApiError> {
        let mut race = Race::new(&self.app.entropy);
        while race.goes_on().await {
            let now = self.app.clock.now();
            let (found, caller) = self.read(call, ReadBatch::new().webhook(id), now).await?;
            call.check_csrf(&caller, &self.app)?;
            if let Some(answer) = replay(call, &self.app, &found, now)? {
                return Ok(answer);
            }
            let read = found.webhook(id)?.ok_or(ApiError::NotFound)?;
            let mut webhook = Webhook { version: read.version + 1, ..read.clone() };
            let answer = change(&mut webhook, now)?;
            let kept = keep(call, &self.app, &answer, now);
            let asked = webhook.standing.replay.as_ref().filter(|replay| read.standing.replay.as_ref() != Some(replay));
            let disabled = webhook.standing.disabled.as_ref();
            match self.app.store.save_webhook(&read, &webhook.endpoint, disabled, asked, kept.as_ref()).await {
                Ok(()) => return Ok(answer),
                Err(StoreError::Condition(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(parlor_store::Busy.into())
    }

    /// One `BatchGetItem` and four `Query`, side by side.
    async fn deliveries(&self, call: &ApiRequest, id: &WebhookId) -> Result<ApiResponse, ApiError> {
        let DeliveriesQuery { state, cursor } = call.query()?;
        let before = match cursor {
            None => None,
            Some(cursor) => {
                Some(cursor.parse().map_err(|_| ApiError::Malformed("`cursor` is not one of ours.".into()))?)
            }
        };
        let now = self.app.clock.now();
        let (read, page) = tokio::join!(
            self.read(call, ReadBatch::new().webhook(id), now),
            self.app.store.deliveries(id, before, state, PAGE)
        );
        read?.0.webhook(id)?.ok_or(ApiError::NotFound)?;
        let page = page?;
        let items: Vec<_> = page.items.iter().map(DeliveryView::of).collect();
        let next_cursor = page.next.map(|place| place.to_string());
        Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor }, CONSOLE))
    }

    /// One `BatchGetItem`.
    async fn delivery(&self, call: &ApiRequest, id: &WebhookId, event: &str) -> Result<ApiResponse, ApiError> {
        let (session, seq) = parse_message_id(event).ok_or(ApiError::NotFound)?;
        let keys = ReadBatch::new().webhook(id).delivery(id, &session, seq);
        let (found, _) = self.read(call, keys, self.app.clock.now()).await?;
        found.webhook(id)?.ok_or(ApiError::NotFound)?;
        let delivery = found.delivery(id, &session, seq)?.ok_or(ApiError::NotFound)?;
        Ok(ApiResponse::new(StatusCode::OK, DeliveryView::of(&delivery), CONSOLE))
    }

    /// One `BatchGetItem` and one `TransactWriteItems`.
    async fn replay_one(&self, call: &ApiRequest, id: &WebhookId, event: &str) -> Result<ApiResponse, ApiError> {
        let (session, seq) = parse_message_id(event).ok_or(ApiError::NotFound)?;
        let mut race = Race::new(&self.app.entropy);
        while race.goes_on().await {
            let now = self.app.clock.now();
            let keys = ReadBatch::new().webhook(id).delivery(id, &session, seq).queue(id, &session);
            let (found, caller) = self.read(call, keys, now).await?;
            call.check_csrf(&caller, &self.app)?;
            if let Some(answer) = replay(call, &self.app, &found, now)? {
                return Ok(answer);
            }
            found.webhook(id)?.ok_or(ApiError::NotFound)?;
            let mut delivery = found.delivery(id, &session, seq)?.ok_or(ApiError::NotFound)?;
            if delivery.state == DeliveryState::Pending {
                return Err(WebhookError::Pending.into());
            }
            delivery.replay(now);
            let answer = ApiResponse::new(StatusCode::ACCEPTED, DeliveryView::of(&delivery), CONSOLE);
            let kept = keep(call, &self.app, &answer, now);
            let queue = found.queue(id, &session)?;
            match queue_again(&self.app.store, queue, &delivery, kept.as_ref(), now).await {
                Ok(()) => return Ok(answer),
                Err(StoreError::Condition(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(parlor_store::Busy.into())
    }
}

fn answer(webhook: &Webhook, status: StatusCode, now: Timestamp) -> ApiResponse {
    let answer = ApiResponse::new(status, WebhookView::of(webhook, now), CONSOLE);
    ApiResponse { etag: Some(etag(webhook)), ..answer }
}

fn revealed(webhook: &Webhook, secret: String, status: StatusCode, now: Timestamp) -> ApiResponse {
    let answer = ApiResponse::new(status, RevealedView { webhook: WebhookView::of(webhook, now), secret }, CONSOLE);
    ApiResponse { etag: Some(etag(webhook)), ..answer }
}

/// `If-Match` has to name the version that was read: endpoints are never overwritten blindly.
fn must_match(call: &ApiRequest, webhook: &Webhook) -> Result<(), WebhookError> {
    match call.if_match.as_deref() {
        None => Err(WebhookError::NoIfMatch),
        Some(given) if given == etag(webhook) => Ok(()),
        Some(_) => Err(WebhookError::Stale),
    }
}

/// The operations, for the API's document.
#[must_use]
pub fn endpoints() -> Vec<Described> {
    let webhook = json!({
        "id": "w3bh00k5zndq6x2v",
        "url": "https://hooks.example.com/parlor",
        "description": "Case management",
        "team": null,
        "events": ["session.ended"],
        "enabled": true,
        "disabled": null,
        "failing_since": null,
        "replaying": false,
        "secrets": [{"created_at": "2026-11-21T14:05:00.000Z", "until": null}],
        "created_at": "2026-11-21T14:05:00.000Z",
    });
    let mut revealed = webhook.clone();
    revealed["secret"] = json!("whsec_kq3W8b0y1n6tq0v3o9n0c8bqv1m2l5hG");
    let delivery = json!({
        "id": "h4rb0r6q8x2v9k3m7t1c5w0znd-9",
        "type": "session.ended",
        "session": "h4rb0r6q8x2v9k3m7t1c5w0znd",
        "seq": 9,
        "at": "2026-11-21T15:00:00.000Z",
        "state": "delivered",
        "next_attempt_at": null,
        "attempts": [{"at": "2026-11-21T15:00:00.400Z", "status": 204, "error": null, "took": "under_1s"}],
    });
    let page = |item: &serde_json::Value| json!({"items": [item], "next_cursor": null});
    let endpoint = "The endpoint.";
    let inputs = [Code::InvalidUrl, Code::InvalidDescription, Code::UnknownTeam, Code::UnknownEventType];
    let described = vec![
        Described::get("/v1/webhooks", "listWebhooks", "Webhooks")
            .summary("List webhook endpoints")
            .answers::<List<WebhookView>>(StatusCode::OK, "All of them.", page(&webhook)),
        Described::post("/v1/webhooks", "createWebhook", "Webhooks")
            .summary("Make a webhook endpoint")
            .body::<New>(json!({"url": "https://hooks.example.com/parlor", "events": ["session.ended"]}))
            .answers::<RevealedView>(
                StatusCode::CREATED,
                "The endpoint. Its secret is shown this once.",
                revealed.clone(),
            )
            .with_etag()
            .refuses(&inputs)
            .refuses(&[Code::TooManyWebhooks]),
        Described::get("/v1/webhooks/{id}", "getWebhook", "Webhooks")
            .summary("Get a webhook endpoint")
            .on::<WebhookId>(endpoint)
            .answers::<WebhookView>(StatusCode::OK, endpoint, webhook.clone())
            .with_etag(),
        Described::patch("/v1/webhooks/{id}", "changeWebhook", "Webhooks")
            .summary("Change a webhook endpoint")
            .on::<WebhookId>(endpoint)
            .if_match()
            .body::<Change>(json!({"description": "Case management", "enabled": true}))
            .answers::<WebhookView>(StatusCode::OK, endpoint, webhook.clone())
            .with_etag()
            .refuses(&inputs),
        Described::delete("/v1/webhooks/{id}", "deleteWebhook", "Webhooks")
            .summary("Delete a webhook endpoint")
            .on::<WebhookId>(endpoint)
            .answers::<WebhookView>(StatusCode::OK, "The endpoint as it was.", webhook.clone())
            .with_etag(),
        Described::post("/v1/webhooks/{id}/rotate", "rotateWebhookSecret", "Webhooks")
            .summary("Change the secret that signs")
            .description("The earlier secret goes on signing beside the new one for a while.")
            .on::<WebhookId>(endpoint)
            .body::<Rotation>(json!({"overlap_minutes": 60}))
            .answers::<RevealedView>(StatusCode::OK, "The endpoint. Its new secret is shown this once.", revealed)
            .with_etag()
            .refuses(&[Code::InvalidOverlap]),
        Described::post("/v1/webhooks/{id}/replay", "replayWebhook", "Webhooks")
            .summary("Send again what was given up")
            .on::<WebhookId>(endpoint)
            .body::<ReplaySince>(json!({"since": "2026-11-21T00:00:00Z"}))
            .answers::<WebhookView>(StatusCode::ACCEPTED, "The endpoint; a schedule queues the events.", webhook)
            .with_etag(),
        Described::get("/v1/webhooks/{id}/deliveries", "listDeliveries", "Webhooks")
            .summary("List deliveries to an endpoint")
            .description("Newest first, 50 a page.")
            .on::<WebhookId>(endpoint)
            .query::<DeliveriesQuery>()
            .answers::<List<DeliveryView>>(StatusCode::OK, "One page.", page(&delivery)),
        Described::get("/v1/webhooks/{id}/deliveries/{event}", "getDelivery", "Webhooks")
            .summary("Get a delivery with its attempts")
            .on::<WebhookId>(endpoint)
            .named::<String>("event", "The delivery's `id`.")
            .answers::<DeliveryView>(StatusCode::OK, "The delivery.", delivery.clone()),
        Described::post("/v1/webhooks/{id}/deliveries/{event}/replay", "replayDelivery", "Webhooks")
            .summary("Send one delivery again")
            .on::<WebhookId>(endpoint)
            .named::<String>("event", "The delivery's `id`.")
            .answers::<DeliveryView>(StatusCode::ACCEPTED, "The delivery, which waits to be sent.", delivery)
            .refuses(&[Code::DeliveryPending]),
    ];
    described.into_iter().map(|one| one.refuses(&[Code::Forbidden])).collect()
}
