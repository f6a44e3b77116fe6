//! The key's certificate, which lies in the bucket: made when the key is first used, or brought by an admin.

use data_encoding::HEXLOWER;
use jiff::{Timestamp, ToSpan as _};
use parlor_objects::{ObjectError, Objects};
use parlor_signing::{Certificate, SigningKey, fingerprint};

use crate::DocumentSignError;

/// How long one of our own making is good for. What was signed while it was stays signed.
const YEARS: i16 = 10;

/// Bytes of a certificate.
const LARGEST: usize = 100_000;

/// The certificate at `certificate/{fingerprint of the public key}.der`; one that the key makes for itself if there is none.
/// Of several that are made at once the first stays. One request to read; once in an installation's life two more, and one to
/// the key.
pub(crate) async fn of(
    key: &impl SigningKey,
    objects: &impl Objects,
    name: &str,
    serial: [u8; 16],
    now: Timestamp,
) -> Result<Certificate, DocumentSignError> {
    let place = format!("certificate/{}.der", HEXLOWER.encode(&fingerprint(key)));
    let kept = match objects.get(&place, LARGEST).await {
        Err(ObjectError::Missing) => {
            let made = self_made(key, name, serial, now).await?;
            match objects.put_new(&place, made.as_der().to_vec(), "application/pkix-cert").await {
                Err(ObjectError::Exists) => objects.get(&place, LARGEST).await?,
                written => return written.map(|()| made).map_err(Into::into),
            }
        }
        kept => kept?,
    };
    let kept = Certificate::from_der(&kept).map_err(|_| DocumentSignError::NotItsCertificate)?;
    if kept.is_for(key) { Ok(kept) } else { Err(DocumentSignError::NotItsCertificate) }
}

async fn self_made(
    key: &impl SigningKey,
    name: &str,
    serial: [u8; 16],
    now: Timestamp,
) -> Result<Certificate, DocumentSignError> {
    // A day before, for clocks that are behind.
    let from = now - 24.hours();
    let to = from + (i64::from(YEARS) * 365 * 24).hours();
    Ok(Certificate::self_made(key, name, serial, from, to).await?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use futures_util::FutureExt as _;
    use parlor_objects::Folder;
    use parlor_signing::FileKey;

    use super::*;

    #[test]
    fn r21_a_key_makes_its_certificate_once() {
        let folder = tempfile::tempdir().unwrap();
        let files = Folder::new(folder.path().to_path_buf());
        let new = || FileKey::from_pkcs8(&FileKey::generate().unwrap()).unwrap();
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
        let certified = |key: &FileKey, serial: u8| {
            of(key, &files, "Parlor at parlor.example.com", [serial; 16], now).now_or_never().unwrap()
        };
        let key = new();
        let first = certified(&key, 1).unwrap();
        assert_eq!(first.subject(), "CN=Parlor at parlor.example.com");
        assert_eq!(certified(&key, 2).unwrap(), first);
        let other = new();
        assert_ne!(certified(&other, 2).unwrap(), first);
        // What an admin put there has to be of the key.
        let place = format!("certificate/{}.der", HEXLOWER.encode(&fingerprint(&other)));
        files.put(&place, first.as_der().to_vec(), "").now_or_never().unwrap().unwrap();
        assert!(matches!(certified(&other, 3), Err(DocumentSignError::NotItsCertificate)));
    }
}
