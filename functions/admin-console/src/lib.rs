//! Admins' pages: GET `/admin`, `/admin/settings` and what belongs to it (R19), `/admin/people` and `/admin/teams`.
//!
//! | request | DynamoDB |
//! | --- | --- |
//! | GET `/admin` | none |
//! | GET `/admin/settings` | one `BatchGetItem` |
//! | GET `/admin/people`, `/admin/teams` | one `BatchGetItem`, two `Query` (people, teams) |
//! | GET `/admin/people/new` | one `BatchGetItem`, one `Query` (teams) |
//! | GET `/admin/people/{id}` | one `BatchGetItem`, six `Query` (people, teams, changes, three of open sessions) |
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod people;
mod settings;
mod teams;

use lambda_http::{Body, Response, http::Method};
use parlor_web::{AdminPage, AdminRefusal, AppState, Rows, WebFunction, redirect};

/// Shows admins what an installation is run by.
#[derive(Debug)]
pub struct AdminConsole;

impl WebFunction for AdminConsole {
    const NAME: &'static str = "admin-console";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.page(Method::GET, "/admin", root)
            .page(Method::GET, "/admin/settings", settings::system)
            .page(Method::GET, "/admin/people", people::list)
            .page(Method::GET, "/admin/people/new", people::new)
            .page(Method::GET, "/admin/people/{id}", people::person)
            .page(Method::GET, "/admin/teams", teams::list)
    }
}

async fn root(_: &AppState, _: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    Ok(redirect("/admin/settings"))
}
