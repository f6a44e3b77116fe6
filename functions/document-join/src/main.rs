//! Starts the function `document-join`, or what it starts: a child that reads files (`parlor_drawing`).

use std::process::ExitCode;

use document_join::DocumentJoin;

fn main() -> ExitCode {
    parlor_drawing::child_main().unwrap_or_else(serve)
}

#[tokio::main(flavor = "local")]
async fn serve() -> ExitCode {
    match parlor_runtime::run_event::<DocumentJoin>().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
