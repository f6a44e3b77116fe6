//! Files of a customer whose browser runs no script (R21): posted with the form, noted and checked as all others, and added once they
//! were looked at.

use std::time::Duration;

use data_encoding::HEXLOWER;
use lambda_http::{Body, Response};
use parlor_domain::{
    InteractionId, SessionId, UploadId, UploadRefusal, attachment::Judged, interaction::NoFile, upload::Announced,
};
use parlor_objects::Objects as _;
use parlor_templates::customer::{Coming, FileFault};
use parlor_web::{
    customer::{FilesVisit, PageError, Visit},
    loaded_room::{LoadedRoom, NotAnnounced},
    multipart::{FILE_MAX, PostedFile},
    redirect,
};
use sha2::{Digest as _, Sha256};

use crate::{
    WorkState,
    loaded::{Loaded, Work},
    request::{Adding, add, judged, refuse},
};

/// How often, and after which pauses, the answer waits for what reads files. Altogether well within the time that a function has.
const LOOKS: u32 = 13;
const PAUSE: Duration = Duration::from_millis(250);

/// How often a page looks again by itself.
const LOOKS_OF_PAGE: u32 = 60;

/// What the fields for files are called; of a question, its name follows.
const FIELD: &str = "f";

/// The question of a field for a file; empty where it is a request's.
fn question(field: &str) -> Option<&str> {
    let rest = field.strip_prefix(FIELD)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix('-') }
}

/// The question whose file was chosen, but not sent: a form without files posts its name.
pub(crate) fn unsent(visit: &Visit) -> Option<&str> {
    let chosen = visit.form.iter().filter(|(_, name)| !name.is_empty());
    chosen.filter_map(|(field, _)| question(field)).find(|question| !question.is_empty())
}

/// The question whose button was pressed, if a file is to be sent; empty for a request.
pub(crate) fn pressed(visit: &Visit) -> Option<&str> {
    match visit.field("do").split_once(':') {
        None if visit.field("do") == "send" => Some(""),
        Some(("send", question)) => Some(question),
        _ => None,
    }
}

/// Sends the file of the question whose button was pressed. Costs what announcing a file and adding it cost, one after the other, and of
/// the bucket one request to write and one for each look at what was read.
pub(crate) async fn send(
    state: &WorkState,
    visit: &FilesVisit,
    session: &SessionId,
    id: &InteractionId,
    question: &str,
) -> Result<Response<Body>, PageError> {
    let loaded = Loaded::read(&state.app, visit, session, id).await?.by_kind();
    let (room, interaction, place) = match &loaded {
        Work::Workflow(own) => (&own.room, &own.interaction, own.file_question(question).map(Some)),
        Work::Request(own) => (&own.room, &own.interaction, question.is_empty().then_some(None)),
        Work::Document(_) => return Err(PageError::NotFound),
    };
    let file = match visit.files.as_slice() {
        [] => Err(FileFault::NotChosen),
        [file] if self::question(&file.field) == Some(question) => Ok(file),
        _ => Err(FileFault::OneByOne),
    };
    // R2: nothing comes to what is done, or is only read.
    let upload = match (file, place) {
        (Ok(file), Some(_)) if interaction.state.is_open() => put(state, visit, room, file).await?,
        (Ok(_), _) => Err(FileFault::NotTaken(NoFile::Unknown)),
        (Err(fault), _) => Err(fault),
    };
    let upload = match upload {
        Ok(upload) => upload,
        Err(fault) => return refuse(state, visit, &loaded, question, fault).await,
    };
    match looked_at(state, &upload).await? {
        Ok(file) => add(state, visit, session, id, Adding { upload, file, replaces: None, question }).await,
        Err(FileFault::NotRead) => {
            let page = format!("/r/{session}/i/{id}");
            Ok(redirect(&waiting(visit, &page, place.flatten(), &upload, 0)))
        }
        Err(fault) => refuse(state, visit, &loaded, question, fault).await,
    }
}

/// Notes the file and puts it where the script would send it. One `TransactWriteItems` and one request to the bucket.
async fn put(
    state: &WorkState,
    visit: &Visit,
    room: &LoadedRoom,
    file: &PostedFile,
) -> Result<Result<UploadId, FileFault>, PageError> {
    if file.bytes.len() > FILE_MAX {
        return Ok(Err(FileFault::TooLargeUnscripted));
    }
    // A name is one: no path, and nothing that turns what stands around it.
    let turns = |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if file.name.contains(['/', '\\']) || file.name.contains(turns) {
        return Ok(Err(FileFault::Name));
    }
    let sha256 = HEXLOWER.encode(&Sha256::digest(&file.bytes));
    let said = Announced {
        name: &file.name,
        size: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
        content_type: &file.content_type,
        sha256: &sha256,
    };
    let upload = match room.announce(&state.app, visit, &said).await {
        Ok(upload) => upload,
        Err(NotAnnounced::Refused(refusal)) => return Ok(Err(fault(refusal, &file.content_type))),
        Err(NotAnnounced::Rejected(parlor_domain::Rejection::TooOften { retry_at })) => {
            return Err(PageError::TooOften { retry_at });
        }
        Err(NotAnnounced::Rejected(_)) => return Ok(Err(FileFault::NotTaken(NoFile::Unknown))),
        Err(NotAnnounced::Store(error)) => return Err(error.into()),
    };
    let put = state.bucket.put(&upload.id.object(), file.bytes.clone(), upload.content_type.as_str()).await;
    put.map_err(|error| {
        tracing::error!(%error, "a file that was sent without a script");
        PageError::Unable
    })?;
    Ok(Ok(upload.id))
}

fn fault(refusal: UploadRefusal, content_type: &str) -> FileFault {
    match refusal {
        UploadRefusal::InvalidName => FileFault::Name,
        UploadRefusal::Empty => FileFault::Empty,
        UploadRefusal::TooLarge => FileFault::TooLargeUnscripted,
        UploadRefusal::UnsupportedType if content_type.starts_with("image/hei") => FileFault::Heic,
        UploadRefusal::UnsupportedType | UploadRefusal::InvalidChecksum => FileFault::OtherKind,
    }
}

/// Waits for what is read of a file, for a while.
async fn looked_at(state: &WorkState, upload: &UploadId) -> Result<Result<Judged, FileFault>, PageError> {
    for _ in 1..LOOKS {
        match judged(state, upload).await? {
            Err(FileFault::NotRead) => tokio::time::sleep(PAUSE).await,
            read => return Ok(read),
        }
    }
    judged(state, upload).await
}

/// The page that waits for a file.
fn waiting(visit: &Visit, page: &str, place: Option<(&str, &str)>, upload: &UploadId, looks: u32) -> String {
    let page = visit.along(page);
    let join = if page.contains('?') { '&' } else { '?' };
    let place = place.map(|(step, question)| format!("step={step}&question={question}&")).unwrap_or_default();
    format!("{page}{join}{place}file={upload}&looks={looks}")
}

/// What became of the file that the query names, for the page that waits for it; the fault of one that is not added. `place` is the step
/// and the question of a workflow. One request to the bucket.
pub(crate) async fn coming<A>(
    state: &WorkState,
    visit: &Visit,
    loaded: &Loaded<A>,
    place: Option<(&str, &str)>,
) -> Result<Option<Result<Coming, FileFault>>, PageError> {
    let Ok(upload) = visit.file.parse::<UploadId>() else { return Ok(None) };
    let is_there = loaded.interaction.files.iter().any(|file| file.upload == upload);
    if is_there || !loaded.interaction.state.is_open() || !loaded.may_write(visit) {
        return Ok(None);
    }
    Ok(Some(match judged(state, &upload).await? {
        Ok(_) => Ok(Coming::Ready(upload.to_string())),
        Err(FileFault::NotRead) => {
            let looks = visit.looks.saturating_add(1);
            let again = waiting(visit, &loaded.path(), place, &upload, looks);
            Ok(Coming::Checking { again, by_itself: looks < LOOKS_OF_PAGE })
        }
        Err(fault) => Err(fault),
    }))
}
