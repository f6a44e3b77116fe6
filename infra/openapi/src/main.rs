//! Prints the OpenAPI document; `cargo xtask openapi` writes it to `docs/openapi.json`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match parlor_openapi::text() {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
