//! Webhook endpoints, for admins and programs (R24): `/v1/webhooks`. An endpoint's secret is shown once, when it is made;
//! every delivery is listed with its attempts, and can be sent again, alone or since a time; a test event tries it. Admins do it at
//! `/admin/webhooks`.

mod deliveries;
mod endpoints;
mod input;
mod json;
mod page;
mod sample;

use jiff::Timestamp;
use lambda_http::http::{Method, StatusCode};
use parlor_domain::{WebhookId, staff::KeyScope, webhook::MAX_ENDPOINTS};
use parlor_store::{ReadBatch, ReadResult, Webhook};
use parlor_web::{
    ApiError, ApiRequest, AppState, Caller, Callers, Code, Credentials, List, Problem, Rows, WebFunction,
};
use serde_json::json;

use crate::{
    deliveries::DeliveriesQuery,
    input::{Change, New, ReplaySince, Rotation},
    json::{DeliveryView, RevealedView, SentView, WebhookView},
};

/// Where a form's browser goes.
const PAGE: &str = "/admin/webhooks";

/// What is refused of an endpoint that is sent.
const INVALID: [Code; 4] = [Code::InvalidUrl, Code::InvalidDescription, Code::UnknownTeam, Code::UnknownEventType];

/// Shows and changes endpoints.
#[derive(Debug)]
pub struct WebhookApi;

impl WebFunction for WebhookApi {
    const NAME: &'static str = "webhooks";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        let rows = rows
            .page(Method::GET, "/admin/webhooks", page::list)
            .page(Method::POST, "/admin/webhooks", page::make)
            .page(Method::GET, "/admin/webhooks/{id}", page::show)
            .page(Method::POST, "/admin/webhooks/{id}", page::act)
            .page(Method::GET, "/admin/webhooks/{id}/deliveries/{event}", page::delivery)
            .page(Method::POST, "/admin/webhooks/{id}/deliveries/{event}", page::send_again);
        rows.operation(Method::GET, "/v1/webhooks", Callers::Scope(KeyScope::Webhooks), endpoints::list, |operation| {
            operation
                .named("listWebhooks", "Webhooks")
                .summary("List webhook endpoints")
                .answers::<List<WebhookView>>(StatusCode::OK, "All of them.", sample::page(sample::webhook()))
                .refuses(&[Code::Forbidden])
        })
        .operation(Method::POST, "/v1/webhooks", Callers::Scope(KeyScope::Webhooks), endpoints::create, |operation| {
            operation
                .named("createWebhook", "Webhooks")
                .summary("Make a webhook endpoint")
                .body::<New>(json!({"url": "https://hooks.example.com/parlor", "events": ["session.ended"]}))
                .answers::<RevealedView>(
                    StatusCode::CREATED,
                    "The endpoint. Its secret is shown this once.",
                    sample::revealed(),
                )
                .with_etag()
                .refuses(&INVALID)
                .refuses(&[Code::Forbidden, Code::TooManyWebhooks])
        })
        .operation(Method::GET, "/v1/webhooks/{id}", Callers::Scope(KeyScope::Webhooks), endpoints::show, |operation| {
            operation
                .named("getWebhook", "Webhooks")
                .summary("Get a webhook endpoint")
                .parameter("id", "The endpoint.")
                .answers::<WebhookView>(StatusCode::OK, "The endpoint.", sample::webhook())
                .with_etag()
                .refuses(&[Code::Forbidden])
        })
        .operation(
            Method::PATCH,
            "/v1/webhooks/{id}",
            Callers::Scope(KeyScope::Webhooks),
            endpoints::change,
            |operation| {
                operation
                    .named("changeWebhook", "Webhooks")
                    .summary("Change a webhook endpoint")
                    .parameter("id", "The endpoint.")
                    .if_match()
                    .body::<Change>(json!({"description": "Case management", "enabled": true}))
                    .answers::<WebhookView>(StatusCode::OK, "The endpoint.", sample::webhook())
                    .with_etag()
                    .refuses(&INVALID)
                    .refuses(&[Code::Forbidden])
            },
        )
        .operation(
            Method::DELETE,
            "/v1/webhooks/{id}",
            Callers::Scope(KeyScope::Webhooks),
            endpoints::delete,
            |operation| {
                operation
                    .named("deleteWebhook", "Webhooks")
                    .summary("Delete a webhook endpoint")
                    .parameter("id", "The endpoint.")
                    .answers::<WebhookView>(StatusCode::OK, "The endpoint as it was.", sample::webhook())
                    .with_etag()
                    .refuses(&[Code::Forbidden])
            },
        )
        .operation(
            Method::POST,
            "/v1/webhooks/{id}/rotate",
            Callers::Scope(KeyScope::Webhooks),
            endpoints::rotate,
            |operation| {
                operation
                    .named("rotateWebhookSecret", "Webhooks")
                    .summary("Change the secret that signs")
                    .description("The earlier secret goes on signing beside the new one for a while.")
                    .parameter("id", "The endpoint.")
                    .body::<Rotation>(json!({"overlap_minutes": 60}))
                    .answers::<RevealedView>(
                        StatusCode::OK,
                        "The endpoint. Its new secret is shown this once.",
                        sample::revealed(),
                    )
                    .with_etag()
                    .refuses(&[Code::Forbidden, Code::InvalidOverlap])
            },
        )
        .operation(
            Method::POST,
            "/v1/webhooks/{id}/replay",
            Callers::Scope(KeyScope::Webhooks),
            endpoints::replay_since,
            |operation| {
                operation
                    .named("replayWebhook", "Webhooks")
                    .summary("Send again what was given up")
                    .parameter("id", "The endpoint.")
                    .body::<ReplaySince>(json!({"since": "2026-11-21T00:00:00Z"}))
                    .answers::<WebhookView>(
                        StatusCode::ACCEPTED,
                        "The endpoint; a schedule queues the events.",
                        sample::webhook(),
                    )
                    .with_etag()
                    .refuses(&[Code::Forbidden])
            },
        )
        .operation(
            Method::POST,
            "/v1/webhooks/{id}/test",
            Callers::Scope(KeyScope::Webhooks),
            deliveries::test,
            |operation| {
                operation
                    .named("testWebhook", "Webhooks")
                    .summary("Send a test event to an endpoint")
                    .description(
                        "An event `webhook.test` goes to this endpoint alone, whatever types it hears of. It is sent at once and \
                         tried once; its delivery tells how that went.",
                    )
                    .parameter("id", "The endpoint.")
                    .answers::<DeliveryView>(
                        StatusCode::ACCEPTED,
                        "The delivery, which waits to be sent.",
                        sample::tested(),
                    )
                    .refuses(&[Code::Forbidden, Code::WebhookDisabled])
            },
        )
        .operation(
            Method::GET,
            "/v1/webhooks/{id}/deliveries",
            Callers::Scope(KeyScope::Webhooks),
            deliveries::list,
            |operation| {
                operation
                    .named("listDeliveries", "Webhooks")
                    .summary("List deliveries to an endpoint")
                    .description("Newest first, 50 a page.")
                    .parameter("id", "The endpoint.")
                    .query::<DeliveriesQuery>()
                    .answers::<List<DeliveryView>>(StatusCode::OK, "One page.", sample::page(sample::delivery()))
                    .refuses(&[Code::Forbidden])
            },
        )
        .operation(
            Method::GET,
            "/v1/webhooks/{id}/deliveries/{event}",
            Callers::Scope(KeyScope::Webhooks),
            deliveries::show,
            |operation| {
                operation
                    .named("getDelivery", "Webhooks")
                    .summary("Get a delivery with its attempts")
                    .parameter("id", "The endpoint.")
                    .parameter("event", "The delivery's `id`.")
                    .answers::<SentView>(StatusCode::OK, "The delivery, with what is posted.", sample::sent())
                    .refuses(&[Code::Forbidden])
            },
        )
        .operation(
            Method::POST,
            "/v1/webhooks/{id}/deliveries/{event}/replay",
            Callers::Scope(KeyScope::Webhooks),
            deliveries::replay_one,
            |operation| {
                operation
                    .named("replayDelivery", "Webhooks")
                    .summary("Send one delivery again")
                    .parameter("id", "The endpoint.")
                    .parameter("event", "The delivery's `id`.")
                    .answers::<DeliveryView>(
                        StatusCode::ACCEPTED,
                        "The delivery, which waits to be sent.",
                        sample::delivery(),
                    )
                    .refuses(&[Code::Forbidden, Code::DeliveryPending])
            },
        )
    }
}

/// Why an endpoint is not made or changed.
#[derive(Debug, thiserror::Error)]
enum WebhookError {
    #[error("there are {MAX_ENDPOINTS} endpoints, which is the most")]
    TooMany,
    #[error("the endpoint changed meanwhile; read it again and repeat your change")]
    Stale,
    #[error("this delivery waits to be sent already")]
    Pending,
    #[error("nothing is sent to the endpoint now; enable it first")]
    Disabled,
}

impl From<WebhookError> for ApiError {
    fn from(error: WebhookError) -> Self {
        let code = match error {
            WebhookError::TooMany => Code::TooManyWebhooks,
            WebhookError::Stale => Code::VersionConflict,
            WebhookError::Pending => Code::DeliveryPending,
            WebhookError::Disabled => Code::WebhookDisabled,
        };
        let text = error.to_string();
        let mut letters = text.chars();
        let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
        Problem::new(code, format!("{first}{}.", letters.as_str())).into()
    }
}

/// Reads `keys` with what the caller is checked by. One `BatchGetItem`.
async fn read(
    app: &AppState,
    request: &ApiRequest,
    keys: ReadBatch,
    now: Timestamp,
) -> Result<(ReadResult, Caller), ApiError> {
    if matches!(request.credentials, Credentials::None) {
        // Nothing to check them by: a list would read nothing at all, and DynamoDB refuses that.
        return Err(ApiError::NotSignedIn);
    }
    let found = app.store.read(request.keys(keys)).await?;
    let caller = request.caller(app, &found, now)?;
    if !caller.is_admin() {
        return Err(ApiError::Forbidden("Only admins see webhooks."));
    }
    Ok((found, caller))
}

/// An endpoint that the caller may see; otherwise not found, whichever it is.
fn visible(found: &ReadResult, caller: &Caller, id: &WebhookId) -> Result<Webhook, ApiError> {
    found.webhook(id)?.filter(|webhook| is_visible(caller, webhook)).ok_or(ApiError::NotFound)
}

/// A key for one team sees the endpoints that hear of that team alone.
fn is_visible(caller: &Caller, webhook: &Webhook) -> bool {
    caller.only_team().is_none_or(|only| webhook.endpoint.team.as_ref() == Some(only))
}
