//! Parlor's tables in DynamoDB. A public method is one request, or several sent side by side (one round trip), and says
//! so. Nothing here decides: the domain does, and [`Store::commit`] writes a whole decision under the session's version
//! or nothing of it.
//!
//! Every access pattern with its key stands in `docs/access-patterns.md`.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod api_keys;
mod arrivals;
mod change;
mod commit;
mod contact;
mod document;
mod due;
mod entered;
mod erase;
mod error;
mod figures;
mod history;
mod interactions;
mod keys;
mod library;
mod library_uploads;
mod listeners;
mod lock;
mod outbox;
mod people;
mod presence;
mod race;
mod rates;
mod read;
mod running;
mod search;
mod seen;
mod settings;
mod sign_out;
mod staff;
pub mod stream;
mod transfer;
mod updates;
mod uploads;
mod webhooks;

use std::sync::Arc;

pub use api_keys::{KeyLog, ListedKey, NOTED_EVERY};
pub use arrivals::Arrivals;
use aws_sdk_dynamodb::Client;
pub use change::{Busy, Changed, Learned, Step};
pub use commit::{CommitError, Extras, IdempotencyRecord, Keep, PostedMark};
pub use contact::{ContactKey, KnownContact};
pub use due::{DUE_SHARDS, DueItem};
pub use entered::Entered;
pub use erase::Remains;
pub use error::StoreError;
pub use figures::FIGURES_DAYS;
pub use history::{Cursor, InvalidCursor, Page, Query, Scope, Summary};
pub use interactions::{FirstInteractions, SignedHere};
pub use library::{LibraryEntry, LibraryPage, LibraryWrite};
pub use library_uploads::LibraryUploadUse;
pub use listeners::{Connected, ListScope, Listener, Listeners};
pub use lock::{Lock, Locks, OpenSession};
pub use people::{CredentialsChange, ListedTeam, ResetRequests, StaffChange, StaffWrite, StoredPerson, recorded};
pub use presence::{Admission, ConnectError, Connection, Departure};
pub use race::{MAX_CONFLICTS, Race};
pub use read::{ReadBatch, ReadResult, Stored};
pub use running::{BOARD_ROWS, Running};
pub use search::{SEARCH_WORDS, fold};
pub use seen::Seen;
pub use settings::{SettingsChange, SettingsVersion, Team};
pub use sign_out::{Ending, Rights, SignIn, SignIns, SignOutError};
pub use staff::{Credentials, Guesser, NewAgent, SetupLink, WrongPasswords};
pub use updates::Updates;
pub use webhooks::{DeliveriesPage, Finding, Webhook};

use crate::read::LastRead;

/// The tables, and the client that reaches them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    last_read: Arc<LastRead>,
    core: String,
    connections: String,
}

impl Store {
    /// Reaches the tables of these names through `client`. No request.
    #[must_use]
    pub fn new(client: Client, core_table: &str, connections_table: &str) -> Self {
        Self {
            client,
            last_read: Arc::default(),
            core: core_table.to_owned(),
            connections: connections_table.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    /// A request that nobody wrote down has no cost that anybody knows.
    #[test]
    fn every_method_stands_in_the_access_patterns() {
        let patterns = include_str!("../../../docs/access-patterns.md");
        let sources = [
            include_str!("api_keys.rs"),
            include_str!("change.rs"),
            include_str!("commit.rs"),
            include_str!("due.rs"),
            include_str!("entered.rs"),
            include_str!("history.rs"),
            include_str!("interactions.rs"),
            include_str!("library.rs"),
            include_str!("listeners.rs"),
            include_str!("outbox.rs"),
            include_str!("people.rs"),
            include_str!("presence.rs"),
            include_str!("read.rs"),
            include_str!("search.rs"),
            include_str!("settings.rs"),
            include_str!("sign_out.rs"),
            include_str!("staff.rs"),
            include_str!("updates.rs"),
            include_str!("webhooks.rs"),
        ];
        let methods = sources.iter().flat_map(|source| source.split("pub async fn ").skip(1));
        for method in methods.map(|rest| rest.split(['(', '<']).next().unwrap_or_default()) {
            assert!(patterns.contains(&format!("`{method}`")), "{method} is not in docs/access-patterns.md");
        }
    }
}
