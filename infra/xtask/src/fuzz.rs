//! `cargo xtask fuzz`: very many raw events for each function, built with the optimisations that what is deployed is built
//! with.

use crate::{Failure, cargo, succeeds};

/// What `cargo xtask fuzz` sends to each function unless it is told otherwise.
pub(crate) const EVENTS: u32 = 100_000;

/// Sends `events` wrong events to each function behind the HTTP or the WebSocket API, or to `function` alone; `false` when
/// one ended a function or was answered with a failure.
pub(crate) fn run(events: u32, function: Option<&str>) -> Result<bool, Failure> {
    let mut command = cargo();
    command
        // Over the workspace for the reason that the tests are (see `programs::Building`).
        .args(["test", "--workspace", "--locked", "--profile", "fuzz", "--test", "installation"])
        .args(["--", "--exact", "--nocapture", "fuzz::no_event_ends_a_function_or_makes_it_fail"])
        .env("PARLOR_FUZZ_EVENTS", events.to_string());
    if let Some(function) = function {
        command.env("PARLOR_FUZZ_ONLY", function);
    }
    succeeds(&mut command)
}
