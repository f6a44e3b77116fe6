//! Starts the function `deliver`.

use deliver::Deliver;

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_event::<Deliver>().await
}
