//! Limits of requests: each API key, member of staff and network address may make so many a minute.
//!
//! What is counted where, and what several processes let through, says [`parlor_domain::rate`]. Nobody waits for the table: it
//! is told beside the request, and while it does not answer, each process goes by what it counted itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lambda_http::{Body, Request, Response, http::HeaderValue};
use parlor_domain::rate::{Counts, Limits, RateCaller, Standing};

use crate::{AppState, Caller, api_request::origin};

/// What a function counted, and what it may come to.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    limits: Limits,
    counts: Arc<Mutex<Counts>>,
}

impl Rates {
    /// With nothing counted yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, counts: Arc::default() }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a request; nothing if there is no limit. At most one `UpdateItem`, seldom, which nobody waits for.
fn count(app: &AppState, caller: &RateCaller) -> Option<Standing> {
    let limit = app.rates.limits.of(caller)?;
    let (standing, tell) = app.rates.counts().count(caller, limit, app.clock.now());
    if let Some(tell) = tell {
        let (store, rates) = (app.store.clone(), app.rates.clone());
        tokio::spawn(async move {
            let total = store.count_requests(&tell).await;
            if let Err(error) = &total {
                tracing::warn!(%error, "requests were not counted");
            }
            rates.counts().told(&tell, total.ok());
        });
    }
    Some(standing)
}

/// Counts a request of its network address, before anything else is looked at. No request that is waited for.
///
/// # Errors
/// How the address stands, if it asked too much.
pub fn of_address(app: &AppState, request: &Request) -> Result<(), Standing> {
    let caller = origin(request).ip.as_deref().and_then(RateCaller::at);
    match caller.and_then(|caller| count(app, &caller)) {
        Some(standing) if !standing.allowed => Err(standing),
        _ => Ok(()),
    }
}

/// Counts a request of whoever was found to make it: a key, or a member of staff.
pub(crate) fn of_caller(app: &AppState, caller: &Caller) -> Option<Standing> {
    let caller = match caller.key() {
        Some(key) => RateCaller::Key(key.id.clone()),
        None => RateCaller::Person(caller.agent.id.clone()),
    };
    count(app, &caller)
}

/// Tells how a caller stands (draft-ietf-httpapi-ratelimit-headers, as it is since its eighth version).
pub(crate) fn tell(response: &mut Response<Body>, standing: &Standing) {
    for (name, value) in [("ratelimit-policy", standing.policy_header()), ("ratelimit", standing.header())] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
}
