//! Files that are sent (R21): what may be, and what is known of one before it has come.

use std::{borrow::Cow, fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::{
    AccessTier, Actor, Random, Rejection, Session,
    ids::{InvalidId, KeyId},
    interaction::Refusal,
    names::{InvalidName, valid_name},
    session::State,
};

/// The largest file, in bytes.
pub const FILE_MAX: u64 = 20_000_000;

/// The largest file that is taken as a company's logo (R19), in bytes.
pub const LOGO_MAX: u64 = 5_000_000;

/// What the paths begin with at which anybody gets a company's logo. Its name in the bucket follows.
pub const LOGO_FILES: &str = "/logo/";

/// How long a file that was sent may be named by what uses it.
pub const USABLE_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long a library's file stays that no entry has (R21): an hour longer than it may be named, so that whoever named it in time has
/// written their entry by then.
pub const LEFT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24 + 1);

/// Files that a session's customer may announce from one device on one day (UTC).
pub const CUSTOMERS_FILES: u32 = 200;

/// What an id of an upload begins with.
const PREFIX: &str = "up_";

/// A file that is sent: `up_` and what other ids are. It is also the file's name in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UploadId(String);

impl UploadId {
    /// A new random id.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        Self(format!("{PREFIX}{}", KeyId::generate(random)))
    }

    /// The key of the file in the bucket.
    #[must_use]
    pub fn object(&self) -> String {
        format!("uploads/{self}")
    }

    /// The key of what was read of a document.
    #[must_use]
    pub fn report(&self) -> String {
        format!("read/{self}/form.json")
    }

    /// The key of a logo in the bucket (R19), as it was sent.
    #[must_use]
    pub fn sent_logo(&self) -> String {
        format!("sent-logos/{self}")
    }

    /// The key of what was read of a logo. Beside it, with the ending of its kind, lies the logo itself.
    #[must_use]
    pub fn logo_report(&self) -> String {
        format!("logos/{self}.json")
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for UploadId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let random = text.strip_prefix(PREFIX).ok_or(InvalidId)?;
        random.parse::<KeyId>().map(|_| Self(text.to_owned()))
    }
}

impl TryFrom<String> for UploadId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<UploadId> for String {
    fn from(id: UploadId) -> String {
        id.0
    }
}

impl JsonSchema for UploadId {
    fn schema_name() -> Cow<'static, str> {
        "UploadId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": format!("^{PREFIX}[0-9a-hjkmnp-tv-z]{{16}}$")})
    }
}

/// A kind of file that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum FileType {
    /// A document.
    #[serde(rename = "application/pdf")]
    Pdf,
    /// A photograph.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// A picture.
    #[serde(rename = "image/png")]
    Png,
    /// A picture.
    #[serde(rename = "image/webp")]
    Webp,
}

impl FileType {
    /// Reads a media type, its parameters aside.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let essence = text.split(';').next().unwrap_or_default().trim();
        [Self::Pdf, Self::Jpeg, Self::Png, Self::Webp]
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(essence))
    }

    /// Its media type.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// Whether it is a picture.
    #[must_use]
    pub const fn is_picture(self) -> bool {
        !matches!(self, Self::Pdf)
    }

    /// What a file of this kind is called: its own name, with the ending of what is in it.
    #[must_use]
    pub fn named(self, name: &str) -> String {
        let ending = match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        };
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        format!("{stem}.{ending}")
    }
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UploadRefusal {
    /// Its name is empty, too long, or not one line.
    #[error("the file's name has 1 to 120 characters, in one line")]
    InvalidName,
    /// It is empty.
    #[error("the file is empty")]
    Empty,
    /// It has more than [`FILE_MAX`] bytes.
    #[error("the file is larger than 20 MB; send a smaller one")]
    TooLarge,
    /// It is none of [`FileType`].
    #[error("only PDF, JPEG, PNG and WebP files are taken")]
    UnsupportedType,
    /// Its checksum is none.
    #[error("`sha256` is the file's SHA-256: 64 hexadecimal digits")]
    InvalidChecksum,
}

impl UploadRefusal {
    /// The field of the announcement that is at fault.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::InvalidName => "name",
            Self::Empty | Self::TooLarge => "size",
            Self::UnsupportedType => "content_type",
            Self::InvalidChecksum => "sha256",
        }
    }
}

impl From<InvalidName> for UploadRefusal {
    fn from(_: InvalidName) -> Self {
        Self::InvalidName
    }
}

/// A file that somebody announced. Whether it has come, the bucket knows; what is in it, whoever reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Which one.
    pub id: UploadId,
    /// As it is called where it comes from.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// What it is said to be.
    pub content_type: FileType,
    /// Its SHA-256, in small hexadecimal digits.
    pub sha256: String,
    /// Who sends it.
    pub by: Actor,
    /// When it was announced.
    pub at: Timestamp,
}

/// What is said of a file before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced<'a> {
    /// As it is called where it comes from.
    pub name: &'a str,
    /// In bytes.
    pub size: u64,
    /// Its media type.
    pub content_type: &'a str,
    /// Its SHA-256, in hexadecimal.
    pub sha256: &'a str,
}

impl Upload {
    /// Judges an announcement.
    pub fn announced(id: UploadId, said: &Announced<'_>, by: Actor, at: Timestamp) -> Result<Self, UploadRefusal> {
        let name = valid_name(said.name)?.to_owned();
        if said.size == 0 {
            return Err(UploadRefusal::Empty);
        }
        if said.size > FILE_MAX {
            return Err(UploadRefusal::TooLarge);
        }
        let content_type = FileType::parse(said.content_type).ok_or(UploadRefusal::UnsupportedType)?;
        let sha256 = said.sha256.to_ascii_lowercase();
        if sha256.len() != 64 || !sha256.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(UploadRefusal::InvalidChecksum);
        }
        Ok(Self { id, name, size: said.size, content_type, sha256, by, at })
    }

    /// The SHA-256 itself.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut digest = [0; 32];
        let nibble = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or(0);
        for (byte, pair) in digest.iter_mut().zip(self.sha256.as_bytes().chunks_exact(2)) {
            *byte = nibble(pair[0]) << 4 | nibble(pair[1]);
        }
        digest
    }

    /// Why a customer's further file is not taken: [`CUSTOMERS_FILES`] were announced.
    #[must_use]
    pub fn too_many(now: Timestamp) -> Rejection {
        let day = 24 * 60 * 60;
        let retry_at = Timestamp::from_second((now.as_second() / day + 1) * day).unwrap_or(now + USABLE_FOR);
        Rejection::TooOften { retry_at }
    }

    /// When it may not be named any more.
    #[must_use]
    pub fn usable_until(&self) -> Timestamp {
        self.at + USABLE_FOR
    }

    /// Whether it may still be named by what uses it. Expired items are removed late, so this is asked wherever one is read.
    #[must_use]
    pub fn is_usable(&self, now: Timestamp) -> bool {
        now < self.usable_until()
    }
}

impl Session {
    /// R1, R2: whether staff and programs may send files for it. What is over is readable, not writable, until it is renewed;
    /// but where the customer may attach files after the end, staff may answer with one.
    pub fn takes_files(&self, now: Timestamp) -> Result<(), Rejection> {
        match self.state {
            State::Discarded => Err(Rejection::Discarded),
            _ if self.is_over() && !self.access(now).attachments => Err(Rejection::AlreadyEnded),
            _ => Ok(()),
        }
    }

    /// R2: whether the customer may send files for it: as long as they may fill in anything.
    pub fn takes_files_of_customer(&self, now: Timestamp) -> Result<(), Rejection> {
        match self.access(now).tier {
            AccessTier::Full => Ok(()),
            AccessTier::Limited | AccessTier::None => Err(Refusal::ReadOnly.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08";

    fn id() -> UploadId {
        "up_0000000000000000".parse().unwrap()
    }

    fn judged(said: &Announced<'_>) -> Result<Upload, UploadRefusal> {
        Upload::announced(id(), said, Actor::System, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn r21_only_files_of_known_kinds_and_sizes_are_taken() {
        let good = Announced { name: " Loan.pdf ", size: 12, content_type: "Application/PDF; x=1", sha256: SHA };
        let upload = judged(&good).unwrap();
        assert_eq!((upload.name.as_str(), upload.content_type), ("Loan.pdf", FileType::Pdf));
        assert_eq!(upload.sha256, SHA.to_lowercase());
        assert_eq!((upload.digest()[0], upload.digest()[31]), (0x9f, 0x08));
        assert!(judged(&Announced { size: FILE_MAX, ..good.clone() }).is_ok());
        for (said, why) in [
            (Announced { name: "\u{200b}", ..good.clone() }, UploadRefusal::InvalidName),
            (Announced { name: "a\nb", ..good.clone() }, UploadRefusal::InvalidName),
            (Announced { size: 0, ..good.clone() }, UploadRefusal::Empty),
            (Announced { size: FILE_MAX + 1, ..good.clone() }, UploadRefusal::TooLarge),
            (Announced { content_type: "image/svg+xml", ..good.clone() }, UploadRefusal::UnsupportedType),
            (Announced { content_type: "", ..good.clone() }, UploadRefusal::UnsupportedType),
            (Announced { sha256: "abc", ..good.clone() }, UploadRefusal::InvalidChecksum),
            (Announced { sha256: &"g".repeat(64), ..good.clone() }, UploadRefusal::InvalidChecksum),
        ] {
            assert_eq!(judged(&said), Err(why), "{said:?}");
        }
    }

    #[test]
    fn r21_a_file_may_be_named_for_a_week() {
        let good = Announced { name: "a", size: 1, content_type: "image/png", sha256: SHA };
        let upload = judged(&good).unwrap();
        let last = Timestamp::from_second(7 * 24 * 3600 - 1).unwrap();
        assert!(upload.is_usable(last) && !upload.is_usable(last + SignedDuration::from_secs(1)));
    }

    #[test]
    fn an_id_is_a_key_that_leads_nowhere_else() {
        assert_eq!(id().object(), "uploads/up_0000000000000000");
        for wrong in ["0000000000000000", "up_", "up_../../x0000000", "UP_0000000000000000", "up_000000000000000i"] {
            assert!(wrong.parse::<UploadId>().is_err(), "{wrong}");
        }
    }
}
