//! Starts the function `send-reminders`.

use send_reminders::SendReminders;

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_event::<SendReminders>().await
}
