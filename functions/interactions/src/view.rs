//! An interaction as the API shows it.

use jiff::Timestamp;
use parlor_buckets::Bucket;
use parlor_domain::{
    Interaction, InteractionId, InteractionState, Session, UploadId,
    interaction::{Asked, Assignee, JoinedFile, Kind, PartOf, Progress, Request, SentFile, SignedFile, Step, files_of},
    library::FromLibrary,
};
use parlor_form::{Field, Page};
use parlor_web::Time;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// Something for the customer to do.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Interaction")]
pub(crate) struct InteractionView {
    /// Its id, 16 characters.
    id: InteractionId,
    /// What kind of thing there is to do.
    kind: Kind,
    /// What it is called.
    title: String,
    /// How far it is.
    state: InteractionState,
    /// Who is to do it: `customer`, or a participant's id.
    assignee: Assignee,
    /// Its place among the session's: smaller ones come first.
    order: u32,
    /// Whether it waits for others (R22): it can be done once all that counts of everybody with a lower order is. Absent where it does not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    waits: bool,
    /// When it was made.
    created_at: Time,
    /// When the customer could begin first.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<Time>,
    /// When the customer first entered something.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Time>,
    /// When the customer completed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<Time>,
    /// Until when it should be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Time>,
    /// When the customer was last reminded of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reminded_at: Option<Time>,
    /// Why the customer declined, if they did and said so; of a request that was sent back, why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The version of the library's entry that it was made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    library: Option<FromLibrary>,
    /// Of a document of a workflow's step: which. It is sent, taken back and assigned with its workflow, and counts within it.
    #[serde(skip_serializing_if = "Option::is_none")]
    part_of: Option<PartOf>,
    /// How much of it is done.
    progress: Progress,
    /// Rises with each change.
    version: u64,
    /// What it asks; only where one interaction is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<Step>>,
    /// Of a document, where one interaction is asked for: the file that it was made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    upload: Option<UploadId>,
    /// Of a document, where one interaction is asked for: its pages in points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<Vec<Page>>,
    /// Of a document, where one interaction is asked for: its fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<Field>>,
    /// Of a request, where one interaction is asked for: what is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request>,
    /// Where one interaction is asked for: of a request what was sent, in the customer's order; of a workflow the files among its
    /// answers, only with `values=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<FileView>>,
    /// Of a completed document: how far its signed file is. Of a request that was sent for good: how far its files are as one PDF;
    /// nothing where there is nothing to join.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<ResultState>,
    /// Of files that were joined: how many could not be put in. A page says so in place of each.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u32>,
    /// What the customer answered or filled in, by the field's name; only with `values=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<std::collections::BTreeMap<String, Value>>")]
    values: Option<Value>,
}

/// A file that was sent. A picture is the one that was written anew, upright and without what its camera noted; a PDF
/// is as it came.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "RequestFile")]
pub(crate) struct FileView {
    /// Its id.
    upload: UploadId,
    /// As it was called on the customer's device.
    name: String,
    /// Its size in bytes.
    size: u64,
    /// What is in it: `image/jpeg`, `image/png` or `application/pdf`.
    content_type: &'static str,
    /// How many pages a PDF has, where they could be counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<u32>,
    /// When it was added.
    at: Time,
    /// Where it is downloaded, for a few minutes; only with `values=true`. Whoever has it can download it.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Where a small picture of it is, for a few minutes; only with `values=true`, and where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail: Option<String>,
    /// From then on both addresses are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Time>,
}

impl FileView {
    fn of(file: &SentFile) -> Self {
        Self {
            upload: file.upload.clone(),
            name: file.name.clone(),
            size: file.size,
            content_type: file.content_type.as_str(),
            pages: file.pages,
            at: Time(file.at),
            url: None,
            thumbnail: None,
            expires_at: None,
        }
    }

    /// Adds the addresses. No request.
    async fn sign(&mut self, file: &SentFile, bucket: &Bucket, now: Timestamp) {
        let name = file.download_name();
        match bucket.download(&file.key, file.content_type.as_str(), &name, now).await {
            Ok(signed) => (self.url, self.expires_at) = (Some(signed.url), Some(Time(signed.expires_at))),
            Err(error) => tracing::error!(%error, "the address of a file"),
        }
        let Some(picture) = &file.thumbnail else { return };
        match bucket.download(&picture.key, &picture.content_type, "thumbnail", now).await {
            Ok(signed) => self.thumbnail = Some(signed.url),
            Err(error) => tracing::error!(%error, "the address of a thumbnail"),
        }
    }
}

/// How far the file is that is made of a completed interaction: a document's signed one, a request's joined one.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "DocumentResultState")]
pub(crate) enum ResultState {
    /// It is being completed and signed, or joined.
    Coming,
    /// It can be downloaded.
    Ready,
    /// It could not be made. What was filled in is kept.
    Failed,
}

impl ResultState {
    fn of(signed: &SignedFile) -> Self {
        match signed {
            SignedFile::Coming { .. } => Self::Coming,
            SignedFile::Ready { .. } => Self::Ready,
            SignedFile::Failed => Self::Failed,
        }
    }

    fn of_joined(joined: &JoinedFile) -> Self {
        match joined {
            JoinedFile::Coming { .. } => Self::Coming,
            JoinedFile::Ready { .. } => Self::Ready,
            JoinedFile::Failed => Self::Failed,
        }
    }
}

/// A signed or joined file to be downloaded.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "DocumentResult")]
pub(crate) struct ResultView {
    /// Where the file is, for a few minutes. Whoever has it can download it.
    pub(crate) url: String,
    /// From then on the address is refused.
    pub(crate) expires_at: Time,
    /// The file's SHA-256 in hexadecimal.
    pub(crate) sha256: String,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Always `application/pdf`.
    pub(crate) content_type: &'static str,
}

impl ResultView {
    pub(crate) fn sample() -> Value {
        json!({
            "url": "https://files.example.com/signed/s/i.pdf?X-Amz-Signature=0", "expires_at": "2026-11-28T12:05:00.000Z",
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "size": 52_000,
            "content_type": "application/pdf",
        })
    }
}

impl InteractionView {
    /// As lists show it.
    pub(crate) fn of(own: &Interaction) -> Self {
        Self {
            id: own.id.clone(),
            kind: own.kind,
            title: own.title.clone(),
            state: own.state,
            assignee: own.assignee.clone(),
            order: own.order,
            waits: false,
            created_at: Time(own.created_at),
            sent_at: own.sent_at.map(Time),
            started_at: own.started_at.map(Time),
            completed_at: own.completed_at.map(Time),
            due_at: own.due_at.map(Time),
            reminded_at: own.reminded_at.map(Time),
            reason: own.reason.clone(),
            library: own.library.clone(),
            part_of: own.part_of.clone(),
            progress: own.progress,
            version: own.version,
            steps: None,
            upload: None,
            pages: None,
            fields: None,
            request: None,
            files: None,
            result: own
                .signed
                .as_ref()
                .map(ResultState::of)
                .or_else(|| own.joined.as_ref().map(ResultState::of_joined)),
            left_out: match &own.joined {
                Some(JoinedFile::Ready { left_out, .. }) => Some(*left_out),
                _ => None,
            },
            values: None,
        }
    }

    /// As lists show it, in its session.
    pub(crate) fn within(own: &Interaction, session: &Session) -> Self {
        let order = session.order_of_task(&own.id).unwrap_or(own.order);
        Self { order, waits: own.state.is_open() && session.waits(&own.assignee), ..Self::of(own) }
    }

    /// With what it asks and, if wanted, what was answered.
    pub(crate) fn with(self, own: &Interaction, asked: Option<Asked>, values: bool) -> Self {
        let given = |value: serde_json::Result<Value>| value.ok().filter(|_| values);
        match asked {
            None => self,
            Some(Asked::Workflow(workflow)) => {
                let kept = workflow.kept(&own.entered);
                let sent = kept.values().flat_map(|answer| files_of(Some(answer), &own.files));
                let files: Vec<FileView> = sent.map(FileView::of).collect();
                let files = Some(files).filter(|files| values && !files.is_empty());
                Self { values: given(serde_json::to_value(kept)), files, steps: Some(workflow.steps), ..self }
            }
            Some(Asked::Request(request)) => {
                Self { request: Some(request), files: Some(own.files.iter().map(FileView::of).collect()), ..self }
            }
            Some(Asked::Document(document)) => Self {
                upload: Some(document.upload),
                pages: Some(document.form.pages),
                fields: Some(document.form.fields),
                values: given(serde_json::to_value(&own.values)),
                ..self
            },
        }
    }

    /// Adds the files' addresses. No request.
    pub(crate) async fn sign(&mut self, own: &Interaction, bucket: &Bucket, now: Timestamp) {
        for view in self.files.iter_mut().flatten() {
            if let Some(file) = own.files.iter().find(|file| file.upload == view.upload) {
                view.sign(file, bucket, now).await;
            }
        }
    }

    /// What the API's document shows as an answer.
    pub(crate) fn sample() -> Value {
        json!({
            "id": "w0rkf10w2b3c4d5e",
            "kind": "workflow",
            "title": "About your household",
            "state": "sent",
            "assignee": "customer",
            "order": 1,
            "created_at": "2026-11-21T14:05:00.000Z",
            "sent_at": "2026-11-21T14:05:00.000Z",
            "progress": {"done": 0, "of": 1},
            "version": 1,
        })
    }
}
