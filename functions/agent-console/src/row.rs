//! GET `/console/s/{session}/row`: one session as lists show it, for a list that heard that something happened to it (R20).

use lambda_http::{Body, Request, Response, http::StatusCode};
use parlor_domain::SessionId;
use parlor_store::{Stored, Summary};
use parlor_web::{AppState, api_request::lang, html, staff_page};

use crate::{
    PageError, history,
    staff_context::{self, StaffContext},
};

/// The row's markup. 404 for whoever may not see the session, as if there were none.
pub(crate) async fn row(app: &AppState, request: &Request, id: &SessionId) -> Result<Response<Body>, PageError> {
    let cookie = staff_page::cookie(request)?;
    let found = app.store.read(staff_context::part_keys(&cookie).room(id)).await?;
    let staff_context = StaffContext::open(cookie, found, lang(request), app.clock.now())?;
    let (caller, now) = (&staff_context.caller, staff_context.now);
    let Stored { session, presence, .. } = caller.room(&staff_context.found, id)?;
    let mut row = history::row(staff_context.lang, &Summary::of(&session), &presence, &caller.agent.id, now);
    row.updated = staff_context.updates(None).contains_key(id);
    Ok(html(StatusCode::OK, row.alone(staff_context.lang, now), None))
}
