//! POST `/v1/sessions`: start a session, or plan one (R1, R7, R12, R13, R19).
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod again;

use std::collections::BTreeMap;

use lambda_http::http::{Method, StatusCode};
use parlor_domain::{
    Agent, AgentId, Channel, Contact, EmailAddress, Language, LinkToken, NewSession, SessionId, Settings, TeamId,
    pin::Pin,
    session::{Customer, Session},
    staff::KeyScope,
};
use parlor_domain::{PhoneNumber, settings::Reengagement};
use parlor_store::{ContactKey, Locks};
use parlor_store::{Extras, Race, ReadBatch, ReadResult, Step, Summary};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Caller, Callers, Payload, Problem, Rows, SessionView, WebFunction,
    api_request::room,
    api_request::{object, optional_word, or_default, word_or_default},
    contact_input,
    operation::{keep, may_lock, replay},
    problem::Code,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::again::{Again, Contacts, Found, GoesOn, Room};

/// Starts and plans sessions.
#[derive(Debug)]
pub struct SessionStart;

impl WebFunction for SessionStart {
    const NAME: &'static str = "session-start";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.operation(Method::POST, "/v1/sessions", Callers::Scope(KeyScope::Sessions), Self::start, |operation| {
            operation
                .named("startSession", "Sessions")
                .summary("Start or plan a session")
                .description(
                    "Creates a session and, with `mode` `start`, invites the customer. Where sessions are embedded nothing \
                     is sent, and the answer carries the customer's `url` instead.",
                )
                .body::<Input>(
                    json!({"customer": {"name": "Mara Quist", "email": "mara@example.net"}, "reference": "4711"}),
                )
                .example(
                    "planned",
                    json!({
                        "customer": {"name": "Mara Quist", "phone": "+49 30 1234567"}, "channel": "sms", "mode": "plan",
                        "pin": "4711", "metadata": {"branch": "Harbour Street"},
                    }),
                )
                .answers::<SessionView>(StatusCode::CREATED, "The session.", SessionView::sample())
                .answers::<SessionView>(
                    StatusCode::OK,
                    "Under `session.customer_reengagement` `continue`: the customer's newest session that you may see, renewed if \
                     it had ended and is yours.",
                    SessionView::sample(),
                )
                .refuses(&[
                    Code::SessionExists,
                    Code::SingleActiveSession,
                    Code::SmsOff,
                    Code::PinRequired,
                    Code::InvalidPin,
                    Code::NoContact,
                    Code::InvalidName,
                    Code::InvalidEmail,
                    Code::InvalidPhone,
                    Code::InvalidLanguage,
                    Code::UnknownTeam,
                    Code::UnknownAgent,
                    Code::TooMuch,
                    Code::Maintenance,
                ])
        })
    }
}

/// Why a start is refused before the domain is asked.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("{0}")]
    Pin(parlor_domain::pin::InvalidPin),
    #[error("there is no team of this id that you may use")]
    Team,
    #[error("there is nobody of this id or address who may own the session")]
    Agent,
    #[error("`metadata` has at most 20 entries of 500 characters, `reference` at most 200")]
    TooMuch,
}

impl From<StartError> for ApiError {
    fn from(error: StartError) -> Self {
        let (field, code) = match error {
            StartError::Pin(_) => ("pin", Code::InvalidPin),
            StartError::Team => ("team", Code::UnknownTeam),
            StartError::Agent => ("agent", Code::UnknownAgent),
            StartError::TooMuch => ("metadata", Code::TooMuch),
        };
        Problem::new(code, format!("{error}.")).about(field).into()
    }
}

/// The body, as a program sends it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StartSession", description = "A session to start or to plan.")]
struct Input {
    /// The customer, with at least the address that `channel` uses.
    #[serde(deserialize_with = "object")]
    customer: CustomerInput,
    /// How messages go; without it what the customer has, or the settings' default.
    #[serde(default, deserialize_with = "optional_word")]
    channel: Option<Channel>,
    /// Whether the customer is invited at once.
    #[serde(default, deserialize_with = "word_or_default")]
    #[schemars(with = "Option<Mode>")]
    mode: Mode,
    /// The team under whose settings the session runs; without it the key's own.
    team: Option<String>,
    /// Who owns the session, by id or e-mail address; without it the key's own agent.
    agent: Option<String>,
    /// 4 to 12 digits that the customer is told by another channel; required where the settings ask for a PIN.
    pin: Option<String>,
    /// Your own reference, at most 200 characters.
    reference: Option<String>,
    /// Your own words: at most 20 entries, names of 100 and values of 500 characters.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    metadata: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StartCustomer", description = "The customer of a session to start.")]
struct CustomerInput {
    /// The customer's name, 1 to 120 characters.
    name: String,
    /// An e-mail address. It is kept in lower case, and its domain in ASCII (IDNA).
    #[schemars(email)]
    email: Option<String>,
    /// A phone number with `+` and the country code, or in the national form of the team's `channels.default_country`. Kept in
    /// E.164.
    phone: Option<String>,
    /// The language that the customer is spoken to in (BCP 47, like `de`); without it the one that their browser asks for.
    language: Option<String>,
}

/// The same from the New Session dialog, where nothing is nested.
#[derive(Debug, Deserialize)]
struct FormInput {
    #[serde(default)]
    name: String,
    email: Option<String>,
    phone: Option<String>,
    language: Option<String>,
    channel: Option<Channel>,
    #[serde(default)]
    mode: Mode,
    team: Option<String>,
    pin: Option<String>,
    reference: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mode {
    /// The customer is invited at once.
    #[default]
    Start,
    /// The content is prepared first; the customer is invited later.
    Plan,
}

impl From<FormInput> for Input {
    fn from(form: FormInput) -> Self {
        // The dialog shows one of the two fields, by channel; the hidden one may still hold what was typed before.
        let (email, phone) = match form.channel {
            Some(Channel::Email) => (form.email, None),
            Some(Channel::Sms) => (None, form.phone),
            None => (form.email, form.phone),
        };
        Self {
            customer: CustomerInput { name: form.name, email, phone, language: form.language },
            channel: form.channel,
            mode: form.mode,
            team: form.team,
            agent: None,
            pin: form.pin,
            reference: form.reference,
            metadata: BTreeMap::new(),
        }
    }
}

/// A start that can be read; whether it may be is asked next.
#[derive(Debug)]
struct Start {
    customer: Customer,
    channel: Option<Channel>,
    mode: Mode,
    team: TeamId,
    owner: Owner,
    /// As it was typed: which country's it may be is a setting.
    phone: Option<String>,
    language: Option<Language>,
    pin: Option<Pin>,
    reference: Option<String>,
    metadata: BTreeMap<String, String>,
}

/// Who shall own the session.
#[derive(Debug)]
enum Owner {
    Caller,
    Id(AgentId),
    Email(EmailAddress),
}

impl Start {
    fn read(request: &ApiRequest) -> Result<Self, ApiError> {
        let input: Input = match &request.payload {
            Payload::Form(_) => request.input::<FormInput>()?.into(),
            _ => request.input()?,
        };
        let team = match (&input.team, request.credentials.own_team()) {
            (Some(team), _) => team.parse().map_err(|_| StartError::Team)?,
            (None, Some(team)) => team.clone(),
            (None, None) => return Err(ApiError::NotSignedIn),
        };
        let owner = match input.agent.as_deref() {
            None => Owner::Caller,
            Some(text) if text.contains('@') => Owner::Email(text.parse().map_err(|_| StartError::Agent)?),
            Some(text) => Owner::Id(text.parse().map_err(|_| StartError::Agent)?),
        };
        let long = |text: &String, most| text.chars().count() > most;
        let too_much = input.metadata.len() > 20
            || input.metadata.iter().any(|(name, value)| long(name, 100) || long(value, 500))
            || input.reference.as_ref().is_some_and(|reference| long(reference, 200));
        if too_much {
            return Err(StartError::TooMuch.into());
        }
        let email = input.customer.email.map(|text| contact_input::email(&text, "customer.email")).transpose()?;
        let contact = Contact { email, phone: None };
        let language = input.customer.language.map(|tag| contact_input::language(&tag, "customer.language"));
        let language = language.transpose()?;
        let pin = input.pin.as_deref().map(Pin::parse).transpose().map_err(StartError::Pin)?;
        Ok(Self {
            customer: Customer { name: input.customer.name, contact },
            channel: input.channel,
            mode: input.mode,
            team,
            owner,
            phone: input.customer.phone,
            language,
            pin,
            reference: input.reference,
            metadata: input.metadata,
        })
    }

    fn keys(&self, request: &ApiRequest) -> ReadBatch {
        let batch = request.keys(ReadBatch::new().team(&self.team));
        match &self.owner {
            Owner::Caller => batch,
            Owner::Id(id) => batch.agent(id),
            Owner::Email(email) => batch.credentials(email),
        }
    }

    /// R10: the owner's lock, as far as the request says whose that is.
    fn locks(&self, request: &ApiRequest) -> Locks {
        let locks = Locks::default();
        match &self.owner {
            Owner::Caller => request.credentials.agent().into_iter().for_each(|agent| locks.of(agent)),
            Owner::Id(id) => locks.of(id),
            Owner::Email(_) => {}
        }
        locks
    }

    /// R11: what the customer is known by, as far as the request says it.
    fn contacts(&self) -> Contacts {
        let email = self.customer.contact.email.iter().map(|email| ContactKey::email(&self.team, email));
        let phone = self.phone.as_deref().and_then(|text| PhoneNumber::read(text, None).ok());
        Contacts::new(email.chain(phone.iter().map(|phone| ContactKey::phone(&self.team, phone))).collect())
    }

    /// The customer, with a phone number as the team's country writes it (R13).
    fn customer(&self, settings: &Settings) -> Result<Customer, ApiError> {
        let country = settings.channels.default_country.as_ref();
        let phone = self.phone.as_deref().map(|text| contact_input::phone(text, country, "customer.phone"));
        let mut customer = self.customer.clone();
        customer.contact.phone = phone.transpose()?;
        Ok(customer)
    }

    /// The owner, who must be allowed to use the team's settings (R19). Staff start their own sessions only.
    fn owner(&self, caller: &Caller, found: &ReadResult) -> Result<Agent, ApiError> {
        let owner = match &self.owner {
            Owner::Caller => Some(caller.agent.clone()),
            _ if !caller.acts_for_others() => None,
            Owner::Id(id) => found.agent(id)?,
            Owner::Email(email) => found.credentials(email)?.map(|credentials| credentials.agent),
        };
        let owner = owner.filter(Agent::is_active).ok_or(StartError::Agent)?;
        let may = owner.may_use_team(&self.team) && caller.reaches(&self.team);
        if !may || found.team(&self.team)?.is_none() {
            return Err(StartError::Team.into());
        }
        Ok(owner)
    }
}

impl SessionStart {
    /// One `BatchGetItem`, then one `TransactWriteItems` for the session, its event, its link and its invitation (R1). A
    /// second `BatchGetItem` where the owner is named by address and may have one session only (R10), and where the settings
    /// go on with a customer who has a session, or whose number is in national form (R11): with a `Query` for that session.
    async fn start(app: &AppState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let start = Start::read(request)?;
        let id = SessionId::generate_for(&start.team, &app.entropy);
        let (token, issued) = LinkToken::issue(&id, &app.keyring, &app.entropy);
        let (locks, contacts) = (start.locks(request), start.contacts());
        let read = |_| contacts.keys(locks.keys(start.keys(request)));
        let step = |found: ReadResult| -> Result<_, ApiError> {
            let now = app.clock.now();
            let caller = request.caller(app, &found, now)?;
            request.check_csrf(&caller, app)?;
            if let Some(answer) = replay(request, app, &found, now)? {
                return Ok(Step::Done((answer, None)));
            }
            let owner = start.owner(&caller, &found)?;
            let (settings, _) = found.settings(&start.team)?;
            if settings.service.maintenance {
                return Err(ApiError::Maintenance);
            }
            let customer = start.customer(&settings)?;
            let mut known = vec![];
            let mut earlier = None;
            if settings.session.customer_reengagement == Reengagement::Continue {
                match contacts.find(&start.team, &customer.contact, &found, |session| caller.may_see(session))? {
                    Found::Unread => return Ok(Step::Again),
                    Found::Nobody(read) => known = read,
                    Found::Session(read, stored) => {
                        let again = Again { app, request, start: &start, caller: &caller, owner: &owner, now };
                        match again.go_on(*stored, settings.clone(), &found, &locks)? {
                            GoesOn::Step(step) => return Ok(*step),
                            GoesOn::Cannot(session) => (known, earlier) = (read, Some(session)),
                        }
                    }
                }
            }
            let new = NewSession {
                id: id.clone(),
                customer,
                channel: start.channel,
                agent: owner.id,
                agent_name: owner.name,
                agent_email: Some(owner.email),
                language: start.language.clone(),
                pin: start.pin.as_ref().map(|pin| pin.seal(&id, &app.keyring, &app.entropy)),
                reference: start.reference.clone(),
                metadata: start.metadata.clone(),
            };
            let invite = (start.mode == Mode::Start).then_some(&issued);
            let decision = Session::create(new, invite, &settings, &caller.context(&request.origin, now))?;
            if !may_lock(&locks, &decision, &found, &caller)? {
                return Ok(Step::Again);
            }
            let presence = parlor_domain::Presence::default();
            let mut body = SessionView::of(&Summary::of(&decision.session), &presence, now);
            if invite.is_some() && decision.outbox.is_empty() {
                body.url = Some(app.link_url(&token));
            }
            body.earlier = earlier;
            let answer = ApiResponse::new(StatusCode::CREATED, body, room(&id));
            let extras = Extras { keep: keep(request, app, &answer, now), contacts: known, ..Extras::default() };
            Ok(Step::Commit(decision, extras, (answer, None)))
        };
        // A racing twin with the same Idempotency-Key can be first: its answer is ours. So can another session of the owner's,
        // or of the customer's, where there may be one. In the room of a new session is nobody yet.
        let changed = app.store.change(Race::new(&app.entropy), app.clock.now(), read, step).await?;
        let (answer, room) = changed.basis;
        if let (Some(decision), Some(Room { presence, settings, now })) = (changed.decision, room) {
            app.live.announce(&decision, &presence, &settings, now).await;
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r12_the_dialogs_hidden_field_does_not_count() {
        let form: FormInput = serde_json::from_value(json!({
            "name": "Mara Quist", "channel": "sms", "email": "old@example.net", "phone": "+49301234567", "mode": "plan",
        }))
        .unwrap();
        let input = Input::from(form);
        assert_eq!((input.customer.email, input.mode), (None, Mode::Plan));
    }

    #[test]
    fn refusals_name_their_field() {
        let ApiError::Other(problem) = ApiError::from(StartError::Pin(parlor_domain::pin::InvalidPin)) else {
            panic!()
        };
        assert_eq!((problem.status, problem.code, problem.field.as_deref()), (422, "invalid-pin", Some("pin")));
    }
}
