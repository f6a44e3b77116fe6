//! Signing as Standard Webhooks defines it: HMAC-SHA-256 over `id.timestamp.payload`.

use std::fmt;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::Random;

const PREFIX: &str = "whsec_";

/// What an endpoint and Parlor share: 256 random bits, `whsec_…` in base64.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret([u8; SigningSecret::LEN]);

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(redacted)")
    }
}

impl SigningSecret {
    /// Bytes in a secret; the standard asks for 24 to 64.
    pub const LEN: usize = 32;

    /// A new random secret.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; Self::LEN];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// `whsec_…`, as its holder keeps it. The one place that shows it.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64.encode(&self.0))
    }

    /// Reads what [`SigningSecret::reveal`] wrote; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64.decode(text.strip_prefix(PREFIX)?.as_bytes()).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// One signature, as it stands in `webhook-signature`; `timestamp` in seconds.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, payload: &str) -> String {
        #[expect(clippy::unwrap_used, reason = "HMAC accepts every key length")]
        let mut mac = <Hmac<Sha256>>::new_from_slice(&self.0).unwrap();
        for part in [id, ".", &timestamp.to_string(), ".", payload] {
            mac.update(part.as_bytes());
        }
        format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()))
    }
}
