//! A customer proves who they are (R7): GET and POST `/s/{token}/pin`, GET and POST `/s/{token}/otp`, POST
//! `/s/{token}/otp/send`.
//!
//! A try is counted in the commit that judges it, and nobody hears of a try that was not committed: whoever loses the
//! race for the session's version is judged anew, under the count that the winner left.

use lambda_http::{
    Body, Response,
    http::{Method, StatusCode},
};
use parlor_domain::{
    Command, Gate, LinkToken, Rejection,
    pin::{self, CODE_LIFETIME, Lock, Pin},
    session::Outcome,
};
use parlor_templates::customer::{CodePage, CodeProblem, PinPage};
use parlor_web::{
    AppState, Rows, WebFunction, cookies,
    customer::{PageError, Visit, masked, set_probe},
    html,
    loaded_link::LoadedLink,
    redirect,
    reply::set_cookie,
};

/// Checks PINs and one-time codes.
#[derive(Debug)]
pub struct CustomerPin;

impl WebFunction for CustomerPin {
    const NAME: &'static str = "customer-pin";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.page(Method::GET, "/s/{token}/pin", show_pin)
            .page(Method::POST, "/s/{token}/pin", enter_pin)
            .page(Method::GET, "/s/{token}/otp", show_code)
            .page(Method::POST, "/s/{token}/otp", enter_code)
            .page(Method::POST, "/s/{token}/otp/send", send_code)
    }
}

/// By what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    Pin,
    Code,
}

impl Proof {
    /// The page that takes it, below the link.
    fn page(self) -> &'static str {
        match self {
            Self::Pin => "pin",
            Self::Code => "otp",
        }
    }

    /// Whether `gate` asks for this.
    fn is_asked_by(self, gate: &Gate) -> bool {
        matches!((self, gate), (Self::Pin, Gate::Pin { .. }) | (Self::Code, Gate::Code { .. }))
    }
}

/// Which page of which link.
struct Step {
    proof: Proof,
    token: Option<LinkToken>,
}

impl Step {
    fn of(proof: Proof, token: &str) -> Self {
        Self { proof, token: LinkToken::parse(token) }
    }
}

async fn show_pin(app: &AppState, visit: &Visit, token: String) -> Result<Response<Body>, PageError> {
    show(app, visit, &Step::of(Proof::Pin, &token)).await
}

async fn enter_pin(app: &AppState, visit: &Visit, token: String) -> Result<Response<Body>, PageError> {
    enter(app, visit, &Step::of(Proof::Pin, &token)).await
}

async fn show_code(app: &AppState, visit: &Visit, token: String) -> Result<Response<Body>, PageError> {
    show(app, visit, &Step::of(Proof::Code, &token)).await
}

async fn enter_code(app: &AppState, visit: &Visit, token: String) -> Result<Response<Body>, PageError> {
    enter(app, visit, &Step::of(Proof::Code, &token)).await
}

/// The page with the field, and with what was wrong with what was typed before, which the address says. Reads only: one `BatchGetItem`.
async fn show(app: &AppState, visit: &Visit, step: &Step) -> Result<Response<Body>, PageError> {
    let loaded = LoadedLink::read(app, visit, step.token.as_ref()).await?;
    let presented = loaded.presented(app, visit);
    let gate = loaded.gate(&presented);
    if !step.proof.is_asked_by(&gate) {
        return elsewhere(app, visit, &loaded, gate);
    }
    let mut response = page(app, visit, step, &loaded);
    set_probe(&mut response, &visit.device);
    Ok(response)
}

/// Judges a try, and leads on: every answer is a redirect, so that loading a page again never sends digits again. One `BatchGetItem` and one `TransactWriteItems`, each again per lost race; what cannot be right
/// (no digits, no code that waits) is neither counted nor written.
async fn enter(app: &AppState, visit: &Visit, step: &Step) -> Result<Response<Body>, PageError> {
    let typed = visit.field("code");
    let device = &visit.device;
    if Pin::parse(typed).is_err() {
        let loaded = LoadedLink::read(app, visit, step.token.as_ref()).await?;
        let gate = loaded.gate(&loaded.presented(app, visit));
        return if step.proof.is_asked_by(&gate) {
            Ok(again(app, visit, step, &loaded, MALFORMED))
        } else {
            led(app, visit, step, &loaded, gate)
        };
    }
    let (loaded, result) = LoadedLink::change(app, visit, step.token.as_ref(), |loaded| {
        let presented = &loaded.presented(app, visit);
        let gate = loaded.gate(presented);
        // Where the other proof is asked for, this page's digits must not be taken for it.
        if !step.proof.is_asked_by(&gate) || (step.proof == Proof::Code && !loaded.code_waits()) {
            return Err(Rejection::Gate(gate));
        }
        let keyring = &app.keyring;
        let enter = Command::Enter { link: &loaded.link, presented, device, typed, keyring };
        loaded.session.decide(enter, &loaded.settings, &loaded.context(visit))
    })
    .await?;
    match result {
        Ok(decision) => match decision.outcome {
            // How many tries are left, or that there are none, the page knows itself.
            Outcome::Wrong(_) => Ok(again(app, visit, step, &loaded, WRONG)),
            Outcome::Done | Outcome::Unchanged => {
                let mut response = redirect(&visit.along(&format!("/r/{}", loaded.session.id)));
                set_cookie(&mut response, &cookies::set_device(device));
                Ok(response)
            }
        },
        Err(Rejection::Gate(gate)) if step.proof.is_asked_by(&gate) => Ok(again(app, visit, step, &loaded, EXPIRED)),
        Err(Rejection::Gate(gate)) => led(app, visit, step, &loaded, gate),
        Err(_) => Err(PageError::Unable),
    }
}

/// Sends a one-time code; a new one kills the old one. One `BatchGetItem` and one `TransactWriteItems`, each again
/// per lost race.
async fn send_code(app: &AppState, visit: &Visit, token: String) -> Result<Response<Body>, PageError> {
    let (loaded, result) = LoadedLink::change(app, visit, LinkToken::parse(&token).as_ref(), |loaded| {
        let session = &loaded.session;
        let code = pin::generate_code(&app.entropy).seal(&session.id, &app.keyring, &app.entropy);
        let send = Command::SendCode { link: &loaded.link, presented: &loaded.presented(app, visit), code };
        session.decide(send, &loaded.settings, &loaded.context(visit))
    })
    .await?;
    match result {
        // It replaces one that still worked: the page says which of the two counts.
        Ok(_) if loaded.code_waits() => Ok(redirect(&saying(&onward(app, visit, &loaded, "otp"), "sent=1"))),
        // Too early: the page says how long it is until the next.
        Ok(_) | Err(Rejection::TooOften { .. }) => Ok(redirect(&onward(app, visit, &loaded, "otp"))),
        Err(Rejection::Gate(gate)) => elsewhere(app, visit, &loaded, gate),
        Err(_) => Err(PageError::Unable),
    }
}

/// For whoever stands at another gate than this page's: the page of that gate.
fn elsewhere(app: &AppState, visit: &Visit, loaded: &LoadedLink, gate: Gate) -> Result<Response<Body>, PageError> {
    match gate {
        Gate::Pin { .. } => Ok(redirect(&onward(app, visit, loaded, "pin"))),
        Gate::Code { .. } => Ok(redirect(&onward(app, visit, loaded, "otp"))),
        // The opening page asks for consent, binds without a proof, and knows the way into the room.
        Gate::Consent | Gate::Enter | Gate::Inside => Ok(redirect(&visit.along(&visit.start))),
        closed => Err(loaded.turn_away(closed)),
    }
}

/// The address of another page of this link, with the consent that was carried to this one.
fn onward(app: &AppState, visit: &Visit, loaded: &LoadedLink, page: &str) -> String {
    visit.onward(&format!("{}/{page}", visit.start), consent(app, visit, loaded).as_deref())
}

/// The consent that this browser carries.
fn consent(app: &AppState, visit: &Visit, loaded: &LoadedLink) -> Option<String> {
    loaded.presented(app, visit).consent.then(|| loaded.consent(app, &visit.device))
}

/// `address`, with one more parameter.
fn saying(address: &str, parameter: &str) -> String {
    let join = if address.contains('?') { '&' } else { '?' };
    format!("{address}{join}{parameter}")
}

/// What the address of a page says about what was typed before.
const WRONG: &str = "wrong";
const MALFORMED: &str = "malformed";
const EXPIRED: &str = "expired";

/// To the same page, with what was wrong.
fn again(app: &AppState, visit: &Visit, step: &Step, loaded: &LoadedLink, problem: &str) -> Response<Body> {
    redirect(&saying(&onward(app, visit, loaded, step.proof.page()), &format!("problem={problem}")))
}

/// As [`elsewhere`]; but what a page can say that is loaded, it says there and not in answer to digits. Whether cookies
/// work only a POST can tell.
fn led(
    app: &AppState,
    visit: &Visit,
    step: &Step,
    loaded: &LoadedLink,
    gate: Gate,
) -> Result<Response<Body>, PageError> {
    match elsewhere(app, visit, loaded, gate) {
        Err(PageError::Gate { gate, .. }) if gate != Gate::Cookies => {
            Ok(redirect(&onward(app, visit, loaded, step.proof.page())))
        }
        answer => answer,
    }
}

/// What was wrong with what was typed before, as far as it still is.
fn problem(visit: &Visit, step: &Step, loaded: &LoadedLink, left: Option<u32>) -> Option<CodeProblem> {
    match visit.problem.as_str() {
        WRONG => left.map(|left| CodeProblem::Wrong { left }),
        MALFORMED => Some(CodeProblem::Malformed),
        EXPIRED if step.proof == Proof::Code && !loaded.code_waits() => Some(CodeProblem::Expired),
        _ => None,
    }
}

fn page(app: &AppState, visit: &Visit, step: &Step, loaded: &LoadedLink) -> Response<Body> {
    let (lang, brand, start) = (visit.lang_for(&loaded.session), loaded.brand(), &visit.start);
    let consent = consent(app, visit, loaded);
    let left = match loaded.session.tries.lock(&loaded.settings.authentication, visit.now) {
        Lock::Open { left } => Some(left),
        Lock::Until(_) | Lock::Banned => None,
    };
    let problem = problem(visit, step, loaded, left);
    let wait = loaded.session.next_code_request(visit.now).map(|at| at.duration_since(visit.now).as_secs().max(1));
    let expires_at = loaded.session.code.as_ref().map(|code| code.expires_at);
    let seconds = expires_at.map_or(CODE_LIFETIME, |at| at.duration_since(visit.now)).as_secs().max(0);
    let minutes = u32::try_from((seconds + 59) / 60).unwrap_or_default();
    // In another language it is the same page: consent that was given is not asked for again.
    let here = |page: &str| {
        let path = format!("{start}/{page}");
        consent.as_ref().map_or(path.clone(), |consent| format!("{path}?consent={consent}"))
    };
    let markup = match step.proof {
        Proof::Pin => PinPage {
            lang,
            brand,
            agent: loaded.session.agent_name.clone(),
            path: here("pin"),
            action: visit.along(&format!("{start}/pin")),
            csrf: Some(visit.csrf(app)),
            hint: loaded.settings.authentication.opening_page.in_language(lang.code()).hint,
            consent: consent.clone(),
            problem,
            left,
        }
        .render(),
        Proof::Code => CodePage {
            lang,
            brand,
            path: here("otp"),
            action: visit.along(&format!("{start}/otp")),
            resend: visit.along(&format!("{start}/otp/send")),
            csrf: Some(visit.csrf(app)),
            contact: masked(&loaded.session),
            minutes,
            consent,
            problem,
            // A page that says what was wrong is not about a new code.
            resent: visit.resent && problem.is_none(),
            waits: loaded.code_waits(),
            wait: wait.and_then(|seconds| u64::try_from(seconds).ok()),
        }
        .render(),
    };
    html(StatusCode::OK, markup, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r7_a_page_judges_only_what_its_gate_asks_for() {
        let (pin, code) = (Gate::Pin { left: 5 }, Gate::Code { left: 5, moves: true });
        assert!(Proof::Pin.is_asked_by(&pin) && !Proof::Pin.is_asked_by(&code));
        assert!(Proof::Code.is_asked_by(&code) && !Proof::Code.is_asked_by(&pin));
        assert!(!Proof::Pin.is_asked_by(&Gate::Inside) && !Proof::Code.is_asked_by(&Gate::Enter));
    }
}
