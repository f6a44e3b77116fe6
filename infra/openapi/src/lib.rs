//! The OpenAPI 3.1 document of the API, made from what the rows of the functions say about their operations
//! ([`parlor_web::documentation`]): paths, types, codes and examples all come from the code that answers.
#![cfg_attr(test, allow(clippy::unwrap_used))]
#![allow(missing_docs, reason = "no API of others: a comment stands where a name does not say enough")]

use std::collections::BTreeMap;

use http::StatusCode;
pub use parlor_web::Callers;
use parlor_web::{
    Code, Problem,
    documentation::{Documentation, Input, Output, Parameter, Place},
};
use schemars::{
    Schema, SchemaGenerator,
    generate::{Contract, SchemaSettings},
};
use serde_json::{Map, Value, json};

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum OpenApiError {
    /// Two types have one name.
    #[error("two types are called `{0}`; give one of them another name with #[schemars(rename = \"…\")]")]
    TwoTypes(String),
    /// Two operations have one address or one id.
    #[error("`{0}` is there twice")]
    TwoOperations(String),
    /// An example that the handler could not read.
    #[error("the example `{name}` of {operation} is refused: {why}")]
    Example {
        /// The `operationId`.
        operation: &'static str,
        name: &'static str,
        /// The reader's words.
        why: String,
    },
}

/// Every operation of the API.
#[must_use]
pub fn operations() -> Vec<Documentation> {
    parlor_local::rows().into_iter().filter_map(|(_, row)| row.documentation).collect()
}

const ABOUT: &str = "\
Parlor's sessions, for programs. The console uses the same operations.

**Credentials.** Send an API key as `Authorization: Bearer parlor_…`. It belongs to a team and an agent: what it starts is \
theirs unless the request says otherwise. It sees every session, unless it was made for one team or one agent. Each operation needs \
one scope (`x-scope`); a key without it is refused with 403 `scope`. The console calls with its cookie instead; its writes need the \
page's token in `X-CSRF-Token`, and a plain form is answered with 303.

**Bodies** are JSON objects of at most 64 KB as `application/json` in UTF-8; of any other type they are refused (415). Unknown fields, \
and keys that stand twice in one object, are refused. A field that is `null` is like one that is not there, except in a PATCH, where it \
clears what is there, and in settings documents, where it is a value. A byte order mark is ignored.

**Methods.** Every GET can be a HEAD. OPTIONS is answered with `Allow`, as is 405. Without credentials that can be read the answer is \
401 with `WWW-Authenticate`, whatever else is wrong with the request.

**Conditions.** `If-Match` is a tag as `ETag` had it, a list of such tags, or `*` for whatever version is there. A weak tag counts as the \
strong one that a proxy made it of; a tag without quotes is malformed.

**Repeating.** Every POST takes an `Idempotency-Key`, so that a request whose answer was lost can be sent again.

**Lists** have `items` and `next_cursor`. Send that as `cursor` for the next page, until it is `null`. `limit`, \
from 1 to 100, asks for shorter pages.

**Refusals** are `application/problem+json` (RFC 9457) with a stable `code`. `detail` is English for developers, whatever language is asked for: say your own words by the `code`. What one may not see is not found. After 429 and 503 \
wait for `Retry-After`.

**Limits.** A key may make so many requests a minute, and so may a member of staff and a network address. `RateLimit-Policy` says how \
many, `RateLimit` how many are left (`r`) and for how many seconds (`t`), as far as the function knows that answered \
(draft-ietf-httpapi-ratelimit-headers). Past it the answer is 429 `too-many-requests` until the minute ends.

**Times** are RFC 3339 in UTC, to the millisecond.";

const RESOURCES: [(&str, &str); 12] = [
    ("Sessions", "One customer case, from planning to its end."),
    ("Customers", "How the customer of a session comes in: invitation, links, device, PIN."),
    ("Messages", "The chat of a session."),
    ("Participants", "Further people in a session, beside its customer: added, invited, removed."),
    ("Interactions", "What there is for customers and participants to do: documents, requests, workflows."),
    ("Library", "What a team prepares once and sends again and again: texts, workflows, documents."),
    ("Files", "Files that are sent for a session."),
    ("Settings", "Documents of the system and of teams."),
    ("Webhooks", "Events of sessions, sent to addresses of yours, signed as Standard Webhooks has it."),
    ("People", "Who works here, and in which teams: invited by mail, changed, deactivated."),
    ("Keys", "What programs call the API with."),
    ("Document", "This document."),
];

/// The document, as it is kept in `docs/openapi.json`.
pub fn text() -> Result<String, OpenApiError> {
    Ok(format!("{:#}\n", document()?))
}

pub fn document() -> Result<Value, OpenApiError> {
    let mut book = Book::new();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut ids = std::collections::BTreeSet::new();
    let operations = operations();
    for operation in &operations {
        let method = operation.method.as_str().to_ascii_lowercase();
        let described = book.operation(operation)?;
        let twice = paths.entry(operation.path).or_default().insert(method.clone(), described).is_some();
        if twice || !ids.insert(operation.id) {
            return Err(OpenApiError::TwoOperations(format!("{method} {} {}", operation.path, operation.id)));
        }
    }
    let tags: Vec<Value> = RESOURCES
        .iter()
        .filter(|(name, _)| operations.iter().any(|operation| operation.resource == *name))
        .map(|(name, description)| json!({"name": name, "description": description}))
        .collect();
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Parlor",
            "version": "1",
            "summary": "Sessions between agents and customers",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The installation that serves this document"}],
        "security": [{"apiKey": []}, {"staffCookie": []}],
        "tags": tags,
        "paths": paths,
        "components": {
            "responses": std::mem::take(&mut book.responses),
            "schemas": book.schemas()?,
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "parlor_<team>_<agent>_<id>_<secret>",
                    "description": "An API key.",
                },
                "staffCookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-parlor_staff",
                    "description": "A signed-in member of staff. Writes need the page's token in `X-CSRF-Token`.",
                },
            },
        },
    }))
}

/// Collects the schemas that operations refer to. What is read and what is written can differ in what has to be there, so
/// each has a generator; a type that both use has to come out the same.
struct Book {
    read: SchemaGenerator,
    written: SchemaGenerator,
    /// Refusals that have one code, by its name: most operations share them.
    responses: Map<String, Value>,
}

impl Book {
    fn new() -> Self {
        let generator = |contract: Contract| {
            let settings = SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
                settings.contract = contract;
            });
            settings.into_generator()
        };
        let (read, written) = (generator(Contract::Deserialize), generator(Contract::Serialize));
        Self { read, written, responses: Map::new() }
    }

    fn schemas(mut self) -> Result<Map<String, Value>, OpenApiError> {
        let mut schemas = self.written.take_definitions(true);
        for (name, schema) in self.read.take_definitions(true) {
            match schemas.get(&name) {
                Some(written) if *written != schema => return Err(OpenApiError::TwoTypes(name)),
                _ => schemas.insert(name, schema),
            };
        }
        for (name, schema) in &mut schemas {
            // The generator numbers types that share a name.
            if name.ends_with(|last: char| last.is_ascii_digit()) {
                return Err(OpenApiError::TwoTypes(name.clone()));
            }
            for_readers(schema);
        }
        Ok(schemas)
    }

    fn operation(&mut self, documentation: &Documentation) -> Result<Value, OpenApiError> {
        let mut operation = json!({
            "operationId": documentation.id,
            "tags": [documentation.resource],
            "summary": documentation.summary,
        });
        if !documentation.description.is_empty() {
            operation["description"] = documentation.description.into();
        }
        match documentation.callers {
            // HTTP bearer schemes take no list of scopes in the document's own words (OpenAPI 3.1 allows roles there).
            Callers::Scope(scope) => {
                operation["security"] = json!([{"apiKey": [scope.as_str()]}, {"staffCookie": []}]);
                operation["x-scope"] = scope.as_str().into();
            }
            Callers::Staff => operation["security"] = json!([{"staffCookie": []}]),
            Callers::Anybody => operation["security"] = json!([]),
        }
        let mut parameters: Vec<Value> = documentation.parameters.iter().map(|one| self.parameter(one)).collect();
        parameters.extend(documentation.query.map(|query| self.query(query)).unwrap_or_default());
        if !parameters.is_empty() {
            operation["parameters"] = parameters.into();
        }
        if let Some(input) = &documentation.input {
            operation["requestBody"] = self.input(documentation.id, input)?;
        }
        let mut responses = Map::new();
        for output in &documentation.outputs {
            responses.insert(output.status.as_str().to_owned(), self.output(output));
        }
        let mut refusals: BTreeMap<StatusCode, Vec<Code>> = BTreeMap::new();
        for code in &documentation.refusals {
            refusals.entry(code.status()).or_default().push(*code);
        }
        for (status, codes) in refusals {
            let response = match codes[..] {
                [code] => self.shared(code),
                _ => self.refusal(status, &codes),
            };
            responses.insert(status.as_str().to_owned(), response);
        }
        operation["responses"] = responses.into();
        Ok(operation)
    }

    fn parameter(&mut self, parameter: &Parameter) -> Value {
        let mut value = json!({
            "name": parameter.name,
            "in": match parameter.place {
                Place::Path => "path",
                Place::Header => "header",
            },
            "required": parameter.required,
            "description": parameter.description,
            "schema": (parameter.schema)(&mut self.read),
        });
        if let Some(example) = parameter.example {
            value["example"] = example.into();
        }
        value
    }

    /// A query's type, taken apart into parameters.
    fn query(&mut self, query: fn(&mut SchemaGenerator) -> Schema) -> Vec<Value> {
        let reference = query(&mut self.read);
        let name = reference.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        let definition = name.and_then(|name| self.read.definitions_mut().remove(name)).unwrap_or_default();
        let properties = definition["properties"].as_object().cloned().unwrap_or_default();
        properties
            .into_iter()
            .map(|(name, mut schema)| {
                for_readers(&mut schema);
                let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
                json!({"name": name, "in": "query", "description": description, "schema": present(schema)})
            })
            .collect()
    }

    fn input(&mut self, operation: &'static str, input: &Input) -> Result<Value, OpenApiError> {
        let generator = if input.as_answered { &mut self.written } else { &mut self.read };
        let schema = (input.schema)(generator);
        let mut examples = Map::new();
        for (name, example) in &input.examples {
            (input.reads)(example).map_err(|why| OpenApiError::Example { operation, name, why })?;
            examples.insert((*name).to_owned(), json!({"value": example}));
        }
        let content = json!({"application/json": {"schema": schema, "examples": examples}});
        Ok(json!({"required": input.required, "content": content}))
    }

    fn output(&mut self, output: &Output) -> Value {
        let schema = (output.schema)(&mut self.written);
        let mut content = json!({"application/json": {"schema": schema, "example": output.example}});
        if let Some(file) = output.file {
            // Bytes have no schema: OpenAPI 3.1, *Considerations for Binary Content*.
            content[file] = json!({"schema": {}});
        }
        let mut value = json!({"description": output.description, "content": content});
        if output.etag {
            value["headers"] = json!({"ETag": {
                "required": true,
                "description": "The document's version, for `If-Match`.",
                "schema": {"type": "string"},
            }});
        }
        value
    }

    /// A reference to the refusal that has only this code.
    fn shared(&mut self, code: Code) -> Value {
        let name = format!("{code:?}");
        if !self.responses.contains_key(&name) {
            let response = self.refusal(code.status(), &[code]);
            self.responses.insert(name.clone(), response);
        }
        json!({"$ref": format!("#/components/responses/{name}")})
    }

    /// One status with its codes. The schema names them, so that whoever checks an answer against the document checks its
    /// code, too.
    fn refusal(&mut self, status: StatusCode, codes: &[Code]) -> Value {
        let problem = self.written.subschema_for::<Problem>();
        let names: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
        let lines: Vec<String> = codes.iter().map(|code| format!("`{}`: {}", code.as_str(), code.meaning())).collect();
        let schema = json!({"allOf": [
            problem,
            {"properties": {"status": {"const": status.as_u16()}, "code": {"enum": names}}},
        ]});
        let mut value = json!({
            "description": lines.join("\n\n"),
            "content": {"application/problem+json": {"schema": schema}},
        });
        if status == StatusCode::UNAUTHORIZED {
            value["headers"] = json!({"WWW-Authenticate": {
                "required": true,
                "description": "How to prove who one is.",
                "schema": {"type": "string", "const": "Bearer realm=\"Parlor\""},
            }});
        }
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            value["headers"] = json!({"Retry-After": {
                "required": true,
                "description": "Seconds to wait.",
                "schema": {"type": "integer", "minimum": 1},
            }});
        }
        value
    }
}

/// A parameter's schema: a parameter that is not there has no value, so `null` is none of them.
fn present(mut schema: Value) -> Value {
    if let Some(one) = schema["anyOf"].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null")) {
        return one.clone();
    }
    if let Some(kind) = schema["type"].as_array().and_then(|all| all.iter().find(|one| **one != "null")).cloned() {
        schema["type"] = kind;
    }
    schema
}

/// Takes out what only we understand: the numbers of rules in descriptions, and Rust's names for numbers.
fn for_readers(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::String(text)) = object.get_mut("description") {
                *text = without_rules(text);
            }
            if object.get("format").and_then(Value::as_str).is_some_and(|format| format.starts_with("uint")) {
                object.remove("format");
            }
            object.values_mut().for_each(for_readers);
        }
        Value::Array(array) => array.iter_mut().for_each(for_readers),
        _ => {}
    }
}

/// `R5: a link's lifetime in minutes.` becomes `A link's lifetime in minutes.`, and `Once (R5, R6).` becomes `Once.`
fn without_rules(text: &str) -> String {
    let is_rules = |text: &str| {
        text.split(", ").all(|rule| rule.strip_prefix('R').is_some_and(|number| number.parse::<u8>().is_ok()))
    };
    let mut text = text.to_owned();
    while let Some((start, end)) = text
        .match_indices(" (R")
        .find_map(|(start, _)| Some((start, start + text[start..].find(')')?)))
        .filter(|(start, end)| is_rules(&text[start + 2..*end]))
    {
        text.replace_range(start..=end, "");
    }
    if let Some((_, rest)) = text.split_once(": ").filter(|(rules, _)| is_rules(rules)) {
        let mut letters = rest.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
        text = format!("{first}{}", letters.as_str());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_for_us_only() {
        assert_eq!(without_rules("R5: a link's lifetime."), "A link's lifetime.");
        assert_eq!(without_rules("R5, R12: a link."), "A link.");
        assert_eq!(without_rules("Once (R5, R6). Twice (R7)."), "Once. Twice.");
        assert_eq!(without_rules("RFC 3339: a time."), "RFC 3339: a time.");
        let text = text().unwrap();
        let rule = text
            .split(|c: char| !c.is_alphanumeric())
            .find(|word| word.strip_prefix('R').is_some_and(|number| number.parse::<u8>().is_ok()));
        assert_eq!(rule, None);
    }

    #[test]
    fn every_operation_says_what_it_does_and_answers() {
        for operation in operations() {
            let Documentation { id, path, .. } = operation;
            assert!(!id.is_empty() && !operation.summary.is_empty() && !operation.outputs.is_empty(), "{path} {id}");
            assert!(RESOURCES.iter().any(|(name, _)| *name == operation.resource), "{id}");
            let undescribed = operation.parameters.iter().find(|parameter| parameter.description.is_empty());
            assert!(undescribed.is_none(), "{id}: {undescribed:?}");
        }
    }
}
