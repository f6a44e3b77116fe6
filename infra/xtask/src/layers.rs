//! The direction of dependencies: `functions -> web, live, delivery, store, templates, runtime -> aws, domain`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Failure, metadata};

/// What each of our libraries may use of the others. Functions may use any of these; the one-machine stack, the tests and the
/// tools stand outside and may use whatever they like, but nothing may use them.
const MAY_USE: [(&str, &[&str]); 19] = [
    ("parlor-aws", &[]),
    ("parlor-form", &[]),
    ("parlor-domain", &["parlor-form"]),
    ("parlor-fonts", &[]),
    ("parlor-images", &[]),
    ("parlor-objects", &[]),
    ("parlor-buckets", &["parlor-aws", "parlor-objects"]),
    ("parlor-signing", &["parlor-objects"]),
    ("parlor-paper", &["parlor-fonts", "parlor-form"]),
    ("parlor-documents", &["parlor-fonts", "parlor-form", "parlor-objects", "parlor-paper"]),
    ("parlor-drawing", &["parlor-documents", "parlor-form", "parlor-images", "parlor-objects"]),
    ("parlor-runtime", &["parlor-aws", "parlor-domain"]),
    ("parlor-live", &["parlor-domain"]),
    ("parlor-templates", &["parlor-domain", "parlor-form"]),
    ("parlor-store", &["parlor-domain"]),
    ("parlor-lists", &["parlor-domain", "parlor-live", "parlor-store"]),
    ("parlor-sweep", &["parlor-domain", "parlor-live", "parlor-store"]),
    ("parlor-delivery", &["parlor-aws", "parlor-domain", "parlor-store", "parlor-templates"]),
    (
        "parlor-web",
        &["parlor-domain", "parlor-form", "parlor-live", "parlor-runtime", "parlor-store", "parlor-templates"],
    ),
];

const OUTSIDE: [&str; 6] =
    ["parlor-bench", "parlor-local", "parlor-openapi", "parlor-pdf-tests", "parlor-tests", "xtask"];

/// What a library must never come to know: the domain is pure and says so by what it cannot reach, what signs or writes pages
/// of its own parses nothing, and what completes a document draws none of a stranger's.
const NOT_IN: [(&str, &[&str]); 4] = [
    ("parlor-domain", &["axum", "getrandom", "lambda_http", "lambda_runtime", "reqwest", "tokio", "tracing"]),
    ("parlor-signing", &["hayro", "image", "krilla", "lopdf"]),
    ("parlor-paper", &["hayro", "image", "imagesize", "lopdf"]),
    ("parlor-documents", &["hayro", "image"]),
];

/// Checks every package; returns how many there are and what is wrong.
pub(crate) fn check() -> Result<(usize, Vec<String>), Failure> {
    let packages = packages(metadata()?);
    let mut wrong = Vec::new();
    for (package, uses) in &packages {
        wrong.extend(judge(package, uses));
    }
    Ok((packages.len(), wrong))
}

/// Each package with what it needs to run or to build; what only its tests use has no direction.
fn packages(metadata: &Value) -> BTreeMap<String, Vec<String>> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    list(&metadata["packages"])
        .iter()
        .map(|package| {
            let uses = list(&package["dependencies"])
                .iter()
                .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
                .map(|dependency| text(&dependency["name"]))
                .collect();
            (text(&package["name"]), uses)
        })
        .collect()
}

/// What is wrong with one package's dependencies.
fn judge(package: &str, uses: &[String]) -> Vec<String> {
    if OUTSIDE.contains(&package) {
        return Vec::new();
    }
    let libraries: Vec<&str> = MAY_USE.iter().map(|(library, _)| *library).collect();
    let known = MAY_USE.iter().find(|(library, _)| *library == package);
    if known.is_none() && package.starts_with("parlor-") {
        return vec![format!("{package} is a library that the layers do not name")];
    }
    // Whatever is neither a library nor outside is a function.
    let allowed: &[&str] = known.map_or(&libraries, |(_, allowed)| allowed);
    let mut wrong: Vec<String> = uses
        .iter()
        .map(String::as_str)
        .filter(|used| used.starts_with("parlor-") || OUTSIDE.contains(used))
        .filter(|used| !allowed.contains(used))
        .map(|used| format!("{package} must not depend on {used}"))
        .collect();
    if let Some((_, never)) = NOT_IN.iter().find(|(library, _)| *library == package) {
        let wrongly = uses.iter().filter(|used| never.contains(&used.as_str()) || used.starts_with("aws"));
        wrong.extend(wrongly.map(|used| format!("{package} is pure and must not depend on {used}")));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(package: &str, uses: &[&str]) -> usize {
        let uses: Vec<String> = uses.iter().map(ToString::to_string).collect();
        judge(package, &uses).len()
    }

    #[test]
    fn dependencies_point_one_way() {
        assert_eq!(judged("session-end", &["parlor-web", "parlor-domain", "maud"]), 0);
        assert_eq!(judged("session-end", &["parlor-local", "parlor-tests"]), 2);
        assert_eq!(judged("parlor-web", &["parlor-store", "parlor-templates"]), 0);
        assert_eq!(judged("parlor-store", &["parlor-web"]), 1);
        assert_eq!(judged("parlor-templates", &["parlor-store"]), 1);
        assert_eq!(judged("parlor-domain", &["serde", "tokio", "aws-sdk-sns"]), 2);
        assert_eq!(judged("parlor-signing", &["ring", "lopdf", "parlor-documents"]), 2);
        assert_eq!(judged("parlor-documents", &["lopdf", "parlor-fonts", "hayro"]), 1);
        assert_eq!(judged("parlor-paper", &["krilla", "lopdf", "parlor-documents"]), 2);
        assert_eq!(judged("parlor-novel", &[]), 1);
        assert_eq!(judged("parlor-local", &["session-end", "parlor-web"]), 0);
    }

    #[test]
    fn what_only_tests_use_has_no_direction() {
        let metadata = serde_json::json!({"packages": [{"name": "parlor-store", "dependencies": [
            {"name": "parlor-domain", "kind": null}, {"name": "dynoxide-rs", "kind": "dev"}, {"name": "cc", "kind": "build"},
        ]}]});
        assert_eq!(packages(&metadata)["parlor-store"], ["parlor-domain", "cc"]);
    }
}
