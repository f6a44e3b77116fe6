//! The stack with a deployment of its own: one function that writes and answers, and one that hears of it.

mod deployment;
mod http;
mod live;
mod requests;
mod restart;
mod time;

use self::deployment::{TEMPLATE, registry};
use crate::Stack;

async fn stack() -> Stack {
    Stack::builder().deployment(TEMPLATE, registry).demo(false).count_requests(true).await.unwrap()
}
