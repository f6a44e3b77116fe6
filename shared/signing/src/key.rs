//! Keys that sign.

use std::future::{Ready, ready};

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use spki::der::asn1::BitString;
use spki::der::{Encode as _, oid::ObjectIdentifier};
use spki::{AlgorithmIdentifier, SubjectPublicKeyInfo};
use thiserror::Error;

/// A key did not sign, or cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not a P-256 key in PKCS #8.
    #[error("this is no P-256 key in PKCS #8")]
    NoKey,
    /// The service or library that holds the key said no.
    #[error("the key did not sign")]
    Refused,
}

/// A key on the curve P-256 that signs with ECDSA and SHA-256.
pub trait SigningKey: Sync {
    /// Its public half as a `SubjectPublicKeyInfo` in DER, which is how KMS gives it.
    fn public_key(&self) -> &[u8];

    /// Signs a message of a few hundred bytes; the answer is an `ECDSA-Sig-Value` in DER. KMS takes the message itself
    /// (`MessageType` `RAW`, up to 4,096 bytes) or its SHA-256.
    fn sign(&self, message: &[u8]) -> impl Future<Output = Result<Vec<u8>, KeyError>> + Send;
}

/// The SHA-256 of a key's public half: which key it is.
pub fn fingerprint(key: &impl SigningKey) -> [u8; 32] {
    crate::cms::sha256(key.public_key())
}

/// A key from a file, for one machine and for tests. `Debug` shows nothing of it.
pub struct FileKey {
    pair: EcdsaKeyPair,
    public: Vec<u8>,
    random: SystemRandom,
}

impl std::fmt::Debug for FileKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileKey")
    }
}

const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

impl FileKey {
    /// A new one, as the file's content: PKCS #8 in DER. Keep it as what it is, a secret.
    pub fn generate() -> Result<Vec<u8>, KeyError> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new());
        made.map(|key| key.as_ref().to_vec()).map_err(|_| KeyError::Refused)
    }

    /// Reads PKCS #8 in DER.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der, &random).map_err(|_| KeyError::NoKey)?;
        let point = BitString::from_bytes(pair.public_key().as_ref()).map_err(|_| KeyError::NoKey)?;
        let algorithm = AlgorithmIdentifier { oid: EC, parameters: Some(P256) };
        let public = SubjectPublicKeyInfo { algorithm, subject_public_key: point };
        let public = public.to_der().map_err(|_| KeyError::NoKey)?;
        Ok(Self { pair, public, random })
    }
}

impl SigningKey for FileKey {
    fn public_key(&self) -> &[u8] {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> impl Future<Output = Result<Vec<u8>, KeyError>> + Send {
        let signed = self.pair.sign(&self.random, message);
        let signed: Ready<_> = ready(signed.map(|signed| signed.as_ref().to_vec()).map_err(|_| KeyError::Refused));
        signed
    }
}
