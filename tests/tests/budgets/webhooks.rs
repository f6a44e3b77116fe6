//! What webhooks cost.

use parlor_domain::Role;
use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::Ledger;

pub(super) async fn rows(ledger: &mut Ledger) {
    let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/", receiver.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = receiver.accept().await {
            let mut request = [0; 8192];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.1 204 X\r\nconnection: close\r\n\r\n").await;
        }
    });
    let session = ledger.installation.session(None).await;
    let message = format!("/v1/sessions/{session}/messages");
    let said = json!({"text": "hello"});
    ledger
        .hold("an event to no webhook", async |installation| drop(installation.post(&message, said.clone()).await))
        .await;
    let body = json!({"url": url, "events": ["message"]});
    let keyed = [("idempotency-key", "budget")];
    let mut made = json!(null);
    ledger
        .hold("make a webhook", async |installation| {
            made = installation.call_with(Method::POST, "/v1/webhooks", Some(body.clone()), &keyed).await.1;
        })
        .await;
    let path = |rest: &str| format!("/v1/webhooks/{}{rest}", made["id"].as_str().unwrap());
    ledger.hold("list webhooks", async |installation| drop(installation.get("/v1/webhooks").await)).await;
    ledger.hold("read a webhook", async |installation| drop(installation.get(&path("")).await)).await;
    ledger
        .hold("an event to one webhook", async |installation| drop(installation.post(&message, said.clone()).await))
        .await;
    ledger
        .hold("retry webhooks, nothing due", async |installation| {
            drop(installation.stack.run_schedule("retry-webhooks").await.unwrap());
        })
        .await;
    let event = ledger.installation.get(&path("/deliveries")).await["items"][0]["id"].as_str().unwrap().to_owned();
    ledger.hold("list deliveries", async |installation| drop(installation.get(&path("/deliveries")).await)).await;
    let delivery = path(&format!("/deliveries/{event}"));
    ledger.hold("read a delivery", async |installation| drop(installation.get(&delivery).await)).await;
    ledger
        .hold("replay a delivery", async |installation| {
            let replay = format!("{delivery}/replay");
            assert_eq!(
                installation.call_with(Method::POST, &replay, None, &[("idempotency-key", "again")]).await.0,
                202
            );
        })
        .await;
    ledger
        .hold("replay since a time", async |installation| {
            drop(installation.post(&path("/replay"), json!({"since": "2026-01-01T00:00:00Z"})).await);
        })
        .await;
    ledger
        .hold("test a webhook", async |installation| {
            let keyed = [("idempotency-key", "tried")];
            assert_eq!(installation.call_with(Method::POST, &path("/test"), None, &keyed).await.0, 202);
        })
        .await;
    let admin = ledger.installation.member("Ada Roy", Role::Admin).await;
    let browser = ledger.installation.signed_in(&admin).await;
    let page = path("").replace("/v1/", "/admin/");
    for (operation, path) in [
        ("webhooks page", "/admin/webhooks"),
        ("page of a webhook", &page),
        ("page of a delivery", &format!("{page}/deliveries/{event}")),
    ] {
        browser.get(path).await;
        ledger.hold(operation, async |_| assert_eq!(browser.get(path).await.status, 200)).await;
    }
    ledger
        .hold("rotate a secret", async |installation| drop(installation.post(&path("/rotate"), json!({})).await))
        .await;
    let version = ledger.installation.etag(&path("")).await;
    ledger
        .hold("change a webhook", async |installation| {
            let (body, version) = (Some(json!({"enabled": false})), [("if-match", version.as_str())]);
            assert_eq!(installation.call_with(Method::PATCH, &path(""), body, &version).await.0, 200);
        })
        .await;
    ledger
        .hold("remove a webhook", async |installation| {
            assert_eq!(installation.call(Method::DELETE, &path(""), None).await.0, 200);
        })
        .await;
}
