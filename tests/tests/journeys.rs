//! Journeys of customers, staff and programs over real HTTP and WebSocket, knowing base URLs only: the same ones on the
//! one-machine stack and on the second platform (`cargo xtask test --only platform`, docs/platforms.md).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

#[path = "journeys/answer_files.rs"]
mod answer_files;
#[path = "journeys/archive.rs"]
mod archive;
#[path = "journeys/attachments.rs"]
mod attachments;
#[path = "journeys/clock.rs"]
mod clock;
#[path = "journeys/customer.rs"]
mod customer;
#[path = "journeys/document.rs"]
mod document;
#[path = "journeys/erasing.rs"]
mod erasing;
#[path = "journeys/files.rs"]
mod files;
#[path = "journeys/first_run.rs"]
mod first_run;
#[path = "journeys/history.rs"]
mod history;
#[path = "journeys/library.rs"]
mod library;
#[path = "journeys/logo.rs"]
mod logo;
#[path = "journeys/moving.rs"]
mod moving;
#[path = "journeys/participants.rs"]
mod participants;
#[path = "journeys/program.rs"]
mod program;
#[path = "journeys/request.rs"]
mod request;
#[path = "journeys/rooms.rs"]
mod rooms;
#[path = "journeys/settings.rs"]
mod settings;
#[path = "journeys/staff.rs"]
mod staff;
#[path = "journeys/step_document.rs"]
mod step_document;
#[path = "journeys/unscripted.rs"]
mod unscripted;
#[path = "journeys/webhooks.rs"]
mod webhooks;
#[path = "journeys/workflow.rs"]
mod workflow;
#[path = "journeys/workflow_preview.rs"]
mod workflow_preview;
