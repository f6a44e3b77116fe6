//! A thousand wrong PINs at once: five count, then the PIN is locked (R7).

use futures_util::future::join_all;
use parlor_tests::Installation;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_parallel_guesses_cannot_exceed_the_limit() {
    let installation = Installation::start().await;
    installation.settings(json!({"authentication": {"method": "pin"}})).await;
    for _ in 0..50 {
        let session = installation.session(Some("471147")).await;
        let pin = installation.link(&session).await + "/pin";
        let guesser = installation.browser();
        guesser.put_cookie("__Host-parlor_probe", "1");
        let guesses: Vec<String> = (0..1000).map(|guess| format!("{guess:06}")).collect();
        let answers = join_all(guesses.iter().map(|guess| {
            let (guesser, pin) = (&guesser, &pin);
            async move { guesser.post(pin, &[("code", guess)]).await }
        }))
        .await;
        // Whoever is judged is told so, the fifth too. On a small machine many run out of time; they hear nothing of their
        // guess, and neither does whoever lost every race.
        let wrong = format!("{pin}?problem=wrong");
        let judged = answers.iter().filter(|answer| answer.location == wrong).count();
        let locked = answers.iter().filter(|answer| answer.location == pin).count();
        let unanswered = answers.iter().filter(|answer| answer.status >= 500).count();
        assert!(judged <= 5 && judged + locked + unanswered == 1000, "{judged}, {locked}, {unanswered}");
        assert_eq!(installation.count_events(&session, "pin.wrong").await, 5);
        assert_eq!(installation.count_events(&session, "pin.locked").await, 1);
        let right = guesser.submit(&pin, &[("code", "471147")]).await;
        assert_eq!((right.status, right.reason()), (403, Some("locked")), "not even the right one");
    }
}
