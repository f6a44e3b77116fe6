//! Starts the function `document-sign`.

use document_sign::DocumentSign;

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_event::<DocumentSign>().await
}
