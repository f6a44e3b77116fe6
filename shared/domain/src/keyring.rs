//! Keys derived from the one master key that lives outside the tables: for sealing (PIN, outbox secrets, kept answers)
//! and for signing (tickets, CSRF tokens).

use std::fmt;

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::Random;

/// Text encrypted with XChaCha20-Poly1305 and bound to the place it stands in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed(String);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// A sealed text that does not open: another key, another place, or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open with this key in this place")]
pub struct CannotOpen;

/// What a signature is for; one derived key each, so that no signature serves for anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Tickets for the live connection.
    Ticket,
    /// CSRF tokens in staff forms.
    Csrf,
    /// Cursors of lists.
    Cursor,
    /// Browsers that a member of staff has signed in from.
    Browser,
    /// Consent that a browser gave on the opening page, on its way through the pages that follow (R6).
    Consent,
}

/// The master keys, and all that is derived from them.
#[derive(Clone, Default)]
pub struct Keyring {
    /// The first seals and signs; all open and verify.
    masters: Vec<[u8; 32]>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring(redacted)")
    }
}

impl Keyring {
    /// The keys that are made from a master key of 32 random bytes.
    #[must_use]
    pub fn new(master: [u8; 32]) -> Self {
        Self { masters: vec![master] }
    }

    /// Of a function that has no key because it neither seals nor opens: it opens and verifies nothing, and what it seals or
    /// signs all the same, nobody opens or believes.
    #[must_use]
    pub fn without_keys() -> Self {
        Self::default()
    }

    /// The same with another key that opens and verifies too, but neither seals nor signs: the one before, or the one to
    /// come, while a deployment changes from one to the other. The first key of a ring without keys does all of it.
    #[must_use]
    pub fn accepting(mut self, other: [u8; 32]) -> Self {
        self.masters.push(other);
        self
    }

    fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        // HMAC takes a key of any length, so this cannot fail.
        #[expect(clippy::unwrap_used, reason = "HMAC accepts every key length")]
        let mut mac = <Hmac<Sha256>>::new_from_slice(key).unwrap();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Encrypts `text`; `place` (a session's id, say) must be given again to open it.
    #[must_use]
    pub fn seal(&self, place: &str, text: &str, random: &dyn Random) -> Sealed {
        let mut nonce = [0; 24];
        random.fill(&mut nonce);
        let nobodys = || {
            let mut key = [0; 32];
            random.fill(&mut key);
            key
        };
        let master = self.masters.first().copied().unwrap_or_else(nobodys);
        let cipher = XChaCha20Poly1305::new(&Self::mac(&master, &[b"seal"]).into());
        #[expect(clippy::unwrap_used, reason = "the cipher fails only over 256 GiB")]
        let body =
            cipher.encrypt(&XNonce::from(nonce), Payload { msg: text.as_bytes(), aad: place.as_bytes() }).unwrap();
        Sealed(BASE64URL_NOPAD.encode(&[&nonce[..], &body].concat()))
    }

    /// Decrypts what [`Keyring::seal`] made for the same `place`.
    pub fn open(&self, place: &str, sealed: &Sealed) -> Result<String, CannotOpen> {
        let bytes = BASE64URL_NOPAD.decode(sealed.0.as_bytes()).map_err(|_| CannotOpen)?;
        let (nonce, body) = bytes.split_first_chunk::<24>().ok_or(CannotOpen)?;
        let open = |master: &[u8; 32]| {
            let cipher = XChaCha20Poly1305::new(&Self::mac(master, &[b"seal"]).into());
            cipher.decrypt(&XNonce::from(*nonce), Payload { msg: body, aad: place.as_bytes() }).ok()
        };
        let text = self.masters.iter().find_map(open).ok_or(CannotOpen)?;
        String::from_utf8(text).map_err(|_| CannotOpen)
    }

    /// A signature (HMAC-SHA-256, base64url) of `text` for one purpose.
    #[must_use]
    pub fn sign(&self, purpose: Purpose, text: &str) -> String {
        self.masters.first().map_or_else(String::new, |master| Self::signature(master, purpose, text))
    }

    fn signature(master: &[u8; 32], purpose: Purpose, text: &str) -> String {
        let label = format!("{purpose:?}");
        BASE64URL_NOPAD.encode(&Self::mac(master, &[label.as_bytes(), text.as_bytes()]))
    }

    /// Whether `signature` is the one of `text` for `purpose`, in constant time.
    #[must_use]
    pub fn verify(&self, purpose: Purpose, text: &str, signature: &str) -> bool {
        let by = |master| Self::signature(master, purpose, text).as_bytes().ct_eq(signature.as_bytes());
        self.masters.iter().any(|master| by(master).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seeded;

    #[test]
    fn sealed_opens_only_in_its_place() {
        let ring = Keyring::new([3; 32]);
        let sealed = ring.seal("here", "4711", &Seeded::new(1));
        assert_eq!(ring.open("here", &sealed).as_deref(), Ok("4711"));
        assert_eq!(ring.open("there", &sealed), Err(CannotOpen));
        assert_eq!(Keyring::new([4; 32]).open("here", &sealed), Err(CannotOpen));
        assert!(!format!("{ring:?}{sealed:?}").contains("4711"));
    }

    #[test]
    fn what_another_accepted_key_made_opens_and_verifies_and_new_things_are_made_with_the_first() {
        let (old, new) = (Keyring::new([3; 32]), Keyring::new([4; 32]));
        let both = Keyring::new([4; 32]).accepting([2; 32]).accepting([3; 32]);
        let sealed = old.seal("here", "4711", &Seeded::new(1));
        assert_eq!(both.open("here", &sealed).as_deref(), Ok("4711"));
        assert_eq!(both.open("there", &sealed), Err(CannotOpen));
        assert!(both.verify(Purpose::Csrf, "text", &old.sign(Purpose::Csrf, "text")));
        assert!(!both.verify(Purpose::Csrf, "text", &Keyring::new([5; 32]).sign(Purpose::Csrf, "text")));

        let fresh = both.seal("here", "4712", &Seeded::new(2));
        assert_eq!(new.open("here", &fresh).as_deref(), Ok("4712"));
        assert_eq!(old.open("here", &fresh), Err(CannotOpen));
        assert_eq!(both.sign(Purpose::Csrf, "text"), new.sign(Purpose::Csrf, "text"));
    }

    #[test]
    fn without_keys_nothing_opens_and_nothing_is_believed() {
        let (none, ring) = (Keyring::without_keys(), Keyring::new([3; 32]));
        let sealed = none.seal("here", "4711", &Seeded::new(1));
        assert_eq!((none.open("here", &sealed), ring.open("here", &sealed)), (Err(CannotOpen), Err(CannotOpen)));
        let signature = none.sign(Purpose::Ticket, "text");
        assert!(!none.verify(Purpose::Ticket, "text", &signature) && !ring.verify(Purpose::Ticket, "text", &signature));
        assert!(!none.verify(Purpose::Ticket, "text", &ring.sign(Purpose::Ticket, "text")));
    }

    #[test]
    fn a_signature_serves_one_purpose() {
        let ring = Keyring::new([3; 32]);
        let signature = ring.sign(Purpose::Ticket, "text");
        assert!(ring.verify(Purpose::Ticket, "text", &signature));
        assert!(!ring.verify(Purpose::Csrf, "text", &signature));
        assert!(!ring.verify(Purpose::Ticket, "other", &signature));
    }
}
