//! What there is for a customer to do (R21), one interaction at a time: `/r/{session}/i/{interaction}` and what is below.
//!
//! What the customer may do is judged by the clock on every request (R2), whatever the schedules have told open rooms so far.

mod work;

use lambda_http::http::Method;
use parlor_web::{AppState, Rows, WebFunction};

/// Serves a customer's interactions.
#[derive(Debug)]
pub struct CustomerWork;

impl WebFunction for CustomerWork {
    const NAME: &'static str = "customer-work";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.page(Method::GET, "/r/{session}/i/{interaction}", work::show)
            .page(Method::POST, "/r/{session}/i/{interaction}/save", work::save)
            .page(Method::POST, "/r/{session}/i/{interaction}/complete", work::complete)
            .page(Method::POST, "/r/{session}/i/{interaction}/decline", work::decline)
    }
}
