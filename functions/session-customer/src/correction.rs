//! PATCH `/v1/sessions/{id}/customer`, and POST for browsers' forms, which have no PATCH (R8).

use lambda_http::http::{Method, StatusCode};
use parlor_domain::{Channel, Command, Country, LinkToken, Rejection, SessionId, session::Correction, staff::KeyScope};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Callers, Code, Operation, Payload, Problem, Rows, SessionView,
    api_request::{given, optional_word},
    contact_input,
    documentation::Documentation,
    problem::capitalised,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The two rows, which differ in nothing but their method.
pub(crate) fn rows<R: Rows<AppState>>(rows: R) -> R {
    rows.operation(Method::PATCH, "/v1/sessions/{id}/customer", Callers::Scope(KeyScope::Sessions), correct, |operation| {
        documented(operation.named("correctCustomer", "Customers").summary("Correct the customer's details").description(
            "While nobody has joined: name, contact, channel, language. What you do not send stays; `null` clears an \
             address, a number or the language. The session and everything in it stay. Every link up to now is revoked, \
             wrong tries are forgotten, and the customer gets a new invitation; where sessions are embedded the answer \
             carries the new link as `url`, and a planned session invites nobody yet. If nothing differs from what is on \
             file, nothing happens. Once the customer has joined, start a new session instead.",
        ))
    })
    .operation(Method::POST, "/v1/sessions/{id}/customer", Callers::Scope(KeyScope::Sessions), correct, |operation| {
        documented(operation.named("correctCustomerByForm", "Customers").summary("Correct the customer's details, by a form").description(
            "As PATCH, for those who cannot send one: the forms of browsers. In a form, an empty address, number or \
             language clears what is on file.",
        ))
    })
}

fn documented(operation: Documentation) -> Documentation {
    operation
        .parameter("id", "The session.")
        .body::<Input>(json!({"email": "mara.quist@example.net"}))
        .answers::<SessionView>(StatusCode::OK, "The session.", SessionView::sample())
        .refuses(&[
            Code::AlreadyJoined,
            Code::AlreadyEnded,
            Code::Discarded,
            Code::Erased,
            Code::SmsOff,
            Code::NoContact,
            Code::InvalidName,
            Code::InvalidEmail,
            Code::InvalidPhone,
            Code::InvalidLanguage,
        ])
}

/// The body. What is not there stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CorrectCustomer", description = "What to correct of a customer; what is not there stays.")]
#[allow(clippy::option_option, reason = "not given, cleared, and set are three things")]
struct Input {
    /// The customer's name, 1 to 120 characters.
    name: Option<String>,
    /// An e-mail address; `null` for none.
    #[serde(default, deserialize_with = "given")]
    #[schemars(email)]
    email: Option<Option<String>>,
    /// A phone number with `+` and the country code, or in the national form of the team's `channels.default_country`; `null`
    /// for none.
    #[serde(default, deserialize_with = "given")]
    phone: Option<Option<String>>,
    /// How messages go from now on; without it as before, if there is still an address for it.
    #[serde(default, deserialize_with = "optional_word")]
    channel: Option<Channel>,
    /// The language that the customer is spoken to in (BCP 47); `null` for the one that their browser asks for.
    #[serde(default, deserialize_with = "given")]
    language: Option<Option<String>>,
}

/// A correction that can be read.
struct Wanted {
    /// All but the number.
    correction: Correction,
    /// As it was typed: which country's it may be is a setting.
    #[allow(clippy::option_option, reason = "not given, cleared, and set are three things")]
    phone: Option<Option<String>>,
}

/// Reads what may be cleared: a value of its own, `null`, or nothing.
#[expect(clippy::option_option, reason = "not given, cleared, and set are three things")]
fn cleared_or<T>(
    given: Option<Option<String>>,
    read: impl Fn(&str) -> Result<T, ApiError>,
) -> Result<Option<Option<T>>, ApiError> {
    given.map(|value| value.as_deref().map(&read).transpose()).transpose()
}

impl Wanted {
    fn read(request: &ApiRequest) -> Result<Self, ApiError> {
        let input: Input = match &request.payload {
            Payload::Form(fields) => {
                let meant = fields.iter().filter(|(name, _)| !matches!(name.as_str(), "csrf" | "idempotency_key"));
                let values = meant.map(|(name, value)| {
                    // The form has what is on file in it: an empty field was emptied. A name cannot be cleared.
                    let emptied = value.trim().is_empty() && name != "name";
                    (name.clone(), if emptied { Value::Null } else { Value::from(value.as_str()) })
                });
                let values: Map<_, _> = values.collect();
                serde_json::from_value(Value::Object(values))
                    .map_err(|error| ApiError::Malformed(parlor_domain::settings::without_internals(&error)))?
            }
            _ => request.input()?,
        };
        let correction = Correction {
            name: input.name,
            email: cleared_or(input.email, |text| contact_input::email(text, "email"))?,
            phone: None,
            channel: input.channel,
            language: cleared_or(input.language, |tag| contact_input::language(tag, "language"))?,
        };
        Ok(Self { correction, phone: input.phone })
    }

    /// With a phone number as the team's country writes it (R13).
    fn correction(&self, country: Option<&Country>) -> Result<Correction, ApiError> {
        let phone = cleared_or(self.phone.clone(), |text| contact_input::phone(text, country, "phone"))?;
        Ok(Correction { phone, ..self.correction.clone() })
    }
}

/// One read and one write round trip, like every change of a session. Of a join and a correction at once one is first:
/// the other finds a session that has moved on, and decides again.
async fn correct(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let wanted = Wanted::read(request)?;
    let (token, issued) = LinkToken::issue(&id, &app.keyring, &app.entropy);
    Operation::on(app, request, &id)
        .run(
            |loaded| {
                let correction = wanted.correction(loaded.settings.channels.default_country.as_ref())?;
                loaded.decide(request, Command::Reengage(correction, issued.clone())).map_err(about_the_field)
            },
            |loaded, decision| super::answer_with_link(app, request, &token, loaded, decision),
        )
        .await
}

/// Names the field as this body has it: a start has the customer's fields a level below.
fn about_the_field(error: ApiError) -> ApiError {
    match error {
        ApiError::Rejected(Rejection::InvalidName(why)) => {
            Problem::new(Code::InvalidName, capitalised(&why.to_string())).about("name").into()
        }
        other => other,
    }
}
