//! Starts the function `sweep-inactivity`.

use sweep_inactivity::SweepInactivity;

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_event::<SweepInactivity>().await
}
