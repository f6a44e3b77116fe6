//! Signs a completed document (R21): from a task at `finished/{session}/{interaction}.json` to
//! `signed/{session}/{interaction}.pdf` and a report beside it. S3 calls it when the task has come. It parses nothing, and it
//! alone may use the key.

mod certificate;
mod kms;

use jiff::Timestamp;
use parlor_buckets::Bucket;
use parlor_objects::{ObjectError, Objects};
use parlor_runtime::{Clock, Entropy, EventFunction, ObjectEvent, Runtime};
use parlor_signing::{Certificate, KeyError, SignError, SignTask, SigningKey, Unsigned, sign_object};
use serde_json::Value;
use tokio::sync::OnceCell;

use self::kms::KmsKey;

/// What keys of completed documents, and of the tasks to sign them, begin with.
const FROM: &str = "finished/";

/// What keys of signed documents, and of the reports about them, begin with.
const TO: &str = "signed/";

/// Bytes of a task or a report: keys and numbers.
const SMALL: usize = 100_000;

/// The function.
#[derive(Debug)]
pub struct DocumentSign {
    bucket: Bucket,
    kms: aws_sdk_kms::Client,
    key_id: Option<String>,
    /// Whom the certificate names that is made at the first use: the host that people see.
    name: String,
    clock: Clock,
    entropy: Entropy,
    /// The key and what certifies it, asked for once.
    signer: OnceCell<(KmsKey, Certificate)>,
}

/// Why a document was not signed.
#[derive(Debug, thiserror::Error)]
pub enum DocumentSignError {
    /// The bucket.
    #[error("the task or its outcome: {0}")]
    Objects(#[from] ObjectError),
    /// What is there is no task.
    #[error("the task is not understood: {0}")]
    NoTask(#[from] serde_json::Error),
    /// The document, or where it goes, is not beside its task.
    #[error("the task is another's")]
    Another,
    /// No key was named.
    #[error("PARLOR_SIGNING_KEY is not set")]
    NoKey,
    /// The service that holds the key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The certificate cannot be made.
    #[error("there is no certificate: {0}")]
    NoCertificate(#[from] Unsigned),
    /// The certificate in the bucket is none, or another key's.
    #[error("the certificate in the bucket is not the key's")]
    NotItsCertificate,
    /// It was not signed.
    #[error(transparent)]
    Unsigned(#[from] SignError),
}

/// Carries out the task of this name, `{session}/{interaction}`. Only the first signature counts, however often it is asked for:
/// two have different hashes. Three requests to read or write, one to the key; two once it is signed.
async fn sign_task(
    name: &str,
    objects: &impl Objects,
    key: &impl SigningKey,
    certificate: &Certificate,
) -> Result<(), DocumentSignError> {
    let task: SignTask = serde_json::from_slice(&objects.get(&format!("{FROM}{name}.json"), SMALL).await?)?;
    if task.from != format!("{FROM}{name}.pdf") || task.to != format!("{TO}{name}.pdf") {
        return Err(DocumentSignError::Another);
    }
    let report = sign_object(&task, objects, key, certificate).await?;
    // Written again when it was signed before: whoever waits for it may not have heard.
    objects.put(&format!("{TO}{name}.json"), serde_json::to_vec(&report)?, "application/json").await?;
    Ok(())
}

impl DocumentSign {
    async fn signer(&self) -> Result<&(KmsKey, Certificate), DocumentSignError> {
        let made = async || {
            let id = self.key_id.as_ref().ok_or(DocumentSignError::NoKey)?;
            let key = KmsKey::open(self.kms.clone(), id).await?;
            let now: Timestamp = self.clock.now();
            let serial = self.entropy.bytes();
            let certificate = certificate::of(&key, &self.bucket, &self.name, serial, now).await?;
            Ok((key, certificate))
        };
        self.signer.get_or_try_init(made).await
    }
}

impl EventFunction for DocumentSign {
    const NAME: &'static str = "document-sign";
    type Event = ObjectEvent;
    type Output = Value;

    fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        let host = config.public_url.split_once("://").map_or("", |(_, host)| host);
        Self {
            bucket: Bucket::new(&runtime.aws, &config.files_bucket),
            kms: kms::client(&runtime.aws),
            key_id: config.signing_key.clone(),
            name: format!("Parlor at {host}"),
            clock: runtime.clock.clone(),
            entropy: runtime.entropy.clone(),
            signer: OnceCell::new(),
        }
    }

    async fn handle(&self, event: Self::Event) -> Result<Value, lambda_runtime::Error> {
        let name = event.between(FROM, ".json")?;
        let (key, certificate) = self.signer().await?;
        sign_task(name, &self.bucket, key, certificate).await?;
        Ok(Value::Null)
    }
}
