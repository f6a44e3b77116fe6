//! Files from a browser that runs no script (R21): for a request and for a workflow, checked as all others, and said to be wrong where
//! they are.

use parlor_tests::{Browser, Desk, Invited, Page, Platform, documents};
use serde_json::{Value, json};

use super::answer_files::proof;

/// Where a customer does something: the API's path of it, and their own.
struct Doing {
    one: String,
    own: String,
    phone: Browser,
}

impl Doing {
    async fn of(desk: &Desk<'_>, body: Value) -> (Invited, Self) {
        let invited = desk.invited(json!({})).await;
        let phone = invited.joined(desk.platform).await;
        let about = format!("/v1/sessions/{}/interactions", invited.id);
        let made = desk.post(&about, body).await;
        let id = made["id"].as_str().unwrap();
        let doing = Self { one: format!("{about}/{id}"), own: format!("{}/i/{id}", invited.room), phone };
        (invited, doing)
    }

    /// Posts a form with files, and does what the page says: looks again, and presses the button once the file was looked at.
    async fn sends(&self, platform: &Platform, what: &str, files: &[(&str, &str, &str, &[u8])]) -> Page {
        let fields = [("do", what), ("step", "pay"), ("a.employer", "Nursery Green")];
        let page = self.phone.post_files(&format!("{}/files", self.own), &fields, files).await;
        if !page.location.contains("&file=") && !page.location.contains("?file=") {
            return page;
        }
        let looked = platform.until(async || {
            let page = self.phone.get(&page.location).await;
            (!page.text.contains("http-equiv=\"refresh\"")).then_some(page)
        });
        let page = looked.await.expect("a file that is looked at");
        let Some((_, rest)) = page.text.split_once("value=\"add:") else { return page };
        let add = format!("add:{}", rest.split('"').next().unwrap());
        let question = page.hidden("question").unwrap_or_default();
        self.phone.post(&format!("{}/files", self.own), &[("do", &add), ("question", &question)]).await
    }

    async fn files(&self, desk: &Desk<'_>) -> Vec<(String, String)> {
        let seen = desk.get(&format!("{}?values=true", self.one)).await;
        let text = |file: &Value, key: &str| file[key].as_str().unwrap().to_owned();
        let files = seen["files"].as_array().into_iter().flatten();
        files.map(|file| (text(file, "name"), text(file, "upload"))).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_request_is_fulfilled_without_a_script() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let request = json!({"kind": "request", "what": "Your passport", "accept": ["image", "pdf"], "min": 2, "max": 2});
    let (_, doing) = Doing::of(&desk, request).await;
    let page = doing.phone.get(&doing.own).await;
    for expected in ["enctype=\"multipart/form-data\"", "name=\"f\"", "value=\"send\"", "at most 4 MB"] {
        assert!(page.text.contains(expected), "{expected}: {}", page.text);
    }
    let (photo, form) = (documents::photo("front"), documents::form());
    let first = doing.sends(&platform, "send", &[("f", "front.jpg", "image/jpeg", &photo)]).await;
    assert_eq!((first.status, first.location.as_str()), (303, doing.own.as_str()), "{}", first.text);
    // What is in a file counts, as with a script.
    let second = doing.sends(&platform, "send", &[("f", "scan.jpg", "image/jpeg", &form)]).await;
    assert_eq!(second.status, 303, "{}", second.text);
    let files = doing.files(&desk).await;
    assert_eq!(files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["front.jpg", "scan.jpg"]);

    // Put in order, removed, sent anew.
    let change = format!("{}/files", doing.own);
    assert_eq!(doing.phone.post(&change, &[("do", &format!("earlier:{}", files[1].1))]).await.status, 303);
    assert_eq!(doing.files(&desk).await[0].0, "scan.jpg");
    assert_eq!(doing.phone.post(&change, &[("do", &format!("remove:{}", files[0].1))]).await.status, 303);
    let few = doing.phone.post(&format!("{}/complete", doing.own), &[]).await;
    assert_eq!(few.status, 422, "{}", few.text);
    let again = doing.sends(&platform, "send", &[("f", "front.jpg", "image/jpeg", &photo)]).await;
    assert_eq!(again.status, 303, "{}", again.text);
    let full = doing.sends(&platform, "send", &[("f", "third.jpg", "image/jpeg", &photo)]).await;
    assert!(full.status == 422 && full.text.contains("room for no more"), "{}", full.text);
    assert_eq!(doing.phone.submit(&format!("{}/complete", doing.own), &[]).await.status, 200);
    let seen = desk.post(&format!("{}/accept", doing.one), json!({})).await;
    assert_eq!(seen["state"], "accepted");
    let late = doing.sends(&platform, "send", &[("f", "late.jpg", "image/jpeg", &photo)]).await;
    assert_eq!(late.status, 422, "{}", late.text);
    assert_eq!(doing.files(&desk).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_question_is_answered_by_files_without_a_script() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let (_, doing) = Doing::of(&desk, proof()).await;
    let save = format!("{}/save", doing.own);
    doing.phone.submit(&save, &[("step", "work"), ("go", "next"), ("a.employed", "yes")]).await;
    let (photo, form) = (documents::photo("october"), documents::form());
    let step = format!("{}?step=pay", doing.own);
    let page = doing.phone.get(&step).await;
    assert!(
        page.text.contains("name=\"f-payslips\"") && page.text.contains("value=\"send:payslips\""),
        "{}",
        page.text
    );
    for (field, name) in [("f-payslips", "october.jpg"), ("f-payslips", "november.pdf")] {
        let bytes = if name.ends_with("pdf") { &form } else { &photo };
        let kind = if name.ends_with("pdf") { "application/pdf" } else { "image/jpeg" };
        let sent = doing.sends(&platform, "send:payslips", &[(field, name, kind, bytes)]).await;
        assert_eq!((sent.status, sent.location.as_str()), (303, step.as_str()), "{}", sent.text);
    }
    // What was typed beside them is kept.
    let page = doing.phone.get(&step).await;
    assert!(page.text.contains("Nursery Green") && page.text.contains("november.pdf"), "{}", page.text);
    // A file that was chosen and not sent is asked for, and not lost in silence.
    let unsent = [("step", "pay"), ("go", "next"), ("a.employer", "Nursery Green"), ("f-payslips", "december.pdf")];
    let page = doing.phone.post(&save, &unsent).await;
    assert!(page.status == 422 && page.text.contains("was not sent"), "{}", page.text);
    let next = doing.phone.post(&save, &unsent[..3]).await;
    assert_eq!(next.location, format!("{}?step=sign", doing.own), "{}", next.text);
    for elsewhere in ["send:employer", "send:nothing", "send", "send:pay slips&x=1"] {
        let field = elsewhere.replace("send:", "f-").replace("send", "f");
        let page = doing.sends(&platform, elsewhere, &[(&field, "x.jpg", "image/jpeg", &photo)]).await;
        assert_eq!(page.status, 422, "{elsewhere:?}: {}", page.text);
    }
    doing.phone.submit(&save, &[("step", "sign"), ("go", "next"), ("a.signed", "Mara Quist")]).await;
    assert_eq!(doing.phone.submit(&format!("{}/complete", doing.own), &[]).await.status, 200);
    let names: Vec<String> = doing.files(&desk).await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["october.jpg", "november.pdf"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_what_is_wrong_with_a_file_is_said_without_a_script() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let request = json!({"kind": "request", "what": "Your passport", "accept": ["image"], "min": 1, "max": 2});
    let (_, doing) = Doing::of(&desk, request).await;
    let (photo, large) = (documents::photo("front"), vec![0xff; 4_000_001]);
    for (file, said) in [
        (("f", "large.jpg", "image/jpeg", large.as_slice()), "at most 4 MB can be sent"),
        (("f", "words.txt", "text/plain", b"words".as_slice()), "neither a photo nor a PDF"),
        (("f", "words.jpg", "image/jpeg", b"words".as_slice()), "neither a photo nor a PDF"),
        (("f", "phone.heic", "image/heic", b"words".as_slice()), "HEIC"),
        (("f", "nothing.jpg", "image/jpeg", b"".as_slice()), "is empty"),
        (("f", "../../etc/x.jpg", "image/jpeg", photo.as_slice()), "name of this file"),
        (("f", "C:\\fakepath\\x.jpg", "image/jpeg", photo.as_slice()), "name of this file"),
        (("f", "a\u{202e}gpj.x", "image/jpeg", photo.as_slice()), "name of this file"),
        (("f", " ", "image/jpeg", photo.as_slice()), "name of this file"),
    ] {
        let page = doing.sends(&platform, "send", &[file]).await;
        let is_said = page.text.contains("data-fault") && page.text.contains(said);
        assert!(matches!(page.status, 422 | 200) && is_said, "{}: {} {}", file.1, page.status, page.text);
    }
    let nothing = doing.sends(&platform, "send", &[("f", "", "application/octet-stream", b"")]).await;
    assert!(nothing.status == 422 && nothing.text.contains("Choose a file first"), "{}", nothing.text);
    let one = ("f", "front.jpg", "image/jpeg", photo.as_slice());
    let two = doing.sends(&platform, "send", &[one, one]).await;
    assert!(two.status == 422 && two.text.contains("one file at a time"), "{}", two.text);
    // A PDF where photos are asked for.
    let form = documents::form();
    let other = doing.sends(&platform, "send", &[("f", "scan.pdf", "application/pdf", &form)]).await;
    assert!(other.status == 422 && other.text.contains("Only photos"), "{}", other.text);
    assert!(doing.files(&desk).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_form_that_is_none_is_turned_away() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let request = json!({"kind": "request", "what": "Your passport", "accept": ["image"], "min": 1, "max": 2});
    let (_, doing) = Doing::of(&desk, request).await;
    let path = format!("{}/files", doing.own);
    let part = |head: &str| format!("--x\r\n{head}\r\n\r\nb\r\n--x--\r\n");
    let named = "Content-Disposition: form-data; name=\"f\"; filename=\"a.jpg\"";
    for (content_type, body) in [
        ("multipart/form-data", part(named)),
        ("multipart/form-data; boundary=", part(named)),
        ("multipart/form-data; boundary=x", String::new()),
        ("multipart/form-data; boundary=x", "--x\r\n".to_owned()),
        ("multipart/form-data; boundary=x", part("no header at all")),
        ("multipart/form-data; boundary=x", part("Content-Disposition: form-data")),
        ("multipart/form-data; boundary=x", part(&"A: b\r\n".repeat(1_000))),
        ("multipart/form-data; boundary=x", part(&format!("A: {}", "b".repeat(1_000_000)))),
        ("multipart/form-data; boundary=x", part(named).replace("--x--\r\n", "").repeat(5_000) + "--x--\r\n"),
        ("multipart/form-data; boundary=x", part("Content-Disposition: form-data; name=\"f\"; filename=\"a\0.jpg\"")),
        ("multipart/form-data; boundary=x", part("Content-Disposition: form-data; name=\"do\"")),
        ("multipart/mixed; boundary=x", part(named)),
    ] {
        let page = doing.phone.post_as(&path, content_type, body.into_bytes()).await;
        assert!((400..500).contains(&page.status), "{content_type}: {} {}", page.status, page.text);
    }
    // More than a function is given: API Gateway's own answer.
    let huge = vec![b'x'; 11 * 1024 * 1024];
    assert_eq!(doing.phone.post_as(&path, "multipart/form-data; boundary=x", huge).await.status, 413);
    // Only this route takes such forms, and only from the customer.
    let file = [("f", "a.jpg", "image/jpeg", b"x".as_slice())];
    assert_eq!(doing.phone.post_files(&format!("{}/complete", doing.own), &[], &file).await.status, 415);
    let stranger = platform.browser();
    assert_eq!(stranger.post_files(&path, &[("do", "send")], &file).await.status, 403);
    assert!(doing.files(&desk).await.is_empty());
}
