//! Starts the function `apply-retention`.

use apply_retention::ApplyRetention;

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_event::<ApplyRetention>().await
}
