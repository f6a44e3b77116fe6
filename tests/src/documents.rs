//! Documents to send, to complete and to sign, and the program that reads them.

use std::{collections::BTreeMap, path::PathBuf};

use parlor_buckets::Bucket;
use parlor_documents::{FinishTask, Limits, Original, Value};
use parlor_domain::{
    Actor, Command, Interaction, InteractionId, LibraryId, Origin, SessionId, TeamId, Upload, UploadId,
    interaction::{Asked, Document, FileChange, Filled, FilledIn, NewInteraction, Request, SentFile, WorkCommand},
    library::{Content, Entry, EntryKind},
    session::Context,
    upload::FileType,
};
use parlor_drawing::{PagePicture, ReadReport};
use parlor_form::{JoinPart, JoinTask, JoinWords};
use parlor_local::StackBuilder;
use parlor_objects::Objects as _;
use parlor_runtime::Runtime;
use parlor_signing::Certificate;
use parlor_store::{Extras, LibraryWrite, ReadBatch, Store};
use sha2::{Digest as _, Sha256};

/// A form of one page with a few fields.
#[must_use]
pub fn form() -> Vec<u8> {
    parlor_pdf_tests::small().bytes()
}

/// The same with nine pages behind it.
#[must_use]
pub fn long_form() -> Vec<u8> {
    parlor_pdf_tests::long().bytes()
}

/// A photo; one of another name is another.
#[must_use]
pub fn photo(name: &str) -> Vec<u8> {
    parlor_pdf_tests::photo(name)
}

/// A logo that was sent and written anew.
pub async fn logo(runtime: &Runtime) -> UploadId {
    let (files, id) = (bucket(runtime), UploadId::generate(&runtime.entropy));
    let key = format!("logos/{id}.png");
    let picture = PagePicture { key: key.clone(), content_type: "image/png".into() };
    let report = ReadReport::Picture { picture, size: 9, thumbnail: None, pixels: Some([480, 160]) };
    files.put(&id.logo_report(), serde_json::to_vec(&report).unwrap(), "application/json").await.unwrap();
    files.put(&key, b"\x89PNG\r\n\x1a\n\0".to_vec(), "image/png").await.unwrap();
    id
}

/// A form that only one maker's program shows: it is taken, and cannot be put into another file.
#[must_use]
pub fn unfit() -> Vec<u8> {
    parlor_pdf_tests::shell()
}

/// The task to complete `original`, which lies at `from`, as `{session}/{interaction}`.
#[must_use]
pub fn finish_task(from: &str, original: &[u8], name: &str) -> Vec<u8> {
    let document = Original::open(original, &Limits::default()).unwrap();
    let fields = document.form().unwrap().fields;
    let values: BTreeMap<_, _> =
        fields.iter().take(1).map(|field| (field.name.clone(), Value::Text("Mara Quist".into()))).collect();
    let task = FinishTask {
        from: from.to_owned(),
        sha256: document.sha256().to_owned(),
        fields,
        values,
        evidence: parlor_pdf_tests::evidence(),
        at: parlor_pdf_tests::at(),
        to: format!("finished/{name}.pdf"),
    };
    serde_json::to_vec(&task).unwrap()
}

/// The task to join PDFs that lie at these keys, as `{session}/{interaction}`.
#[must_use]
pub fn join_task(from: &[&str], name: &str) -> Vec<u8> {
    let part = |from: &&str| JoinPart { from: (*from).to_owned(), name: "scan.pdf".to_owned(), pdf: true };
    let parts = from.iter().map(part).collect();
    let task = JoinTask { parts, words: words(), at: parlor_pdf_tests::at(), to: format!("joined/{name}.pdf") };
    serde_json::to_vec(&task).unwrap()
}

fn words() -> JoinWords {
    JoinWords { title: "Not in this file".to_owned(), note: "It was sent.".to_owned(), right_to_left: false }
}

/// The bucket, as whoever may do everything sees it.
#[must_use]
pub fn bucket(runtime: &Runtime) -> Bucket {
    Bucket::new(&runtime.aws, &runtime.config.files_bucket)
}

/// The certificate of the key that signs, which is there once it has signed.
pub async fn certificate(runtime: &Runtime) -> Certificate {
    let mut config = aws_sdk_kms::config::Builder::from(runtime.aws.config());
    for interceptor in runtime.aws.interceptors() {
        config.push_interceptor(interceptor);
    }
    let kms = aws_sdk_kms::Client::from_conf(config.build());
    let key = runtime.config.signing_key.as_ref().unwrap();
    let public = kms.get_public_key().key_id(key).send().await.unwrap().public_key.unwrap();
    let fingerprint = data_encoding::HEXLOWER.encode(&Sha256::digest(public.as_ref()));
    let kept = bucket(runtime).get(&format!("certificate/{fingerprint}.der"), 100_000).await.unwrap();
    Certificate::from_der(&kept).unwrap()
}

/// Lets a stack read documents: a test's own program is none that does.
pub fn reading(builder: StackBuilder) -> StackBuilder {
    builder.document_child(reader())
}

/// The program of this package that reads documents. Cargo builds it before it runs a test of the package, and says where it
/// is; who runs a test by hand finds it beside the tests' folder.
pub fn reader() -> PathBuf {
    let told = std::env::var_os("CARGO_BIN_EXE_desk").map(PathBuf::from);
    told.unwrap_or_else(|| {
        let test = std::env::current_exe().unwrap();
        test.ancestors().nth(2).unwrap().join("desk").with_extension(std::env::consts::EXE_EXTENSION)
    })
}

/// A document made of [`form`] as it lies at `upload`.
fn document(upload: &UploadId) -> Document {
    let bytes = form();
    let original = Original::open(&bytes, &Limits::default()).unwrap();
    let form = original.form().unwrap();
    let pictures = form.pages.iter().map(|_| None).collect();
    let sha256 = original.sha256().to_owned();
    Document { upload: upload.clone(), sha256, form, pictures }
}

fn to_add(runtime: &Runtime, document: Document, send: bool) -> NewInteraction {
    NewInteraction {
        id: InteractionId::generate(&runtime.entropy),
        title: "Consent".to_owned(),
        asked: Asked::Document(document),
        values: BTreeMap::new(),
        order: None,
        due_at: None,
        send,
        library: None,
        part_of: None,
        assignee: parlor_domain::interaction::Assignee::Customer,
    }
}

/// Lays a document into a session that was not sent.
pub async fn draft(store: &Store, runtime: &Runtime, session: &SessionId) -> Interaction {
    let new = to_add(runtime, document(&UploadId::generate(&runtime.entropy)), false);
    decided(store, runtime, session, WorkCommand::Add(new), Actor::System).await
}

/// Lays a document into a team's library as a draft; its id.
pub async fn entry(store: &Store, runtime: &Runtime, team: &TeamId) -> LibraryId {
    let content = Content::document(document(&UploadId::generate(&runtime.entropy)));
    let id = LibraryId::generate_for(team, &runtime.entropy);
    let entry = Entry::draft(id, "Consent", EntryKind::Document, Actor::System, runtime.clock.now()).unwrap();
    let write = LibraryWrite { entry: &entry, before: None, content: Some(&content), published: None };
    store.create_entry(&write, None).await.unwrap();
    entry.id
}

/// Lays a document into a session that the customer has completed, made of [`form`] as it lies at `upload`; its id.
pub async fn completed(store: &Store, runtime: &Runtime, session: &SessionId, upload: &UploadId) -> InteractionId {
    bucket(runtime).put(&upload.object(), form(), "application/pdf").await.unwrap();
    let document = document(upload);
    let new = to_add(runtime, document.clone(), true);
    let made = decided(store, runtime, session, WorkCommand::Add(new), Actor::System).await;
    let signed = BTreeMap::from([
        ("name".to_owned(), Some(Value::Text("Mara Quist".to_owned()))),
        ("signature".to_owned(), Some(Value::Text("Mara Quist".to_owned()))),
    ]);
    let evidence = Some(parlor_pdf_tests::evidence());
    let filled = Filled::Document(FilledIn { document: &document, values: signed, evidence });
    decided(store, runtime, session, WorkCommand::Complete(&made, filled), Actor::Customer).await.id
}

/// Lays a request into a session whose customer has sent a photo for good; nobody joins it.
pub async fn sent_for_good(store: &Store, runtime: &Runtime, session: &SessionId) -> Interaction {
    let request: Request = serde_json::from_value(serde_json::json!({"what": "A photo"})).unwrap();
    let new = NewInteraction {
        id: InteractionId::generate(&runtime.entropy),
        title: "A photo".to_owned(),
        asked: Asked::Request(request.clone()),
        values: BTreeMap::new(),
        order: None,
        due_at: None,
        send: true,
        library: None,
        part_of: None,
        assignee: parlor_domain::interaction::Assignee::Customer,
    };
    let made = decided(store, runtime, session, WorkCommand::Add(new), Actor::System).await;
    let upload = looked_at(store, runtime, session).await;
    let file = SentFile {
        key: format!("read/{upload}/picture"),
        upload,
        name: "photo.jpg".to_owned(),
        size: 9,
        content_type: FileType::Jpeg,
        thumbnail: None,
        pages: None,
        at: runtime.clock.now(),
    };
    let add = WorkCommand::ChangeFiles(&made, &request, FileChange::Add { file, replaces: None });
    let begun = decided(store, runtime, session, add, Actor::Customer).await;
    let send = WorkCommand::Complete(&begun, Filled::Request(&request, Some(words())));
    decided(store, runtime, session, send, Actor::Customer).await
}

/// The signed file of a completed document is filed, whatever it is.
pub async fn filed(store: &Store, runtime: &Runtime, session: &SessionId, id: &InteractionId) {
    let found = store.read(ReadBatch::new().interaction(session, id)).await.unwrap();
    let own = found.interaction(session, id).unwrap().unwrap();
    let key = format!("signed/{session}/{id}.pdf");
    let file = WorkCommand::File { own: &own, key, sha256: "0".repeat(64), size: 1_000 };
    decided(store, runtime, session, file, Actor::System).await;
}

async fn decided(
    store: &Store,
    runtime: &Runtime,
    session: &SessionId,
    command: WorkCommand<'_>,
    actor: Actor,
) -> Interaction {
    let found = store.read(ReadBatch::new().session(session)).await.unwrap();
    let stored = found.session(session).unwrap().unwrap();
    let (settings, _) = found.settings(&session.team()).unwrap();
    let context = Context { actor, origin: Origin::default(), now: runtime.clock.now() };
    let decision = stored.session.decide(Command::Work(command), &settings, &context).unwrap();
    store.commit(&decision, &Extras::default()).await.unwrap();
    decision.interactions.into_iter().next().unwrap().interaction
}

/// Lays a photo into a session as it is when the customer has sent it and it was looked at; its id.
pub async fn looked_at(store: &Store, runtime: &Runtime, session: &SessionId) -> UploadId {
    let upload = Upload {
        id: UploadId::generate(&runtime.entropy),
        name: "photo.jpg".into(),
        size: 9,
        content_type: FileType::Jpeg,
        sha256: "0".repeat(64),
        by: Actor::Customer,
        at: runtime.clock.now(),
    };
    store.announce_customers_upload(session, upload.at, &upload).await.unwrap();
    let picture =
        |name: &str| PagePicture { key: format!("read/{}/{name}", upload.id), content_type: "image/jpeg".into() };
    let report = ReadReport::Picture {
        picture: picture("picture"),
        size: 9,
        thumbnail: Some(picture("thumbnail")),
        pixels: Some([640, 480]),
    };
    let report = serde_json::to_vec(&report).unwrap();
    bucket(runtime).put(&upload.id.report(), report, "application/json").await.unwrap();
    upload.id
}
