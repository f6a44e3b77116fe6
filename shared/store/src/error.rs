//! What can go wrong on the way to the tables.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// A request that was not answered as hoped. Its text is for logs; callers are told 503 and nothing internal.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// DynamoDB could not be reached, or refused: throttled, timed out, failing.
    #[error("{operation}: {reason}")]
    Unavailable {
        /// The request to DynamoDB, with what it was about.
        operation: &'static str,
        /// The service's code, or the kind of connection failure. Never an item's content.
        reason: String,
    },
    /// A condition did not hold: somebody else was first.
    #[error("{0}: the condition did not hold")]
    Condition(&'static str),
    /// An item that is not as this version of the code writes it.
    #[error("an item of kind {kind} does not read: {reason}")]
    Item {
        /// What the item should be: `session`, `event`, `outbox entry` and so on.
        kind: &'static str,
        /// In what way. Never what stands there: it may be a customer's.
        reason: String,
    },
}

impl StoreError {
    pub(crate) fn from_sdk<E, R>(operation: &'static str, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata,
    {
        match error {
            SdkError::ServiceError(service) => match service.err().code() {
                Some("ConditionalCheckFailedException") => Self::Condition(operation),
                code => Self::Unavailable { operation, reason: code.unwrap_or("unknown").to_owned() },
            },
            SdkError::TimeoutError(_) => Self::Unavailable { operation, reason: "timed out".into() },
            SdkError::DispatchFailure(_) => Self::Unavailable { operation, reason: "not reached".into() },
            _ => Self::Unavailable { operation, reason: "no proper answer".into() },
        }
    }

    /// Of attributes that are others than this version writes. The crate's own words can hold their values.
    pub(crate) fn attributes(kind: &'static str) -> Self {
        Self::Item { kind, reason: "its attributes are others".to_owned() }
    }
}
