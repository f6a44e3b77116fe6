//! What there is for the customer to do (R21), from the agent's side: made, listed, sent, taken back, reminded of, and read
//! with its answers. `/v1/sessions/{id}/interactions` and what is below.

mod input;
mod view;

use lambda_http::http::{Method, StatusCode};
use parlor_domain::{
    Command, Decision, Interaction, InteractionId, LinkToken, SessionId,
    interaction::{NewInteraction, WorkCommand},
    staff::KeyScope,
};
use parlor_store::ReadBatch;
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Callers, Code, List, Operation, Rows, WebFunction, api_request::room,
    operation::Loaded,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    input::{Input, New},
    view::InteractionView,
};

/// Makes and reads interactions.
#[derive(Debug)]
pub struct Interactions;

/// What an operation on one interaction says of itself; the path and its parameters are the same for all.
macro_rules! on_one {
    ($operation:expr, $id:literal, $summary:literal, $description:literal, $refuses:expr) => {
        $operation
            .named($id, "Interactions")
            .summary($summary)
            .description($description)
            .parameter("id", "The session.")
            .parameter("iid", "The interaction.")
            .answers::<InteractionView>(StatusCode::OK, "The interaction as it is now.", InteractionView::sample())
            .refuses($refuses)
    };
}

impl WebFunction for Interactions {
    const NAME: &'static str = "interactions";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.operation(Method::POST, "/v1/sessions/{id}/interactions", Callers::Scope(KeyScope::Sessions), make, |operation| {
            operation
                .named("makeInteraction", "Interactions")
                .summary("Make something for the customer to do")
                .description(
                    "Only workflows can be made so far. A workflow asks questions step by step; its definition follows the \
                     JSON Schema of `docs/workflow.schema.json`, and stays as it was made. Without `send: false` the customer \
                     may begin at once; in a planned session, as soon as they are invited.",
                )
                .parameter("id", "The session.")
                .body::<Input>(Input::sample())
                .answers::<InteractionView>(StatusCode::CREATED, "The interaction.", InteractionView::sample())
                .refuses(&[
                    Code::AlreadyEnded,
                    Code::Discarded,
                    Code::TooManyInteractions,
                    Code::InvalidTitle,
                    Code::InvalidDue,
                    Code::InvalidWorkflow,
                    Code::UnsupportedField,
                    Code::UnsupportedKind,
                    Code::UnknownAssignee,
                ])
        })
        .operation(Method::GET, "/v1/sessions/{id}/interactions", Callers::Scope(KeyScope::Read), list, |operation| {
            operation
                .named("listInteractions", "Interactions")
                .summary("List what there is for the customer to do")
                .description("In the agent's order, drafts and withdrawn ones included; 100 at most, all on one page.")
                .parameter("id", "The session.")
                .answers::<List<InteractionView>>(
                    StatusCode::OK,
                    "All of them.",
                    json!({"items": [InteractionView::sample()], "next_cursor": null}),
                )
        })
        .operation(Method::GET, "/v1/sessions/{id}/interactions/{iid}", Callers::Scope(KeyScope::Read), show, |operation| {
            on_one!(
                operation,
                "getInteraction",
                "Get an interaction",
                "With what it asks. `values=true` adds what the customer answered, so far or for good: of questions that their \
                 other answers hide, nothing.",
                &[]
            )
            .query::<ShowQuery>()
        })
        .operation(Method::POST, "/v1/sessions/{id}/interactions/{iid}/send", Callers::Scope(KeyScope::Sessions), send, |operation| {
            on_one!(
                operation,
                "sendInteraction",
                "Send a draft",
                "The customer may begin. Sending again what was sent changes nothing.",
                &[Code::AlreadyEnded, Code::Discarded, Code::InteractionClosed]
            )
        })
        .operation(Method::POST, "/v1/sessions/{id}/interactions/{iid}/withdraw", Callers::Scope(KeyScope::Sessions), withdraw, |operation| {
            on_one!(
                operation,
                "withdrawInteraction",
                "Take an interaction back",
                "The customer does not see it any more, and it counts no more. What is completed stays.",
                &[Code::AlreadyEnded, Code::Discarded, Code::InteractionClosed]
            )
        })
        .operation(Method::POST, "/v1/sessions/{id}/interactions/{iid}/remind", Callers::Scope(KeyScope::Sessions), remind, |operation| {
            on_one!(
                operation,
                "remindOfInteraction",
                "Remind the customer",
                "By the session's channel, with a new link; at most every ten minutes.",
                &[
                    Code::AlreadyEnded,
                    Code::Discarded,
                    Code::NotInvited,
                    Code::NotSent,
                    Code::InteractionClosed,
                    Code::NoContact,
                    Code::SmsOff,
                    Code::TooOften,
                ]
            )
        })
    }
}

async fn make(app: &AppState, request: &ApiRequest, session: SessionId) -> Result<ApiResponse, ApiError> {
    let New { title, workflow, order, due_at, send } = input::read(request)?;
    let new = NewInteraction { id: InteractionId::generate(&app.entropy), title, workflow, order, due_at, send };
    Operation::on(app, request, &session)
        .run(
            |loaded| loaded.decide(request, Command::Work(WorkCommand::Add(new.clone()))),
            |_, decision| {
                let made = decision.interactions.first().map(|write| InteractionView::of(&write.interaction));
                ApiResponse::new(StatusCode::CREATED, made, room(&session))
            },
        )
        .await
}

/// One `BatchGetItem` and one `Query`, side by side.
async fn list(app: &AppState, request: &ApiRequest, session: SessionId) -> Result<ApiResponse, ApiError> {
    let keys = request.credentials.keys(ReadBatch::new().session_alone(&session));
    let (found, interactions) = tokio::join!(app.store.read(keys), app.store.interactions(&session));
    let found = found?;
    let caller = request.caller(app, &found, app.clock.now())?;
    caller.room(&found, &session)?;
    let items = interactions?.iter().map(InteractionView::of).collect();
    Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor: None }, room(&session)))
}

/// The query of one interaction.
#[derive(Debug, Deserialize, JsonSchema)]
struct ShowQuery {
    /// `true` adds `values`: what the customer answered.
    #[schemars(regex(pattern = "^(true|false)$"))]
    values: Option<String>,
}

/// One `BatchGetItem`.
async fn show(
    app: &AppState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
) -> Result<ApiResponse, ApiError> {
    let ShowQuery { values } = request.query()?;
    let with_values = match values.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(ApiError::Malformed("`values` is true or false.".into())),
    };
    let keys = ReadBatch::new().session_alone(&session).interaction(&session, &interaction);
    let found = app.store.read(request.credentials.keys(keys.workflow(&session, &interaction))).await?;
    let caller = request.caller(app, &found, app.clock.now())?;
    caller.room(&found, &session)?;
    let own = found.interaction(&session, &interaction)?.ok_or(ApiError::NotFound)?;
    let workflow = found.workflow(&session, &interaction)?;
    let view = InteractionView::of(&own).with(&own, workflow, with_values);
    Ok(ApiResponse::new(StatusCode::OK, view, room(&session)))
}

async fn send(
    app: &AppState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
) -> Result<ApiResponse, ApiError> {
    change(app, request, session, interaction, |own| WorkCommand::Send(own)).await
}

async fn withdraw(
    app: &AppState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
) -> Result<ApiResponse, ApiError> {
    change(app, request, session, interaction, |own| WorkCommand::Withdraw(own)).await
}

async fn remind(
    app: &AppState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
) -> Result<ApiResponse, ApiError> {
    let (_, issued) = LinkToken::issue(&session, &app.keyring, &app.entropy);
    change(app, request, session, interaction, |own| WorkCommand::Remind(own, issued.clone())).await
}

/// Decides about one interaction, which is read with its session.
async fn change(
    app: &AppState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
    command: impl Fn(&Interaction) -> WorkCommand<'_>,
) -> Result<ApiResponse, ApiError> {
    let own = |loaded: &Loaded| -> Result<Interaction, ApiError> {
        loaded.found.interaction(&session, &interaction)?.ok_or(ApiError::NotFound)
    };
    Operation::on(app, request, &session)
        .reading(|keys| keys.interaction(&session, &interaction))
        .run(
            |loaded| loaded.decide(request, Command::Work(command(&own(loaded)?))),
            |loaded, decision: &Decision| {
                let now = decision.interactions.first().map(|write| write.interaction.clone());
                let now = now.or_else(|| own(loaded).ok()).map(|own| InteractionView::of(&own));
                ApiResponse::new(StatusCode::OK, now, room(&session))
            },
        )
        .await
}
