//! The page for integrators: every operation of the API, from its OpenAPI document.

use std::collections::BTreeMap;

use maud::{Markup, Render, html};
use serde_json::Value;

use crate::accent::Accent;
use crate::lang::Lang;
use crate::layout::Shell;

/// Methods in the order that a path shows them.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The page.
#[derive(Debug)]
pub struct Reference<'a> {
    /// An OpenAPI 3.1 document, as `cargo xtask openapi` makes it.
    pub document: &'a Value,
    /// Where the document itself is.
    pub document_url: &'a str,
}

/// An operation with its address.
struct Operation<'a> {
    method: &'static str,
    path: &'a str,
    says: &'a Value,
}

impl Operation<'_> {
    fn id(&self) -> &str {
        text(&self.says["operationId"])
    }
}

impl Reference<'_> {
    /// The page for `document`.
    pub fn sample(document: &Value) -> Markup {
        Reference { document, document_url: "/v1/openapi.json" }.render()
    }

    fn operations(&self, tag: &str) -> Vec<Operation<'_>> {
        let paths = self.document["paths"].as_object();
        let mut operations: Vec<_> = paths
            .into_iter()
            .flatten()
            .flat_map(|(path, item)| METHODS.iter().map(move |method| (*method, path.as_str(), &item[*method])))
            .filter(|(_, _, says)| says["tags"][0] == tag)
            .map(|(method, path, says)| Operation { method, path, says })
            .collect();
        // What makes a thing comes first, then what shows it, then what is done with it.
        let rank = |one: &Operation<'_>| (one.path.matches('/').count(), one.path.to_owned(), one.method != "post");
        operations.sort_by_key(rank);
        operations
    }

    fn tags(&self) -> impl Iterator<Item = (&str, &str)> {
        items(&self.document["tags"]).map(|tag| (text(&tag["name"]), text(&tag["description"])))
    }

    fn schemas(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.document["components"]["schemas"].as_object().into_iter().flatten()
    }

    fn contents(&self) -> Markup {
        html! {
            ul {
                @for (tag, _) in self.tags() {
                    li {
                        a href={ "#" (tag) } { (tag) }
                        ul {
                            @for operation in self.operations(tag) {
                                li { a href={ "#" (operation.id()) } { (text(&operation.says["summary"])) } }
                            }
                        }
                    }
                }
                li { a href="#types" { "Types" } }
            }
        }
    }

    fn operation(&self, operation: &Operation<'_>) -> Markup {
        let says = operation.says;
        let callers = match says["security"].as_array() {
            None => None,
            Some(none) if none.is_empty() => Some("No credentials needed"),
            Some(_) => Some("Console only"),
        };
        html! {
            section.operation id=(operation.id()) aria-labelledby={ (operation.id()) "-name" } {
                h3 id={ (operation.id()) "-name" } {
                    a href={ "#" (operation.id()) } { (text(&says["summary"])) }
                }
                p.address {
                    span class={ "method method-" (operation.method) } { (operation.method.to_uppercase()) }
                    code { (broken(operation.path)) }
                    @if let Some(callers) = callers { span.chip { (callers) } }
                }
                @if let Some(description) = says["description"].as_str() { (prose(description)) }
                div.sides {
                    div.stack {
                        @if let Some(parameters) = says["parameters"].as_array() { (Self::parameters(parameters)) }
                        @if says["requestBody"].is_object() {
                            h4 { "Body" }
                            (fields(self.resolved(&json_schema(&says["requestBody"])["schema"])))
                        }
                        (self.refusals(&says["responses"]))
                    }
                    div.stack { (Self::examples(operation)) }
                }
            }
        }
    }

    fn parameters(parameters: &[Value]) -> Markup {
        let of = |place: &'static str| parameters.iter().filter(move |one| one["in"] == place);
        html! {
            @for (place, heading) in [("path", "Path"), ("query", "Query"), ("header", "Headers")] {
                @if of(place).next().is_some() {
                    h4 { (heading) }
                    dl.fields {
                        @for one in of(place) {
                            dt {
                                code { (text(&one["name"])) }
                                @if one["required"] == true && place != "path" { span.chip.chip-accent { "required" } }
                                span.muted { (kind(&one["schema"])) }
                            }
                            dd { (prose(text(&one["description"]))) }
                        }
                    }
                }
            }
        }
    }

    fn examples(operation: &Operation<'_>) -> Markup {
        let says = operation.says;
        let requests = json_schema(&says["requestBody"])["examples"].as_object();
        let request = |body: Option<&Value>| {
            let mut lines = format!("{} {}", operation.method.to_uppercase(), operation.path);
            if says["security"].as_array().is_none_or(|callers| callers.iter().any(|one| one["apiKey"].is_array())) {
                lines += "\nAuthorization: Bearer parlor_…";
            }
            if items(&says["parameters"]).any(|one| one["name"] == "If-Match") {
                lines += "\nIf-Match: \"0\"";
            }
            if let Some(body) = body {
                lines += "\nContent-Type: application/json\n\n";
                lines += &serde_json::to_string_pretty(body).unwrap_or_default();
            }
            lines
        };
        let successes =
            says["responses"].as_object().into_iter().flatten().filter(|(status, _)| status.starts_with('2'));
        html! {
            @match requests {
                Some(requests) => {
                    @for (index, example) in requests.values().enumerate() {
                        (figure(if index == 0 { "Request" } else { "Another request" }, &request(Some(&example["value"]))))
                    }
                }
                None => (figure("Request", &request(None))),
            }
            @for (status, response) in successes {
                @let etag = if response["headers"]["ETag"].is_object() { "\nETag: \"1\"" } else { "" };
                @let body = &json_schema(response)["example"];
                (figure("Answer", &format!("{status}{etag}\n\n{body:#}")))
                p.small.muted { (text(&response["description"])) " " (kind(&json_schema(response)["schema"])) }
            }
        }
    }

    /// The refusals by status, each code with what it means.
    fn refusals(&self, responses: &Value) -> Markup {
        let mut by_status: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        for (status, response) in
            responses.as_object().into_iter().flatten().filter(|(status, _)| !status.starts_with('2'))
        {
            let shared = response["$ref"].as_str().and_then(|path| path.rsplit('/').next());
            let response = shared.map_or(response, |name| &self.document["components"]["responses"][name]);
            // The generator writes one paragraph a code: "`code`: what it means".
            let lines = text(&response["description"]).split("\n\n").filter_map(|line| line.split_once(": "));
            by_status.insert(status, lines.map(|(code, meaning)| (code.trim_matches('`'), meaning)).collect());
        }
        html! {
            @if !by_status.is_empty() {
                details.refusals {
                    summary { "Refusals" span.muted { @for status in by_status.keys() { " " (status) } } }
                    dl.fields {
                        @for (status, codes) in &by_status {
                            @for (code, meaning) in codes {
                                dt { span.chip { (status) } code { (code) } }
                                dd { (prose(meaning)) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// What a reference points to, so that a body's fields stand where it is used.
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            Some(name) => &self.document["components"]["schemas"][name],
            None => schema,
        }
    }
}

impl Render for Reference<'_> {
    fn render(&self) -> Markup {
        let info = &self.document["info"];
        let body = html! {
            a.skip href="#about" { "Skip to the text" }
            div.reference {
                nav.contents aria-label="Contents" {
                    p.title { (text(&info["title"])) " API" }
                    details.contents-folded { summary { "Contents" } (self.contents()) }
                    div.contents-open { (self.contents()) }
                }
                main {
                    header.stack id="about" {
                        h1 { (text(&info["title"])) " API" }
                        (prose(text(&info["description"])))
                        p { "As a file: " a href=(self.document_url) { "OpenAPI 3.1" } }
                    }
                    @for (tag, description) in self.tags() {
                        section.resource id=(tag) aria-labelledby={ (tag) "-name" } {
                            h2 id={ (tag) "-name" } { (tag) }
                            p.muted { (description) }
                            @for operation in self.operations(tag) { (self.operation(&operation)) }
                        }
                    }
                    section.resource id="types" aria-labelledby="types-name" {
                        h2 id="types-name" { "Types" }
                        @for (name, schema) in self.schemas() {
                            article.type id={ "type-" (name) } aria-labelledby={ "type-" (name) "-name" } {
                                h3 id={ "type-" (name) "-name" } { a href={ "#type-" (name) } { (name) } }
                                @if let Some(description) = schema["description"].as_str() { (prose(description)) }
                                (fields(schema))
                            }
                        }
                    }
                }
            }
        };
        let title = format!("{} API", text(&info["title"]));
        Shell {
            lang: Lang::En,
            title: &title,
            accent: Accent::Default,
            css: &["reference.css"],
            js: &[],
            reason: None,
            live: None,
            class: "",
            data: &[],
            body,
        }
        .render()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn json_schema(body: &Value) -> &Value {
    &body["content"]["application/json"]
}

/// A path that may break before each of its segments.
fn broken(path: &str) -> Markup {
    html! { @for segment in path.split('/').skip(1) { wbr; "/" (segment) } }
}

/// What can be scrolled has to be reached by keyboard, too.
fn figure(caption: &str, lines: &str) -> Markup {
    html! {
        figure {
            figcaption { (caption) }
            pre tabindex="0" { code { (lines) } }
        }
    }
}

/// Paragraphs with `code` and **weight**: as much of `CommonMark` as our own descriptions use.
fn prose(text: &str) -> Markup {
    let weight = |text: &str| {
        html! {
            @for (index, part) in text.split("**").enumerate() {
                @if index % 2 == 1 { strong { (part) } } @else { (part) }
            }
        }
    };
    html! {
        @for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
            p {
                @for (index, part) in paragraph.split('`').enumerate() {
                    @if index % 2 == 1 { code { (part) } } @else { (weight(part)) }
                }
            }
        }
    }
}

/// What values of a schema are, in a few words; a type of its own as a link.
fn kind(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return html! { a href={ "#type-" (name) } { (name) } };
    }
    if schema["const"].is_string() {
        return html! { code { (text(&schema["const"])) } };
    }
    for list in ["enum", "anyOf", "oneOf", "allOf"] {
        if let Some(all) = schema[list].as_array() {
            let one = |value: &Value| match list {
                "enum" => html! { code { (value.as_str().map_or_else(|| value.to_string(), str::to_owned)) } },
                _ => kind(value),
            };
            let between = if list == "enum" { ", " } else { " or " };
            return html! { @for (index, value) in all.iter().enumerate() { @if index > 0 { (between) } (one(value)) } };
        }
    }
    let of = |name: &str| match name {
        "array" => html! { "list of " (kind(&schema["items"])) },
        "object" if schema["additionalProperties"].is_object() => {
            html! { "object of " (kind(&schema["additionalProperties"])) }
        }
        _ => html! { (name) },
    };
    html! {
        @match &schema["type"] {
            Value::String(name) => (of(name)),
            Value::Array(names) => {
                @for (index, name) in names.iter().enumerate() { @if index > 0 { " or " } (of(text(name))) }
            }
            _ => "anything",
        }
        @if let Some(format) = schema["format"].as_str() { ", " (format) }
    }
}

/// A type: its fields, its values, or its shape.
fn fields(schema: &Value) -> Markup {
    let required = |name: &str| items(&schema["required"]).any(|one| one == name);
    html! {
        @if let Some(properties) = schema["properties"].as_object() {
            dl.fields {
                @for (name, property) in properties {
                    dt {
                        code { (name) }
                        @if required(name) { span.chip.chip-accent { "required" } }
                        @if !property["properties"].is_object() { span.muted { (kind(property)) } }
                    }
                    dd {
                        (prose(text(&property["description"])))
                        @if property["properties"].is_object() { (fields(property)) }
                    }
                }
            }
        } @else if !schema["oneOf"].is_array() {
            p.small { (kind(schema)) @if let Some(pattern) = schema["pattern"].as_str() { ", " code { (pattern) } } }
        }
        @if let Some(variants) = schema["oneOf"].as_array() {
            dl.fields {
                @for variant in variants { (one_of(variant)) }
            }
        }
    }
}

/// One of the values, or shapes, that a type can have.
fn one_of(variant: &Value) -> Markup {
    let tag = &variant["properties"]["type"]["const"];
    let others = variant["properties"].as_object().into_iter().flatten().filter(|(name, _)| *name != "type");
    html! {
        @if tag.is_string() {
            dt { code { (text(tag)) } }
            dd {
                (prose(text(&variant["description"])))
                @for (name, property) in others {
                    p.small { code { (name) } " " span.muted { (kind(property)) ": " } (text(&property["description"])) }
                }
            }
        } @else {
            dt { (kind(variant)) }
            dd { (prose(text(&variant["description"]))) }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everything_in_the_document_is_on_the_page() {
        let document: Value = serde_json::from_str(include_str!("../../docs/openapi.json")).expect("JSON");
        let page = Reference::sample(&document).into_string();
        let paths = document["paths"].as_object().expect("paths");
        for operation in paths.values().flat_map(|item| item.as_object().expect("operations").values()) {
            let id = operation["operationId"].as_str().expect("an id");
            assert_eq!(page.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
            assert_eq!(page.matches(&format!("href=\"#{id}\"")).count(), 3, "{id}");
        }
        // Whatever is linked is there.
        for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(page.contains(&format!("id=\"{link}\"")), "{link}");
        }
        // Descriptions and types speak of null; no element shows it for something that is missing.
        assert!(!page.replace("<code>null</code>", "").contains(">null<"));
    }

    #[test]
    fn prose_is_plain_but_for_code_and_weight() {
        assert_eq!(
            prose("**Bold** and `<code>`.\n\nNext.").into_string(),
            "<p><strong>Bold</strong> and <code>&lt;code&gt;</code>.</p><p>Next.</p>"
        );
    }

    #[test]
    fn kinds_are_said_in_words() {
        let said = |schema: Value| kind(&schema).into_string();
        assert_eq!(said(json!({"type": ["string", "null"]})), "string or null");
        assert_eq!(
            said(json!({"type": "array", "items": {"$ref": "#/x/Event"}})),
            "list of <a href=\"#type-Event\">Event</a>"
        );
        assert_eq!(said(json!({"enum": ["a", "b"]})), "<code>a</code>, <code>b</code>");
    }
}
