//! Starts the function; what it does is in the library beside this.

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_event::<live_disconnect::LiveDisconnect>().await
}
