//! A file from a browser without a script whose check takes long (R21): the page that waits for it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_drawing::{PagePicture, ReadReport};
use parlor_local::Crash;
use parlor_objects::Objects as _;
use parlor_tests::{Installation, Page, documents};
use serde_json::json;

/// Puts down what was read of the file that a page waits for.
async fn read(installation: &Installation, page: &Page, report: &ReadReport) {
    let file: parlor_domain::UploadId =
        page.location.split_once("file=").unwrap().1.split('&').next().unwrap().parse().unwrap();
    let report = serde_json::to_vec(report).unwrap();
    installation.files().put(&file.report(), report, "application/json").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_file_that_takes_long_is_waited_for_without_a_script() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let phone = installation.joined(&session).await;
    let field = json!({"name": "payslip", "label": "Your payslip", "type": "file", "required": true});
    let about = format!("/v1/sessions/{session}/interactions");
    let workflow = json!({"steps": [{"id": "pay", "title": "Pay", "fields": [field]}]});
    let workflow = installation.post(&about, workflow).await;
    let request = installation.post(&about, json!({"kind": "request", "what": "A photo"})).await;
    // Whatever reads files has no time.
    installation.stack.crash(|function, _| if function == "document-read" { Crash::Before } else { Crash::None });
    let photo = documents::photo("front");
    let picture = PagePicture { key: "read/up_1/picture".into(), content_type: "image/jpeg".into() };
    let good = ReadReport::Picture { picture, size: 9, thumbnail: None, pixels: None };
    for (made, field, what, place) in
        [(&request, "f", "send", ""), (&workflow, "f-payslip", "send:payslip", "step=pay&question=payslip&")]
    {
        let own = format!("/r/{session}/i/{}", made["id"].as_str().unwrap());
        let files = format!("{own}/files");
        let sent = async || {
            let file = [(field, "front.jpg", "image/jpeg", photo.as_slice())];
            phone.post_files(&files, &[("do", what), ("step", "pay")], &file).await
        };
        let waits = sent().await;
        assert!(waits.status == 303 && waits.location.starts_with(&format!("{own}?{place}file=up_")), "{waits:?}");
        let page = phone.get(&waits.location).await;
        let again = waits.location.replace("looks=0", "looks=1").replace('&', "&amp;");
        assert!(
            page.text.contains(&format!("<noscript><meta http-equiv=\"refresh\" content=\"2;url={again}\">")),
            "{}",
            page.text
        );
        assert!(page.text.contains("is being checked") && !page.text.contains("value=\"add:"), "{}", page.text);
        // It does not look for ever.
        let page = phone.get(&waits.location.replace("looks=0", "looks=60")).await;
        assert!(!page.text.contains("http-equiv=\"refresh\"") && page.text.contains("takes longer"), "{}", page.text);

        // It was looked at: a press adds it, and looking adds nothing.
        read(&installation, &waits, &good).await;
        let page = phone.get(&waits.location).await;
        let add = page.text.split_once("value=\"add:").expect("a button that adds it").1.split('"').next().unwrap();
        let add = format!("add:{add}");
        let interaction = format!("{about}/{}?values=true", made["id"].as_str().unwrap());
        assert!(installation.get(&interaction).await["files"].as_array().is_none_or(Vec::is_empty));
        let question = page.hidden("question").unwrap_or_default();
        let added = phone.post(&files, &[("do", &add), ("question", &question), ("step", "pay")]).await;
        assert_eq!(added.status, 303, "{}", added.text);
        assert_eq!(installation.get(&interaction).await["files"].as_array().unwrap().len(), 1);
        let page = phone.get(&waits.location).await;
        assert!(page.text.contains("front.jpg") && !page.text.contains("value=\"add:"), "{}", page.text);

        // What is wrong with another is said where it is waited for.
        let remove = format!("remove:{}", add.trim_start_matches("add:"));
        assert_eq!(phone.post(&files, &[("do", &remove)]).await.status, 303);
        let waits = sent().await;
        read(&installation, &waits, &ReadReport::Unreadable).await;
        let page = phone.get(&waits.location).await;
        assert!(page.text.contains("data-fault") && page.text.contains("cannot be opened"), "{}", page.text);
    }
    // Another's browser hears nothing of a file, and neither does a page that waits for what is none.
    let request = format!("/r/{session}/i/{}", request["id"].as_str().unwrap());
    assert_eq!(installation.browser().get(&format!("{request}?file=up_0000000000000000")).await.status, 403);
    let page = phone.get(&format!("{request}?file=../x&looks=-1")).await;
    assert!(page.status == 200 && !page.text.contains("http-equiv=\"refresh\""), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_what_was_typed_beside_a_file_or_as_a_reason_is_kept_when_the_session_is_over() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let phone = installation.joined(&session).await;
    let about = format!("/v1/sessions/{session}/interactions");
    let fields = json!([{"name": "employer", "label": "Your employer", "type": "text"},
                        {"name": "payslip", "label": "Your payslip", "type": "file"}]);
    let workflow = json!({"steps": [{"id": "pay", "title": "Pay", "fields": fields}]});
    let made = installation.post(&about, workflow).await;
    let own = format!("/r/{session}/i/{}", made["id"].as_str().unwrap());
    installation.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    let typed = [("do", "send:payslip"), ("step", "pay"), ("a.employer", "Harbour Cranes")];
    let photo = documents::photo("front");
    let file = [("f-payslip", "front.jpg", "image/jpeg", photo.as_slice())];
    for away in [
        phone.post_files(&format!("{own}/files"), &typed, &file).await,
        phone.post(&format!("{own}/files"), &typed).await,
        phone.post(&format!("{own}/decline"), &[("reason", "Harbour Cranes")]).await,
    ] {
        assert!(away.status == 410 && away.text.contains("Harbour Cranes"), "{} {}", away.status, away.text);
    }
}
