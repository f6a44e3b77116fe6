//! The structure in the hole: CMS `SignedData` with the attributes that ETSI EN 319 122-1 asks for.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::{Encode as _, Sequence};
use ring::digest::{Context, SHA256};
use spki::AlgorithmIdentifierOwned;
use x509_cert::attr::{Attribute, Attributes};

use crate::certificate::Certificate;

pub(crate) const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
pub(crate) const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
pub(crate) const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
pub(crate) const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
pub(crate) const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
pub(crate) const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
pub(crate) const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

/// Which certificate signed, by its SHA-256 (RFC 5035). The algorithm is the default and left out.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct SigningCertificateV2 {
    pub(crate) certificates: Vec<CertificateId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct CertificateId {
    pub(crate) hash: OctetString,
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(ring::digest::digest(&SHA256, bytes).as_ref());
    hash
}

/// The SHA-256 of a file without its hole.
pub(crate) fn digest(pdf: &[u8], hole: usize, end: usize) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(pdf.get(..hole).unwrap_or_default());
    context.update(pdf.get(end..).unwrap_or_default());
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

fn attribute(oid: ObjectIdentifier, value: Any) -> Result<Attribute, der::Error> {
    Ok(Attribute { oid, values: SetOfVec::try_from(vec![value])? })
}

/// What is signed: the file's digest and whose certificate it is. No time: `PAdES` has it in the PDF.
pub(crate) fn attributes(digest: &[u8; 32], certificate: &Certificate) -> Result<Attributes, der::Error> {
    let id = CertificateId { hash: OctetString::new(sha256(&certificate.der).as_slice())? };
    SetOfVec::try_from(vec![
        attribute(CONTENT_TYPE, Any::encode_from(&DATA)?)?,
        attribute(MESSAGE_DIGEST, Any::encode_from(&OctetString::new(digest.as_slice())?)?)?,
        attribute(SIGNING_CERTIFICATE, Any::encode_from(&SigningCertificateV2 { certificates: vec![id] })?)?,
    ])
}

/// The bytes that the key signs: the attributes as a set by itself (RFC 5652, 5.4).
pub(crate) fn signed_bytes(attributes: &Attributes) -> Result<Vec<u8>, der::Error> {
    attributes.to_der()
}

/// All of it, in DER.
pub(crate) fn structure(
    attributes: Attributes,
    signature: &[u8],
    certificate: &Certificate,
) -> Result<Vec<u8>, der::Error> {
    let digest = AlgorithmIdentifierOwned { oid: SHA_256, parameters: None };
    let content = certificate.parsed.tbs_certificate();
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: content.issuer().clone(),
            serial_number: content.serial_number().clone(),
        }),
        digest_alg: digest.clone(),
        signed_attrs: Some(attributes),
        signature_algorithm: AlgorithmIdentifierOwned { oid: ECDSA_SHA256, parameters: None },
        signature: OctetString::new(signature)?,
        unsigned_attrs: None,
    };
    let certificates = vec![CertificateChoices::Certificate(certificate.parsed.clone())];
    let signed = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![digest])?,
        encap_content_info: EncapsulatedContentInfo { econtent_type: DATA, econtent: None },
        certificates: Some(certificates.try_into()?),
        crls: None,
        signer_infos: vec![signer].try_into()?,
    };
    ContentInfo { content_type: SIGNED_DATA, content: Any::encode_from(&signed)? }.to_der()
}
