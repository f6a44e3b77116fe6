//! Every operation dies once at every point between two of its requests to AWS (before and after each of them), and is
//! then repeated as its caller would repeat it: a program with its `Idempotency-Key`, a page with its form, the stream and
//! the schedules by themselves. Nothing may be lost, nothing half done, and nothing done twice but what
//! `docs/ARCHITECTURE.md` admits. And whatever the functions log of all that, at the level at which they are deployed,
//! holds no secret and no way to reach anybody.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

#[path = "crashes/case.rs"]
mod case;
#[path = "crashes/check.rs"]
mod check;
#[path = "crashes/operations.rs"]
mod operations;
#[path = "crashes/run.rs"]
mod run;
#[path = "crashes/steps.rs"]
mod steps;

use std::sync::{
    Arc, LazyLock, Mutex,
    atomic::{AtomicBool, Ordering},
};

use case::Case;
use check::check;
use futures_util::{StreamExt as _, stream};
use operations::{Operation, Told};
use parlor_domain::{SessionId, presence::Who};
use parlor_local::{Crash, Stack};
use parlor_store::ReadBatch;
use parlor_tests::{Installation, canary, documents};
use reqwest::Method;
use tracing_subscriber::{layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// What must not show in a log: digits and addresses that nothing else looks like.
const PIN: &str = "918273645546";
const EMAIL: &str = "canary@example.net";
const PHONE: &str = "+4930123456789";

/// The cookie of signed-in staff.
const STAFF: &str = "__Host-parlor_staff";

/// Operations that are worked on at once, each in an installation of its own.
const AT_ONCE: usize = 3;

/// Something that no log may hold: what it is, and it.
type Canary = (&'static str, String);

/// Lets `operation` die at its `point`-th point: whether it has that many, and what it was tried on.
async fn dies(installation: &Installation, operation: Operation, point: usize) -> (bool, Case) {
    let mut case = operation.prepare(installation, point).await;
    installation.stack.settle().await;
    if matches!(operation, Operation::RetryDelivery | Operation::RetryToStaff) {
        // As often as one invocation tries, so that the schedule is the first to get it sent.
        installation.stack.outbox().fail_next(3);
    }
    let before = match operation.told() {
        Told::Once(kind) | Told::OnceOrTwice(kind) => installation.count_events(&case.session, kind).await,
        Told::Never => 0,
    };
    let gap = Arc::new(AtomicBool::new(false));
    let purpose = Arc::new(AtomicBool::new(operation.purpose().is_none()));
    arm(&installation.stack, operation, point, &case, &gap, &purpose);
    let first = operation.run(installation, &mut case).await;
    installation.stack.settle().await;
    installation.stack.crash(|_, _| Crash::None);
    if point == 0
        && let Some(key) = operation.route_key()
    {
        let event = installation.stack.last_event(operation.function());
        let event = event.unwrap_or_else(|| panic!("{operation:?}: {} was not called", operation.function()));
        assert_eq!(event["requestContext"]["routeKey"], key, "{operation:?} is another way than it says");
    }
    let died = case.has_died();
    if died {
        if !operation.run(installation, &mut case).await {
            // A second time for what the room was not told of, as a page sends again what is not confirmed.
            assert!(
                operation.run(installation, &mut case).await,
                "{operation:?} at {point}: repeating it does not help"
            );
        }
        installation.stack.settle().await;
    } else {
        assert!(first, "{operation:?}: does not work even without a crash");
        assert!(purpose.load(Ordering::Relaxed), "{operation:?}: it did not do it itself");
    }
    check(installation, operation, point, &case, before, gap.load(Ordering::Relaxed)).await;
    if let Some(endpoint) = &case.endpoint {
        // What it hears of must not be a part of the next try.
        installation.call(Method::DELETE, &endpoint.path(""), None).await;
    }
    (died, case)
}

fn arm(stack: &Stack, dying: Operation, point: usize, case: &Case, gap: &Arc<AtomicBool>, purpose: &Arc<AtomicBool>) {
    let (died, gap, purpose, mut requests) = (Arc::clone(&case.died), Arc::clone(gap), Arc::clone(purpose), 0);
    let function = dying.function();
    let receiver = case.endpoint.as_ref().map(|endpoint| endpoint.receiver.clone());
    let posts = move || receiver.as_ref().map_or(0, |receiver| receiver.received().len());
    let posts_before = posts();
    stack.crash(move |of, operation| {
        if of != function || died.load(Ordering::Relaxed) {
            return Crash::None;
        }
        purpose.fetch_or(dying.purpose() == Some(operation), Ordering::Relaxed);
        requests += 1;
        if requests <= point / 2 {
            return Crash::None;
        }
        died.store(true, Ordering::Relaxed);
        let crash = if point.is_multiple_of(2) { Crash::Before } else { Crash::After };
        // Between what was sent, if it was, and the record of it: the gap that is documented.
        let in_gap = match function {
            "deliver" | "retry-deliveries" => match operation {
                "SendEmail" | "Publish" => crash == Crash::After,
                _ => operation == "PutItem" && crash == Crash::Before && purpose.load(Ordering::Relaxed),
            },
            "deliver-webhooks" | "retry-webhooks" => {
                let records = operation == "TransactWriteItems" && crash == Crash::Before;
                (operation == "UpdateItem" || records) && posts() > posts_before
            }
            _ => false,
        };
        gap.store(in_gap, Ordering::Relaxed);
        crash
    });
}

async fn customer_is_here(installation: &Installation, session: &SessionId) -> bool {
    let found = installation.store.read(ReadBatch::new().session(session)).await.unwrap();
    let presence = found.session(session).unwrap().unwrap().presence;
    presence.alive(installation.runtime.clock.now()).any(|(_, lease)| lease.who == Who::Customer)
}

/// Lets `operation` die at all its points: how many there are, and what its logs must not hold.
async fn dies_everywhere(operation: Operation) -> (usize, Vec<Canary>) {
    let builder = documents::reading(Stack::builder().ephemeral().count_requests(true).keep_events(true));
    let stack = builder.start().await.unwrap();
    let installation = Installation::of(stack).await;
    let mut canaries = vec![("an API key", installation.api_key.clone())];
    // Rooms stay open: one that closes between two tries would be taken for a part of the next.
    let mut cases = vec![];
    while let (true, case) = Box::pin(dies(&installation, operation, cases.len())).await {
        canaries.extend(case.browser.cookies().into_values().map(|value| ("a cookie", value)));
        canaries.extend(case.link.rsplit_once('/').map(|(_, token)| ("a link", token.to_owned())));
        canaries.extend(case.staff.iter().map(|staff| ("a password", staff.password.clone())));
        canaries.extend(case.endpoint.iter().map(|endpoint| ("a webhook's secret", endpoint.secret.clone())));
        canaries.extend((!case.csrf.is_empty()).then(|| ("a form's token", case.csrf.clone())));
        cases.push(case);
    }
    let mails = installation.stack.outbox().items();
    let links = mails.iter().flat_map(|item| item.links()).filter_map(|link| link.split_once("/s/"));
    canaries.extend(links.map(|(_, token)| ("a link that was sent", token.to_owned())));
    let points = cases.len();
    // A lease that was not given back runs out.
    installation.stack.advance(660).await;
    for case in cases.iter().filter(|_| operation == Operation::LiveDisconnect) {
        assert!(!customer_is_here(&installation, &case.session).await, "somebody is here for ever");
    }
    assert!(points >= 2, "{operation:?} sends no request that {} could die at", operation.function());
    installation.stack.shutdown().await;
    (points, canaries)
}

/// All that functions have logged since this was asked for first.
static LOG: LazyLock<Arc<Mutex<Vec<u8>>>> = LazyLock::new(|| {
    let log: Arc<Mutex<Vec<u8>>> = Arc::default();
    let writer = Arc::clone(&log);
    let format = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false);
    tracing_subscriber::registry()
        .with(canary::log())
        .with(parlor_runtime::log_targets(tracing::Level::INFO))
        .with(format.with_writer(move || Log(Arc::clone(&writer))))
        .init();
    log
});

/// Where everything goes that is logged.
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_dies_between_two_requests_nothing_is_lost_and_nothing_is_half_done() {
    LazyLock::force(&LOG);
    let mut canaries: Vec<Canary> =
        [("a PIN", PIN), ("an address", EMAIL), ("a number", PHONE)].map(|(what, text)| (what, text.to_owned())).into();

    let mut points = 0;
    let tried = stream::iter(Operation::ALL)
        .map(|operation| async move { (operation, Box::pin(dies_everywhere(*operation)).await) });
    let mut tried = std::pin::pin!(tried.buffer_unordered(AT_ONCE));
    while let Some((operation, (of_it, found))) = tried.next().await {
        println!("{operation:?}: {of_it} points");
        points += of_it;
        canaries.extend(found);
    }
    println!("{points} points of {} operations, all of them", Operation::ALL.len());

    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    for (what, canary) in &canaries {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(canary.as_str())).collect();
        assert!(lines.is_empty(), "{what} in the log: {}", lines[0]);
    }
    assert!(log.lines().count() > points && canaries.len() > points, "a log to look at, and something to look for");
}
