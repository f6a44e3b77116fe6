//! Whether a file is the one that was signed.

use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Decode as _, Encode as _, Reader as _, SliceReader};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use thiserror::Error;
use x509_cert::attr::Attributes;

use crate::certificate::Certificate;
use crate::cms::{
    CONTENT_TYPE, DATA, ECDSA_SHA256, MESSAGE_DIGEST, SHA_256, SIGNED_DATA, SIGNING_CERTIFICATE, SigningCertificateV2,
    digest, sha256, signed_bytes, structure,
};

/// A file that is what was signed, every byte of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Whose certificate it is, as RFC 4514 writes names.
    pub signer: String,
    /// The SHA-256 of the whole file, signature included.
    pub sha256: [u8; 32],
}

/// Why a file is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Invalid {
    /// No signature of ours is in it.
    #[error("the file has no signature")]
    Unsigned,
    /// The signature is over a part of the file: something was added, or taken away.
    #[error("the signature does not cover the whole file")]
    NotWhole,
    /// The bytes are not those that were signed.
    #[error("the file was changed after it was signed")]
    Altered,
    /// Signed by somebody else.
    #[error("the file was signed by somebody else")]
    Stranger,
    /// The signature cannot be read.
    #[error("the signature is damaged")]
    Malformed,
}

impl From<der::Error> for Invalid {
    fn from(_: der::Error) -> Self {
        Self::Malformed
    }
}

/// Looks whether `pdf` is exactly what one of `ours` signed. The ranges are searched for, not parsed: whichever are found have
/// to cover everything but the signature, so that nothing else in the file can matter.
pub fn verify(pdf: &[u8], ours: &[Certificate]) -> Result<Verified, Invalid> {
    let (first, second) = hole(pdf)?;
    let (signed, bytes) = read(pdf.get(first + 1..second - 1).unwrap_or_default())?;
    let [signer] = signed.signer_infos.0.as_slice() else { return Err(Invalid::Malformed) };
    if signer.digest_alg.oid != SHA_256 || signer.signature_algorithm.oid != ECDSA_SHA256 {
        return Err(Invalid::Malformed);
    }
    let attributes = signer.signed_attrs.as_ref().ok_or(Invalid::Malformed)?;
    if value::<ObjectIdentifier>(attributes, CONTENT_TYPE)? != DATA {
        return Err(Invalid::Malformed);
    }
    let certificate = certificate(attributes, ours)?;
    check(signer, attributes, certificate)?;
    // What the signature does not cover of its own structure is as we write it, and nothing else.
    if structure(attributes.clone(), signer.signature.as_bytes(), certificate)? != bytes {
        return Err(Invalid::Malformed);
    }
    if value::<OctetString>(attributes, MESSAGE_DIGEST)?.as_bytes() != digest(pdf, first, second) {
        return Err(Invalid::Altered);
    }
    Ok(Verified { signer: certificate.subject(), sha256: sha256(pdf) })
}

/// Where the signature is, `<` and `>` included.
fn hole(pdf: &[u8]) -> Result<(usize, usize), Invalid> {
    let mark = b"/ByteRange";
    let at = pdf.windows(mark.len()).rposition(|window| window == mark).ok_or(Invalid::Unsigned)?;
    let rest = pdf.get(at + mark.len()..).unwrap_or_default();
    let rest = rest.get(..rest.len().min(100)).unwrap_or_default().trim_ascii_start();
    let end = rest.iter().position(|byte| *byte == b']').ok_or(Invalid::Malformed)?;
    let list = rest.get(..end).and_then(|list| list.strip_prefix(b"[")).ok_or(Invalid::Malformed)?;
    let list = std::str::from_utf8(list).map_err(|_| Invalid::Malformed)?;
    let numbers: Result<Vec<usize>, _> = list.split_ascii_whitespace().map(str::parse).collect();
    let numbers: [usize; 4] = numbers.ok().and_then(|numbers| numbers.try_into().ok()).ok_or(Invalid::Malformed)?;
    let [start, first, second, length] = numbers;
    if start != 0 || first.saturating_add(2) > second || second.checked_add(length) != Some(pdf.len()) {
        return Err(Invalid::NotWhole);
    }
    let digits = pdf.get(first..second).and_then(|hole| hole.strip_prefix(b"<")?.strip_suffix(b">"));
    if digits.is_none_or(|digits| !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))) {
        return Err(Invalid::NotWhole);
    }
    Ok((first, second))
}

/// The structure that digits spell, and its bytes; zeros may follow.
fn read(digits: &[u8]) -> Result<(SignedData, Vec<u8>), Invalid> {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = digits.chunks(2).map(|pair| match *pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    let bytes: Vec<u8> = bytes.collect::<Option<_>>().ok_or(Invalid::Malformed)?;
    let mut reader = SliceReader::new(&bytes)?;
    let content = ContentInfo::decode(&mut reader)?;
    let rest = reader.read_slice(reader.remaining_len())?;
    if content.content_type != SIGNED_DATA || rest.iter().any(|byte| *byte != 0) {
        return Err(Invalid::Malformed);
    }
    let length = bytes.len() - rest.len();
    let signed = SignedData::from_der(&content.content.to_der()?)?;
    Ok((signed, bytes.get(..length).unwrap_or_default().to_vec()))
}

/// The one value of an attribute that is there once.
fn value<T>(attributes: &Attributes, oid: ObjectIdentifier) -> Result<T, Invalid>
where
    T: for<'a> der::Decode<'a, Error = der::Error>,
{
    let mut named = attributes.iter().filter(|attribute| attribute.oid == oid);
    let (Some(attribute), None) = (named.next(), named.next()) else { return Err(Invalid::Malformed) };
    let [value] = attribute.values.as_slice() else { return Err(Invalid::Malformed) };
    Ok(T::from_der(&value.to_der()?)?)
}

/// Which of ours the attributes name.
fn certificate<'c>(attributes: &Attributes, ours: &'c [Certificate]) -> Result<&'c Certificate, Invalid> {
    let named = value::<SigningCertificateV2>(attributes, SIGNING_CERTIFICATE)?;
    let named = named.certificates.first().ok_or(Invalid::Malformed)?;
    let is_named = |certificate: &&Certificate| named.hash.as_bytes() == sha256(&certificate.der);
    ours.iter().find(is_named).ok_or(Invalid::Stranger)
}

fn check(signer: &SignerInfo, attributes: &Attributes, certificate: &Certificate) -> Result<(), Invalid> {
    let key = certificate.parsed.tbs_certificate().subject_public_key_info().subject_public_key.raw_bytes();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key);
    key.verify(&signed_bytes(attributes)?, signer.signature.as_bytes()).map_err(|_| Invalid::Altered)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::{FileKey, sign};

    const ROOM: usize = 4_096;

    fn ours() -> (FileKey, Certificate) {
        let key = FileKey::from_pkcs8(&FileKey::generate().unwrap()).unwrap();
        let (from, to) = ("2026-01-01T00:00:00Z".parse().unwrap(), "2056-01-01T00:00:00Z".parse().unwrap());
        let made = Certificate::self_made(&key, "Parlor, \"Ltd\" + #1", [0xff; 16], from, to);
        let certificate = made.now_or_never().unwrap().unwrap();
        assert!(certificate.is_for(&key));
        (key, certificate)
    }

    /// What the signer sees of a PDF.
    fn unsigned() -> (Vec<u8>, [usize; 4]) {
        let before = "%PDF-1.7 what was agreed /ByteRange [0 0000000000 0000000000 0000000000] /Contents ";
        let hole = format!("<{}>", "0".repeat(ROOM * 2));
        let pdf = format!("{before}{hole} and what follows");
        let ranges = [0, before.len(), before.len() + hole.len(), " and what follows".len()];
        let known = format!("{:010} {:010} {:010}", ranges[1], ranges[2], ranges[3]);
        (pdf.replace("0000000000 0000000000 0000000000", &known).into_bytes(), ranges)
    }

    fn signed() -> (Vec<u8>, Certificate) {
        let (key, certificate) = ours();
        let (pdf, ranges) = unsigned();
        (sign(pdf, ranges, &key, &certificate).now_or_never().unwrap().unwrap(), certificate)
    }

    #[test]
    fn r21_what_was_signed_is_verified() {
        let (pdf, certificate) = signed();
        let verified = verify(&pdf, std::slice::from_ref(&certificate)).unwrap();
        assert_eq!(verified.sha256, sha256(&pdf));
        assert_eq!(verified.signer, certificate.subject());
        assert!(verified.signer.contains("Parlor"), "{}", verified.signer);
    }

    #[test]
    fn r21_every_changed_byte_is_noticed() {
        let (pdf, certificate) = signed();
        let ours = [certificate];
        let digits = pdf.iter().position(|byte| *byte == b'<').unwrap();
        for place in (0..pdf.len()).filter(|place| *place < digits + 1_800 || *place > digits + ROOM * 2) {
            let mut changed = pdf.clone();
            changed[place] ^= 1;
            assert!(verify(&changed, &ours).is_err(), "byte {place} was changed unnoticed");
        }
    }

    #[test]
    fn r21_what_was_added_or_taken_away_is_noticed() {
        let (pdf, certificate) = signed();
        let ours = [certificate];
        let with = |more: &[u8]| [pdf.as_slice(), more].concat();
        assert_eq!(verify(&with(b"\n"), &ours), Err(Invalid::NotWhole));
        assert_eq!(verify(&with(b"/ByteRange [0 10 20 30]"), &ours), Err(Invalid::NotWhole));
        assert_eq!(verify(&pdf[..pdf.len() - 1], &ours), Err(Invalid::NotWhole));
        assert_eq!(verify(&[b" ", pdf.as_slice()].concat(), &ours), Err(Invalid::NotWhole));
        // Ranges around more than the signature, which would leave room for anything.
        let text = String::from_utf8(pdf.clone()).unwrap();
        let (numbers, _) = text.split_once('[').unwrap().1.split_once(']').unwrap();
        let mut wider: Vec<usize> = numbers.split(' ').map(|number| number.parse().unwrap()).collect();
        wider[1] -= 1;
        let wider = format!("{} {:010} {:010} {:010}", wider[0], wider[1], wider[2], wider[3]);
        assert_eq!(verify(text.replace(numbers, &wider).as_bytes(), &ours), Err(Invalid::NotWhole));
        // A byte in the unused rest of the hole.
        let mut padded = pdf.clone();
        let last = pdf.iter().rposition(|byte| *byte == b'>').unwrap() - 1;
        padded[last] = b'1';
        assert_eq!(verify(&padded, &ours), Err(Invalid::Malformed));
    }

    #[test]
    fn r21_what_others_signed_is_not_ours() {
        let (pdf, _) = signed();
        let (_, other) = ours();
        assert_eq!(verify(&pdf, &[other]), Err(Invalid::Stranger));
        assert_eq!(verify(&pdf, &[]), Err(Invalid::Stranger));
        assert_eq!(verify(&unsigned().0, &[]), Err(Invalid::Malformed));
        assert_eq!(verify(b"%PDF-1.7", &[]), Err(Invalid::Unsigned));
        assert_eq!(verify(b"", &[]), Err(Invalid::Unsigned));
    }

    #[test]
    fn r21_only_a_whole_file_is_signed() {
        let (key, certificate) = ours();
        let (pdf, ranges) = unsigned();
        let refused =
            |pdf: &[u8], ranges| sign(pdf.to_vec(), ranges, &key, &certificate).now_or_never().unwrap().is_err();
        let [start, first, second, length] = ranges;
        assert!(refused(&pdf, [1, first, second, length]));
        assert!(refused(&pdf, [0, first - 1, second, length]));
        assert!(refused(&pdf, [0, first, second + 1, length - 1]));
        assert!(refused(&pdf, [0, first, second, length - 1]));
        assert!(refused(&pdf, [0, second, first, length]));
        assert!(refused(&pdf, [start, first, usize::MAX, length]));
        assert!(refused(b"<00>", [0, 0, 4, 0]), "the signature does not fit");
    }

    #[test]
    fn r21_a_key_from_a_file_is_read_and_never_shown() {
        assert!(FileKey::from_pkcs8(b"no key").is_err());
        let (key, _) = ours();
        assert_eq!(format!("{key:?}"), "FileKey");
    }
}
