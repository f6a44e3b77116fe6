//! The certificate that says whose the key is. One of our own making is enough to notice changes; readers say of it that its
//! issuer is not trusted. Installations bring one that is, for the same key.

use std::str::FromStr as _;
use std::time::Duration;

use der::asn1::{BitString, GeneralizedTime, OctetString, UtcTime};
use der::{Decode as _, Encode as _, Sequence};
use jiff::Timestamp;
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier};
use x509_cert::ext::{Extension, ToExtension as _};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use crate::cms::ECDSA_SHA256;
use crate::key::SigningKey;
use crate::{Unsigned, cms};

/// An X.509 certificate (RFC 5280).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    pub(crate) parsed: x509_cert::Certificate,
    pub(crate) der: Vec<u8>,
}

/// What is signed of a certificate (RFC 5280, 4.1).
#[derive(Sequence)]
struct Content {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    version: u8,
    serial: SerialNumber,
    signature: AlgorithmIdentifierOwned,
    issuer: Name,
    validity: Validity,
    subject: Name,
    key: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    extensions: Vec<Extension>,
}

#[derive(Sequence)]
struct Whole {
    content: Content,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

/// Version 3 is written as 2.
const V3: u8 = 2;

impl Certificate {
    /// Reads one in DER.
    pub fn from_der(der: &[u8]) -> Result<Self, der::Error> {
        Ok(Self { parsed: x509_cert::Certificate::from_der(der)?, der: der.to_vec() })
    }

    /// In DER.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Whom it names, as RFC 4514 writes names: `CN=Parlor`.
    pub fn subject(&self) -> String {
        self.parsed.tbs_certificate().subject().to_string()
    }

    /// Whether it is about this key.
    pub fn is_for(&self, key: &impl SigningKey) -> bool {
        let own = self.parsed.tbs_certificate().subject_public_key_info().to_der();
        own.is_ok_and(|own| own == key.public_key())
    }

    /// One that a key makes for itself. `serial` is random, its first bit cleared. One request to the key's service.
    pub async fn self_made<K: SigningKey>(
        key: &K,
        name: &str,
        serial: [u8; 16],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Self, Unsigned> {
        let mut serial = serial;
        serial[0] &= 0x7f;
        let subject = Name::from_str(&format!("CN={}", escaped(name)))?;
        let public = SubjectPublicKeyInfoOwned::from_der(key.public_key())?;
        let id = &cms::sha256(public.subject_public_key.raw_bytes())[..20];
        let extensions = vec![
            (&BasicConstraints { ca: false, path_len_constraint: None }).to_extension(&subject, &[])?,
            (&KeyUsage(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation)).to_extension(&subject, &[])?,
            (&SubjectKeyIdentifier(OctetString::new(id)?)).to_extension(&subject, &[])?,
        ];
        let algorithm = AlgorithmIdentifierOwned { oid: ECDSA_SHA256, parameters: None };
        let content = Content {
            version: V3,
            serial: SerialNumber::new(&serial)?,
            signature: algorithm.clone(),
            issuer: subject.clone(),
            validity: Validity::new(time(from)?, time(to)?),
            subject,
            key: public,
            extensions,
        };
        let signature = key.sign(&content.to_der()?).await?;
        let whole = Whole { content, algorithm, signature: BitString::from_bytes(&signature)? };
        Ok(Self::from_der(&whole.to_der()?)?)
    }
}

/// Years from 2050 on are written in another way.
fn time(at: Timestamp) -> Result<Time, der::Error> {
    let since = Duration::from_secs(u64::try_from(at.as_second()).unwrap_or(0));
    UtcTime::from_unix_duration(since)
        .map(Time::from)
        .or_else(|_| GeneralizedTime::from_unix_duration(since).map(Time::from))
}

/// A name's special characters, each with a backslash (RFC 4514, 2.4).
fn escaped(name: &str) -> String {
    let mut escaped = String::new();
    for character in name.chars() {
        if ",+\"\\<>;=#".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
