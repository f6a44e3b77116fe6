//! What every form of the console carries, and what comes back of one that was refused.

use maud::{Markup, html};

/// What a page needs so that its forms are taken: both values are of this rendering only.
#[derive(Clone, PartialEq, Eq)]
pub struct Forms {
    /// The CSRF token of the staff cookie.
    pub csrf: String,
    /// At least 128 random bits as text; each form's idempotency key is this and the form's own name, so that a form that
    /// is sent twice does its work once, and two forms of one page never meet.
    pub key: String,
}

impl std::fmt::Debug for Forms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The CSRF token opens the forms of whoever is signed in.
        f.debug_struct("Forms").finish_non_exhaustive()
    }
}

impl Forms {
    /// The hidden fields `csrf` and `idempotency_key` of the form called `name`.
    pub fn hidden(&self, name: &str) -> Markup {
        html! {
            input type="hidden" name="csrf" value=(self.csrf);
            input type="hidden" name="idempotency_key" value={ (self.key) "-" (name) };
        }
    }

    /// Fields for the samples.
    pub fn sample() -> Self {
        Self { csrf: "c3JmLXNhbXBsZQ".to_owned(), key: "4f1k0w9zq2m7x8r5t6v3b1n0".to_owned() }
    }
}

/// What is wrong with a form that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field it belongs to, by its `name`; none for the form as a whole.
    pub field: Option<String>,
    /// What is wrong and how to put it right.
    pub message: String,
}

impl FieldError {
    /// An error of one field.
    pub fn new(field: &str, message: &str) -> Self {
        Self { field: Some(field.to_owned()), message: message.to_owned() }
    }

    /// The first message for a field.
    pub(super) fn of<'a>(errors: &'a [Self], field: &str) -> Option<&'a str> {
        errors.iter().find(|error| error.field.as_deref() == Some(field)).map(|error| error.message.as_str())
    }
}
