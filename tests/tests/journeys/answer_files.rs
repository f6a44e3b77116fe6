//! A workflow that files and a signature answer (R21), from a phone, with the tab closed in between.

use parlor_tests::{Platform, documents};
use reqwest::Method;
use serde_json::{Value, json};

use super::request::sent;

pub(crate) fn proof() -> Value {
    json!({
        "kind": "workflow",
        "title": "Proof of income",
        "steps": [
            {"id": "work", "title": "Your work", "fields": [
                {"name": "employed", "label": "Are you employed?", "type": "yes_no", "required": true},
            ]},
            {"id": "pay", "title": "Your pay", "show_if": {"all": [{"field": "employed", "is": true}]}, "fields": [
                {"name": "employer", "label": "Who do you work for?", "type": "text", "required": true},
                {"name": "payslips", "label": "Your payslips", "type": "file", "required": true, "min": 2, "max": 2},
            ]},
            {"id": "sign", "title": "Sign", "fields": [
                {"name": "signed", "label": "That all of this is true", "type": "signature", "required": true},
            ]},
        ],
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_files_and_a_signature_answer_a_workflow() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let about = format!("/v1/sessions/{}/interactions", invited.id);
    let made = desk.post(&about, proof()).await;
    let id = made["id"].as_str().unwrap();
    let (one, own) = (format!("{about}/{id}"), format!("{}/i/{id}", invited.room));
    let save = format!("{own}/save");
    phone.submit(&save, &[("step", "work"), ("go", "next"), ("a.employed", "yes")]).await;

    let early = desk.call(Method::GET, &format!("{one}?as=pdf"), &[], None).await;
    assert_eq!(
        (early.status, &early.body["code"]),
        (409, &json!("not-completed")),
        "there are pages of what is completed"
    );
    // A file goes to its question, and what is typed beside it is kept.
    let added = async |file: &str, question: &str| {
        let answer = platform.until(async || {
            let fields = [("do", "add"), ("file", file), ("question", question), ("a.employer", "Nursery Green")];
            let page = phone.post(&format!("{own}/files"), &fields).await;
            (page.status != 409).then_some(page)
        });
        answer.await.unwrap()
    };
    let photo = sent(&phone, &invited.room, "october.jpg", "image/jpeg", documents::photo("october")).await;
    let page = added(&photo, "payslips").await;
    assert_eq!((page.status, page.location.as_str()), (303, format!("{own}?step=pay").as_str()), "{}", page.text);
    let text = sent(&phone, &invited.room, "notes.jpg", "image/jpeg", b"just words".to_vec()).await;
    let refused = added(&text, "payslips").await;
    assert!(refused.status == 422 && refused.text.contains("data-fault"), "{}", refused.text);
    assert!(refused.text.contains("Nursery Green") && refused.text.contains("october.jpg"), "{}", refused.text);
    let pdf = sent(&phone, &invited.room, "november.pdf", "application/pdf", documents::form()).await;
    let nowhere = added(&pdf, "employer").await;
    assert_eq!(nowhere.status, 422, "no file answers that question");

    // The tab is closed: the customer comes back to the step, with what was there.
    let next = [("step", "pay"), ("go", "next"), ("a.employer", "Nursery Green")];
    let few = phone.post(&save, &next).await;
    assert!(few.status == 422 && few.text.contains("Answer this question."), "two are wanted: {}", few.text);
    let page = phone.get(&own).await;
    assert!(page.text.contains("Nursery Green") && page.text.contains("october.jpg"), "{}", page.text);
    assert_eq!(added(&pdf, "payslips").await.status, 303);
    let earlier = phone.post(&format!("{own}/files"), &[("do", &format!("earlier:{pdf}")), ("step", "pay")]).await;
    assert_eq!((earlier.status, earlier.location.as_str()), (303, format!("{own}?step=pay").as_str()));
    let page = phone.post(&save, &next).await;
    assert_eq!(page.location, format!("{own}?step=sign"), "{}", page.text);

    // Signed by drawing, as the pad gives it.
    let drawn = r#"{"path":"M1 2L3 4","pen":2.5}"#;
    let bad = phone.post(&save, &[("step", "sign"), ("go", "next"), ("a.signed", r#"{"path":"<svg>","pen":2}"#)]).await;
    assert_eq!(bad.status, 422, "{}", bad.text);
    phone.submit(&save, &[("step", "sign"), ("go", "next"), ("a.signed", drawn)]).await;
    let page = phone.get(&format!("{own}?step=-")).await;
    assert!(page.text.contains("november.pdf") && page.text.contains("M1 2L3 4"), "{}", page.text);
    assert_eq!(phone.submit(&format!("{own}/complete"), &[]).await.status, 200);

    // Staff and programs read it: the answers name the files, which stand beside them with their addresses.
    let seen = desk.get(&format!("{one}?values=true")).await;
    assert_eq!(
        seen["values"],
        json!({"employed": true, "employer": "Nursery Green", "payslips": [pdf, photo], "signed": {"path": "M1 2L3 4", "pen": 2.5}}),
        "{seen}"
    );
    let names: Vec<_> = seen["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["november.pdf", "october.jpg"]);
    let bytes = reqwest::get(seen["files"][0]["url"].as_str().unwrap()).await.unwrap().bytes().await.unwrap();
    assert_eq!(bytes, documents::form());
    assert_eq!(desk.get(&one).await["files"], Value::Null, "only with values=true");
    // As pages to keep, for whoever reads the answers and for nobody else.
    let pages = format!("{one}?as=pdf");
    let pdf_of = desk.call(Method::GET, &pages, &[], None).await;
    assert_eq!((pdf_of.status, pdf_of.header("content-type")), (200, "application/pdf"), "{}", pdf_of.body);
    assert_eq!(pdf_of.header("content-disposition"), format!("attachment; filename=\"answers-{id}.pdf\""));
    assert!(pdf_of.body.as_str().unwrap().starts_with("%PDF-"));
    assert_eq!(desk.call(Method::GET, &format!("{one}?as=csv"), &[], None).await.status, 400);
    let others = platform.desk().await;
    let stranger = others.signed_in().await;
    for part in [pages.clone(), format!("/console/s/{}/i/{id}/answers?as=csv", invited.id)] {
        assert_eq!(stranger.get(&part).await.status, 404, "{part}");
    }
    assert_eq!(platform.call(Method::GET, &pages, &[], None).await.status, 401);
    assert_eq!(phone.get(&pages).await.status, 401);
    let answers = format!("/console/s/{}/i/{id}/answers", invited.id);
    let nina = desk.signed_in().await;
    let room = nina.get(&format!("/console/s/{}", invited.id)).await;
    assert!(room.text.contains(&format!("href=\"{pages}\"")), "the panel leads to it: {}", room.text);
    assert_eq!(nina.get(&pages).await.status, 200);
    let page = nina.get(&answers).await;
    assert!(page.text.contains("november.pdf") && page.text.contains("Signed"), "{}", page.text);
    let table = nina.get(&format!("{answers}?as=csv")).await;
    assert!(table.text.contains("\"november.pdf; october.jpg\""), "{}", table.text);
    let late = phone.post(&format!("{own}/files"), &[("do", &format!("remove:{pdf}"))]).await;
    assert_eq!(late.status, 409);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_files_of_a_hidden_question_are_nobodys() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let about = format!("/v1/sessions/{}/interactions", invited.id);
    let made = desk.post(&about, proof()).await;
    let id = made["id"].as_str().unwrap();
    let (one, own) = (format!("{about}/{id}"), format!("{}/i/{id}", invited.room));
    let save = format!("{own}/save");
    phone.submit(&save, &[("step", "work"), ("go", "next"), ("a.employed", "yes")]).await;
    let pdf = sent(&phone, &invited.room, "november.pdf", "application/pdf", documents::form()).await;
    let answer = platform.until(async || {
        let fields = [("do", "add"), ("file", pdf.as_str()), ("question", "payslips")];
        let page = phone.post(&format!("{own}/files"), &fields).await;
        (page.status != 409).then_some(page)
    });
    assert_eq!(answer.await.unwrap().status, 303);
    phone.submit(&save, &[("step", "work"), ("go", "next"), ("a.employed", "no")]).await;
    let seen = desk.get(&format!("{one}?values=true")).await;
    assert_eq!((&seen["values"], &seen["files"]), (&json!({"employed": false}), &Value::Null), "{seen}");
    phone.submit(&save, &[("step", "sign"), ("go", "next"), ("a.signed", "Mara Quist")]).await;
    assert_eq!(phone.submit(&format!("{own}/complete"), &[]).await.status, 200);
    let seen = desk.get(&format!("{one}?values=true")).await;
    assert_eq!((&seen["values"]["signed"], &seen["files"]), (&json!("Mara Quist"), &Value::Null), "{seen}");
    let another = desk.call(Method::GET, &format!("{one}?values=true"), &[], None).await;
    assert!(!another.body.to_string().contains("november.pdf"), "{}", another.body);
}
