//! What it costs a customer to prove who they are (R7).

use http::Method;
use serde_json::json;

use super::Ledger;

/// With a PIN, and with codes that are sent. The settings ask for codes from then on.
pub(super) async fn rows(ledger: &mut Ledger) {
    pin_rows(ledger).await;
    code_rows(ledger).await;
}

async fn pin_rows(ledger: &mut Ledger) {
    ledger.installation.settings(json!({"authentication": {"method": "pin"}})).await;
    let session = ledger.installation.session(Some("4711")).await;
    let link = ledger.installation.link(&session).await;
    let customer = ledger.installation.browser();
    customer.get(&link).await;
    ledger
        .hold("continue towards the PIN page", async |_| {
            assert_eq!(customer.post(&format!("{link}/continue"), &[]).await.status, 303);
        })
        .await;
    ledger.hold("PIN page", async |_| assert_eq!(customer.get(&format!("{link}/pin")).await.status, 200)).await;
    ledger
        .hold("a wrong PIN", async |_| {
            assert_eq!(customer.post(&format!("{link}/pin"), &[("code", "0000")]).await.status, 303);
        })
        .await;
    ledger
        .hold("the right PIN", async |_| {
            assert_eq!(customer.post(&format!("{link}/pin"), &[("code", "4711")]).await.status, 303);
        })
        .await;
    let (status, _) = ledger.installation.call(Method::GET, &format!("/v1/sessions/{session}"), None).await;
    assert!(status.is_success());
}

async fn code_rows(ledger: &mut Ledger) {
    ledger.installation.settings(json!({"authentication": {"method": "otp"}})).await;
    let session = ledger.installation.session(None).await;
    let link = ledger.installation.link(&session).await;
    let customer = ledger.installation.browser();
    customer.get(&link).await;
    ledger
        .hold("continue, and a code is sent", async |_| {
            assert_eq!(customer.post(&format!("{link}/continue"), &[]).await.status, 303);
        })
        .await;
    ledger.hold("code page", async |_| assert_eq!(customer.get(&format!("{link}/otp")).await.status, 200)).await;
    ledger.installation.stack.advance(31).await;
    ledger
        .hold("another code", async |_| {
            assert_eq!(customer.post(&format!("{link}/otp/send"), &[]).await.status, 303);
        })
        .await;
    let code = ledger.installation.code(&session).await;
    ledger
        .hold("the right code", async |_| {
            assert_eq!(customer.post(&format!("{link}/otp"), &[("code", &code)]).await.status, 303);
        })
        .await;
    ledger.installation.stack.advance(31).await;
    ledger
        .hold("a new link from the room", async |_| {
            assert_eq!(customer.post(&format!("/r/{session}/new-link"), &[]).await.status, 200);
        })
        .await;
}
