//! Admins' pages: `/admin`, the settings (R19) at `/admin/settings` and `/admin/teams/{id}`, `/admin/people` and `/admin/teams`.
//!
//! | request | DynamoDB |
//! | --- | --- |
//! | GET `/admin` | none |
//! | GET `/admin/settings`, `/admin/teams/{id}` | one `BatchGetItem` and two `Query`, side by side |
//! | POST to either | one `BatchGetItem` and one `Query`, then one `TransactWriteItems` |
//! | POST to either's `preview` | one `BatchGetItem` and one `Query`, side by side |
//! | GET `/admin/people`, `/admin/teams` | one `BatchGetItem`, two `Query` (people, teams) |
//! | GET `/admin/people/new` | one `BatchGetItem`, one `Query` (teams) |
//! | GET `/admin/people/{id}` | one `BatchGetItem`, six `Query` (people, teams, changes, three of open sessions) |
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod form;
mod people;
mod preview;
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
            .page(Method::POST, "/admin/settings", settings::save_system)
            .page(Method::GET, "/admin/teams/{id}", settings::team)
            .page(Method::POST, "/admin/teams/{id}", settings::save_team)
            .page(Method::POST, "/admin/settings/preview", preview::system)
            .page(Method::POST, "/admin/teams/{id}/preview", preview::team)
    }
}

async fn root(_: &AppState, _: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    Ok(redirect("/admin/settings"))
}
