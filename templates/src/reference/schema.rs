//! What the document says about types, in words and markup.

use maud::{Markup, html};
use serde_json::Value;

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub(super) fn json_schema(body: &Value) -> &Value {
    &body["content"]["application/json"]
}

/// A path that may break before each of its segments.
pub(super) fn broken(path: &str) -> Markup {
    html! { @for segment in path.split('/').skip(1) { wbr; "/" (segment) } }
}

/// Paragraphs with `code` and **weight**: as much of `CommonMark` as our own descriptions use.
pub(super) fn prose(text: &str) -> Markup {
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
pub(super) fn kind(schema: &Value) -> Markup {
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
pub(super) fn fields(schema: &Value) -> Markup {
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
pub(super) fn one_of(variant: &Value) -> Markup {
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
