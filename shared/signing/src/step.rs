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
    /// Its SHA-256. A second signing has another, so whoever stores it keeps the first.
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

/// Does it, and looks at what it did before anybody gets it. One request to read, one to the key, one to write.
pub async fn sign_object(
    task: &SignTask,
    objects: &impl Objects,
    key: &impl SigningKey,
    certificate: &Certificate,
) -> Result<SignReport, SignError> {
    let pdf = objects.get(&task.from, LARGEST).await?;
    let signed = sign(pdf, task.ranges, key, certificate).await?;
    let verified = verify(&signed, std::slice::from_ref(certificate))?;
    let size = signed.len();
    objects.put(&task.to, signed, "application/pdf").await?;
    Ok(SignReport { key: task.to.clone(), sha256: verified.sha256, size })
}
