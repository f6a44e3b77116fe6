//! Secrets as types: redacted in `Debug`, compared in constant time, stored as hashes only.

use std::{borrow::Cow, fmt};

use data_encoding::BASE64URL_NOPAD;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Random;

/// 192 random bits: the secret half of a link, a device cookie, a staff cookie or an API key.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; Secret::LEN]);

impl Secret {
    /// Bytes in a secret. R5 asks for at least 16.
    pub const LEN: usize = 24;
    /// Characters of a secret as text.
    pub const TEXT_LEN: usize = Self::LEN / 3 * 4;

    /// A new secret of 192 random bits.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; Self::LEN];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads what [`Secret::reveal`] wrote; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The secret as text, for the one place that it is handed to its holder.
    #[must_use]
    pub fn reveal(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// What is stored instead of the secret.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash(BASE64URL_NOPAD.encode(&Sha256::digest(self.0)))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// SHA-256 of a [`Secret`], base64url. A plain hash is enough: the secret has 192 random bits, nothing can be guessed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SecretHash(String);

impl SecretHash {
    /// Its text, as it stands in keys.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `secret` is the one that was hashed, in constant time.
    #[must_use]
    pub fn matches(&self, secret: &Secret) -> bool {
        self.0.as_bytes().ct_eq(secret.hash().0.as_bytes()).into()
    }
}

/// Not a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the hash of a secret")]
pub struct NoHash;

impl std::str::FromStr for SecretHash {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| NoHash)?;
        if bytes.len() == 32 { Ok(Self(text.to_owned())) } else { Err(NoHash) }
    }
}

impl JsonSchema for SecretHash {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SecretHash".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"})
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seeded;

    #[test]
    fn a_secret_is_redacted_and_matches_only_itself() {
        let random = Seeded::new(7);
        let (one, other) = (Secret::generate(&random), Secret::generate(&random));
        assert!(one.hash().matches(&one) && !one.hash().matches(&other));
        assert_eq!(Secret::parse(&one.reveal()), Some(one.clone()));
        assert!(!format!("{one:?} {:?}", one.hash()).contains(&one.reveal()));
        assert_eq!(Secret::parse("too-short"), None);
    }
}
