//! What stands around the operations: how to begin, every code of a refusal in one table, and webhooks.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};
use serde_json::Value;

use super::examples::copied;
use super::schema::{prose, text};
use super::{METHODS, Reference};

/// `docs/webhooks.md` as it stands on the page, made at build time.
const WEBHOOKS: &str = include_str!(concat!(env!("OUT_DIR"), "/webhooks.html"));

/// From nothing to a session. The script puts the installation's own address into the first step.
const ADDRESS: &str = "export PARLOR_URL=https://parlor.example.com\nexport PARLOR_KEY=parlor_…";
const START: &str = "curl \"$PARLOR_URL/v1/sessions\" \\\n  -H \"Authorization: Bearer $PARLOR_KEY\" \\\n  \
    -H \"Content-Type: application/json\" \\\n  \
    -d '{\"customer\":{\"name\":\"Mara Quist\",\"email\":\"mara@example.net\"},\"reference\":\"4711\"}'";
const SAY: &str = "curl \"$PARLOR_URL/v1/sessions/$SESSION/messages\" \\\n  -H \"Authorization: Bearer $PARLOR_KEY\" \\\n  \
    -H \"Content-Type: application/json\" \\\n  -d '{\"text\":\"Good morning. What can we do for you?\"}'";

/// How to begin.
pub(super) fn quickstart() -> Markup {
    html! {
        section.resource id="quickstart" aria-labelledby="quickstart-name" {
            h2 id="quickstart-name" { "Quickstart" }
            ol.quick {
                li {
                    p {
                        strong { "Take a key." } " On one machine " code { "cargo run" } " prints one when it starts. On AWS "
                        code { "infra/first-admin.sh" } " prints one, or an admin makes it."
                    }
                    (copied("Where, and with what", ADDRESS))
                }
                li {
                    p { strong { "Start a session." } " The customer gets an invitation by e-mail; the answer has the session’s " code { "id" } "." }
                    (copied("Start", START))
                    p.small.muted { "On one machine nothing leaves it: the invitation is in " a href="/outbox" { "the outbox" } "." }
                }
                li {
                    p { strong { "Say something." } " It is in the room at once; what the customer answers comes by a " a href="#webhooks" { "webhook" } ", or is read from the same address." }
                    (copied("Write", SAY))
                }
            }
        }
    }
}

/// Webhooks: what an endpoint gets, and how it knows that it is ours.
pub(super) fn webhooks() -> Markup {
    html! { section.resource.guide id="webhooks" aria-labelledby="webhooks-name" { (PreEscaped(WEBHOOKS)) } }
}

impl Reference<'_> {
    /// Every code that something is refused with: the statuses that it comes with, and what it means.
    fn all_codes(&self) -> BTreeMap<&str, (&str, &str)> {
        let mut all = BTreeMap::new();
        let items = self.document["paths"].as_object().into_iter().flatten().map(|(_, item)| item);
        let operations = items.flat_map(|item| METHODS.iter().map(move |method| &item[*method]));
        for (status, response) in operations.filter_map(|one| one["responses"].as_object()).flatten() {
            if !status.starts_with('2') {
                for (code, meaning) in self.codes(response) {
                    all.insert(code, (status.as_str(), meaning));
                }
            }
        }
        all
    }

    /// The codes of one response. The generator writes one paragraph a code: "`code`: what it means".
    pub(super) fn codes<'a>(&'a self, response: &'a Value) -> impl Iterator<Item = (&'a str, &'a str)> {
        let shared = response["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        let response = shared.map_or(response, |name| &self.document["components"]["responses"][name]);
        let lines = text(&response["description"]).split("\n\n").filter_map(|line| line.split_once(": "));
        lines.map(|(code, meaning)| (code.trim_matches('`'), meaning))
    }

    /// All of them in one table.
    pub(super) fn code_table(&self) -> Markup {
        html! {
            section.resource id="codes" aria-labelledby="codes-name" {
                h2 id="codes-name" { "Error codes" }
                p.muted { "A refusal’s " code { "code" } " stays what it is; its " code { "detail" } " is for people and may change." }
                div.codes tabindex="0" {
                    table {
                        thead { tr { th scope="col" { "Code" } th scope="col" { "Status" } th scope="col" { "Meaning" } } }
                        tbody {
                            @for (code, (status, meaning)) in self.all_codes() {
                                tr { th scope="row" { code { (code) } } td { (status) } td { (prose(meaning)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
