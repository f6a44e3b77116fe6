//! Files a signed document, or what was sent for a request as one PDF, with its interaction (R21). S3 calls it when the report about
//! one has come, at `signed/{session}/{interaction}.json` or `joined/{session}/{interaction}.json`: both rooms hear that it is ready.
//! Every minute it also hands over again what was lost on the way, a bounded number of times; after the last one the timeline says
//! that a document was not signed.

use std::time::Duration;

use data_encoding::HEXLOWER;
use parlor_buckets::Bucket;
use parlor_domain::{
    Actor, Command, Decision, DueKind, InteractionId, Origin, SessionId,
    interaction::{Asked, JoinedFile, SignedFile, WorkCommand, finish_key, join_key, join_task},
    session::Context,
};
use parlor_form::{FinishTask, JoinReport, JoinTask};
use parlor_live::Live;
use parlor_objects::{ObjectError, Objects as _};
use parlor_runtime::{Clock, Entropy, EventFunction, ObjectEvent, Runtime};
use parlor_signing::SignReport;
use parlor_store::{Busy, Changed, DueItem, Extras, Race, ReadBatch, ReadResult, Step, Store, StoreError};
use parlor_sweep::{Tally, work_off};
use serde::Deserialize;
use serde_json::Value;

/// What keys of reports about signed documents begin with.
const SIGNED: &str = "signed/";
/// What keys of reports about joined files begin with.
const JOINED: &str = "joined/";
/// Bytes of a report: a key and numbers.
const SMALL: usize = 100_000;
/// Five seconds less than the function's time-out in the template: what is in progress then can be finished.
const BUDGET: Duration = Duration::from_secs(45);

/// The function.
#[derive(Debug)]
pub struct DocumentFile {
    store: Store,
    live: Live,
    bucket: Bucket,
    clock: Clock,
    entropy: Entropy,
}

/// Why it is called.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Called {
    /// A report has come.
    Report(ObjectEvent),
    /// The schedule, whatever it says.
    Schedule(Value),
}

/// Why a document was not filed, or not handed over again.
#[derive(Debug, thiserror::Error)]
pub enum DocumentFileError {
    /// The bucket.
    #[error("the report, or the task: {0}")]
    Objects(#[from] ObjectError),
    /// What is there is no report, or a task cannot be written.
    #[error("the report is not understood: {0}")]
    NoReport(#[from] serde_json::Error),
    /// The report is about another file.
    #[error("the report is another's")]
    Another,
    /// The tables cannot be reached, or refuse.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others were first each time.
    #[error(transparent)]
    Busy(#[from] Busy),
}

/// What is to be handed over again.
#[derive(Debug)]
enum Task {
    Finish(Box<FinishTask>),
    Join(JoinTask),
}

/// Whose the report of this name is. Nobody waits for one about no interaction, and trying again would find the same.
fn ids(name: &str) -> Option<(SessionId, InteractionId)> {
    let ids = name.split_once('/').and_then(|(session, id)| Some((session.parse().ok()?, id.parse().ok()?)));
    if ids.is_none() {
        tracing::warn!("a report about no interaction");
    }
    ids
}

impl DocumentFile {
    /// Files the document that the report at `signed/{name}.json` is about. One request to the bucket, one `BatchGetItem` with a
    /// `Query`, and one `TransactWriteItems`, the latter each again per lost race; then a post to each connection in its rooms. A
    /// report that comes again changes nothing.
    async fn file(&self, name: &str) -> Result<(), DocumentFileError> {
        let Some((session, id)) = ids(name) else { return Ok(()) };
        let report: SignReport =
            serde_json::from_slice(&self.bucket.get(&format!("{SIGNED}{name}.json"), SMALL).await?)?;
        if report.key != format!("{SIGNED}{name}.pdf") {
            return Err(DocumentFileError::Another);
        }
        let sha256 = HEXLOWER.encode(&report.sha256);
        let size = u64::try_from(report.size).unwrap_or(u64::MAX);
        let (key, sha256) = (&report.key, &sha256);
        self.change(&session, &id, |own| WorkCommand::File { own, key: key.clone(), sha256: sha256.clone(), size })
            .await
            .map(drop)
    }

    /// Files what was joined for the request that the report at `joined/{name}.json` is about. Costs what [`Self::file`] costs.
    async fn file_joined(&self, name: &str) -> Result<(), DocumentFileError> {
        let Some((session, id)) = ids(name) else { return Ok(()) };
        let report = self.bucket.get(&format!("{JOINED}{name}.json"), SMALL).await?;
        let JoinReport { key, sha256, size, pages, left_out, at } = serde_json::from_slice(&report)?;
        if key != format!("{JOINED}{name}.pdf") {
            return Err(DocumentFileError::Another);
        }
        let file = JoinedFile::Ready { key, sha256, size, pages, left_out };
        self.change(&session, &id, |own| WorkCommand::FileJoined { own, at, file: file.clone() }).await.map(drop)
    }

    /// Reads, decides and commits as Parlor itself, and tells the rooms. The interaction's task, as it is then, comes back.
    async fn change(
        &self,
        session: &SessionId,
        id: &InteractionId,
        command: impl Fn(&parlor_domain::Interaction) -> WorkCommand<'_> + Send,
    ) -> Result<Option<(Decision, Option<Task>)>, DocumentFileError> {
        let now = self.clock.now();
        let context = Context { actor: Actor::System, origin: Origin::default(), now };
        let step = |found: ReadResult| {
            let stored = found.session(session)?;
            let own = found.interaction(session, id)?;
            // Erased meanwhile: there is nothing to be filed with.
            let (Some(stored), Some(own)) = (stored, own) else { return Ok(Step::Done(None)) };
            let (settings, _) = found.settings(&session.team())?;
            let decided = stored.session.decide(Command::Work(command(&own)), &settings, &context);
            let Ok(decision) = decided else { return Ok(Step::Done(None)) };
            let task = match (found.asked(session, id)?, decision.interactions.first()) {
                (Some(Asked::Document(document)), Some(write)) => {
                    document.finish_task(session, &write.interaction).map(|task| Task::Finish(Box::new(task)))
                }
                (Some(Asked::Request(_)), Some(write)) => join_task(session, &write.interaction).map(Task::Join),
                _ => None,
            };
            Ok::<_, DocumentFileError>(Step::Commit(decision, Extras::default(), Some((stored, settings, task))))
        };
        let batch = ReadBatch::new().session(session).interaction(session, id).asked(session, id);
        let Changed { basis, decision } =
            self.store.change(Race::new(&self.entropy), now, |_| batch.clone(), step).await?;
        let (Some(decision), Some((stored, settings, task))) = (decision, basis) else { return Ok(None) };
        self.live.announce(&decision, &stored.presence, &settings, now).await;
        Ok(Some((decision, task)))
    }

    /// Hands over once more what was not signed or joined, or gives it up.
    async fn again(&self, session: &SessionId, id: &InteractionId) -> Result<bool, DocumentFileError> {
        let changed = self.change(session, id, |own| WorkCommand::FinishAgain(own)).await?;
        let Some((decision, task)) = changed else { return Ok(false) };
        let signed = decision.interactions.first().and_then(|write| write.interaction.signed.as_ref());
        let (key, task) = match task {
            Some(Task::Finish(task)) if matches!(signed, Some(SignedFile::Coming { .. })) => {
                (finish_key(session, id), serde_json::to_vec(&task)?)
            }
            Some(Task::Join(task)) => (join_key(session, id), serde_json::to_vec(&task)?),
            _ => return Ok(true),
        };
        self.bucket.put(&key, task, "application/json").await?;
        Ok(true)
    }

    /// One run of the schedule, which starts nothing after `budget`. Eight `Query` requests side by side for each page of what is
    /// due; for each document what [`Self::file`] costs, with a request to the bucket that writes.
    pub async fn run(&self, budget: Duration) -> Result<Tally, StoreError> {
        let one = |item: DueItem| async move {
            match item {
                DueItem::Interaction(session, id) => self.again(&session, &id).await,
                _ => Ok(false),
            }
        };
        work_off(&self.store, DueKind::Signing, || self.clock.now(), budget, one).await
    }
}

impl EventFunction for DocumentFile {
    const NAME: &'static str = "document-file";
    type Event = Called;
    type Output = Tally;

    fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        Self {
            store: Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table),
            live: Live::new(runtime.live()),
            bucket: Bucket::new(&runtime.aws, &config.files_bucket),
            clock: runtime.clock.clone(),
            entropy: runtime.entropy.clone(),
        }
    }

    async fn handle(&self, called: Self::Event) -> Result<Tally, lambda_runtime::Error> {
        match called {
            Called::Report(event) => {
                if event.key().starts_with(JOINED) {
                    self.file_joined(event.between(JOINED, ".json")?).await?;
                } else {
                    self.file(event.between(SIGNED, ".json")?).await?;
                }
                Ok(Tally { done: 1, ..Tally::default() })
            }
            Called::Schedule(_) => Ok(self.run(BUDGET).await?),
        }
    }
}
