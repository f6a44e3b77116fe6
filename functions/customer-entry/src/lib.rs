//! A customer's link (R5, R6): GET `/s/{token}` shows the opening page or why it does not open, POST
//! `/s/{token}/continue` goes on, POST `/s/{token}/new-link` asks for another link.

use lambda_http::{
    Body, Response,
    http::{Method, StatusCode},
};
use parlor_domain::{
    Command, Decision, Gate, LinkToken, Presented, Rejection, pin, settings::Method as Authentication,
};
use parlor_templates::customer::{Check, Consent, OpeningPage};
use parlor_web::{
    AppState, Rows, WebFunction, cookies,
    customer::{PageError, Visit, link_sent, masked, set_probe},
    html,
    loaded_link::LoadedLink,
    redirect,
    reply::set_cookie,
};

/// Lets customers in.
#[derive(Debug)]
pub struct CustomerEntry;

impl WebFunction for CustomerEntry {
    const NAME: &'static str = "customer-entry";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.page(Method::GET, "/s/{token}", open).page(Method::POST, "/s/{token}/continue", go_on).page(
            Method::POST,
            "/s/{token}/new-link",
            new_link,
        )
    }
}

/// The opening page, or the room where this browser is in already. Reads only: one `BatchGetItem`. Link scanners and
/// previews burn and bind nothing (R6).
async fn open(app: &AppState, visit: &Visit, token: String) -> Result<Response<Body>, PageError> {
    let loaded = LoadedLink::read(app, visit, LinkToken::parse(&token).as_ref()).await?;
    match loaded.gate(&visit.presented) {
        Gate::Inside if !loaded.extends() => Ok(enter(visit, &loaded, None)),
        Gate::Inside | Gate::Consent | Gate::Pin { .. } | Gate::Code { .. } | Gate::Enter => {
            let mut response = html(StatusCode::OK, opening(app, visit, &loaded, false).render(), None);
            set_probe(&mut response, &visit.device);
            Ok(response)
        }
        closed => Err(loaded.turn_away(closed)),
    }
}

/// **Continue**: binds the device, or leads to the PIN page, or sends a one-time code and leads to its page. One
/// `BatchGetItem` and one `TransactWriteItems` (none towards the PIN page), each again per lost race.
async fn go_on(app: &AppState, visit: &Visit, token: String) -> Result<Response<Body>, PageError> {
    let device = &visit.device;
    // This form is the one place where consent is given: its page shows what to.
    let given = |loaded: &LoadedLink| visit.field("consent") == "on" && loaded.showed_consent(visit.field("shown"));
    let (loaded, result) = LoadedLink::change(app, visit, LinkToken::parse(&token).as_ref(), |loaded| {
        let (session, context) = (&loaded.session, loaded.context(visit));
        let presented = &Presented { consent: given(loaded), ..visit.presented.clone() };
        let go_on = Command::Continue { link: &loaded.link, presented, device };
        match session.decide(go_on, &loaded.settings, &context) {
            // A code that was sent before and still works is the one to enter; its page can send another.
            Err(Rejection::Gate(Gate::Code { .. })) if !loaded.code_waits() => {
                let code = pin::generate_code(&app.entropy).seal(&session.id, &app.keyring, &app.entropy);
                let send = Command::SendCode { link: &loaded.link, presented, code };
                session.decide(send, &loaded.settings, &context)
            }
            decision => decision,
        }
    })
    .await?;
    let given = given(&loaded);
    let to = |page: &str| {
        let consent = given.then(|| loaded.consent(app, device));
        let mut response = redirect(&visit.onward(&format!("{}/{page}", visit.start), consent.as_deref()));
        // The next page's POST has to come from the browser that gave consent here.
        if given && visit.presented.device.is_none() {
            set_probe(&mut response, device);
        }
        Ok(response)
    };
    match result {
        Ok(decision) if sends_code(&decision) => to("otp"),
        Ok(_) => Ok(enter(visit, &loaded, Some(&cookies::set_device(device)))),
        Err(Rejection::Gate(Gate::Pin { .. })) => to("pin"),
        Err(Rejection::Gate(Gate::Consent)) => {
            let page = opening(app, visit, &loaded, true).render();
            Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page, None))
        }
        Err(Rejection::Gate(Gate::Code { .. })) => to("otp"),
        Err(Rejection::Gate(closed)) => Err(loaded.turn_away(closed)),
        // A code that cannot be sent now: its page says so when the customer asks for one there.
        Err(_) => to("otp"),
    }
}

/// **Send a new link** (R5): to the contact on file and rate-limited, with the same answer whether or not it was
/// sent. One `BatchGetItem` and at most one `TransactWriteItems`, each again per lost race.
async fn new_link(app: &AppState, visit: &Visit, token: String) -> Result<Response<Body>, PageError> {
    let (loaded, result) = LoadedLink::change(app, visit, LinkToken::parse(&token).as_ref(), |loaded| {
        if let closed @ (Gate::ServiceDown | Gate::Unknown | Gate::SessionExpired) = loaded.gate(&visit.presented) {
            return Err(Rejection::Gate(closed));
        }
        let (_, issued) = LinkToken::issue(&loaded.session.id, &app.keyring, &app.entropy);
        loaded.session.decide(Command::RequestLink(issued), &loaded.settings, &loaded.context(visit))
    })
    .await?;
    match result {
        Err(Rejection::Gate(closed)) => Err(loaded.turn_away(closed)),
        // Sent, asked for too often, or impossible: whoever holds an old link learns nothing about the contact.
        Ok(_) | Err(_) => Ok(link_sent(app, visit, loaded.host())),
    }
}

/// Into the room. The device's cookie is set anew each time, so that it outlives every tier.
fn enter(visit: &Visit, loaded: &LoadedLink, cookie: Option<&str>) -> Response<Body> {
    let mut response = redirect(&visit.along(&format!("/r/{}", loaded.session.id)));
    let renewed = visit.presented.device.as_ref().map(cookies::set_device);
    if let Some(cookie) = cookie.or(renewed.as_deref()) {
        set_cookie(&mut response, cookie);
    }
    response
}

fn sends_code(decision: &Decision) -> bool {
    decision.outbox.iter().any(|entry| matches!(entry.message, Some(parlor_domain::Message::Code { .. })))
}

fn opening(app: &AppState, visit: &Visit, loaded: &LoadedLink, consent_missing: bool) -> OpeningPage {
    let authentication = &loaded.settings.authentication;
    let lang = visit.lang_for(&loaded.session);
    let words = authentication.opening_page.in_language(lang.code());
    let asks = authentication.consent.required
        && loaded.session.consented_at.is_none()
        && !loaded.session.is_bound_to(visit.presented.device.as_ref());
    OpeningPage {
        lang,
        brand: loaded.brand(),
        agent: loaded.session.agent_name.clone(),
        path: visit.start.clone(),
        action: visit.along(&format!("{}/continue", visit.start)),
        csrf: Some(visit.csrf(app)),
        title: words.title,
        text: words.text,
        hint: words.hint,
        check: match loaded.method(&visit.presented) {
            Authentication::None => Check::None,
            Authentication::Pin => Check::Pin,
            Authentication::Otp => Check::Code { contact: masked(&loaded.session) },
        },
        consent: asks.then(|| Consent {
            text: authentication.consent.text.clone(),
            missing: consent_missing,
            shown: loaded.consent_shown(),
        }),
        // Shown in the room, once (R17).
        work: false,
        cookie_disclaimer: false,
    }
}
