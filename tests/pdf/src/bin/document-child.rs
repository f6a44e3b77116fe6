//! Reads and draws for the tests, as a child.

use std::process::ExitCode;

fn main() -> ExitCode {
    parlor_drawing::child_main().unwrap_or(ExitCode::FAILURE)
}
