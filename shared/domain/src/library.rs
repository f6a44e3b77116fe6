//! A team's library (R21): prepared texts, workflows, documents and requests that are made once and sent again and again.
//!
//! What somebody works on is apart from what is offered. Publishing makes a version of what was worked on, and no version ever
//! changes: a session keeps the one that it was sent. What is archived is not offered any more.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Actor, LibraryId, TeamId, UploadId,
    interaction::{Asked, Document, Request, Workflow, title_text},
    session::{MESSAGE_MAX, as_typed},
};

/// The most entries that a team's library has, archived ones included.
pub const ENTRIES_MAX: usize = 500;

/// What stands in a prepared text for the customer's name.
pub const NAME_PLACEHOLDER: &str = "{name}";

/// What kind of thing an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "LibraryKind")]
pub enum EntryKind {
    /// A text that agents insert into their messages.
    Text,
    /// Questions, step by step.
    Workflow,
    /// A PDF to fill in and sign.
    Document,
    /// Photos or files to send.
    Request,
}

impl EntryKind {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Text, Self::Workflow, Self::Document, Self::Request];

    /// As it stands in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Workflow => "workflow",
            Self::Document => "document",
            Self::Request => "request",
        }
    }
}

/// Whether an entry is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "LibraryState")]
pub enum EntryState {
    /// It was never published.
    Draft,
    /// Agents can send its newest version.
    Published,
    /// It is kept, and not offered.
    Archived,
}

impl EntryState {
    /// As it stands in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Archived => "archived",
        }
    }
}

/// What an entry has in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// A prepared text, as [`prepared_text`] has it.
    Text(String),
    /// What an interaction asks, checked.
    Asked(Asked),
}

impl Content {
    /// Of a workflow that was checked.
    #[must_use]
    pub fn workflow(workflow: Workflow) -> Self {
        Self::Asked(Asked::Workflow(workflow))
    }

    /// Of a document that fits ([`Document::fits`]).
    #[must_use]
    pub fn document(document: Document) -> Self {
        Self::Asked(Asked::Document(document))
    }

    /// Of a request that was checked.
    #[must_use]
    pub fn request(request: Request) -> Self {
        Self::Asked(Asked::Request(request))
    }

    /// What kind of thing it is.
    #[must_use]
    pub fn kind(&self) -> EntryKind {
        match self {
            Self::Text(_) => EntryKind::Text,
            Self::Asked(Asked::Workflow(_)) => EntryKind::Workflow,
            Self::Asked(Asked::Document(_)) => EntryKind::Document,
            Self::Asked(Asked::Request(_)) => EntryKind::Request,
        }
    }

    /// The file that it was read from, where it is a document.
    #[must_use]
    pub fn upload(&self) -> Option<&UploadId> {
        match self {
            Self::Asked(Asked::Document(document)) => Some(&document.upload),
            Self::Text(_) | Self::Asked(_) => None,
        }
    }

    /// The text, where it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Asked(_) => None,
        }
    }
}

/// What an entry offers: the newest version that was published, as lists tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Counted from 1.
    pub version: u32,
    /// What it is called.
    pub title: String,
    /// Of a prepared text: the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// When it was published.
    pub at: Timestamp,
}

/// An entry as lists tell it. What is in it stands apart, because it can be long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id, which begins with its team's.
    pub id: LibraryId,
    /// What kind of thing it is; fixed.
    pub kind: EntryKind,
    /// What it is called, as it is worked on.
    pub title: String,
    /// Whether it is kept and not offered.
    #[serde(default, skip_serializing_if = "is_false")]
    pub archived: bool,
    /// Whether something was changed since it was last published.
    #[serde(default, skip_serializing_if = "is_false")]
    pub changed: bool,
    /// What it offers; nothing before it was first published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed, published or archived.
    pub updated_at: Timestamp,
    /// Who did.
    pub by: Actor,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !value
}

/// A version that was published. It never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// Counted from 1.
    pub version: u32,
    /// What it is called.
    pub title: String,
    /// What is in it.
    pub content: Content,
    /// When it was published.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
}

/// From which version of which entry an interaction was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "FromLibrary")]
pub struct FromLibrary {
    /// The entry.
    pub id: LibraryId,
    /// The version that was newest then.
    pub version: u32,
}

/// What somebody changes of an entry; what is not there stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edit {
    /// What it is called.
    pub title: Option<String>,
    /// What is in it.
    pub content: Option<Content>,
    /// Whether it is kept and not offered.
    pub archived: Option<bool>,
}

/// Why an entry is not what somebody wants it to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LibraryRefusal {
    /// The title is empty, too long, or not one line.
    #[error("a title has 1 to 120 characters, in one line")]
    InvalidTitle,
    /// The text is empty or longer than a message.
    #[error("a prepared text has 1 to 4,000 characters")]
    InvalidText,
    /// Its kind is fixed.
    #[error("an entry stays of the kind that it was made as")]
    AnotherKind,
    /// It is archived.
    #[error("the entry is archived; take it out of the archive first")]
    Archived,
    /// It was published: sessions tell that they were sent it.
    #[error("the entry was published, so it is kept; archive it instead")]
    WasPublished,
}

/// A prepared text as it is kept: as long as a message may be, without blanks around it.
pub fn prepared_text(text: &str) -> Result<String, LibraryRefusal> {
    let text = as_typed(text);
    if text.is_empty() || text.chars().count() > MESSAGE_MAX {
        return Err(LibraryRefusal::InvalidText);
    }
    Ok(text)
}

fn title(title: &str) -> Result<String, LibraryRefusal> {
    title_text(title).map(str::to_owned).ok_or(LibraryRefusal::InvalidTitle)
}

impl Entry {
    /// A new draft.
    pub fn draft(
        id: LibraryId,
        name: &str,
        kind: EntryKind,
        by: Actor,
        now: Timestamp,
    ) -> Result<Self, LibraryRefusal> {
        let title = title(name)?;
        Ok(Self { id, kind, title, archived: false, changed: true, offer: None, created_at: now, updated_at: now, by })
    }

    /// The team in whose library it is.
    #[must_use]
    pub fn team(&self) -> TeamId {
        self.id.team()
    }

    /// Whether it is offered.
    #[must_use]
    pub fn state(&self) -> EntryState {
        match &self.offer {
            _ if self.archived => EntryState::Archived,
            Some(_) => EntryState::Published,
            None => EntryState::Draft,
        }
    }

    /// The version that agents can send now.
    #[must_use]
    pub fn offered(&self) -> Option<&Offer> {
        self.offer.as_ref().filter(|_| !self.archived)
    }

    /// With what somebody changes. What is offered stays as it is until it is published again.
    pub fn edit(&self, edit: &Edit, by: Actor, now: Timestamp) -> Result<Self, LibraryRefusal> {
        let mut entry = Self { by, updated_at: now, ..self.clone() };
        entry.archived = edit.archived.unwrap_or(self.archived);
        let works_on_it = edit.title.is_some() || edit.content.is_some();
        if works_on_it && entry.archived {
            return Err(LibraryRefusal::Archived);
        }
        if let Some(name) = &edit.title {
            entry.title = title(name)?;
        }
        if edit.content.as_ref().is_some_and(|content| content.kind() != self.kind) {
            return Err(LibraryRefusal::AnotherKind);
        }
        entry.changed |= works_on_it;
        Ok(entry)
    }

    /// Offers what was worked on as a new version; `content` is that. Where nothing was changed since the last one, nothing
    /// happens: `None`.
    pub fn publish(
        &self,
        content: &Content,
        by: Actor,
        now: Timestamp,
    ) -> Result<Option<(Self, Published)>, LibraryRefusal> {
        if self.archived {
            return Err(LibraryRefusal::Archived);
        }
        if !self.changed && self.offer.is_some() {
            return Ok(None);
        }
        let version = self.offer.as_ref().map_or(0, |offer| offer.version) + 1;
        let text = content.text().map(str::to_owned);
        let offer = Offer { version, title: self.title.clone(), text, at: now };
        let published =
            Published { version, title: self.title.clone(), content: content.clone(), at: now, by: by.clone() };
        let entry = Self { offer: Some(offer), changed: false, updated_at: now, by, ..self.clone() };
        Ok(Some((entry, published)))
    }

    /// Whether it can be removed: what was published is archived instead, because sessions tell of it.
    pub fn may_be_removed(&self) -> Result<(), LibraryRefusal> {
        if self.offer.is_some() { Err(LibraryRefusal::WasPublished) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seeded;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn entry() -> Entry {
        let id = LibraryId::generate_for(&"1end1n".parse().unwrap(), &Seeded::new(1));
        Entry::draft(id, " Welcome ", EntryKind::Text, Actor::System, NOW).unwrap()
    }

    fn text(text: &str) -> Content {
        Content::Text(prepared_text(text).unwrap())
    }

    #[test]
    fn r21_a_version_is_what_was_worked_on_when_it_was_published_and_stays() {
        let draft = entry();
        assert_eq!((draft.state(), draft.team().as_str(), draft.offered()), (EntryState::Draft, "1end1n", None));
        assert_eq!(draft.title, "Welcome");
        let (first, one) = draft.publish(&text("Hello {name}"), Actor::System, NOW).unwrap().unwrap();
        assert_eq!((first.state(), one.version, first.changed), (EntryState::Published, 1, false));
        assert_eq!(first.publish(&text("Hello {name}"), Actor::System, NOW).unwrap(), None);

        let edit = Edit { content: Some(text("Good day")), title: Some("Greeting".into()), archived: None };
        let edited = first.edit(&edit, Actor::System, NOW).unwrap();
        assert!(edited.changed);
        let offer = edited.offered().unwrap();
        assert_eq!((offer.title.as_str(), offer.text.as_deref()), ("Welcome", Some("Hello {name}")));
        let (second, two) = edited.publish(&text("Good day"), Actor::System, NOW).unwrap().unwrap();
        assert_eq!((two.version, two.title.as_str()), (2, "Greeting"));
        assert_eq!(second.offered().unwrap().text.as_deref(), Some("Good day"));
        assert_eq!((one.version, one.content), (1, text("Hello {name}")));
    }

    #[test]
    fn r21_what_is_archived_is_not_offered_and_not_changed_until_it_is_back() {
        let (published, _) = entry().publish(&text("Hello"), Actor::System, NOW).unwrap().unwrap();
        let archive = |archived| Edit { archived: Some(archived), ..Edit::default() };
        let archived = published.edit(&archive(true), Actor::System, NOW).unwrap();
        assert_eq!((archived.state(), archived.offered()), (EntryState::Archived, None));
        assert_eq!(archived.publish(&text("x"), Actor::System, NOW), Err(LibraryRefusal::Archived));
        let edit = Edit { content: Some(text("x")), ..Edit::default() };
        assert_eq!(archived.edit(&edit, Actor::System, NOW), Err(LibraryRefusal::Archived));
        assert_eq!(archived.edit(&archive(false), Actor::System, NOW).unwrap().state(), EntryState::Published);
        assert_eq!(archived.may_be_removed(), Err(LibraryRefusal::WasPublished));
        assert_eq!(entry().may_be_removed(), Ok(()));
    }

    #[test]
    fn r21_what_is_no_entry_is_refused() {
        let id = LibraryId::generate_for(&"1end1n".parse().unwrap(), &Seeded::new(1));
        let named = |name: &str| Entry::draft(id.clone(), name, EntryKind::Text, Actor::System, NOW);
        for wrong in ["", "  ", "two\nlines"] {
            assert_eq!(named(wrong), Err(LibraryRefusal::InvalidTitle), "{wrong:?}");
        }
        assert_eq!(prepared_text(" \n "), Err(LibraryRefusal::InvalidText));
        assert_eq!(prepared_text(&"x".repeat(MESSAGE_MAX + 1)), Err(LibraryRefusal::InvalidText));
        assert_eq!(prepared_text(" Hello,\r\nMara ").unwrap(), "Hello,\nMara");
        let workflow = Content::workflow(Workflow { steps: vec![] });
        let edit = Edit { content: Some(workflow), ..Edit::default() };
        assert_eq!(entry().edit(&edit, Actor::System, NOW), Err(LibraryRefusal::AnotherKind));
    }
}
