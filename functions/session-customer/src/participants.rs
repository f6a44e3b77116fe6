//! Further people of a session (R22): POST and GET `/v1/sessions/{id}/participants`, DELETE `…/{pid}` (and POST `…/{pid}/remove` for
//! browsers' forms), POST `…/{pid}/invite`, `…/{pid}/device/release` and `…/{pid}/order`.

use jiff::Timestamp;
use lambda_http::http::{Method, StatusCode};
use parlor_domain::{
    Channel, Command, Contact, Decision, EmailAddress, Language, LinkToken, Participant, ParticipantId, PhoneNumber,
    Presence, Rejection, SessionId, Who,
    interaction::Assignee,
    pin::Pin,
    session::{Customer, NewParticipant},
    staff::KeyScope,
    turn,
};
use parlor_store::ReadBatch;
use parlor_templates::console::LinkReady;
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Callers, Code, List, Loaded, Operation, Problem, Rows, Time,
    api_request::{optional_word, room},
    contact_input,
    documentation::Documentation,
    problem::capitalised,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

/// What operations on one participant have in common.
fn of_one(operation: Documentation, answer: &'static str) -> Documentation {
    operation.parameter("id", "The session.").parameter("pid", "The participant.").answers::<ParticipantView>(
        StatusCode::OK,
        answer,
        sample(),
    )
}

pub(crate) fn rows<R: Rows<AppState>>(rows: R) -> R {
    rows.operation(Method::POST, "/v1/sessions/{id}/participants", Callers::Scope(KeyScope::Sessions), add, |operation| {
        operation
            .named("addParticipant", "Participants")
            .summary("Add a person to a session")
            .description(
                "They get a link, a device and gates of their own. They see the chat, and of the interactions those that are \
                 assigned to them. They are invited at once; in a planned session together with the customer. Where sessions are \
                 embedded nothing is sent, and the answer carries the `url`.",
            )
            .parameter("id", "The session.")
            .body::<Input>(json!({"name": "Ada Quist", "email": "ada.quist@example.net"}))
            .answers::<ParticipantView>(StatusCode::CREATED, "The participant.", sample())
            .refuses(&[
                Code::AlreadyEnded,
                Code::Discarded,
                Code::Erased,
                Code::TooManyParticipants,
                Code::SmsOff,
                Code::PinRequired,
                Code::InvalidPin,
                Code::NoContact,
                Code::InvalidName,
                Code::InvalidEmail,
                Code::InvalidPhone,
                Code::InvalidLanguage,
                Code::InvalidOrder,
            ])
    })
    .operation(Method::POST, "/v1/sessions/{id}/participants/{pid}/order", Callers::Scope(KeyScope::Sessions), order, |operation| {
        operation
            .named("setOrder", "Participants")
            .summary("Set when it is somebody's turn")
            .description(
                "Whoever has a higher order waits until all that counts of those with a lower one is done; whoever has the same goes \
                 side by side. `pid` is a participant, or `customer`. It is decided anew at once: what is completed stays so, and what \
                 was entered is kept.",
            )
            .parameter("id", "The session.")
            .parameter("pid", "The participant, or `customer`.")
            .body::<OrderInput>(json!({"order": 2}))
            .answers::<OrderView>(StatusCode::OK, "Their order as it is now.", json!({"id": "p4rt1c1pant0f2x9", "order": 2}))
            .refuses(&[Code::AlreadyEnded, Code::Discarded, Code::Erased, Code::InvalidOrder])
    })
    .operation(Method::GET, "/v1/sessions/{id}/participants", Callers::Scope(KeyScope::Read), list, |operation| {
        operation
            .named("listParticipants", "Participants")
            .summary("List the participants of a session")
            .description("In the order in which they were added, all on one page; those who were removed by their names.")
            .parameter("id", "The session.")
            .answers::<List<ParticipantView>>(
                StatusCode::OK,
                "The participants.",
                json!({"items": [sample()], "next_cursor": null}),
            )
    })
    .operation(Method::DELETE, "/v1/sessions/{id}/participants/{pid}", Callers::Scope(KeyScope::Sessions), remove, |operation| {
        of_one(operation.named("removeParticipant", "Participants").summary("Remove a participant").description(
            "Their links and their device open nothing any more, and their contact is forgotten; messages that went to them stay noted \
             with their address until the session is erased. What is assigned to them stays so until you assign it to somebody else \
             or withdraw it. Removing them again changes nothing.",
        ), "The participant, who is removed.")
        .refuses(&[Code::Erased])
    })
    .operation(Method::POST, "/v1/sessions/{id}/participants/{pid}/remove", Callers::Scope(KeyScope::Sessions), remove, |operation| {
        of_one(operation.named("removeParticipantByForm", "Participants").summary("Remove a participant, by a form").description(
            "As DELETE, for those who cannot send one: the forms of browsers.",
        ), "The participant, who is removed.")
        .refuses(&[Code::Erased])
    })
    .operation(Method::POST, "/v1/sessions/{id}/participants/{pid}/invite", Callers::Scope(KeyScope::Sessions), invite, |operation| {
        of_one(operation.named("inviteParticipant", "Participants").summary("Send a participant's invitation again").description(
            "With a new link; the earlier ones stay good. Not while the session is planned.",
        ), "The participant.")
        .refuses(&[Code::AlreadyEnded, Code::Discarded, Code::Erased, Code::NotInvited, Code::SmsOff, Code::NoContact])
    })
    .operation(Method::POST, "/v1/sessions/{id}/participants/{pid}/device/release", Callers::Scope(KeyScope::Sessions), release, |operation| {
        of_one(operation.named("releaseParticipantsDevice", "Participants").summary("Release a participant's device").description(
            "The next device that passes their gates is theirs; wrong tries are forgotten. Their links are revoked, and they get a new \
             one: by a message, or, where sessions are embedded or no message can be sent, as the answer's `url`.",
        ), "The participant.")
        .refuses(&[Code::AlreadyEnded, Code::Discarded, Code::Erased])
    })
}

/// The body of a POST.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AddParticipant", description = "A further person, with at least the address that `channel` uses.")]
struct Input {
    /// Their name, 1 to 120 characters.
    name: String,
    /// An e-mail address.
    #[schemars(email)]
    email: Option<String>,
    /// A phone number with `+` and the country code, or in the national form of the team's `channels.default_country`.
    phone: Option<String>,
    /// How messages to them go; without it what they have, or the settings' default.
    #[serde(default, deserialize_with = "optional_word")]
    channel: Option<Channel>,
    /// The language that they are spoken to in (BCP 47); without it the one that their browser asks for.
    language: Option<String>,
    /// 4 to 12 digits that they are told by another channel; required where the settings ask for a PIN.
    pin: Option<String>,
    /// When it is their turn: after everybody with a lower order, 1 to 20. Without it 1, which is everybody's order at first.
    #[serde(default, deserialize_with = "order_or_form")]
    #[schemars(with = "Option<u32>", range(min = 1, max = 20))]
    order: Option<u32>,
}

/// The body of a POST to `…/order`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SetOrder")]
struct OrderInput {
    /// 1 to 20: after everybody with a lower order.
    #[serde(deserialize_with = "order_or_form")]
    #[schemars(with = "u32", range(min = 1, max = 20))]
    order: Option<u32>,
}

/// When it is somebody's turn.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Order")]
struct OrderView {
    /// `customer`, or a participant's id.
    id: Assignee,
    /// After everybody with a lower one.
    order: u32,
}

/// A number from a program, or as a form says it.
fn order_or_form<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a number from 1 to 20")]
    enum Number {
        Json(u32),
        Form(String),
    }
    Ok(match Option::deserialize(deserializer)? {
        None => None,
        Some(Number::Json(number)) => Some(number),
        // What a form leaves empty is not given; what is no number is no order.
        Some(Number::Form(text)) if text.trim().is_empty() => None,
        Some(Number::Form(text)) => Some(text.trim().parse().unwrap_or_default()),
    })
}

/// A participant of a session.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Participant")]
struct ParticipantView {
    /// 16 characters; `assignee` names it.
    id: ParticipantId,
    /// Their name.
    name: String,
    /// Their e-mail address, if one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<EmailAddress>,
    /// Their phone number, if one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<PhoneNumber>,
    /// The way that messages to them go.
    channel: Channel,
    /// Their language (BCP 47), once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<Language>,
    /// When it is their turn: after everybody with a lower order.
    order: u32,
    /// When they were added.
    added_at: Time,
    /// When they were invited first.
    #[serde(skip_serializing_if = "Option::is_none")]
    invited_at: Option<Time>,
    /// When they passed every gate for the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    joined_at: Option<Time>,
    /// When they were removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_at: Option<Time>,
    /// Whether they are in the room.
    online: bool,
    /// Their link, where one was made and nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl ParticipantView {
    fn of(one: &Participant, presence: &Presence, now: Timestamp) -> Self {
        Self {
            id: one.id.clone(),
            name: one.person.name.clone(),
            email: one.person.contact.email.clone(),
            phone: one.person.contact.phone.clone(),
            channel: one.channel,
            language: one.language.clone(),
            order: one.order,
            added_at: Time(one.added_at),
            invited_at: one.invited_at.map(Time),
            joined_at: one.joined_at.map(Time),
            removed_at: one.removed_at.map(Time),
            online: one.removed_at.is_none() && presence.online(&Who::Participant(one.id.clone()), now),
            url: None,
        }
    }
}

fn sample() -> Value {
    json!({
        "id": "p4rt1c1pant0f2x9",
        "name": "Ada Quist",
        "email": "ada.quist@example.net",
        "channel": "email",
        "order": 1,
        "added_at": "2026-11-21T14:05:00.000Z",
        "invited_at": "2026-11-21T14:05:00.000Z",
        "online": false,
    })
}

/// Names the field as this body has it.
fn about_the_field(error: ApiError) -> ApiError {
    match error {
        ApiError::Rejected(Rejection::InvalidName(why)) => {
            Problem::new(Code::InvalidName, capitalised(&why.to_string())).about("name").into()
        }
        other => other,
    }
}

/// What a form leaves empty is not given.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.trim().is_empty())
}

/// One read and one write round trip.
async fn add(app: &AppState, request: &ApiRequest, session: SessionId) -> Result<ApiResponse, ApiError> {
    let input: Input = request.input()?;
    let id = ParticipantId::generate(&app.entropy);
    let (token, issued) = LinkToken::issue(&session, &app.keyring, &app.entropy);
    let email = given(input.email.as_ref()).map(|text| contact_input::email(text, "email")).transpose()?;
    let language = given(input.language.as_ref()).map(|tag| contact_input::language(tag, "language")).transpose()?;
    let pin = given(input.pin.as_ref()).map(Pin::parse).transpose();
    let pin = pin.map_err(|error| Problem::new(Code::InvalidPin, format!("{error}.")).about("pin"))?;
    let order = input.order.unwrap_or(turn::FIRST);
    let decide = |loaded: &Loaded| {
        let country = loaded.settings.channels.default_country.as_ref();
        let phone = given(input.phone.as_ref()).map(|text| contact_input::phone(text, country, "phone")).transpose()?;
        let person = Customer { name: input.name.clone(), contact: Contact { email: email.clone(), phone } };
        let pin = pin.as_ref().map(|pin| pin.seal(&session, &app.keyring, &app.entropy));
        let new =
            NewParticipant { id: id.clone(), person, channel: input.channel, language: language.clone(), pin, order };
        loaded.decide(request, Command::AddParticipant(new, issued.clone())).map_err(about_the_field)
    };
    Operation::on(app, request, &session)
        .run(decide, |loaded, decision| answer(app, request, StatusCode::CREATED, &id, Some(&token), loaded, decision))
        .await
}

/// One `BatchGetItem`.
async fn list(app: &AppState, request: &ApiRequest, session: SessionId) -> Result<ApiResponse, ApiError> {
    let now = app.clock.now();
    let found = app.store.read(request.credentials.keys(ReadBatch::new().document(&session))).await?;
    let caller = request.caller(app, &found, now)?;
    let stored = caller.room(&found, &session)?;
    let shown = |one| ParticipantView::of(one, &stored.presence, now);
    let items = stored.session.participants.iter().map(shown).collect();
    Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor: None }, room(&session)))
}

async fn remove(
    app: &AppState,
    request: &ApiRequest,
    session: SessionId,
    participant: ParticipantId,
) -> Result<ApiResponse, ApiError> {
    Operation::on(app, request, &session)
        .run(
            |loaded| loaded.decide(request, Command::RemoveParticipant(participant.clone())),
            |loaded, decision| answer(app, request, StatusCode::OK, &participant, None, loaded, decision),
        )
        .await
}

async fn invite(
    app: &AppState,
    request: &ApiRequest,
    session: SessionId,
    participant: ParticipantId,
) -> Result<ApiResponse, ApiError> {
    let (token, issued) = LinkToken::issue(&session, &app.keyring, &app.entropy);
    about(app, request, &session, &participant, &token, Command::Invite(issued, None)).await
}

async fn release(
    app: &AppState,
    request: &ApiRequest,
    session: SessionId,
    participant: ParticipantId,
) -> Result<ApiResponse, ApiError> {
    let (token, issued) = LinkToken::issue(&session, &app.keyring, &app.entropy);
    about(app, request, &session, &participant, &token, Command::ReleaseAndReplaceLinks(issued)).await
}

/// One read and one write round trip.
async fn order(
    app: &AppState,
    request: &ApiRequest,
    session: SessionId,
    who: Assignee,
) -> Result<ApiResponse, ApiError> {
    // A number that is left out is none that there is.
    let order = request.input::<OrderInput>()?.order.unwrap_or_default();
    Operation::on(app, request, &session)
        .run(
            |loaded| loaded.decide(request, Command::SetOrder(who.clone(), order)),
            |_, decision| {
                let now = OrderView { id: who.clone(), order: decision.session.order_of(&who) };
                ApiResponse::new(StatusCode::OK, now, room(&session))
            },
        )
        .await
}

/// Does about a participant what is done about a customer.
async fn about(
    app: &AppState,
    request: &ApiRequest,
    session: &SessionId,
    participant: &ParticipantId,
    token: &LinkToken,
    command: Command<'static>,
) -> Result<ApiResponse, ApiError> {
    let command = Command::For(participant.clone(), Box::new(command));
    Operation::on(app, request, session)
        .run(
            |loaded| loaded.decide(request, command.clone()),
            |loaded, decision| answer(app, request, StatusCode::OK, participant, Some(token), loaded, decision),
        )
        .await
}

/// The participant as they will be, with the link that was made. One that no message carries is for whoever asked.
fn answer(
    app: &AppState,
    request: &ApiRequest,
    status: StatusCode,
    id: &ParticipantId,
    token: Option<&LinkToken>,
    loaded: &Loaded,
    decision: &Decision,
) -> ApiResponse {
    let session = &decision.session;
    let made = decision.links.first().filter(|_| decision.outbox.is_empty());
    let url = made.zip(token).map(|(_, token)| app.link_url(token));
    let page = url.clone().zip(made).map(|(url, link)| {
        let session = session.id.to_string();
        LinkReady { lang: request.lang, session, url, expires_at: link.expires_at, now: loaded.now }.render()
    });
    let one = session.participants.iter().find(|one| one.id == *id);
    let view = one.map(|one| ParticipantView { url, ..ParticipantView::of(one, &loaded.stored.presence, loaded.now) });
    ApiResponse { page, ..ApiResponse::new(status, view, room(&session.id)) }
}
