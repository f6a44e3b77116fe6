//! The page for integrators: every operation of the API, from its OpenAPI document.

mod examples;
mod guide;
mod schema;

use std::collections::BTreeMap;

use maud::{Markup, Render, html};
use serde_json::Value;

use schema::{broken, fields, items, json_schema, kind, prose, text};

use crate::accent::Accent;
use crate::components::Icon;
use crate::lang::Lang;
use crate::layout::Shell;

/// Methods in the order that a path shows them.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

#[derive(Debug)]
pub struct Reference<'a> {
    /// An OpenAPI 3.1 document, as `cargo xtask openapi` makes it.
    pub document: &'a Value,
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
                li { a href="#quickstart" { "Quickstart" } }
                li { a href="#conventions" { "Conventions" } }
                @for (tag, _) in self.tags() {
                    li {
                        a href={ "#tag-" (tag) } { (tag) }
                        ul {
                            @for operation in self.operations(tag) {
                                li { a href={ "#" (operation.id()) } { (text(&operation.says["summary"])) } }
                            }
                        }
                    }
                }
                li { a href="#webhooks" { "Receiving webhooks" } }
                li { a href="#codes" { "Error codes" } }
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
                    div.stack { (operation.examples()) }
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

    /// The refusals by status, each code with what it means.
    fn refusals(&self, responses: &Value) -> Markup {
        let mut by_status: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        for (status, response) in responses.as_object().into_iter().flatten() {
            if !status.starts_with('2') {
                by_status.insert(status, self.codes(response).collect());
            }
        }
        html! {
            @if !by_status.is_empty() {
                details.refusals {
                    summary.fold { (Icon::ChevronOn) "Refusals" span.muted { @for status in by_status.keys() { " " (status) } } }
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
        let description = text(&info["description"]);
        let (about, conventions) = description.split_once("\n\n").unwrap_or((description, ""));
        let body = html! {
            a.skip href="#about" { "Skip to the text" }
            div.reference {
                nav.contents aria-label="Contents" {
                    p.title { (text(&info["title"])) " API" }
                    div.find.by-script {
                        label.unseen for="find" { "Find an operation" }
                        input.input id="find" type="search" placeholder="Find" autocomplete="off" spellcheck="false" aria-describedby="find-none";
                        p.small.muted id="find-none" role="status" data-none="Nothing by that name" {}
                    }
                    details.contents-folded { summary.fold { (Icon::ChevronOn) "Contents" } (self.contents()) }
                    div.contents-open {
                        (self.contents())
                    }
                }
                main {
                    header.stack id="about" {
                        h1 { (text(&info["title"])) " API" }
                        (prose(about))
                        p { "As a file: " a href=(self.document_url) download="openapi.json" { "OpenAPI 3.1" } }
                    }
                    (guide::quickstart())
                    section.resource id="conventions" aria-labelledby="conventions-name" {
                        h2 id="conventions-name" { "Conventions" }
                        (prose(conventions))
                    }
                    @for (tag, description) in self.tags() {
                        section.resource id={ "tag-" (tag) } aria-labelledby={ (tag) "-name" } {
                            h2 id={ (tag) "-name" } { (tag) }
                            p.muted { (description) }
                            @for operation in self.operations(tag) { (self.operation(&operation)) }
                        }
                    }
                    (guide::webhooks())
                    (self.code_table())
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
            js: &["reference.js"],
            reason: None,
            live: None,
            refresh: None,
            class: "",
            data: &[],
            body,
        }
        .render()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_the_document_is_on_the_page() {
        let document: Value = serde_json::from_str(include_str!("../../../docs/openapi.json")).expect("JSON");
        let page = Reference::sample(&document).into_string();
        let paths = document["paths"].as_object().expect("paths");
        for operation in paths.values().flat_map(|item| item.as_object().expect("operations").values()) {
            let id = operation["operationId"].as_str().expect("an id");
            assert_eq!(page.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
            assert_eq!(page.matches(&format!("href=\"#{id}\"")).count(), 3, "{id}");
        }
        // Every code stands in the table, and webhooks are explained.
        for code in ["csrf", "sms-off", "version-conflict", "not-found"] {
            assert!(page.contains(&format!("<th scope=\"row\"><code>{code}</code>")), "{code}");
        }
        assert!(page.contains("webhook-signature") && page.contains("id=\"quickstart\""));
        assert!(page.matches("data-copy").count() > paths.len(), "each operation can be copied");
        // Whatever is linked is there.
        for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(page.contains(&format!("id=\"{link}\"")), "{link}");
        }
        // Descriptions and types speak of null; no element shows it for something that is missing.
        assert!(!page.replace("<code>null</code>", "").contains(">null<"));
    }
}
