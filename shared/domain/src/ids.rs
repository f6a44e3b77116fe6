//! Identifiers. They are short, lower case and safe in URLs. A session's id begins with its team's, because the team is
//! fixed at the start (R19): whoever has the id can read the session and its effective settings in one request.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::Random;

/// Crockford's base 32 in lower case. It has no `i`, `l`, `o` and `u`, so that an id can be read out without mistakes.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

// Lengths in characters, of 5 bits each.
const TEAM_LEN: usize = 6;
const SESSION_RANDOM_LEN: usize = 20;
const ID_LEN: usize = 16;

fn random_text(random: &dyn Random, len: usize) -> String {
    let mut bytes = vec![0; len];
    random.fill(&mut bytes);
    bytes.iter().map(|byte| ALPHABET[usize::from(byte & 31)] as char).collect()
}

fn is_id(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// Text that is not an identifier: wrong length or alphabet. It is answered like an id that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct InvalidId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $len:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// A new random id.
            #[must_use]
            pub fn generate(random: &dyn Random) -> Self {
                Self(random_text(random, $len))
            }

            /// The id as it stands in URLs and keys.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                if is_id(text, $len) { Ok(Self(text.to_owned())) } else { Err(InvalidId) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                if is_id(&text, $len) { Ok(Self(text)) } else { Err(InvalidId) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "pattern": format!("^[0-9a-hjkmnp-tv-z]{{{}}}$", $len)})
            }
        }
    };
}

id!(
    /// A team: six characters (30 bits). An admin creates teams, and the write makes sure that the id is new.
    TeamId, TEAM_LEN
);
id!(
    /// A member of staff: agent, supervisor or admin.
    AgentId, ID_LEN
);
id!(
    /// One signed-in browser of a member of staff.
    LoginId, ID_LEN
);
id!(
    /// An API key, without its secret.
    KeyId, ID_LEN
);
id!(
    /// An interaction of a session (R21).
    InteractionId, ID_LEN
);
id!(
    /// A participant of a session (R22).
    ParticipantId, ID_LEN
);
id!(
    /// A webhook endpoint (R24).
    WebhookId, ID_LEN
);
id!(
    /// An entry of a team's library: the team's six characters, then 16 random ones.
    LibraryId, LibraryId::LENGTH
);
id!(
    /// A session: its team's six characters, then 20 random ones (100 bits).
    SessionId, SessionId::LENGTH
);

impl AgentId {
    /// Characters in the id of a member of staff.
    pub(crate) const LENGTH: usize = ID_LEN;
}

impl LibraryId {
    const LENGTH: usize = TEAM_LEN + ID_LEN;

    /// A new random id of an entry in the library of `team`.
    #[must_use]
    pub fn generate_for(team: &TeamId, random: &dyn Random) -> Self {
        Self(format!("{team}{}", random_text(random, ID_LEN)))
    }

    /// The team in whose library it is.
    #[must_use]
    pub fn team(&self) -> TeamId {
        TeamId(self.0[..TEAM_LEN].to_owned())
    }
}

impl SessionId {
    /// Characters in a session's id.
    pub(crate) const LENGTH: usize = TEAM_LEN + SESSION_RANDOM_LEN;

    /// A new random id of a session of `team`.
    #[must_use]
    pub fn generate_for(team: &TeamId, random: &dyn Random) -> Self {
        Self(format!("{team}{}", random_text(random, SESSION_RANDOM_LEN)))
    }

    /// The team under whose settings the session runs (R19).
    #[must_use]
    pub fn team(&self) -> TeamId {
        TeamId(self.0[..TEAM_LEN].to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seeded;

    #[test]
    fn a_session_knows_its_team() {
        let random = Seeded::new(1);
        let team = TeamId::generate(&random);
        let session = SessionId::generate_for(&team, &random);
        assert_eq!(session.team(), team);
        assert_eq!(session.to_string().parse(), Ok(session));
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for text in ["", "short", "UPPERCASEUPPERCASEUPPERCAS", "ééééééééééééé"] {
            assert_eq!(text.parse::<SessionId>(), Err(InvalidId));
        }
    }
}
