//! The last step: a completed document in, the signed one out. For the one function that may use the key.

use parlor_objects::{ObjectError, Objects};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Certificate, Invalid, SigningKey, Unsigned, sign, verify};

/// What to sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignTask {
    /// The completed document's key.
    pub from: String,
    /// What is signed of it.
    pub ranges: [usize; 4],
    /// Where the signed document goes.
    pub to: String,
}

/// The signed document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignReport {
    /// Its key.
    pub key: String,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// In bytes.
    pub size: usize,
}

/// Why it was not signed.
#[derive(Debug, Error)]
pub enum SignError {
    /// The store.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// The file or the key.
    #[error(transparent)]
    Unsigned(#[from] Unsigned),
    /// What was written does not hold: the certificate is not the key's.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

/// Bytes of a completed document: an original of 20 MB, decrypted and with its evidence.
const LARGEST: usize = 100_000_000;

/// Does it, and looks at what it did before anybody gets it. A second signing would have another hash, so the first one stays:
/// whoever comes later, or at the same time, looks at that one and reports it. One request to read, one to the key, one to write;
/// one more to read when it was signed before.
pub async fn sign_object(
    task: &SignTask,
    objects: &impl Objects,
    key: &impl SigningKey,
    certificate: &Certificate,
) -> Result<SignReport, SignError> {
    let pdf = objects.get(&task.from, LARGEST).await?;
    let signed = sign(pdf, task.ranges, key, certificate).await?;
    let verified = verify(&signed, std::slice::from_ref(certificate))?;
    let report = |size: usize, sha256: [u8; 32]| SignReport { key: task.to.clone(), sha256, size };
    let size = signed.len();
    match objects.put_new(&task.to, signed, "application/pdf").await {
        Err(ObjectError::Exists) => {
            let first = objects.get(&task.to, LARGEST).await?;
            let verified = verify(&first, std::slice::from_ref(certificate))?;
            Ok(report(first.len(), verified.sha256))
        }
        written => written.map(|()| report(size, verified.sha256)).map_err(SignError::from),
    }
}
