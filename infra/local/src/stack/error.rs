//! What can go wrong with a stack.

use std::io;

use dynoxide::DynoxideError;
use parlor_runtime::ConfigError;
use thiserror::Error;

use crate::demo_error::DemoError;
use crate::invoke::InvokeError;
use crate::template_error::TemplateError;

/// Why the stack does not start.
#[derive(Debug, Error)]
pub enum StackError {
    /// The template cannot be used.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A file or a socket cannot be used.
    #[error("{what}: {source}")]
    Io { what: String, source: io::Error },
    /// The embedded database cannot be used.
    #[error("the database: {0}")]
    Database(#[from] DynoxideError),
    /// A table of the template is not one that DynamoDB could make.
    #[error("the table {0}: {1}")]
    Table(String, serde_json::Error),
    /// The folder of files cannot be used.
    #[error("the folder of files: {0}")]
    Files(String),
    /// There is nobody to sign in.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// A function refuses its environment.
    #[error("{function}: {source}")]
    Config { function: String, source: ConfigError },
}

/// Why a schedule did not run.
#[derive(Debug, Error)]
pub enum ScheduleError {
    /// There is no such schedule in the template.
    #[error("there is no schedule for {0}")]
    Unknown(String),
    /// It ran and failed.
    #[error("it failed: {0}")]
    Failed(InvokeError),
}

pub(super) fn io_error(what: impl std::fmt::Display) -> impl FnOnce(io::Error) -> StackError {
    let what = what.to_string();
    move |source| StackError::Io { what, source }
}
