//! Starts the function `document-read`, or what it starts: a child that reads one file (`parlor_drawing`).

use std::process::ExitCode;

use document_read::DocumentRead;

fn main() -> ExitCode {
    parlor_drawing::child_main().unwrap_or_else(serve)
}

#[tokio::main(flavor = "local")]
async fn serve() -> ExitCode {
    match parlor_runtime::run_event::<DocumentRead>().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
