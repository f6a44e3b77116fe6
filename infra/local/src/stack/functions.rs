//! The functions and the environment that they are built from.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use parlor_runtime::Runtime;

use super::StackError;
use crate::clock::LocalClock;
use crate::invoke::{Entry, Functions};
use crate::template::{Template, Variables};

/// The variables that the template gives to functions.
#[derive(Debug)]
pub(super) struct Environments {
    functions: BTreeMap<String, Variables>,
    /// All that any function has: for whoever is none of them, a test say.
    every: Variables,
}

impl Environments {
    pub(super) fn of(template: &Template) -> Self {
        let functions: BTreeMap<_, _> =
            template.functions.iter().map(|(name, function)| (name.clone(), function.environment.clone())).collect();
        let all = functions.values().chain([&template.environment]).flatten();
        let every = all.map(|(name, value)| (name.clone(), value.clone())).collect();
        Self { functions, every }
    }

    pub(super) fn of_function(&self, name: &str) -> &Variables {
        self.functions.get(name).unwrap_or(&self.every)
    }
}

/// Adds every function that is in both the template and the registry.
pub(super) fn fill(
    mut functions: Functions,
    registry: &[Entry],
    template: &Template,
    environment: &BTreeMap<String, String>,
    clock: &LocalClock,
    program: Option<&Path>,
) -> Result<Functions, StackError> {
    for entry in registry {
        let Some(function) = template.functions.get(entry.name) else {
            tracing::warn!(function = entry.name, "not in the template, so not deployed");
            continue;
        };
        let runtime = runtime(entry.name, environment, &function.environment, clock)?;
        let runtime = runtime.with_program(program.map(Path::to_path_buf));
        functions.add(entry, &runtime, Duration::from_secs(function.timeout));
    }
    Ok(functions)
}

/// A variable of a function: the template's, with what only AWS can know filled in. One that the template does not list is
/// not there, except for those that Lambda itself sets.
pub(super) fn variable_of(
    function: &str,
    variable: &str,
    environment: &BTreeMap<String, String>,
    template: &Variables,
) -> Option<String> {
    // The name is also the access key, so that the bucket knows whose role to ask (`crate::files`).
    if ["AWS_LAMBDA_FUNCTION_NAME", "AWS_ACCESS_KEY_ID"].contains(&variable) {
        return Some(function.to_owned());
    }
    match template.get(variable) {
        Some(Some(value)) => Some(value.clone()),
        Some(None) => environment.get(variable).cloned(),
        None if variable.starts_with("AWS_") => environment.get(variable).cloned(),
        None => None,
    }
}

/// A function's runtime: built from its variables as its process would be.
pub(super) fn runtime(
    name: &str,
    environment: &BTreeMap<String, String>,
    template: &Variables,
    clock: &LocalClock,
) -> Result<Runtime, StackError> {
    let env = |variable: &str| variable_of(name, variable, environment, template);
    let runtime = Runtime::from_env(&env).map_err(|source| StackError::Config { function: name.to_owned(), source })?;
    Ok(runtime.with_clock(clock.clock.clone()))
}
