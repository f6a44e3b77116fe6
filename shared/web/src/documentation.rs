//! What an operation of the API says about itself, for the OpenAPI document: the documentation of its row (see
//! [`crate::route`]). It names the very types that the handler reads and writes, so the document follows the code.

use std::collections::BTreeSet;

use lambda_http::http::{Method, StatusCode};
use parlor_domain::staff::KeyScope;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Code;

/// The names of a path's `{…}`.
pub fn placeholders(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

/// Makes a type's schema, its parts going into the document's components.
pub type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callers {
    /// Programs by an API key that has this scope, and signed-in staff.
    Scope(KeyScope),
    /// Signed-in staff, and no key.
    Staff,
    /// Anybody, without credentials.
    Anybody,
}

/// Whether a parameter is a part of the path or a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In a header.
    Header,
}

/// A parameter of the path or a header; the query is a type of its own.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The name as the path or the header has it.
    pub name: &'static str,
    /// Whether it is a part of the path or a header.
    pub place: Place,
    /// Whether it has to be there.
    pub required: bool,
    /// What it means to a caller.
    pub description: &'static str,
    /// The schema of its value.
    pub schema: MakeSchema,
    /// A value that could be sent.
    pub example: Option<&'static str>,
}

/// The body that a request takes, as JSON.
#[derive(Debug, Clone)]
pub struct Input {
    /// The schema of the type that the handler reads.
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

/// One of the answers of an operation that succeeded.
#[derive(Debug, Clone)]
pub struct Output {
    /// The HTTP status, 2xx.
    pub status: StatusCode,
    /// When it is answered, and what it means.
    pub description: &'static str,
    /// The schema of its body.
    pub schema: MakeSchema,
    /// An answer that could come.
    pub example: Value,
    /// Whether the answer has an `ETag` header with the document's version.
    pub etag: bool,
    /// The media type of a file that the query may ask for instead.
    pub file: Option<&'static str>,
}

/// What the API's document says about one operation.
#[derive(Debug, Clone)]
pub struct Documentation {
    /// The HTTP method.
    pub method: Method,
    /// The path, as the template's route has it.
    pub path: &'static str,
    /// The `operationId`, by which generated clients name it; it never changes.
    pub id: &'static str,
    /// What it is about: the heading that it stands under.
    pub resource: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Everything else that a caller should know.
    pub description: &'static str,
    /// Who may call it.
    pub callers: Callers,
    /// Parameters in path and headers.
    pub parameters: Vec<Parameter>,
    /// The type that the query is read into.
    pub query: Option<MakeSchema>,
    /// The body that it takes; absent for GET and for what needs none.
    pub input: Option<Input>,
    /// The answers of success, each with its own status.
    pub outputs: Vec<Output>,
    /// The codes that it can refuse with.
    pub refusals: BTreeSet<Code>,
}

impl Documentation {
    /// Of a row, with what follows from its method and from what its handler takes of the path.
    pub(crate) fn new(method: Method, path: &'static str, callers: Callers, schemas: &[MakeSchema]) -> Self {
        let new = Self {
            path,
            id: "",
            resource: "",
            summary: "",
            description: "",
            callers,
            parameters: vec![],
            query: None,
            input: None,
            outputs: vec![],
            refusals: BTreeSet::from([Code::NotSignedIn, Code::TooManyRequests, Code::Unavailable]),
            method: method.clone(),
        };
        let mut new = match method {
            Method::GET => new,
            Method::POST => new.writes().idempotency_key(),
            Method::PUT => new.writes().if_match(),
            _ => new.writes(),
        };
        for (name, schema) in placeholders(path).zip(schemas) {
            let (place, schema) = (Place::Path, *schema);
            new.parameters.push(Parameter { name, place, required: true, description: "", schema, example: None });
            // What is no id, or is not visible.
            new.refusals.insert(Code::NotFound);
        }
        match callers {
            Callers::Scope(_) => new.refuses(&[Code::Scope]),
            Callers::Staff => new.refuses(&[Code::Forbidden]),
            // From the program itself: nothing is refused.
            Callers::Anybody => Self { refusals: BTreeSet::new(), ..new },
        }
    }

    /// The `operationId`, which is stable, and the heading that it stands under.
    #[must_use]
    pub fn named(mut self, id: &'static str, resource: &'static str) -> Self {
        self.id = id;
        self.resource = resource;
        self
    }

    fn idempotency_key(mut self) -> Self {
        self.parameters.push(Parameter {
            name: "Idempotency-Key",
            place: Place::Header,
            required: false,
            description: "1 to 255 visible ASCII characters of your choice. A request that repeats the key within 24 hours is \
                          answered like the first and does nothing again; the key with another request is refused.",
            schema: |_| schemars::json_schema!({"type": "string", "pattern": "^[!-~]{1,255}$"}),
            example: None,
        });
        self.refuses(&[Code::IdempotencyKeyReused])
    }

    /// Takes the version that was read as `If-Match`.
    #[must_use]
    pub fn if_match(mut self) -> Self {
        self.parameters.push(Parameter {
            name: "If-Match",
            place: Place::Header,
            required: true,
            description: "The `ETag` of what you changed, a list of such tags, or `*` for whatever version is there.",
            schema: |_| {
                schemars::json_schema!({"type": "string", "pattern": "^(\\*|(W/)?\"[0-9]+\"(, ?(W/)?\"[0-9]+\")*)$"})
            },
            example: Some("\"0\""),
        });
        self.refuses(&[Code::IfMatchRequired, Code::VersionConflict])
    }

    fn writes(self) -> Self {
        self.refuses(&[Code::Malformed, Code::TooLarge, Code::UnsupportedMediaType, Code::Csrf])
    }

    /// Says what the operation does, in one line.
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

    /// Says what a part of the path is.
    #[must_use]
    pub fn parameter(mut self, name: &'static str, description: &'static str) -> Self {
        for parameter in &mut self.parameters {
            if parameter.name == name {
                parameter.description = description;
            }
        }
        self
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
        self.outputs.push(Output { status, description, schema, example, etag: false, file: None });
        self
    }

    /// Says that the last answer added has an `ETag`.
    #[must_use]
    pub fn with_etag(mut self) -> Self {
        for output in &mut self.outputs {
            output.etag = true;
        }
        self
    }

    /// The media type of a file that the query may ask for in place of the answers added so far.
    #[must_use]
    pub fn or_file(mut self, content_type: &'static str) -> Self {
        for output in &mut self.outputs {
            output.file = Some(content_type);
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
