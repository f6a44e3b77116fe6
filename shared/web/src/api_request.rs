//! A request to an operation, read without asking anybody: credentials, payload, idempotency key, origin.

use std::{collections::BTreeMap, fmt, marker::PhantomData, sync::OnceLock};

use jiff::Timestamp;
use lambda_http::{
    Body, Request, RequestExt,
    http::{HeaderMap, Method, header},
    request::RequestContext,
};
use parlor_domain::{Origin, SessionId, rate::Standing};
use parlor_store::{ReadBatch, ReadResult};
use parlor_templates::Lang;
use serde::{
    Deserialize,
    de::{DeserializeOwned, Deserializer, IntoDeserializer as _, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    ApiError, AppState, Caller, Code, Credentials, Problem,
    conditions::{IfMatch, wants_html, wants_json},
    documentation::Callers,
    json, key_use, rate,
    route::segments,
};

/// The largest body that an operation reads.
const MAX_BODY: usize = 64 * 1024;

/// What came in the body.
#[derive(Debug, Clone)]
pub enum Payload {
    /// There is no body, or it is not looked at (GET).
    Empty,
    /// `application/json`, as programs and the console's scripts send it.
    Json(Value),
    /// A plain form's fields, by name.
    Form(BTreeMap<String, String>),
}

/// A request to an operation of the API, read and not yet checked.
#[derive(Debug, Clone)]
pub struct ApiRequest {
    /// Who the caller claims to be; [`Credentials::check`] says whether that is so.
    pub credentials: Credentials,
    /// What came in the body.
    pub payload: Payload,
    /// Network address and `User-Agent`, for the events that it causes.
    pub origin: Origin,
    /// `Idempotency-Key`, or a form's hidden field.
    pub idempotency_key: Option<String>,
    /// Whether the answer goes to a page's plain form (303 and pages) and not to a program.
    pub wants_page: bool,
    /// Whether a browser went to a GET's address, by a link: it is shown the answer's page, where there is one.
    pub is_visit: bool,
    /// `If-Match`; [`ApiRequest::must_match`] judges it.
    pub if_match: IfMatch,
    /// The language that the browser asks for, for what a page says.
    pub lang: Lang,
    /// The page that a refused form's browser goes back to: the session's room, or the console.
    pub back: String,
    /// The query's parameters as they came; [`ApiRequest::query`] reads them as a type.
    pub query: BTreeMap<String, String>,
    callers: Callers,
    fingerprint: String,
    csrf: Option<String>,
    form_origin: FormOrigin,
    is_limited: bool,
    standing: OnceLock<Option<Standing>>,
}

/// The agent's room of a session.
#[must_use]
pub fn room(session: &SessionId) -> String {
    format!("/console/s/{session}")
}

/// Where the forms of an operation stand: what acts on a session is in its room, and people and teams have pages of theirs.
fn back(path: &[String]) -> String {
    match path {
        [_, people, ..] if people == "people" => "/admin/people".to_owned(),
        [_, teams, ..] if teams == "teams" => "/admin/teams".to_owned(),
        [_, sessions, id, ..] if sessions == "sessions" => match id.parse::<SessionId>() {
            Ok(id) => room(&id),
            Err(_) => "/console".to_owned(),
        },
        [first, what, ..] if first == "admin" || matches!(what.as_str(), "keys" | "webhooks") => {
            format!("/admin/{what}")
        }
        _ => "/console".to_owned(),
    }
}

/// The language that a request prefers, English when it names none of ours.
#[must_use]
pub fn lang(request: &Request) -> Lang {
    let header = text(request.headers(), header::ACCEPT_LANGUAGE.as_str());
    Lang::from_accept_language(&header.unwrap_or_default())
}

/// The network address and the `User-Agent` of a request, for the events that it causes.
#[must_use]
pub fn origin(request: &Request) -> Origin {
    let ip = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
        _ => None,
    };
    let user_agent = text(request.headers(), header::USER_AGENT.as_str());
    Origin { ip, user_agent: user_agent.map(|text| text.chars().take(200).collect()) }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn if_match(headers: &HeaderMap) -> IfMatch {
    let lines: Vec<&str> = headers.get_all(header::IF_MATCH).iter().map(|line| line.to_str().unwrap_or("\"")).collect();
    IfMatch::parse((!lines.is_empty()).then(|| lines.join(",")).as_deref())
}

/// A body's bytes, up to `MAX_BODY`.
pub fn body_bytes(request: &Request) -> Result<&[u8], ApiError> {
    let bytes: &[u8] = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    if bytes.len() > MAX_BODY { Err(ApiError::TooLarge) } else { Ok(bytes) }
}

/// The type that a form is sent as.
const FORM: &str = "application/x-www-form-urlencoded";

/// The type of a body in lower case and without parameters; empty when none is named. Text in another encoding than UTF-8 is of
/// no type that anybody here reads.
fn media_type(headers: &HeaderMap) -> String {
    let content_type = text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default().to_ascii_lowercase();
    let mut parts = content_type.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let charset = parts.find_map(|part| part.strip_prefix("charset=")).map(|charset| charset.trim_matches('"'));
    match charset {
        None | Some("utf-8" | "utf8" | "us-ascii") => media_type.to_owned(),
        Some(other) => format!("{media_type}; charset={other}"),
    }
}

/// Whether it goes to an operation of the API, however its path is spelt: rows are found by segments.
pub(crate) fn is_of_api(request: &Request) -> bool {
    segments(request).first().is_some_and(|first| first == "v1")
}

/// Whether a plain form of a page waits for the answer, and not a program or a page's script.
pub(crate) fn is_plain_form(request: &Request) -> bool {
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    writes && media_type(request.headers()) == FORM && !wants_json(request.headers())
}

/// The fields of a form; the last of two with one name wins. A body of another type is refused.
pub fn form_fields(request: &Request) -> Result<BTreeMap<String, String>, ApiError> {
    let media_type = media_type(request.headers());
    if media_type != FORM && !(media_type.is_empty() && body_bytes(request)?.is_empty()) {
        return Err(ApiError::MediaType);
    }
    Ok(form_urlencoded::parse(body_bytes(request)?)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect())
}

/// Where a form comes from, as far as the browser says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormOrigin {
    /// From our own pages.
    Ours,
    /// From somebody else's.
    Foreign,
    /// It does not say: a browser from before `Sec-Fetch-Site`, of which our pages' `no-referrer` takes the origin
    /// (`Origin: null`), or no browser. The page's token has to prove it.
    Unsaid,
}

impl FormOrigin {
    /// Of a request, where our own pages are at `public_url`.
    #[must_use]
    pub fn of(request: &Request, public_url: &str) -> Self {
        let headers = request.headers();
        let fetch_site = text(headers, "sec-fetch-site");
        if fetch_site.as_deref().is_some_and(|site| !matches!(site, "same-origin" | "none")) {
            return Self::Foreign;
        }
        match text(headers, header::ORIGIN.as_str()).as_deref() {
            Some(origin) if origin == public_url => Self::Ours,
            None | Some("null") if fetch_site.is_some() => Self::Ours,
            None | Some("null") => Self::Unsaid,
            Some(_) => Self::Foreign,
        }
    }
}

/// The size of a list's page that the query asks for, from 1 to 100; `usual` when it asks for none.
pub fn page_size(limit: Option<&str>, usual: u16) -> Result<u16, ApiError> {
    let Some(limit) = limit else { return Ok(usual) };
    let size = limit.parse().ok().filter(|size| (1..=100).contains(size));
    size.ok_or_else(|| ApiError::Malformed("`limit` is a number from 1 to 100.".into()))
}

impl ApiRequest {
    /// Reads what a page of staff sends; no key may. Nothing is asked of anybody.
    pub fn read(raw: &Request, app: &AppState) -> Result<Self, ApiError> {
        Self::read_for(raw, Callers::Staff, app)
    }

    /// Reads a request to an operation that `callers` may call. Nothing is asked of anybody.
    pub(crate) fn read_for(raw: &Request, callers: Callers, app: &AppState) -> Result<Self, ApiError> {
        let headers = raw.headers();
        let writes = !matches!(*raw.method(), Method::GET | Method::HEAD);
        // Who says nothing of who they are learns nothing about what they sent.
        let credentials = Credentials::of(raw);
        if matches!(credentials, Credentials::None) {
            return Err(ApiError::NotSignedIn);
        }
        // What comes with a GET means nothing (RFC 9110), and is not read.
        let bytes = if writes { body_bytes(raw)? } else { &[] };
        let media_type = media_type(headers);
        let payload = match media_type.as_str() {
            _ if !writes => Payload::Empty,
            _ if bytes.is_empty() && media_type != FORM => Payload::Empty,
            "application/json" => {
                Payload::Json(json::parse(bytes).map_err(|error| ApiError::Malformed(format!("Not JSON: {error}.")))?)
            }
            FORM => Payload::Form(form_fields(raw)?),
            _ => return Err(ApiError::MediaType),
        };
        let (csrf, form_key) = match &payload {
            Payload::Form(fields) => (fields.get("csrf").cloned(), fields.get("idempotency_key").cloned()),
            _ => (None, None),
        };
        let csrf = text(headers, "x-csrf-token").or(csrf);
        // A key that cannot be kept is never left out silently: its sender counts on it.
        let header_key = headers.get("idempotency-key").map(|key| String::from_utf8_lossy(key.as_bytes()).into_owned());
        let idempotency_key = header_key.or(form_key.filter(|key| !key.is_empty())).filter(|_| writes);
        let is_key = |key: &String| (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if idempotency_key.as_ref().is_some_and(|key| !is_key(key)) {
            return Err(ApiError::Malformed("An Idempotency-Key has 1 to 255 visible ASCII characters.".into()));
        }
        let path = raw.raw_http_path();
        let mut hash = Sha256::new();
        for part in [raw.method().as_str().as_bytes(), path.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Ok(Self {
            credentials,
            wants_page: is_plain_form(raw),
            is_visit: *raw.method() == Method::GET && wants_html(headers),
            payload,
            origin: origin(raw),
            idempotency_key,
            if_match: if_match(headers),
            lang: lang(raw),
            back: back(&segments(raw)),
            query: raw
                .query_string_parameters()
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            callers,
            fingerprint: data_encoding::HEXLOWER.encode(&hash.finalize()),
            csrf,
            form_origin: FormOrigin::of(raw, &app.public_url),
            is_limited: is_of_api(raw),
            standing: OnceLock::new(),
        })
    }

    /// What to read in order to check the caller, and to answer a repeated request from what was kept.
    #[must_use]
    pub fn keys(&self, batch: ReadBatch) -> ReadBatch {
        let batch = self.credentials.keys(batch);
        match &self.idempotency_key {
            Some(key) => batch.kept(&self.credentials.idempotency_scope(), key),
            None => batch,
        }
    }

    /// What the request is, for its `Idempotency-Key`: method, path and body, hashed.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Who asks, checked against what was read: their credentials count, they did not ask too much, and a key has the scope that
    /// the operation needs. The request counts once, however often this is asked.
    ///
    /// # Errors
    /// [`ApiError::NotSignedIn`]; [`ApiError::TooManyRequests`] for an operation of the API; 403 `scope` for a key without the scope, [`ApiError::Forbidden`] for any key where only staff
    /// may ask.
    pub fn caller(&self, app: &AppState, found: &ReadResult, now: Timestamp) -> Result<Caller, ApiError> {
        let caller = self.credentials.check(found, now)?;
        if self.is_limited
            && let Some(standing) = self.standing.get_or_init(|| rate::of_caller(app, &caller))
            && !standing.allowed
        {
            return Err(ApiError::TooManyRequests(*standing));
        }
        let Some(key) = caller.key() else { return Ok(caller) };
        key_use::note(app, key, now);
        match self.callers {
            Callers::Scope(scope) if !key.scopes.contains(&scope) => {
                let detail = format!("This needs an API key with the scope `{}`.", scope.as_str());
                Err(Problem::new(Code::Scope, detail).into())
            }
            Callers::Staff => Err(ApiError::Forbidden("This is for signed-in staff.")),
            Callers::Scope(_) | Callers::Anybody => Ok(caller),
        }
    }

    /// How the caller stands after this request; nothing before they were checked, and where there is no limit.
    pub(crate) fn standing(&self) -> Option<&Standing> {
        self.standing.get()?.as_ref()
    }

    /// Checks a caller who came by cookie: their writes must come from our own pages. A key needs no such proof, since
    /// no browser sends one by itself.
    pub fn check_csrf(&self, caller: &Caller, app: &AppState) -> Result<(), ApiError> {
        if caller.is_key() {
            return Ok(());
        }
        let token = self.csrf.as_deref().unwrap_or_default();
        if self.form_origin != FormOrigin::Foreign && caller.csrf_matches(&app.keyring, token) {
            Ok(())
        } else {
            Err(ApiError::Csrf)
        }
    }

    /// Checks that `If-Match` names the version with this strong tag, or any: a document is never overwritten blindly.
    pub fn must_match(&self, etag: &str) -> Result<(), ApiError> {
        match &self.if_match {
            IfMatch::Missing => {
                Err(Problem::new(Code::IfMatchRequired, "Send the document's `ETag` as `If-Match`.").into())
            }
            IfMatch::Malformed => Err(ApiError::Malformed(
                "`If-Match` is `*` or a list of tags in quotes, like \"3\" (RFC 9110, section 13.1.1).".into(),
            )),
            condition if condition.admits(etag) => Ok(()),
            _ => Err(Problem::new(
                Code::VersionConflict,
                "Somebody else changed the document meanwhile. Read it again and make your change there.",
            )
            .into()),
        }
    }

    /// The body as JSON of type `T`; an empty body is an empty object. Forms are given as an object of strings, without the
    /// fields that belong to the request itself and without empty ones.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        read(self.object()?)
    }

    fn object(&self) -> Result<Value, ApiError> {
        let value = match &self.payload {
            Payload::Empty => Value::Object(serde_json::Map::new()),
            Payload::Json(value) => value.clone(),
            Payload::Form(fields) => fields
                .iter()
                .filter(|(name, value)| {
                    !matches!(name.as_str(), "csrf" | "idempotency_key") && !value.trim().is_empty()
                })
                .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        };
        if !value.is_object() {
            return Err(ApiError::Malformed("The body must be a JSON object.".into()));
        }
        Ok(value)
    }

    /// The query's parameters as type `T`. Those that it does not name mean nothing. An empty one is what it says: a
    /// program's empty variable must not list more than it asked for.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let all = self.query.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        read(all.collect::<serde_json::Map<_, _>>().into())
    }
}

/// Reads a value, and names the field at fault.
pub fn read<T: DeserializeOwned>(value: Value) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        ApiError::Malformed(format!("`{path}`: {}.", parlor_domain::settings::without_internals(error.inner())))
    })
}

/// Yes or no, from a program or from a form's checkbox. In the API's document it is a boolean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "expected true or false")]
pub enum YesNo {
    /// From a program.
    Json(bool),
    /// As a form says it; no part of the API.
    Form(Ticked),
}

/// What a form sends for a checkbox, and in its place where it is not ticked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ticked {
    /// Ticked, without a value of its own.
    On,
    /// Ticked, as a program writes yes.
    True,
    /// Not ticked: the hidden field in front of the box.
    False,
}

impl YesNo {
    /// Whether it is yes.
    #[must_use]
    pub fn is_yes(self) -> bool {
        matches!(self, Self::Json(true) | Self::Form(Ticked::On | Ticked::True))
    }
}

/// For `deserialize_with` of fields that are one of some words, or `null`: serde by itself takes an object of a word, too.
pub fn optional_word<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let word = Option::<String>::deserialize(deserializer)?;
    word.map(|word| T::deserialize(word.into_deserializer())).transpose()
}

/// [`optional_word`] for a field whose default is what `null` says, too.
pub fn word_or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    optional_word(deserializer).map(Option::unwrap_or_default)
}

/// For `deserialize_with` of fields whose default is what `null` says, too.
pub fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// For `deserialize_with` of a PATCH's fields: tells `null`, which clears a field, from a field that is not there.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// For `deserialize_with` of fields that are objects: serde by itself takes a list of the fields' values, too.
pub fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<T, D::Error> {
    struct Object<T>(PhantomData<T>);

    impl<'de, T: DeserializeOwned> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }

    deserializer.deserialize_map(Object(PhantomData))
}
