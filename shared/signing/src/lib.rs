//! Signatures over documents: `PAdES` B-B (ETSI EN 319 142-1) over a whole file.
//!
//! What signs never parses. It is given a file with a hole and the two ranges around it, looks whether they cover everything
//! else, and puts a CMS structure (RFC 5652) into the hole. The key is behind [`SigningKey`]: a file's on one machine, one in
//! KMS on AWS. [`verify`] needs no parser either: whatever else a file says of itself, its bytes are the ones that were signed,
//! or they are not.

mod certificate;
mod cms;
mod key;
mod step;
mod verify;

use thiserror::Error;

pub use certificate::Certificate;
pub use key::{FileKey, KeyError, SigningKey, fingerprint};
pub use step::{SignError, SignReport, SignTask, sign_object};
pub use verify::{Invalid, Verified, verify};

/// Why a file was not signed.
#[derive(Debug, Error)]
pub enum Unsigned {
    /// The ranges leave out more than the hole, or the hole is none.
    #[error("the ranges do not cover the file")]
    NotWhole,
    /// The structure is larger than the hole.
    #[error("the signature does not fit")]
    NoRoom,
    /// The key did not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The certificate or the structure cannot be encoded.
    #[error("the signature cannot be encoded")]
    Encoding(#[from] der::Error),
}

/// Signs a file. `ranges` are what is signed, two times a start and a length, and between them is the hole: zeros in
/// hexadecimal between `<` and `>`. One request to the key's service, if it has one.
pub async fn sign<K: SigningKey>(
    mut pdf: Vec<u8>,
    ranges: [usize; 4],
    key: &K,
    certificate: &Certificate,
) -> Result<Vec<u8>, Unsigned> {
    let [start, first, second, length] = ranges;
    let whole = start == 0 && first < second && second.checked_add(length) == Some(pdf.len());
    let hole = pdf.get(first..second).filter(|_| whole).ok_or(Unsigned::NotWhole)?;
    let Some(room) = hole.strip_prefix(b"<").and_then(|hole| hole.strip_suffix(b">")) else {
        return Err(Unsigned::NotWhole);
    };
    if !room.iter().all(|byte| *byte == b'0') {
        return Err(Unsigned::NotWhole);
    }
    let room = room.len();
    let attributes = cms::attributes(&cms::digest(&pdf, first, second), certificate)?;
    let signature = key.sign(&cms::signed_bytes(&attributes)?).await?;
    let structure = cms::structure(attributes, &signature, certificate)?;
    if structure.len() * 2 > room {
        return Err(Unsigned::NoRoom);
    }
    let digits =
        structure.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| b"0123456789abcdef"[usize::from(digit)]);
    for (place, digit) in pdf[first + 1..].iter_mut().zip(digits) {
        *place = digit;
    }
    Ok(pdf)
}
