//! The API's document as a judge: whether an answer is one that the document promises.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use crate::Answer;

/// The document, and the schemas that were needed so far.
#[derive(Default)]
pub struct Contract {
    pub document: Value,
    validators: Mutex<BTreeMap<String, Arc<Validator>>>,
}

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract {
    document: serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap(),
    ..Contract::default()
});

/// The contract of this version.
#[must_use]
pub fn contract() -> &'static Contract {
    &CONTRACT
}

impl Contract {
    /// Every operation: method in upper case, path, and what the document says.
    pub fn operations(&self) -> impl Iterator<Item = (String, &str, &Value)> {
        self.document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
            let item = item.as_object().unwrap();
            item.iter().map(move |(method, operation)| (method.to_uppercase(), path.as_str(), operation))
        })
    }

    /// The operation at a request's path, without its query.
    #[must_use]
    pub fn find(&self, method: &str, path: &str) -> Option<(&str, &Value)> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let fits = |template: &str| {
            let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
            let same = |(a, b): (&&str, &&str)| a == b || (a.starts_with('{') && !b.is_empty());
            template.len() == path.len() && template.iter().zip(&path).all(same)
        };
        self.operations()
            .filter(|(one, template, _)| one == method && fits(template))
            .min_by_key(|(_, template, _)| template.contains('{'))
            .map(|(_, template, operation)| (template, operation))
    }

    /// What an answer to a documented operation lacks of what is promised; nothing for an address that is not documented.
    #[must_use]
    pub fn breaches(&self, method: &str, path: &str, answer: &Answer) -> Vec<String> {
        let Some((template, operation)) = self.find(method, path) else { return vec![] };
        let status = answer.status.to_string();
        let Some(promised) = operation["responses"].get(&status) else {
            return vec![format!("{method} {template} answers {status}, which is not documented: {}", answer.body)];
        };
        let promised = match promised["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            Some(name) => &self.document["components"]["responses"][name],
            None => promised,
        };
        let mut breaches = vec![];
        let content_type = answer.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        match promised["content"].get(content_type) {
            None if promised.get("content").is_none() && answer.body == "" => {}
            None => breaches.push(format!("the content type `{content_type}` is not documented")),
            Some(content) => {
                let key = format!("{method} {template} {status} {content_type}");
                let validator = self.validator(&key, &content["schema"]);
                breaches.extend(
                    validator.iter_errors(&answer.body).map(|error| format!("{}: {error}", error.instance_path())),
                );
            }
        }
        for name in promised["headers"].as_object().into_iter().flat_map(|headers| headers.keys()) {
            if !answer.headers.contains_key(name.as_str()) {
                breaches.push(format!("the header {name} is missing"));
            }
        }
        breaches.iter().map(|breach| format!("{method} {path} answers {status}: {breach}: {}", answer.body)).collect()
    }

    /// A validator of one of the document's schemas; `key` names it.
    pub fn validator(&self, key: &str, schema: &Value) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let validator = validators.entry(key.to_owned()).or_insert_with(|| {
            let whole = json!({"allOf": [schema], "components": self.document["components"]});
            let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
            Arc::new(options.build(&whole).unwrap())
        });
        Arc::clone(validator)
    }
}
