//! Admins' pages: GET `/admin`, `/admin/settings` and what belongs to it (R19).
//!
//! | request | DynamoDB |
//! | --- | --- |
//! | GET `/admin` | none |
//! | GET `/admin/settings` | one `BatchGetItem` |
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod settings;

use lambda_http::{Body, Response, http::Method};
use parlor_web::{AdminPage, AdminRefusal, AppState, Rows, WebFunction, redirect};

/// Shows admins what an installation is run by.
#[derive(Debug)]
pub struct AdminConsole;

impl WebFunction for AdminConsole {
    const NAME: &'static str = "admin-console";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.page(Method::GET, "/admin", root).page(Method::GET, "/admin/settings", settings::system)
    }
}

async fn root(_: &AppState, _: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    Ok(redirect("/admin/settings"))
}
