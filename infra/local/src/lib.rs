//! The one-machine stack: everything that Parlor needs of AWS, in one process.

pub mod catcher;
pub mod outbox;
