//! What a completed document's last page says: who filled in and signed, how they were known, when, with what, and what happened.

use serde::{Deserialize, Serialize};

use crate::DayStyle;

/// What the evidence page says. Its texts are in the session's language; times are written out by whoever knows the zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The headings over its parts.
    pub words: EvidenceWords,
    /// Whether the language runs from right to left.
    pub right_to_left: bool,
    /// The document's title.
    pub document: String,
    /// Who filled it in, in order.
    pub signers: Vec<Signer>,
    /// What happened: when, and what.
    pub events: Vec<(String, String)>,
    /// How days are written into the document's fields; as they are kept where nobody says, as was so before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<DayStyle>,
}

/// One who filled in or signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signer {
    /// Their whole name.
    pub name: String,
    /// How they were known: a link, a PIN, a code sent to which address.
    pub authenticated: String,
    /// When they completed it.
    pub completed: String,
    /// Browser and system.
    pub device: String,
    /// IP address.
    pub address: String,
    /// What they agreed to, word for word; empty if they were not asked.
    pub consent: String,
}

/// Headings of the evidence page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidenceWords {
    /// Of the page.
    pub title: String,
    /// Before the document's title.
    pub document: String,
    /// Before the SHA-256 of the file as it was sent.
    pub original: String,
    /// Before a name.
    pub signer: String,
    /// Before how somebody was known.
    pub authenticated: String,
    /// Before when it was completed.
    pub completed: String,
    /// Before the device.
    pub device: String,
    /// Before the IP address.
    pub address: String,
    /// Before what was agreed to.
    pub consent: String,
    /// Before what happened.
    pub events: String,
    /// What the page is, and how the signature is checked.
    pub note: String,
}
