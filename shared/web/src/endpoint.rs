//! What an operation of the API says about itself, for the OpenAPI document.
//!
//! A function that has operations under `/v1` has a `pub fn endpoints() -> Vec<Endpoint>` beside its handlers. It names the
//! very types that the handlers read and write, so the document follows the code; nothing at run time calls it, so the
//! linker leaves it, and the schemas that it leads to, out of what is deployed. To document a new operation:
//!
//! 1. Derive `schemars::JsonSchema` on the type that the body is read into and on the type that is answered
//!    (`#[schemars(rename = "…")]` gives a private type its public name). Doc comments become descriptions.
//! 2. Add an [`Endpoint`]: `Endpoint::post("/v1/things/{id}", "doThing", "Things").summary("…")…`. What every operation can
//!    refuse with is there already; name the further [`Code`]s that this one can. A code of its own goes into
//!    `problem.rs` first.
//! 3. If the function is new, add its `endpoints()` to `infra/openapi/src/lib.rs`.
//! 4. `cargo xtask openapi` writes `docs/openapi.json`.
//!
//! Tests hold the rest: that the file is fresh, that the template has exactly these routes, that every documented
//! request is answered as documented, and that every answer in any test through the API conforms.

use std::collections::BTreeSet;

use lambda_http::http::{Method, StatusCode};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Code;

/// Makes a type's schema, its parts going into the document's components.
pub type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callers {
    /// Programs by API key, and the console by its cookie.
    KeysAndStaff,
    /// The console only.
    Staff,
    /// Anybody, without credentials.
    Anybody,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In a header.
    Header,
}

/// A parameter outside the query.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// Whether it has to be there.
    pub required: bool,
    /// What it means.
    pub description: &'static str,
    /// Its schema.
    pub schema: MakeSchema,
    /// One that could be sent.
    pub example: Option<&'static str>,
}

/// The body of a request.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its schema.
    pub schema: MakeSchema,
    /// Whether it is shown by the same operation's answer and goes back as it came: every key has to be there.
    pub as_answered: bool,
    /// Whether a request without it is malformed.
    pub required: bool,
    /// Requests that are accepted, each with a name.
    pub examples: Vec<(&'static str, Value)>,
    /// Whether the example can be read as the type.
    pub reads: fn(&Value) -> Result<(), String>,
}

/// A success.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its status.
    pub status: StatusCode,
    /// When, and what it means.
    pub description: &'static str,
    /// Its schema; nothing for an answer without a body.
    pub schema: Option<MakeSchema>,
    /// What could be answered.
    pub example: Value,
    /// Whether it has an `ETag`.
    pub etag: bool,
}

/// One operation of the API.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The path, as the template's route has it.
    pub path: &'static str,
    /// The `operationId`; stable.
    pub id: &'static str,
    /// What it is about: the heading that it stands under.
    pub resource: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Everything else that a caller should know.
    pub description: &'static str,
    /// Who may call it.
    pub callers: Callers,
    /// Parameters in path and headers.
    pub parameters: Vec<Parameter>,
    /// The type that the query is read into.
    pub query: Option<MakeSchema>,
    /// The body.
    pub input: Option<Input>,
    /// The successes.
    pub outputs: Vec<Output>,
    /// What it can refuse with.
    pub refusals: BTreeSet<Code>,
}

impl Endpoint {
    fn new(method: Method, path: &'static str, id: &'static str, resource: &'static str) -> Self {
        Self {
            method,
            path,
            id,
            resource,
            summary: "",
            description: "",
            callers: Callers::KeysAndStaff,
            parameters: vec![],
            query: None,
            input: None,
            outputs: vec![],
            refusals: BTreeSet::from([Code::NotSignedIn, Code::Unavailable]),
        }
    }

    /// A GET.
    #[must_use]
    pub fn get(path: &'static str, id: &'static str, resource: &'static str) -> Self {
        Self::new(Method::GET, path, id, resource)
    }

    /// A POST, with its `Idempotency-Key`.
    #[must_use]
    pub fn post(path: &'static str, id: &'static str, resource: &'static str) -> Self {
        let key = Parameter {
            name: "Idempotency-Key",
            place: Place::Header,
            required: false,
            description: "1 to 255 visible ASCII characters of your choice. A request that repeats the key within 24 hours is \
                          answered like the first and does nothing again; the key with another request is refused.",
            schema: |_| schemars::json_schema!({"type": "string", "pattern": "^[!-~]{1,255}$"}),
            example: None,
        };
        let mut post = Self::new(Method::POST, path, id, resource).writes().refuses(&[Code::IdempotencyKeyReused]);
        post.parameters.push(key);
        post
    }

    /// A PUT of a whole document, with its `If-Match`.
    #[must_use]
    pub fn put(path: &'static str, id: &'static str, resource: &'static str) -> Self {
        Self::new(Method::PUT, path, id, resource).writes().if_match()
    }

    /// Takes the version that was read as `If-Match`.
    #[must_use]
    pub fn if_match(mut self) -> Self {
        self.parameters.push(Parameter {
            name: "If-Match",
            place: Place::Header,
            required: true,
            description: "The `ETag` of what you changed.",
            schema: |_| schemars::json_schema!({"type": "string", "pattern": "^(W/)?\"[0-9]+\"$"}),
            example: Some("\"0\""),
        });
        self.refuses(&[Code::IfMatchRequired, Code::VersionConflict])
    }

    /// A PATCH.
    #[must_use]
    pub fn patch(path: &'static str, id: &'static str, resource: &'static str) -> Self {
        Self::new(Method::PATCH, path, id, resource).writes()
    }

    /// A DELETE.
    #[must_use]
    pub fn delete(path: &'static str, id: &'static str, resource: &'static str) -> Self {
        Self::new(Method::DELETE, path, id, resource).writes()
    }

    fn writes(self) -> Self {
        self.refuses(&[Code::Malformed, Code::TooLarge, Code::UnsupportedMediaType, Code::Csrf])
    }

    /// One line.
    #[must_use]
    pub fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// Everything else that a caller should know, as `CommonMark`.
    #[must_use]
    pub fn description(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// For the console only.
    #[must_use]
    pub fn staff_only(mut self) -> Self {
        self.callers = Callers::Staff;
        self.refuses(&[Code::Forbidden])
    }

    /// For anybody, without credentials, and from the program itself: nothing is refused.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.callers = Callers::Anybody;
        self.refusals.clear();
        self
    }

    /// Names the `{id}` of the path. What is no id, or is not visible, is not found.
    #[must_use]
    pub fn on<T: JsonSchema>(self, description: &'static str) -> Self {
        self.named::<T>("id", description)
    }

    /// Names another part of the path, such as `{event}`.
    #[must_use]
    pub fn named<T: JsonSchema>(mut self, name: &'static str, description: &'static str) -> Self {
        let schema: MakeSchema = SchemaGenerator::subschema_for::<T>;
        let place = Place::Path;
        self.parameters.push(Parameter { name, place, required: true, description, schema, example: None });
        self.refuses(&[Code::NotFound])
    }

    /// The type that the query is read into.
    #[must_use]
    pub fn query<T: JsonSchema>(mut self) -> Self {
        self.query = Some(SchemaGenerator::subschema_for::<T>);
        self.refuses(&[Code::Malformed])
    }

    fn input<T: JsonSchema>(mut self, example: Value, reads: fn(&Value) -> Result<(), String>) -> Self {
        self.input = Some(Input {
            schema: SchemaGenerator::subschema_for::<T>,
            as_answered: false,
            required: reads(&Value::Object(serde_json::Map::new())).is_err(),
            examples: vec![("example", example)],
            reads,
        });
        self
    }

    /// The type that the body is read into, with a request that is accepted.
    #[must_use]
    pub fn body<T: JsonSchema + DeserializeOwned>(self, example: Value) -> Self {
        self.input::<T>(example, |value| T::deserialize(value).map(drop).map_err(|error| error.to_string()))
    }

    /// A document that goes back as it was answered, checked by `parse`.
    #[must_use]
    pub fn document<T: JsonSchema>(mut self, example: Value, parse: fn(&Value) -> Result<(), String>) -> Self {
        self = self.input::<T>(example, parse);
        if let Some(input) = &mut self.input {
            input.as_answered = true;
            input.required = true;
        }
        self
    }

    /// A further request that is accepted.
    #[must_use]
    pub fn example(mut self, name: &'static str, example: Value) -> Self {
        if let Some(input) = &mut self.input {
            input.examples.push((name, example));
        }
        self
    }

    /// A success, with what could be answered.
    #[must_use]
    pub fn answers<T: JsonSchema>(mut self, status: StatusCode, description: &'static str, example: Value) -> Self {
        let schema: MakeSchema = SchemaGenerator::subschema_for::<T>;
        self.outputs.push(Output { status, description, schema: Some(schema), example, etag: false });
        self
    }

    /// A success without a body.
    #[must_use]
    pub fn answers_nothing(mut self, status: StatusCode, description: &'static str) -> Self {
        self.outputs.push(Output { status, description, schema: None, example: Value::Null, etag: false });
        self
    }

    /// The success has an `ETag`.
    #[must_use]
    pub fn with_etag(mut self) -> Self {
        for output in &mut self.outputs {
            output.etag = true;
        }
        self
    }

    /// What it can refuse with, beside what every operation can.
    #[must_use]
    pub fn refuses(mut self, codes: &[Code]) -> Self {
        self.refusals.extend(codes);
        self
    }
}
