//! What takes the whole machine for a minute or more: `cargo xtask test` runs these alone, one after the other.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

#[path = "live/client.rs"]
#[allow(dead_code, reason = "the storm needs less of it than `live` does")]
mod client;
#[path = "storms/guesses.rs"]
mod guesses;
#[path = "storms/rooms.rs"]
mod rooms;
