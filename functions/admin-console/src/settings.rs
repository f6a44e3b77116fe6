//! GET `/admin/settings` (R19).

use lambda_http::{Body, Response, http::StatusCode};
use parlor_templates::admin::{Section, SettingsPage};
use parlor_web::{AdminContext, AdminPage, AdminRefusal, AppState, api_request::lang, html, staff_page};

/// One `BatchGetItem`.
pub(crate) async fn system(app: &AppState, page: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    let cookie = staff_page::cookie(page)?;
    let found = app.store.read(AdminContext::keys(&cookie)).await?;
    let context = AdminContext::open(cookie, found, lang(page), app.clock.now())?;
    Ok(html(StatusCode::OK, SettingsPage { frame: context.frame(app, Section::Settings) }.render(), None))
}
