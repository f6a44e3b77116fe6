//! What can go wrong when the demo's team is made.

use std::io;

use parlor_store::{CommitError, StoreError};
use thiserror::Error;

/// Why there is nobody to sign in.
#[derive(Debug, Error)]
pub enum DemoError {
    /// The table refused.
    #[error("the demo: {0}")]
    Store(#[from] StoreError),
    /// The table refused a session.
    #[error("the demo: {0}")]
    Commit(#[from] CommitError),
    /// A file in the data directory cannot be used.
    #[error("the demo: {0}")]
    Io(#[from] io::Error),
    /// Something that is written down here is not what it should be.
    #[error("the demo's {0} is not valid")]
    Invalid(&'static str),
}
