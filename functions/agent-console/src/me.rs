//! GET `/me`: one's own account. Its forms are `agent-auth`'s, each of which leads back here and says how it went.

use jiff::Timestamp;
use lambda_http::{Body, Request, RequestExt as _, Response, http::StatusCode};
use parlor_templates::{
    Lang,
    console::{FieldError, Me, MeDone, MySignIn},
    times,
    words::{account, console as words},
};
use parlor_web::{AppState, api_request::lang, html, staff_page};

use crate::{
    PageError,
    history::Asked,
    staff_context::{self, StaffContext},
};

/// One `BatchGetItem` for whoever asks, one `Query` of their sign-ins and those of the list beside them, side by side.
pub(crate) async fn page(app: &AppState, request: &Request) -> Result<Response<Body>, PageError> {
    let cookie = staff_page::cookie(request)?;
    let own = cookie.login.clone();
    let asked = Asked::plain(request, &cookie);
    let (keys, listed) = (staff_context::keys(&cookie), asked.query());
    let (found, sign_ins, listed) =
        tokio::try_join!(app.store.read(keys), app.store.sign_ins(&cookie.agent), listed.read(&app.store))?;
    let now = app.clock.now();
    let context = StaffContext::open(cookie, found, lang(request), now)?;
    let mut places: Vec<MySignIn> = sign_ins
        .each()
        .filter_map(|sign_in| sign_in.counting(now))
        .map(|login| MySignIn {
            id: login.id.to_string(),
            browser: login.browser.clone(),
            since: login.created_at,
            seen: login.last_seen(),
            own: login.id == own,
        })
        .collect();
    // The one that this page is shown in stands first.
    places.sort_by_key(|place| (!place.own, std::cmp::Reverse(place.seen)));
    let query = request.query_string_parameters();
    let agent = context.caller.agent.clone();
    let (history, remember) = asked.pane(&app.store, listed, None, None, &context).await?.remember();
    let me = Me {
        email: agent.email.as_str().to_owned(),
        language: agent.language.as_ref().and_then(|language| Lang::from_tag(language.as_str())),
        sign_ins: places,
        done: query.first("done").and_then(done),
        errors: errors(context.lang, query.first("fault").unwrap_or_default(), query.first("until")),
        frame: context.frame(app, request, history)?,
    };
    Ok(remember(html(StatusCode::OK, me.render(), None)))
}

fn done(said: &str) -> Option<MeDone> {
    Some(match said {
        "saved" => MeDone::Saved,
        "password" => MeDone::Password,
        "ended" => MeDone::Ended,
        "others" => MeDone::Others,
        _ => return None,
    })
}

/// What was wrong with the form that led here.
fn errors(lang: Lang, fault: &str, until: Option<&str>) -> Vec<FieldError> {
    let until = until.and_then(|second| Timestamp::from_second(second.parse().ok()?).ok());
    let error = match fault {
        "name" => FieldError::new("name", words::need_your_name(lang)),
        "current" => FieldError::new("current", account::wrong_current(lang)),
        "wait" => {
            let until = until.map(times::clock_utc).unwrap_or_default();
            FieldError::new("current", &account::wait_current(lang, &until).to_string())
        }
        "short" => FieldError::new("password", words::password_too_short(lang)),
        "long" => FieldError::new("password", words::password_too_long(lang)),
        "address" => FieldError::new("password", words::password_is_email(lang)),
        "common" => FieldError::new("password", account::password_common(lang)),
        "known" => FieldError::new("password", account::password_known(lang)),
        _ => return vec![],
    };
    vec![error]
}
