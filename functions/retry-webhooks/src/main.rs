//! Starts the function `retry-webhooks`.

use retry_webhooks::RetryWebhooks;

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_event::<RetryWebhooks>().await
}
