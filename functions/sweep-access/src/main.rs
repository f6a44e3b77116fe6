//! Starts the function `sweep-access`.

use sweep_access::SweepAccess;

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_event::<SweepAccess>().await
}
