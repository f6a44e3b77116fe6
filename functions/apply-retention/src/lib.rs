//! Erases sessions that were kept for as long as the settings say, and deletes what is left of those that are erased: items, files
//! and where their customer's contact leads (R25). Scheduled every minute. What a run leaves half done, the next one finishes: the
//! timer stays armed until nothing is left. Two hours later it deletes once more, for good: a file may come at an address that was signed
//! before, and a document may have been about to be signed.
//!
//! It also removes the files of libraries that no entry has (R21).

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use parlor_buckets::Bucket;
use parlor_domain::{
    Command, Contact, DueKind, ErasedBy, Session, SessionId, TeamId, UploadId, archive::archive_keys,
    interaction::made_keys,
};
use parlor_form::ReadReport;
use parlor_live::Live;
use parlor_objects::{ObjectError, Objects};
use parlor_runtime::{Clock, EventFunction, Runtime};
use parlor_store::{DueItem, LibraryUploadUse, ReadBatch, Remains, Store, StoreError, Stored};
use parlor_sweep::{Tally, carry_out, work_off};

/// Five seconds less than the function's time-out in the template: what is in progress then can be finished.
const BUDGET: Duration = Duration::from_secs(45);
/// Files deleted at once.
const AT_ONCE: usize = 16;
/// Bytes of a report about a file, at most.
const REPORT: usize = 4_000_000;

/// The function.
#[derive(Debug)]
pub struct ApplyRetention {
    store: Store,
    live: Live,
    bucket: Bucket,
    clock: Clock,
}

/// Why a run did nothing, or a session is left for the next one.
#[derive(Debug, thiserror::Error)]
pub enum ApplyRetentionError {
    /// The tables cannot be reached, or refuse.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bucket.
    #[error("a file was not deleted: {0}")]
    Objects(#[from] ObjectError),
}

impl ApplyRetention {
    /// One run, which starts nothing after `budget`. Eight `Query` requests side by side for each page of what is due. For each
    /// session two or three `BatchGetItem` with a `Query` each and one or two `TransactWriteItems`; a `Query` of what is left of it; a
    /// request for each file and one `DeleteItem` for each item. For each file of a library one `BatchGetItem`, a request for its report,
    /// for it and for each of its pictures, and one `DeleteItem`.
    pub async fn run(&self, budget: Duration) -> Result<Tally, ApplyRetentionError> {
        let one = |item: DueItem| async move {
            match item {
                DueItem::Session(session) => self.apply(&session).await,
                DueItem::LibraryUpload(team, upload) => self.remove_left(&team, &upload).await,
                DueItem::Outbox(..) | DueItem::Interaction(..) => Ok(false),
            }
        };
        Ok(work_off(&self.store, DueKind::Retention, || self.clock.now(), budget, one).await?)
    }

    /// Erases a session if its time is over, and deletes what is left of an erased one; whether anything changed.
    async fn apply(&self, id: &SessionId) -> Result<bool, ApplyRetentionError> {
        let found = self.store.read(ReadBatch::new().session(id)).await?;
        let Some(Stored { mut session, .. }) = found.session(id)? else { return Ok(false) };
        if session.erased.is_none() {
            let erase = Command::Erase(ErasedBy::Retention);
            match self.carry_out(id, self.clock.now(), erase).await? {
                Some(decided) => session = decided,
                None => return Ok(false),
            }
        }
        // Otherwise it is kept for longer now.
        let Some(erased) = &session.erased else { return Ok(true) };
        let last = match (&erased.pending, erased.again_at) {
            (Some(_), _) => false,
            // What was on its way when the session was erased has come.
            (None, Some(at)) if at <= self.clock.now() => true,
            (None, _) => return Ok(false),
        };
        let contacts: Vec<Contact> = erased.pending.iter().chain(&erased.former).cloned().collect();
        let remains = self.store.remains(&session).await?;
        // The files first: the items say which there are.
        self.delete_files(id, &remains).await?;
        self.store.delete_remains(id, &contacts, &remains, last).await?;
        self.carry_out(id, self.clock.now(), Command::FinishErasing).await?;
        Ok(true)
    }

    /// R21: removes a library's file that no entry has, if its time is over; whether anything changed. The item goes last: it says that
    /// there is a file.
    async fn remove_left(&self, team: &TeamId, upload: &UploadId) -> Result<bool, ApplyRetentionError> {
        let found = self.store.read(ReadBatch::new().library_upload(team, upload)).await?;
        match found.library_upload_use(team, upload, self.clock.now())? {
            LibraryUploadUse::Wait => return Ok(false),
            LibraryUploadUse::Had => self.store.keep_library_upload(team, upload).await?,
            LibraryUploadUse::Unknown => self.store.delete_library_upload(team, upload).await?,
            LibraryUploadUse::Left => {
                self.delete_keys(keys_of(upload, &self.bucket).await?).await?;
                self.delete_keys(vec![upload.report()]).await?;
                self.store.delete_library_upload(team, upload).await?;
            }
        }
        Ok(true)
    }

    async fn delete_keys(&self, keys: Vec<String>) -> Result<(), ObjectError> {
        let deleted = stream::iter(keys).map(|key| async move { self.bucket.delete(&key).await });
        deleted.buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn carry_out(
        &self,
        id: &SessionId,
        now: Timestamp,
        command: Command<'static>,
    ) -> Result<Option<Session>, StoreError> {
        Ok(carry_out(&self.store, &self.live, id, now, |_| command.clone()).await?.map(|decision| decision.session))
    }

    /// Deletes what people sent, what was read of it, and what was made of documents.
    async fn delete_files(&self, session: &SessionId, remains: &Remains) -> Result<(), ObjectError> {
        let mut keys = Vec::new();
        // They say which pictures there are, so they go last.
        let reports = remains.uploads.iter().map(UploadId::report);
        for upload in &remains.uploads {
            keys.extend(keys_of(upload, &self.bucket).await?);
        }
        keys.extend(archive_keys(session));
        for interaction in &remains.interactions {
            keys.extend(made_keys(session, interaction));
        }
        self.delete_keys(keys).await?;
        self.delete_keys(reports.collect()).await
    }
}

/// The keys of a file and of the pictures that were made of it.
async fn keys_of(upload: &UploadId, files: &impl Objects) -> Result<Vec<String>, ObjectError> {
    let report = match files.get(&upload.report(), REPORT).await {
        // It never came, or an earlier run was here.
        Err(ObjectError::Missing) => return Ok(vec![upload.object()]),
        report => report?,
    };
    let pictures = match serde_json::from_slice(&report) {
        Ok(ReadReport::Read { pictures, .. }) => pictures,
        Ok(ReadReport::Picture { picture, thumbnail, .. }) => vec![Some(picture), thumbnail],
        Ok(ReadReport::Refused(_) | ReadReport::Unreadable) | Err(_) => vec![],
    };
    let pictures = pictures.into_iter().flatten().map(|picture| picture.key);
    Ok([upload.object()].into_iter().chain(pictures).collect())
}

impl EventFunction for ApplyRetention {
    const NAME: &'static str = "apply-retention";
    /// What the schedule sends says nothing that matters here.
    type Event = serde_json::Value;
    type Output = Tally;

    fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        Self {
            store: Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table),
            live: Live::new(runtime.live()),
            bucket: Bucket::new(&runtime.aws, &config.files_bucket),
            clock: runtime.clock.clone(),
        }
    }

    async fn handle(&self, _: Self::Event) -> Result<Tally, lambda_runtime::Error> {
        Ok(self.run(BUDGET).await?)
    }
}
