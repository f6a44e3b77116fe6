//! Starts the function `document-file`.

use document_file::DocumentFile;

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_event::<DocumentFile>().await
}
