//! A customer proves who they are (R7): GET and POST `/s/{token}/pin`, GET and POST `/s/{token}/otp`, POST
//! `/s/{token}/otp/send`.
//!
//! A try is counted in the commit that judges it, and nobody hears of a try that was not committed: whoever loses the
//! race for the session's version is judged anew, under the count that the winner left.

use std::collections::BTreeMap;

use lambda_http::{
    Body, Request, RequestExt, Response,
    http::{Method, StatusCode},
};
use parlor_domain::{
    Command, Gate, LinkToken, Rejection,
    pin::{self, CODE_LIFETIME, Lock, Pin},
    session::Outcome,
};
use parlor_runtime::{HttpFunction, Runtime};
use parlor_templates::customer::{CodePage, CodeProblem, PinPage};
use parlor_web::{
    AppState,
    api_request::segments,
    cookies,
    customer::{LoadedLink, PageError, Visit, masked, set_probe},
    html, redirect,
    reply::set_cookie,
};

/// Checks PINs and one-time codes.
#[derive(Debug)]
pub struct CustomerPin {
    app: AppState,
}

impl HttpFunction for CustomerPin {
    const NAME: &'static str = "customer-pin";

    fn new(runtime: &Runtime) -> Self {
        Self { app: AppState::new(runtime) }
    }

    async fn handle(&self, request: Request) -> Response<Body> {
        let mut visit = Visit::read(&request, &self.app);
        let path = segments(&request);
        let token = path.get(1).and_then(|token| LinkToken::parse(token));
        let door = format!("/s/{}", token.as_ref().map_or_else(|| "-".to_owned(), LinkToken::reveal));
        let pin = Step { proof: Proof::Pin, token: token.as_ref(), door: &door };
        let code = Step { proof: Proof::Code, ..pin };
        let page: Vec<&str> = path.iter().skip(2).map(String::as_str).collect();
        let result = match (request.method(), page.as_slice()) {
            (&Method::GET | &Method::HEAD, ["pin"]) => self.show(&visit, &pin, false).await,
            (&Method::GET | &Method::HEAD, ["otp"]) => {
                let resent = request.query_string_parameters().first("sent").is_some();
                self.show(&visit, &code, resent).await
            }
            (&Method::POST, ["pin"]) => match visit.form(&request, &self.app) {
                Ok(form) => self.enter(&visit, &pin, &form).await,
                Err(away) => Err(away),
            },
            (&Method::POST, ["otp"]) => match visit.form(&request, &self.app) {
                Ok(form) => self.enter(&visit, &code, &form).await,
                Err(away) => Err(away),
            },
            (&Method::POST, ["otp", "send"]) => match visit.form(&request, &self.app) {
                Ok(_) => self.send(&visit, &code).await,
                Err(away) => Err(away),
            },
            _ => Err(PageError::NotFound),
        };
        visit.respond(&door, result)
    }
}

/// By what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    Pin,
    Code,
}

impl Proof {
    /// Whether `gate` asks for this.
    fn is_asked_by(self, gate: &Gate) -> bool {
        matches!((self, gate), (Self::Pin, Gate::Pin { .. }) | (Self::Code, Gate::Code { .. }))
    }
}

/// Which page of which link.
#[derive(Debug, Clone, Copy)]
struct Step<'a> {
    proof: Proof,
    token: Option<&'a LinkToken>,
    /// `/s/{token}`.
    door: &'a str,
}

impl CustomerPin {
    /// The page with the field. Reads only: one `BatchGetItem`.
    async fn show(&self, visit: &Visit, step: &Step<'_>, resent: bool) -> Result<Response<Body>, PageError> {
        let loaded = LoadedLink::read(&self.app, visit, step.token).await?;
        let gate = loaded.gate(&visit.presented);
        if !step.proof.is_asked_by(&gate) {
            return elsewhere(visit, step, &loaded, gate);
        }
        let mut response = page(visit, step, &loaded, StatusCode::OK, None, resent);
        set_probe(&mut response, visit, &self.app);
        Ok(response)
    }

    /// Judges a try. One `BatchGetItem` and one `TransactWriteItems`, each again per lost race; what cannot be right
    /// (no digits, no code that waits) is neither counted nor written.
    async fn enter(
        &self,
        visit: &Visit,
        step: &Step<'_>,
        form: &BTreeMap<String, String>,
    ) -> Result<Response<Body>, PageError> {
        let app = &self.app;
        let typed = form.get("code").map_or("", String::as_str);
        let (presented, context, device) = (&visit.presented, visit.context(), visit.device(app));
        if Pin::parse(typed).is_err() {
            let loaded = LoadedLink::read(app, visit, step.token).await?;
            let gate = loaded.gate(presented);
            return if step.proof.is_asked_by(&gate) {
                Ok(again(visit, step, &loaded, CodeProblem::Malformed))
            } else {
                elsewhere(visit, step, &loaded, gate)
            };
        }
        let (loaded, result) = LoadedLink::change(app, visit, step.token, |loaded| {
            let gate = loaded.gate(presented);
            // Where the other proof is asked for, this page's digits must not be taken for it.
            if !step.proof.is_asked_by(&gate) || (step.proof == Proof::Code && !loaded.code_waits()) {
                return Err(Rejection::Gate(gate));
            }
            let keyring = &app.keyring;
            let enter = Command::Enter { link: &loaded.link, presented, device: &device, typed, keyring };
            loaded.session.decide(enter, &loaded.settings, &context)
        })
        .await?;
        match result {
            Ok(decision) => match decision.outcome {
                Outcome::Wrong(Lock::Open { left }) => Ok(again(visit, step, &loaded, CodeProblem::Wrong { left })),
                Outcome::Wrong(lock) => Err(loaded.turn_away(Gate::Locked(lock))),
                Outcome::Done | Outcome::Unchanged => {
                    let mut response = redirect(&visit.along(&format!("/r/{}", loaded.session.id)));
                    set_cookie(&mut response, &cookies::set_device(&device));
                    Ok(response)
                }
            },
            Err(Rejection::Gate(gate)) if step.proof.is_asked_by(&gate) => {
                Ok(again(visit, step, &loaded, CodeProblem::Expired))
            }
            Err(Rejection::Gate(gate)) => elsewhere(visit, step, &loaded, gate),
            Err(_) => Err(PageError::Unable),
        }
    }

    /// Sends a one-time code; a new one kills the old one. One `BatchGetItem` and one `TransactWriteItems`, each again
    /// per lost race.
    async fn send(&self, visit: &Visit, step: &Step<'_>) -> Result<Response<Body>, PageError> {
        let app = &self.app;
        let (presented, context) = (&visit.presented, visit.context());
        let (loaded, result) = LoadedLink::change(app, visit, step.token, |loaded| {
            let session = &loaded.session;
            let code = pin::generate_code(&app.entropy).seal(&session.id, &app.keyring, &app.entropy);
            let send = Command::SendCode { link: &loaded.link, presented, code };
            session.decide(send, &loaded.settings, &context)
        })
        .await?;
        match result {
            Ok(_) => {
                let page = visit.onward(&format!("{}/otp", step.door));
                if !loaded.code_waits() {
                    return Ok(redirect(&page));
                }
                // It replaces one that still worked: the page says which of the two counts.
                let join = if page.contains('?') { '&' } else { '?' };
                Ok(redirect(&format!("{page}{join}sent=1")))
            }
            Err(Rejection::Gate(gate)) => elsewhere(visit, step, &loaded, gate),
            Err(Rejection::TooOften { retry_at }) => Err(PageError::TooOften { retry_at }),
            Err(_) => Err(PageError::Unable),
        }
    }
}

/// For whoever stands at another gate than this page's: the page of that gate.
fn elsewhere(visit: &Visit, step: &Step<'_>, loaded: &LoadedLink, gate: Gate) -> Result<Response<Body>, PageError> {
    match gate {
        Gate::Pin { .. } => Ok(redirect(&visit.onward(&format!("{}/pin", step.door)))),
        Gate::Code { .. } => Ok(redirect(&visit.onward(&format!("{}/otp", step.door)))),
        // The opening page asks for consent, binds without a proof, and knows the way into the room.
        Gate::Consent | Gate::Enter | Gate::Inside => Ok(redirect(&visit.along(step.door))),
        closed => Err(loaded.turn_away(closed)),
    }
}

/// The same page, with what was wrong: 403 for a try that counted, 422 for what was none.
fn again(visit: &Visit, step: &Step<'_>, loaded: &LoadedLink, problem: CodeProblem) -> Response<Body> {
    let status = match problem {
        CodeProblem::Wrong { .. } => StatusCode::FORBIDDEN,
        CodeProblem::Malformed | CodeProblem::Expired => StatusCode::UNPROCESSABLE_ENTITY,
    };
    page(visit, step, loaded, status, Some(problem), false)
}

fn page(
    visit: &Visit,
    step: &Step<'_>,
    loaded: &LoadedLink,
    status: StatusCode,
    problem: Option<CodeProblem>,
    resent: bool,
) -> Response<Body> {
    let (lang, brand, door) = (visit.lang, loaded.brand(), step.door);
    let consent = visit.presented.consent;
    let left = match loaded.session.tries.lock(&loaded.settings.authentication, visit.now) {
        Lock::Open { left } => Some(left),
        Lock::Until(_) | Lock::Banned => None,
    };
    let expires_at = loaded.session.code.as_ref().map(|code| code.expires_at);
    let seconds = expires_at.map_or(CODE_LIFETIME, |at| at.duration_since(visit.now)).as_secs().max(0);
    let minutes = u32::try_from((seconds + 59) / 60).unwrap_or_default();
    let markup = match step.proof {
        Proof::Pin => PinPage {
            lang,
            brand,
            agent: loaded.session.agent_name.clone(),
            path: format!("{door}/pin"),
            action: visit.along(&format!("{door}/pin")),
            csrf: None,
            hint: loaded.settings.authentication.opening_page.hint.clone(),
            consent,
            problem,
            left,
        }
        .render(),
        Proof::Code => CodePage {
            lang,
            brand,
            path: format!("{door}/otp"),
            action: visit.along(&format!("{door}/otp")),
            resend: visit.along(&format!("{door}/otp/send")),
            csrf: None,
            contact: masked(&loaded.session),
            minutes,
            consent,
            problem,
            resent,
            waits: loaded.code_waits(),
        }
        .render(),
    };
    html(status, markup, None)
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
