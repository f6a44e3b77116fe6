//! What there is for the customer to do (R21), from the agent's side: made, listed, sent, taken back, reminded of, and read
//! with its answers. `/v1/sessions/{id}/interactions` and what is below.

mod answers;
mod document;
mod from_library;
mod input;
mod moving;
mod parts;
mod placing;
mod view;

use std::fmt;

use lambda_http::http::{Method, StatusCode};
use parlor_buckets::Bucket;
use parlor_domain::{
    Command, Decision, Interaction, InteractionId, LinkToken, SessionId,
    interaction::{Asked, FilledIn, JoinedFile, NewInteraction, SignedFile, WorkCommand},
    staff::KeyScope,
};
use parlor_fonts::Fonts;
use parlor_form::Values;
use parlor_objects::{ObjectError, Objects as _};
use parlor_runtime::Runtime;
use parlor_store::{ReadBatch, Stored};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Callers, Code, List, Operation, Problem, Rows, Time, WebFunction,
    api_request::room,
    document::{OF_FILES, REPORT_MAX, reading_steps},
    operation::Loaded,
    route::State,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    input::{Input, New, What},
    view::{InteractionView, ResultView},
};

/// Makes and reads interactions.
#[derive(Debug)]
pub struct Interactions;

/// What it works with.
pub struct InteractionsState {
    app: AppState,
    bucket: Bucket,
    /// Which characters can be printed.
    fonts: Fonts,
}

impl fmt::Debug for InteractionsState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InteractionsState").field("app", &self.app).finish_non_exhaustive()
    }
}

impl AsRef<AppState> for InteractionsState {
    fn as_ref(&self) -> &AppState {
        &self.app
    }
}

impl State for InteractionsState {
    fn build(runtime: &Runtime) -> Self {
        let bucket = Bucket::new(&runtime.aws, &runtime.config.files_bucket);
        Self { app: AppState::new(runtime), bucket, fonts: Fonts::shipped() }
    }
}

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
    type State = InteractionsState;

    fn routes<R: Rows<InteractionsState>>(rows: R) -> R {
        let rows = rows.page(Method::GET, "/console/s/{session}/i/{interaction}/fields", placing::show).page(
            Method::POST,
            "/console/s/{session}/i/{interaction}/fields",
            placing::save,
        );
        rows.operation(Method::POST, "/v1/sessions/{id}/interactions", Callers::Scope(KeyScope::Sessions), make, |operation| {
            operation
                .named("makeInteraction", "Interactions")
                .summary("Make something for the customer to do")
                .description(
                    "A document is made of an upload: a PDF, which the customer fills in and signs. Its fields are those of the PDF's own \
                     form, or `fields`. While the file is being read it is 409 `upload-not-read`, with `Retry-After`. A workflow asks questions step by step; its definition follows the \
                     JSON Schema of `docs/workflow.schema.json`, and stays as it was made. A request asks for photos or files; what the \
                     customer sent is accepted or sent back. Without `send: false` the customer \
                     may begin at once; in a planned session, as soon as they are invited. `library` sends what the team's library \
                     has published: what it asks is copied, and stays as it was sent.",
                )
                .parameter("id", "The session.")
                .body::<Input>(Input::sample())
                .answers::<InteractionView>(StatusCode::CREATED, "The interaction.", InteractionView::sample())
                .refuses(&[
                    Code::AlreadyEnded,
                    Code::Discarded, Code::Erased,
                    Code::TooManyInteractions,
                    Code::InvalidTitle,
                    Code::InvalidDue,
                    Code::InvalidWorkflow,
                    Code::InvalidRequest,
                    Code::UnknownEntry,
                    Code::InvalidField,
                    Code::InvalidValue,
                    Code::UncoveredCharacters,
                    Code::TooMuch,
                    Code::UnknownAssignee,
                ])
                .refuses(&OF_FILES)
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
                 other answers hide, nothing; and the addresses of what they sent for a request, good for a few minutes. `as=pdf` \
                 answers pages in place of JSON: what was answered in a completed workflow, with who answered and when, drawn \
                 signatures, and the names of files. It is 409 `not-completed` before, and 422 `another-kind` of what is no workflow.",
                &[Code::NotCompleted, Code::AnotherKind]
            )
            .query::<ShowQuery>()
            .with_etag()
            .or_file("application/pdf")
        })
        .operation(Method::PUT, "/v1/sessions/{id}/interactions/{iid}/fields", Callers::Scope(KeyScope::Sessions), placing::put, |operation| {
            on_one!(
                operation,
                "placeFields",
                "Give a draft's document fields",
                "They take the place of those that it has. What was filled in before stays where it still fits. What was sent stays as \
                 it is.",
                &[
                    Code::AlreadyEnded, Code::Discarded, Code::Erased, Code::NotDraft, Code::AnotherKind, Code::InvalidField,
                    Code::FormTooBig,
                ]
            )
            .if_match()
            .body::<placing::Place>(json!({
                "fields": [{
                    "name": "Full name", "type": "text", "page": 1, "rect": [72, 650, 248, 18], "required": true,
                    "prefill_from": "customer_name",
                }],
            }))
            .with_etag()
        })
        .operation(Method::GET, "/v1/sessions/{id}/interactions/{iid}/result", Callers::Scope(KeyScope::Sessions), result, |operation| {
            operation
                .named("getInteractionResult", "Interactions")
                .summary("Get the signed document")
                .description(
                    "An address where the signed file of a completed document, or what was sent for a request as one PDF, is \
                     downloaded, good for a few minutes. Until it is there, 409; while it is being signed or joined, with \
                     `Retry-After`. A request whose one file is a PDF has no joined file.",
                )
                .parameter("id", "The session.")
                .parameter("iid", "The interaction.")
                .answers::<ResultView>(StatusCode::OK, "Where it is.", ResultView::sample())
                .refuses(&[Code::NotCompleted])
        })
        .operation(Method::POST, "/v1/sessions/{id}/interactions/{iid}/send", Callers::Scope(KeyScope::Sessions), send, |operation| {
            on_one!(
                operation,
                "sendInteraction",
                "Send a draft",
                "The customer may begin. A document begins with what its fields' `prefill_from` name, unless they are filled in already. \
                 Sending again what was sent changes nothing.",
                &[Code::AlreadyEnded, Code::Discarded, Code::Erased, Code::InteractionClosed, Code::TooMuch, Code::PartOfWorkflow]
            )
        })
        .operation(Method::POST, "/v1/sessions/{id}/interactions/{iid}/withdraw", Callers::Scope(KeyScope::Sessions), withdraw, |operation| {
            on_one!(
                operation,
                "withdrawInteraction",
                "Take an interaction back",
                "The customer does not see it any more, and it counts no more. What is completed stays.",
                &[Code::AlreadyEnded, Code::Discarded, Code::Erased, Code::InteractionClosed]
            )
        })
        .operation(Method::POST, "/v1/sessions/{id}/interactions/{iid}/assign", Callers::Scope(KeyScope::Sessions), assign, |operation| {
            on_one!(
                operation,
                "assignInteraction",
                "Let somebody else do an interaction",
                "Whoever was to do it does not see it any more, and whoever is to do it goes on where it is: they see what was entered and \
                 sent so far. Only signatures go. What is completed, declined or sent back stays with whoever did it.",
                &[Code::AlreadyEnded, Code::Discarded, Code::Erased, Code::UnknownAssignee, Code::InteractionClosed, Code::PartOfWorkflow]
            )
            .body::<Assign>(json!({"assignee": "customer"}))
        })
        .operation(Method::POST, "/v1/sessions/{id}/interactions/{iid}/move", Callers::Scope(KeyScope::Sessions), moving::put_before, |operation| {
            on_one!(
                operation,
                "moveInteraction",
                "Give an interaction another place",
                "Before the one that `before` names, or behind all others. All of the session are numbered anew, from 1 on; what is new \
                 comes last. Whoever has it to do sees the same order at once. Moving it to where it is changes nothing.",
                &[Code::AlreadyEnded, Code::Discarded, Code::Erased, Code::UnknownInteraction]
            )
            .body::<moving::Move>(json!({"before": null}))
        })
        .operation(Method::POST, "/v1/sessions/{id}/interactions/{iid}/accept", Callers::Scope(KeyScope::Sessions), accept, |operation| {
            on_one!(
                operation,
                "acceptInteraction",
                "Accept what was sent for a request",
                "What the customer sent is what was wanted. After the end of a session it is possible as long as the customer may send.",
                &[Code::AlreadyEnded, Code::Discarded, Code::Erased, Code::NotRequest, Code::NotCompleted, Code::InteractionClosed]
            )
        })
        .operation(Method::POST, "/v1/sessions/{id}/interactions/{iid}/send-back", Callers::Scope(KeyScope::Sessions), send_back, |operation| {
            on_one!(
                operation,
                "sendInteractionBack",
                "Ask again for what was sent for a request",
                "The customer reads the reason, and sends again what is wrong; the files stay until they replace or remove them.",
                &[
                    Code::AlreadyEnded,
                    Code::Discarded, Code::Erased,
                    Code::NotRequest,
                    Code::NotCompleted,
                    Code::InteractionClosed,
                    Code::InvalidReason,
                ]
            )
            .body::<SendBack>(json!({"reason": "The back of the card is missing."}))
        })
        .operation(Method::POST, "/v1/sessions/{id}/interactions/{iid}/remind", Callers::Scope(KeyScope::Sessions), remind, |operation| {
            on_one!(
                operation,
                "remindOfInteraction",
                "Remind the customer",
                "By the session's channel, with a new link; at most every ten minutes.",
                &[
                    Code::AlreadyEnded,
                    Code::Discarded, Code::Erased,
                    Code::NotInvited,
                    Code::NotSent,
                    Code::NotYourTurn,
                    Code::PartOfWorkflow,
                    Code::InteractionClosed,
                    Code::NoContact,
                    Code::SmsOff,
                    Code::TooOften,
                ]
            )
        })
    }
}

async fn make(state: &InteractionsState, request: &ApiRequest, session: SessionId) -> Result<ApiResponse, ApiError> {
    let New { what, order, due_at, send, assignee } = input::read(request)?;
    // What was read of the file is asked for first: whoever may not know hears nothing of it.
    let report = match &what {
        What::Workflow { .. } | What::Request { .. } | What::Library(_) => Err(ObjectError::Missing),
        What::Document(new) => state.bucket.get(&new.upload.report(), REPORT_MAX).await,
    };
    let id = InteractionId::generate(&state.app.entropy);
    let operation = Operation::on(&state.app, request, &session);
    let operation = match &what {
        What::Request { .. } => operation,
        What::Workflow { workflow, .. } => operation.reading(|keys| reading_steps(keys, workflow)),
        What::Document(new) => operation.reading(|keys| keys.upload(&session, &new.upload)),
        What::Library(new) => operation
            .reading(|keys| keys.library_entry(&new.id).library_newest(&new.id))
            .learning(|loaded| parts::of_entry(loaded, &new.id)),
    };
    operation
        .run(
            |loaded| {
                let (title, asked, values, library) = match &what {
                    What::Workflow { title, workflow } => {
                        (title.clone(), Asked::Workflow(workflow.clone()), Values::new(), None)
                    }
                    What::Request { title, request } => {
                        (title.clone(), Asked::Request(request.clone()), Values::new(), None)
                    }
                    What::Document(new) => {
                        let (title, asked, values) = document::make(loaded, &session, new, &report, &state.fonts)?;
                        (title, asked, values, None)
                    }
                    What::Library(new) => from_library::make(loaded, &session, new, &state.fonts)?,
                };
                let values = match &asked {
                    Asked::Document(own) if send => {
                        let mut begun = document::begun(loaded, own, &state.fonts);
                        begun.extend(values);
                        begun
                    }
                    _ => values,
                };
                let id = id.clone();
                let assignee = assignee.clone();
                let part_of = None;
                let new = NewInteraction { id, title, asked, values, order, due_at, send, library, assignee, part_of };
                loaded.decide(request, Command::Work(parts::added(state, loaded, new)?))
            },
            |_, decision| {
                let made = decision
                    .interactions
                    .first()
                    .map(|write| InteractionView::within(&write.interaction, &decision.session));
                ApiResponse::new(StatusCode::CREATED, made, room(&session))
            },
        )
        .await
}

/// One `BatchGetItem` and one `Query`, side by side, and a `Query` for each further MB.
async fn list(state: &InteractionsState, request: &ApiRequest, session: SessionId) -> Result<ApiResponse, ApiError> {
    let keys = request.credentials.keys(ReadBatch::new().session_alone(&session));
    let (found, interactions) = tokio::join!(state.app.store.read(keys), state.app.store.first_interactions(&session));
    let found = found?;
    let caller = request.caller(&state.app, &found, state.app.clock.now())?;
    let kept = caller.contents(&found, &session)?;
    let interactions = state.app.store.all_interactions(&session, interactions?).await?;
    let shown = |Stored { session, .. }: Stored| {
        session.arranged(interactions).iter().map(|own| InteractionView::within(own, &session)).collect()
    };
    let items = kept.map(shown).unwrap_or_default();
    Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor: None }, room(&session)))
}

/// The query of one interaction.
#[derive(Debug, Deserialize, JsonSchema)]
struct ShowQuery {
    /// `true` adds `values`: what the customer answered.
    #[schemars(regex(pattern = "^(true|false)$"))]
    values: Option<String>,
    /// `pdf` answers the pages of a completed workflow's answers in place of JSON.
    #[serde(rename = "as")]
    #[schemars(regex(pattern = "^pdf$"))]
    form: Option<String>,
}

/// One `BatchGetItem`, also of pages; one more for those of a workflow with documents in its steps.
async fn show(
    state: &InteractionsState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
) -> Result<ApiResponse, ApiError> {
    let ShowQuery { values, form } = request.query()?;
    let with_values = match values.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(ApiError::Malformed("`values` is true or false.".into())),
    };
    let is_pages = match form.as_deref() {
        None => false,
        Some("pdf") => true,
        Some(_) => return Err(ApiError::Malformed("`as` is pdf.".into())),
    };
    let keys = ReadBatch::new().interaction(&session, &interaction).asked(&session, &interaction);
    let keys = if is_pages { keys.document(&session) } else { keys.session_alone(&session) };
    let found = state.app.store.read(request.credentials.keys(keys)).await?;
    let caller = request.caller(&state.app, &found, state.app.clock.now())?;
    let stored = caller.contents(&found, &session)?.ok_or(ApiError::NotFound)?;
    let own = found.interaction(&session, &interaction)?.ok_or(ApiError::NotFound)?;
    if is_pages {
        let documents = state.app.store.parts(&stored.session, &interaction).await?;
        return answers::pdf(&found, &session, &own, request.lang, (&state.fonts, &documents));
    }
    let asked = found.asked(&session, &interaction)?;
    let mut view = InteractionView::within(&own, &stored.session).with(&own, asked, with_values);
    if with_values {
        view.sign(&own, &state.bucket, state.app.clock.now()).await;
    }
    let etag = Some(placing::etag(&own));
    Ok(ApiResponse { etag, ..ApiResponse::new(StatusCode::OK, view, room(&session)) })
}

/// One `BatchGetItem`. The address costs no request.
async fn result(
    state: &InteractionsState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
) -> Result<ApiResponse, ApiError> {
    let keys = ReadBatch::new().session_alone(&session).interaction(&session, &interaction);
    let found = state.app.store.read(request.credentials.keys(keys)).await?;
    let now = state.app.clock.now();
    let caller = request.caller(&state.app, &found, now)?;
    caller.contents(&found, &session)?.ok_or(ApiError::NotFound)?;
    let own = found.interaction(&session, &interaction)?.ok_or(ApiError::NotFound)?;
    let not_completed = |detail: &str| Problem::new(Code::NotCompleted, detail);
    let (key, sha256, size) = match (own.signed, own.joined) {
        (Some(SignedFile::Ready { key, sha256, size }), _) | (_, Some(JoinedFile::Ready { key, sha256, size, .. })) => {
            (key, sha256, size)
        }
        (Some(SignedFile::Coming { .. }), _) => {
            return Err(not_completed("The document is being signed. Try again in a moment.").after(2).into());
        }
        (_, Some(JoinedFile::Coming { .. })) => {
            return Err(not_completed("The files are being joined. Try again in a moment.").after(2).into());
        }
        (Some(SignedFile::Failed), _) => return Err(not_completed("The signed document could not be made.").into()),
        (_, Some(JoinedFile::Failed)) => {
            return Err(not_completed("The files could not be joined. Each is downloaded by itself.").into());
        }
        (None, None) => return Err(not_completed("There is no file of it, or not yet.").into()),
    };
    let name = format!("{}.pdf", own.title);
    let signed = state.bucket.download(&key, "application/pdf", &name, now).await.map_err(|error| {
        tracing::error!(%error, "download");
        Problem::new(Code::Unavailable, "The service is not available; try again.").after(2)
    })?;
    let view = ResultView {
        url: signed.url,
        expires_at: Time(signed.expires_at),
        sha256,
        size,
        content_type: "application/pdf",
    };
    Ok(ApiResponse::new(StatusCode::OK, view, room(&session)))
}

async fn send(
    state: &InteractionsState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
) -> Result<ApiResponse, ApiError> {
    parts::operation(&state.app, request, &session, &interaction)
        .run(
            |loaded| {
                let all = parts::all(loaded, &interaction)?;
                let sent = all.iter().map(|(own, asked)| {
                    let prefilled = match asked {
                        Asked::Document(document) => {
                            let begun = document::begun(loaded, document, &state.fonts).into_iter();
                            let values = begun.map(|(name, value)| (name, Some(value))).collect();
                            Some(FilledIn { document, values, evidence: None })
                        }
                        _ => None,
                    };
                    WorkCommand::Send(own, prefilled)
                });
                loaded.decide(request, Command::Work(WorkCommand::Together(sent.collect())))
            },
            |loaded, decision| changed(loaded, decision, &session, &interaction),
        )
        .await
}

async fn withdraw(
    state: &InteractionsState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
) -> Result<ApiResponse, ApiError> {
    parts::withdrawal(&state.app, request, &session, &interaction)
        .run(
            |loaded| {
                let all = parts::all(loaded, &interaction)?;
                let whole = parts::whole(loaded, &interaction)?;
                let taken = all.iter().map(|(own, _)| WorkCommand::Withdraw(own));
                let counts = whole.iter().map(|(whole, workflow)| WorkCommand::Count(whole, workflow, None));
                loaded.decide(request, Command::Work(WorkCommand::Together(taken.chain(counts).collect())))
            },
            |loaded, decision| changed(loaded, decision, &session, &interaction),
        )
        .await
}

/// The body of a POST to `…/assign`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AssignInteraction", description = "Who is to do it.")]
struct Assign {
    /// `customer`, or a participant's id.
    assignee: String,
}

async fn assign(
    state: &InteractionsState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
) -> Result<ApiResponse, ApiError> {
    let Assign { assignee } = request.input()?;
    let assignee = input::assignee(Some(assignee))?;
    parts::operation(&state.app, request, &session, &interaction)
        .run(
            |loaded| {
                let all = parts::all(loaded, &interaction)?;
                let moved = all.iter().map(|(own, asked)| WorkCommand::Assign(own, asked, assignee.clone()));
                loaded.decide(request, Command::Work(WorkCommand::Together(moved.collect())))
            },
            |loaded, decision| changed(loaded, decision, &session, &interaction),
        )
        .await
}

/// The body of a POST to `…/send-back`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SendBack", description = "Why it is to be sent again.")]
struct SendBack {
    /// Why, in words for the customer, 1 to 500 characters.
    reason: String,
}

async fn accept(
    state: &InteractionsState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
) -> Result<ApiResponse, ApiError> {
    change(state, request, session, interaction, |own| WorkCommand::Accept(own)).await
}

async fn send_back(
    state: &InteractionsState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
) -> Result<ApiResponse, ApiError> {
    let SendBack { reason } = request.input()?;
    change(state, request, session, interaction, |own| WorkCommand::SendBack(own, reason.clone())).await
}

async fn remind(
    state: &InteractionsState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
) -> Result<ApiResponse, ApiError> {
    let (_, issued) = LinkToken::issue(&session, &state.app.keyring, &state.app.entropy);
    change(state, request, session, interaction, |own| WorkCommand::Remind(own, issued.clone())).await
}

/// Decides about one interaction, which is read with its session.
async fn change(
    state: &InteractionsState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
    command: impl Fn(&Interaction) -> WorkCommand<'_>,
) -> Result<ApiResponse, ApiError> {
    let own = |loaded: &Loaded| -> Result<Interaction, ApiError> {
        loaded.found.interaction(&session, &interaction)?.ok_or(ApiError::NotFound)
    };
    Operation::on(&state.app, request, &session)
        .reading(|keys| keys.interaction(&session, &interaction))
        .run(
            |loaded| loaded.decide(request, Command::Work(command(&own(loaded)?))),
            |loaded, decision| changed(loaded, decision, &session, &interaction),
        )
        .await
}

/// The interaction as it will be; where nothing changes, as it is.
fn changed(loaded: &Loaded, decision: &Decision, session: &SessionId, id: &InteractionId) -> ApiResponse {
    let now = decision.interactions.first().map(|write| write.interaction.clone());
    let now = now.or_else(|| loaded.found.interaction(session, id).ok().flatten());
    ApiResponse::new(StatusCode::OK, now.map(|own| InteractionView::within(&own, &decision.session)), room(session))
}
