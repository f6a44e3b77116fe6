//! Admins' pages: what runs an installation. Each stands in one [`Frame`], whose navigation is one list ([`Section`]).
//!
//! As in the console, a page is a plain struct with `samples()` and a `render()`, and works without a script.

mod delivery;
mod first_steps;
mod frame;
mod import;
mod keys;
mod library;
mod people;
mod person;
mod settings;
mod teams;
mod webhook;
mod webhooks;

use maud::Markup;

pub use delivery::{DeliveryLine, DeliveryPage, SentRequest};
pub use first_steps::{
    Answer, Channels, Colleague, Finding, FirstStepsPage, Gap, NamedTeam, Subject, TestSession, Unasked,
};
pub use frame::{Frame, InFrame, Section};
pub use import::{IMPORT_ROWS, ImportFault, ImportPage, ImportRow, RowFault, RowState};
pub use keys::{KeyRow, KeysPage, NewKeyPage};
pub use library::{AskedFor, DocumentFacts, EntryPage, EntryStanding, LibraryPage, LibraryRow};
pub use people::{PeoplePage, PersonRow, StandingFilter, TeamName};
pub use person::{ChangeLine, Heir, OpenLine, PersonForm, PersonPage};
pub use settings::{FormState, LoggedChange, SettingsPage, contrast_words, fault_words};
pub use teams::{TeamRow, TeamsPage};
pub use webhook::WebhookPage;
pub use webhooks::{NewSecretPage, WebhookForm, WebhookRow, WebhooksPage};

/// Every admin's page with every sample, by name, for the render test and the sample browser.
pub fn samples() -> Vec<(String, Markup)> {
    let mut all = Vec::new();
    let mut add = |page: &str, samples: Vec<(&'static str, Markup)>| {
        all.extend(samples.into_iter().map(|(name, markup)| (format!("{page}-{name}"), markup)));
    };
    add("admin-settings", SettingsPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("admin-first", FirstStepsPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("admin-people", PeoplePage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("admin-import", ImportPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("admin-person", PersonPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("admin-teams", TeamsPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("admin-keys", KeysPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("admin-library", LibraryPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("admin-entry", EntryPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("admin-key", NewKeyPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("admin-webhooks", WebhooksPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("admin-webhook", WebhookPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("admin-delivery", DeliveryPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    add("admin-secret", NewSecretPage::samples().into_iter().map(|(name, view)| (name, view.render())).collect());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staff_checks;

    #[test]
    fn every_page_is_a_whole_document_without_inline_style_or_script() {
        staff_checks::are_whole_documents(samples());
    }

    #[test]
    fn every_text_says_how_long_it_may_be() {
        staff_checks::say_how_long_texts_may_be(samples());
    }

    #[test]
    fn ids_are_unique_on_every_page() {
        staff_checks::have_unique_ids(samples());
    }

    #[test]
    fn every_form_that_posts_is_protected() {
        staff_checks::have_protected_forms(samples(), |_| true);
    }
}
