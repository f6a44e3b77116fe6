//! Why the template cannot be run on one machine.

use thiserror::Error;

/// Why the template cannot be used.
#[derive(Debug, Error)]
pub enum TemplateError {
    /// It is no YAML.
    #[error("the template is no YAML: {0}")]
    Yaml(#[from] serde_yaml_ng::Error),
    /// A part that has to be there is missing or has another shape.
    #[error("the template lacks {0}")]
    Missing(String),
    /// It says something that only AWS understands.
    #[error("the template uses {0}, which the one-machine stack does not know")]
    Unknown(String),
}
