//! Starts the function `deliver-webhooks`.

use deliver_webhooks::DeliverWebhooks;

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_event::<DeliverWebhooks>().await
}
