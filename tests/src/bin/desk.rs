//! Lays out a team with an agent and an API key on the described platform (`PARLOR_PLATFORM`), and prints what one calls its
//! API with: one line of JSON, `{"url","api_key","email","password"}`.
#![allow(clippy::unwrap_used, reason = "a tool of the tests that cannot go on should say where")]

use std::process::ExitCode;

use parlor_tests::Platform;
use serde_json::json;

fn main() -> ExitCode {
    // As what reads a document for a test.
    parlor_drawing::child_main().unwrap_or_else(lay_out)
}

#[tokio::main(flavor = "current_thread")]
async fn lay_out() -> ExitCode {
    assert!(std::env::var_os("PARLOR_PLATFORM").is_some(), "PARLOR_PLATFORM names no platform");
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let [(_, email), (_, password)] = desk.nina.login();
    println!("{}", json!({"url": platform.url, "api_key": desk.api_key, "email": email, "password": password}));
    ExitCode::SUCCESS
}
