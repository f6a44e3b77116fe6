//! Documents to send, to complete and to sign, and the program that reads them.

use std::{collections::BTreeMap, path::PathBuf};

use parlor_buckets::Bucket;
use parlor_documents::{FinishTask, Limits, Original, Value};
use parlor_local::StackBuilder;
use parlor_objects::Objects as _;
use parlor_runtime::Runtime;
use parlor_signing::Certificate;
use sha2::{Digest as _, Sha256};

/// A form of one page with a few fields.
#[must_use]
pub fn form() -> Vec<u8> {
    parlor_pdf_tests::small().bytes()
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
fn reader() -> PathBuf {
    let told = std::env::var_os("CARGO_BIN_EXE_desk").map(PathBuf::from);
    told.unwrap_or_else(|| {
        let test = std::env::current_exe().unwrap();
        test.ancestors().nth(2).unwrap().join("desk").with_extension(std::env::consts::EXE_EXTENSION)
    })
}
