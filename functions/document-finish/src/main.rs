//! Starts the function `document-finish`.

use document_finish::DocumentFinish;

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_event::<DocumentFinish>().await
}
