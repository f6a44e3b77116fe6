//! Starts the function `retry-deliveries`.

use retry_deliveries::RetryDeliveries;

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_event::<RetryDeliveries>().await
}
