//! People as they are typed: names, addresses and numbers at the start of a session, and names in a search.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_tests::Installation;
use reqwest::Method;
use serde_json::{Value, json};

/// Plans a session for this customer: the status and the answer.
async fn plan(installation: &Installation, customer: Value) -> (u16, Value) {
    let body = json!({"customer": customer, "mode": "plan"});
    let (status, answer) = installation.call(Method::POST, "/v1/sessions", Some(body)).await;
    (status.as_u16(), answer)
}

/// The names that a search finds, in alphabetical order.
async fn found(installation: &Installation, typed: &str) -> Vec<String> {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", typed).finish();
    let answer = installation.get(&format!("/v1/sessions?{query}")).await;
    let names = answer["items"].as_array().unwrap().iter();
    let mut names: Vec<String> = names.map(|item| item["customer"]["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_numbers_are_kept_as_e164_in_the_form_of_the_default_country() {
    let installation = Installation::start().await;
    let number = |text: &str| json!({"name": "Mara Quist", "phone": text});
    for (typed, kept) in [
        ("+49 (0)151 12345678", "+4915112345678"),
        ("+33 06 12 34 56 78", "+33612345678"),
        ("0049 151 12345678", "+4915112345678"),
        ("tel:+49-151-12345678", "+4915112345678"),
        ("\u{202a}+49 151\u{2011}12345678\u{202c}", "+4915112345678"),
        ("＋４９１５１１２３４５６７８", "+4915112345678"),
        ("+39 06 698 12345", "+390669812345"),
        ("+225 01 23 45 67 89", "+2250123456789"),
    ] {
        let (status, answer) = plan(&installation, number(typed)).await;
        assert_eq!((status, answer["customer"]["phone"].as_str()), (201, Some(kept)), "{typed}");
    }
    for typed in ["+999 12345678", "0151 12345678", "+49", "+49 151 x"] {
        let (status, answer) = plan(&installation, number(typed)).await;
        assert_eq!(
            (status, &answer["code"], &answer["field"]),
            (422, &json!("invalid-phone"), &json!("customer.phone"))
        );
    }
    installation.settings(json!({"channels": {"default_country": "DE"}})).await;
    let (status, answer) = plan(&installation, number("0151 12345678")).await;
    assert_eq!((status, answer["customer"]["phone"].as_str()), (201, Some("+4915112345678")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_addresses_are_kept_as_mail_goes_to_them() {
    let installation = Installation::start().await;
    let address = |text: &str| json!({"name": "Mara Quist", "email": text});
    for (typed, kept) in [
        ("User@München.example", "user@xn--mnchen-3ya.example"),
        ("\u{200b}mara@exam\u{200d}ple.net\u{feff}", "mara@example.net"),
    ] {
        let (status, answer) = plan(&installation, address(typed)).await;
        assert_eq!((status, answer["customer"]["email"].as_str()), (201, Some(kept)), "{typed}");
    }
    for typed in ["üser@example.net", "user@1.2.3.4"] {
        let (status, answer) = plan(&installation, address(typed)).await;
        assert_eq!(
            (status, &answer["code"], &answer["field"]),
            (422, &json!("invalid-email"), &json!("customer.email"))
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_refused_for_what_is_wrong_with_it() {
    let installation = Installation::start().await;
    let named = |name: &str| json!({"name": name, "email": "mara@example.net"});
    let long = "x".repeat(121);
    for (name, why) in [
        ("\u{200b}\u{200d}\u{2060}", "missing"),
        (" \u{3164} ", "missing"),
        ("Mara\nQuist", "line break"),
        (&*long, "more than 120"),
    ] {
        let (status, answer) = plan(&installation, named(name)).await;
        assert_eq!((status, &answer["code"], &answer["field"]), (422, &json!("invalid-name"), &json!("customer.name")));
        assert!(answer["detail"].as_str().unwrap().contains(why), "{name:?}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_greeted_by_half_a_name() {
    let installation = Installation::start().await;
    for name in ["Quist, Mara", "Dr. Mara Quist", "Harbour Loans"] {
        let body = json!({"customer": {"name": name, "email": "mara@example.net"}});
        let session: parlor_domain::SessionId =
            installation.post("/v1/sessions", body).await["id"].as_str().unwrap().parse().unwrap();
        installation.stack.settle().await;
        let mail = installation.stack.outbox().items().pop().unwrap().text.unwrap_or_default();
        assert!(mail.contains(&format!("Hello {name},")), "{mail}");
        let room = installation.joined(&session).await.get(&format!("/r/{session}")).await;
        assert!(room.text.contains(&format!("Hello {name}<")), "{}", room.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_search_finds_either_spelling() {
    let installation = Installation::start().await;
    for name in ["Anna Straße", "Anna Strasse", "Søren Holm", "Soren Holm", "Yıldız Kaya", "Yildiz Kaya", "100 % Holm"]
    {
        let (status, _) = plan(&installation, json!({"name": name, "email": "mara@example.net"})).await;
        assert_eq!(status, 201);
    }
    for typed in ["strasse", "Straße", "STRASSE", "STRAẞE", "anna str", "stras"] {
        assert_eq!(found(&installation, typed).await, ["Anna Strasse", "Anna Straße"], "{typed}");
    }
    for typed in ["soren", "Søren", "SÖREN", "søren h"] {
        assert_eq!(found(&installation, typed).await, ["Soren Holm", "Søren Holm"], "{typed}");
    }
    for typed in ["YILDIZ", "yıldız", "YİLDİZ", "kaya y"] {
        assert_eq!(found(&installation, typed).await, ["Yildiz Kaya", "Yıldız Kaya"], "{typed}");
    }
    for typed in ["%", "_", "* %", "…", "\u{200b}"] {
        assert_eq!(found(&installation, typed).await, Vec::<String>::new(), "{typed}");
    }
    assert_eq!(found(&installation, "%100").await, ["100 % Holm"]);
    assert_eq!(found(&installation, " ").await.len(), 7);
}

/// What the customer chose, or their browser asked for, is what mails are written in, too: the code's among them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_a_customers_language_is_kept_for_the_session() {
    let installation = Installation::start().await;
    installation.settings(json!({"authentication": {"method": "otp"}})).await;
    let sent = || installation.stack.outbox().items().pop().unwrap();

    let session = installation.session(None).await;
    let link = installation.link(&session).await;
    installation.stack.settle().await;
    let mail = sent();
    assert!(mail.text.unwrap_or_default().contains("Hello Mara Quist,"), "nobody knows the language yet");
    let owner = installation.agent.email.as_str();
    assert_eq!(mail.reply_to.as_deref(), Some(&*format!("\"Nina Okafor\" <{owner}>")));
    assert_eq!(mail.headers, [("Auto-Submitted".to_owned(), "auto-generated".to_owned())]);

    let customer = installation.browser();
    customer.get(&format!("{link}?lang=de")).await;
    customer.post(&format!("{link}/continue?lang=de"), &[]).await;
    installation.stack.settle().await;
    let code = sent().text.unwrap_or_default();
    assert!(code.contains("Guten Tag Mara Quist,"), "{code}");
    // Pages of another visit are in it without a word about it in their address.
    let page = installation.browser().get(&link).await;
    assert!(page.text.contains("<html lang=\"de\""), "{}", page.text);

    let body = json!({"customer": {"name": "Mara Quist", "email": "mara@example.net", "language": "fr-CA"}});
    let answer = installation.post("/v1/sessions", body).await;
    assert_eq!(answer["customer"]["language"], "fr-CA");
    installation.stack.settle().await;
    assert!(sent().text.unwrap_or_default().contains("Bonjour Mara Quist"), "{:?}", sent().text);
    let (status, answer) =
        plan(&installation, json!({"name": "Mara Quist", "email": "mara@example.net", "language": "German language"}))
            .await;
    assert_eq!(
        (status, &answer["code"], &answer["field"]),
        (422, &json!("invalid-language"), &json!("customer.language"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_mails_come_from_whom_the_branding_says_and_answers_go_there() {
    let installation = Installation::start().await;
    let branding =
        json!({"name": "Harbour Bank", "sender_name": "Harbour Claims", "reply_to": " Claims@Harbour.example "});
    installation.settings(json!({ "branding": branding })).await;
    assert_eq!(installation.get("/v1/settings").await["branding"]["reply_to"], "claims@harbour.example");
    installation.session(None).await;
    installation.stack.settle().await;
    let mail = installation.stack.outbox().items().pop().unwrap();
    assert_eq!(mail.from.as_deref(), Some("\"Harbour Claims\" <hello@parlor.example>"));
    assert_eq!(mail.reply_to.as_deref(), Some("\"Harbour Claims\" <claims@harbour.example>"));

    let mut document = installation.get("/v1/settings").await;
    document["branding"]["reply_to"] = json!("nobody");
    let version = installation.etag("/v1/settings").await;
    let (status, refused) =
        installation.call_with(Method::PUT, "/v1/settings", Some(document), &[("if-match", &version)]).await;
    assert_eq!(
        (status.as_u16(), &refused["code"], &refused["field"]),
        (422, &json!("invalid-setting"), &json!("branding.reply_to"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_the_opening_page_has_the_companys_words_in_the_customers_language() {
    let installation = Installation::start().await;
    let german = json!({"title": "Ihr Darlehen", "hint": "Auf Ihrer Karte."});
    let words = json!({"title": "Your loan", "text": "Please come in.", "hint": "On your card.", "by_language": {"de": german}});
    installation.settings(json!({"authentication": {"method": "pin", "opening_page": words}})).await;
    let session = installation.session(Some("4711")).await;
    let link = installation.link(&session).await;
    let read = async |lang: &str| installation.browser().get(&format!("{link}?lang={lang}")).await.text;
    let page = read("de").await;
    assert!(
        page.contains("Ihr Darlehen") && page.contains("Auf Ihrer Karte.") && !page.contains("Your loan"),
        "{page}"
    );
    assert!(page.contains("Please come in."), "what German has no words for is as for everybody");
    let page = read("fr").await;
    assert!(page.contains("Your loan") && page.contains("On your card.") && !page.contains("Ihr Darlehen"), "{page}");
}
