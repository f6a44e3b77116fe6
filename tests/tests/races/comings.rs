//! Somebody comes in as a member of staff without end, while what that one has open is ended (R27).

use std::{
    future::Future,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use futures_util::future::{Either, join_all, select};
use parlor_domain::{Agent, Role};
use parlor_tests::{Installation, Staff};
use reqwest::{Method, StatusCode};
use serde_json::json;

/// As many sign-ins of `agent` as there can be, until `done` is; how many there were beside it.
async fn beside<T>(installation: &Installation, agent: &Agent, done: impl Future<Output = T>) -> (T, u32) {
    let came = AtomicU32::new(0);
    let storm = join_all((0..40).map(|_| async {
        loop {
            // Whoever is held comes again at once: nothing but the hold keeps them out.
            came.fetch_add(u32::from(installation.try_sign_in(agent).await.is_ok()), Relaxed);
            tokio::task::yield_now().await;
        }
    }));
    match select(std::pin::pin!(done), std::pin::pin!(storm)).await {
        Either::Left((done, _)) => (done, came.load(Relaxed)),
        Either::Right(_) => unreachable!("it comes without end"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_sign_ins_without_end_keep_nobody_from_ending_them() {
    let installation = Installation::start().await;
    let staff = async || installation.staff("Tom Reed", Role::Agent).await;
    let mut came = 0;

    let change = |Staff { agent, .. }: &Staff, what: &str, body: serde_json::Value| {
        let path = format!("/v1/people/{}{what}", agent.id);
        let method = if what.is_empty() { Method::PATCH } else { Method::POST };
        let (installation, agent) = (&installation, agent.clone());
        async move {
            let call = installation.call(method, &path, Some(body));
            beside(installation, &agent, call).await
        }
    };
    for (what, body) in [("/sign-out", json!({})), ("", json!({"role": "supervisor"})), ("/deactivate", json!({}))] {
        let ((status, answer), beside) = change(&staff().await, what, body).await;
        assert_eq!(status, StatusCode::OK, "{what}: {answer}");
        came += beside;
    }

    let tom = staff().await;
    let email = tom.agent.email.as_str();
    let here = installation.signed_in(&tom.agent).await;
    let csrf = here.get("/me").await.hidden("csrf").unwrap();
    let (ended, beside_it) =
        beside(&installation, &tom.agent, here.post("/me/sign-ins/end-others", &[("csrf", &csrf)])).await;
    assert_eq!(ended.location, "/me?done=others", "{}", ended.text);
    let new =
        [("csrf", csrf.as_str()), ("email", email), ("current", &tom.password), ("password", "plinth otter marmalade")];
    let (replaced, beside_that) = beside(&installation, &tom.agent, here.post("/me/password", &new)).await;
    assert_eq!(replaced.location, "/me?done=password", "{}", replaced.text);
    assert!(came + beside_it + beside_that > 20, "they were in each other's way");
}
