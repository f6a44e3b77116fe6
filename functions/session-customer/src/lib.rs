//! The customer's device and PIN: POST `/v1/sessions/{id}/device/release` (R6), POST `/pin/reset` and GET `/pin` (R7).

use lambda_http::{
    Body, Request, Response,
    http::{Method, StatusCode},
};
use parlor_domain::{Command, SessionId, pin::Pin};
use parlor_runtime::{HttpFunction, Runtime};
use parlor_store::ReadBatch;
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Code, Endpoint, Operation, SessionView,
    api_request::{segments, session_id},
    operation::room,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

/// A session's PIN.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Pin")]
struct PinView<'a> {
    /// The digits; `null` if the session has no PIN.
    pin: Option<&'a str>,
}

/// Releases devices, resets tries, and shows the owner the PIN.
#[derive(Debug)]
pub struct SessionCustomer {
    app: AppState,
}

impl HttpFunction for SessionCustomer {
    const NAME: &'static str = "session-customer";

    fn new(runtime: &Runtime) -> Self {
        Self { app: AppState::new(runtime) }
    }

    async fn handle(&self, request: Request) -> Response<Body> {
        match ApiRequest::read(&request, &self.app) {
            Ok(call) => self.app.respond(&call, self.operate(&request, &call).await),
            Err(refused) => self.app.refuse(refused),
        }
    }
}

impl SessionCustomer {
    async fn operate(&self, request: &Request, call: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let path = segments(request);
        match (request.method(), path.iter().map(String::as_str).collect::<Vec<_>>().as_slice()) {
            (&Method::POST, ["v1", "sessions", id, "device", "release"]) => {
                self.run(call, &session_id(id)?, Command::ReleaseDevice).await
            }
            (&Method::POST, ["v1", "sessions", id, "pin", "reset"]) => {
                self.run(call, &session_id(id)?, Command::ResetPin).await
            }
            (&Method::GET, ["v1", "sessions", id, "pin"]) => self.pin(call, &session_id(id)?).await,
            _ => Err(ApiError::NotFound),
        }
    }

    async fn run(&self, call: &ApiRequest, id: &SessionId, command: Command<'static>) -> Result<ApiResponse, ApiError> {
        Operation::on(&self.app, call, id)
            .run(
                |loaded| loaded.decide(call, command.clone()),
                |loaded, decision| loaded.session_answer(decision, room(id)),
            )
            .await
    }

    /// The PIN, for the agent who owns the session and nobody else. One `BatchGetItem`.
    async fn pin(&self, call: &ApiRequest, id: &SessionId) -> Result<ApiResponse, ApiError> {
        let now = self.app.clock.now();
        let found = self.app.store.read(call.credentials.keys(ReadBatch::new().document(id))).await?;
        let caller = call.credentials.check(&found, now)?;
        let session = caller.room(&found, id)?.session;
        if caller.is_key() || caller.agent.id != session.agent {
            return Err(ApiError::Forbidden("Only the agent who owns the session can see its PIN."));
        }
        let pin = session.pin.as_ref().map(|sealed| Pin::open(id, sealed, &self.app.keyring)).transpose()?;
        let body = PinView { pin: pin.as_ref().map(Pin::reveal) };
        Ok(ApiResponse::new(StatusCode::OK, body, room(id)))
    }
}

/// The operations, for the API's document.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/v1/sessions/{id}/device/release", "releaseDevice", "Customers")
            .summary("Release the customer's device")
            .description("The next device that passes the gates is the session's.")
            .on::<SessionId>("The session.")
            .answers::<SessionView>(StatusCode::OK, "The session.", SessionView::sample())
            .refuses(&[Code::AlreadyEnded, Code::Discarded]),
        Endpoint::post("/v1/sessions/{id}/pin/reset", "resetPin", "Customers")
            .summary("Forget wrong tries at the PIN")
            .description("Lifts locks and bans. The PIN stays as it is.")
            .on::<SessionId>("The session.")
            .answers::<SessionView>(StatusCode::OK, "The session.", SessionView::sample())
            .refuses(&[Code::AlreadyEnded, Code::Discarded]),
        Endpoint::get("/v1/sessions/{id}/pin", "showPin", "Customers")
            .summary("Show the PIN to the agent who owns the session")
            .on::<SessionId>("The session.")
            .staff_only()
            .answers::<PinView<'_>>(StatusCode::OK, "The PIN.", json!({"pin": "4711"})),
    ]
}
