//! Requests as one sends them, and what comes back.

use maud::{Markup, html};
use serde_json::Value;

use super::Operation;
use super::schema::{items, json_schema, kind, text};
use crate::components::Icon;

impl Operation<'_> {
    /// Whether an API key, or nobody, may call it.
    fn is_for_programs(&self) -> bool {
        let key = |one: &Value| one["apiKey"].is_array();
        self.says["security"].as_array().is_none_or(|callers| callers.is_empty() || callers.iter().any(key))
    }

    fn takes(&self, header: &str) -> bool {
        items(&self.says["parameters"]).any(|one| one["name"] == header)
    }

    /// As it is typed into a shell, with the quickstart's variables. A `{…}` of the path is a variable, too: curl would take
    /// braces for a list.
    fn curl(&self, body: Option<&Value>) -> String {
        let method = self.method.to_uppercase();
        let path: Vec<String> = self.path.split('/').map(variable).collect();
        let mut line = String::from("curl");
        if method != "GET" && (method != "POST" || body.is_none()) {
            line.extend([format!(" -X {method}")]);
        }
        line.extend([format!(" \"$PARLOR_URL{}\"", path.join("/"))]);
        let open = self.says["security"].as_array().is_some_and(Vec::is_empty);
        if !open {
            line += " \\\n  -H \"Authorization: Bearer $PARLOR_KEY\"";
        }
        if self.takes("If-Match") {
            line += " \\\n  -H 'If-Match: \"0\"'";
        }
        if self.takes("Idempotency-Key") {
            line += " \\\n  -H \"Idempotency-Key: $(uuidgen)\"";
        }
        if let Some(body) = body {
            let json = serde_json::to_string_pretty(body).unwrap_or_default().replace('\'', "'\\''");
            line.extend([format!(" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{json}'")]);
        }
        line
    }

    /// Method and path, for what only the console calls.
    fn plain(&self, body: Option<&Value>) -> String {
        let mut lines = format!("{} {}", self.method.to_uppercase(), self.path);
        if let Some(body) = body {
            lines += "\nContent-Type: application/json\n\n";
            lines += &serde_json::to_string_pretty(body).unwrap_or_default();
        }
        lines
    }

    /// Requests with each of the document's bodies, and the answers.
    pub(super) fn examples(&self) -> Markup {
        let requests = json_schema(&self.says["requestBody"])["examples"].as_object();
        let request = |body: Option<&Value>| if self.is_for_programs() { self.curl(body) } else { self.plain(body) };
        let successes =
            self.says["responses"].as_object().into_iter().flatten().filter(|(status, _)| status.starts_with('2'));
        html! {
            @match requests {
                Some(requests) => {
                    @for (index, example) in requests.values().enumerate() {
                        (copied(if index == 0 { "Request" } else { "Another request" }, &request(Some(&example["value"]))))
                    }
                }
                None => (copied("Request", &request(None))),
            }
            @for (status, response) in successes {
                @let etag = if response["headers"]["ETag"].is_object() { "\nETag: \"1\"" } else { "" };
                @let body = &json_schema(response)["example"];
                (figure("Answer", &format!("{status}{etag}\n\n{body:#}")))
                p.small.muted { (text(&response["description"])) " " (kind(&json_schema(response)["schema"])) }
            }
        }
    }
}

/// `{session}` as `$SESSION`; anything else as it is.
fn variable(segment: &str) -> String {
    match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => format!("${}", name.to_uppercase()),
        None => segment.to_owned(),
    }
}

/// An example that can be taken along; the script shows the button.
pub(super) fn copied(caption: &str, lines: &str) -> Markup {
    html! {
        figure {
            figcaption {
                (caption)
                button.copy.by-script type="button" data-copy data-done="Copied" { (Icon::Copy) span { "Copy" } }
            }
            pre tabindex="0" { code { (lines) } }
        }
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::reference::METHODS;

    #[test]
    fn a_request_can_be_pasted_into_a_shell() {
        let says = json!({"parameters": [{"name": "Idempotency-Key"}]});
        let renew = Operation { method: METHODS[1], path: "/v1/sessions/{session}/renew", says: &says };
        assert_eq!(
            renew.curl(Some(&json!({"note": "it's"}))),
            "curl \"$PARLOR_URL/v1/sessions/$SESSION/renew\" \\\n  -H \"Authorization: Bearer $PARLOR_KEY\" \\\n  \
             -H \"Idempotency-Key: $(uuidgen)\" \\\n  -H \"Content-Type: application/json\" \\\n  \
             -d '{\n  \"note\": \"it'\\''s\"\n}'"
        );
        let says = json!({"security": []});
        let document = Operation { method: "get", path: "/v1/openapi.json", says: &says };
        assert_eq!(document.curl(None), "curl \"$PARLOR_URL/v1/openapi.json\"");
        let says = json!({"security": [{"staffCookie": []}]});
        assert!(!Operation { method: "get", path: "/v1/x", says: &says }.is_for_programs());
    }
}
