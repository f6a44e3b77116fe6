//! How a stack is to be.

use std::future::IntoFuture;
use std::path::PathBuf;
use std::pin::Pin;

use super::{Stack, StackError};
use crate::invoke::Entry;

/// Says how a [`Stack`] is to be. Unless told otherwise nothing is kept, the port is a free one, nothing is counted, and there
/// are demo teams and staff.
#[derive(Debug, Clone)]
#[must_use = "it does nothing before it is started"]
pub struct StackBuilder {
    pub(super) data: Option<PathBuf>,
    pub(super) port: u16,
    pub(super) observe: bool,
    pub(super) stale_reads: bool,
    pub(super) keep_events: bool,
    pub(super) demo: bool,
    pub(super) story: bool,
    pub(super) brand: bool,
    pub(super) develop: bool,
    pub(super) document_child: Option<PathBuf>,
    pub(super) rates: [u32; 3],
    pub(super) template: String,
    pub(super) registry: fn() -> Vec<Entry>,
}

impl StackBuilder {
    /// Keeps everything in `directory`, which is made if it is not there.
    pub fn data(mut self, directory: impl Into<PathBuf>) -> Self {
        self.data = Some(directory.into());
        self
    }

    /// Keeps nothing.
    pub fn ephemeral(mut self) -> Self {
        self.data = None;
        self
    }

    /// Serves on this port; 0 takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Limits requests a minute: of each API key, member of staff and network address; 0 is no limit.
    pub fn rates(mut self, key: u32, person: u32, address: u32) -> Self {
        self.rates = [key, person, address];
        self
    }

    /// Counts the functions' requests to DynamoDB, see [`Stack::requests`], and lets them fail, see [`Stack::inject`].
    pub fn count_requests(mut self, count: bool) -> Self {
        self.observe = count;
        self
    }

    /// Keeps a copy of the tables that lags behind, for [`crate::Fault::Stale`]. Only for a stack that keeps nothing.
    pub fn stale_reads(mut self, stale: bool) -> Self {
        self.stale_reads = stale;
        self
    }

    /// Keeps what each function was last called with, see [`Stack::last_event`].
    pub fn keep_events(mut self, keep: bool) -> Self {
        self.keep_events = keep;
        self
    }

    /// With demo teams, staff and API key, or with a link to set up the first admin.
    pub fn demo(mut self, demo: bool) -> Self {
        self.demo = demo;
        self
    }

    /// With a session in the middle of it, too: something to look at for people. Programs get a demo without any session, so
    /// that what they count is theirs.
    pub fn story(mut self, story: bool) -> Self {
        self.story = story;
        self
    }

    /// With a name, a logo and an accent in the demo's settings, as a company has them. Tests that count a document's versions
    /// start without.
    pub fn brand(mut self, brand: bool) -> Self {
        self.brand = brand;
        self
    }

    /// For those who change pages: style sheets and scripts come from their files as they are now, and open pages load
    /// again by themselves.
    pub fn develop(mut self, develop: bool) -> Self {
        self.develop = develop;
        self
    }

    /// Starts this program for reading a stranger's document, in place of the one that this is: it has to call
    /// `parlor_drawing::child_main` first, and a program of tests does not.
    pub fn document_child(mut self, program: impl Into<PathBuf>) -> Self {
        self.document_child = Some(program.into());
        self
    }

    /// Another deployment than the one of this repository, for tests of the stack itself.
    #[cfg(test)]
    pub(crate) fn deployment(mut self, template: &str, registry: fn() -> Vec<Entry>) -> Self {
        template.clone_into(&mut self.template);
        self.registry = registry;
        self
    }

    /// Starts everything. When this returns, it serves.
    pub async fn start(self) -> Result<Stack, StackError> {
        Stack::start(self).await
    }
}

impl IntoFuture for StackBuilder {
    type Output = Result<Stack, StackError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.start())
    }
}
