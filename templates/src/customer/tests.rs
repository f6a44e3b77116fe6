//! Every sample renders, in the shape that the rules and the policy ask for.

use super::*;

#[test]
fn every_text_says_how_long_it_may_be() {
    crate::staff_checks::say_how_long_texts_may_be(samples());
}

#[test]
fn every_sample_keeps_the_policy() {
    for (name, page) in samples() {
        let page = page.into_string();
        assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</body></html>"), "{name}");
        for forbidden in [
            " style=",
            "<style",
            " onclick",
            "<script>",
            "javascript:",
            "http://",
            "{agent}",
            "{company}",
            "{name}",
            "{n}",
            "{until}",
            "{contact}",
        ] {
            // Words for scripts keep their placeholders in data-text.
            let page = page.replace("data-text=\"{n} ", "");
            assert!(
                !page.contains(forbidden)
                    || (forbidden == "{n}"
                        && ["room", "document", "request", "runner-step-f"].iter().any(|kind| name.starts_with(kind))),
                "{name} has {forbidden}"
            );
        }
        assert_eq!(page.matches("<h1").count() - page.matches("<h1 tabindex").count(), 1, "{name} has one heading");
        // One, and a company's own light accent.
        let light = page.matches("/static/accent.").count();
        assert_eq!(page.matches("rel=\"stylesheet\"").count(), 1 + light, "{name}");
        assert!(page.matches("<script ").count() <= 1, "{name}");
        assert!(page.contains("name=\"referrer\" content=\"no-referrer\""), "{name}");
        let visible = page.replace("parlor:reason", "");
        assert!(!visible.to_lowercase().contains("parlor"), "{name} names the product");
        for id in page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{name}: id {id} twice");
        }
    }
}

#[test]
fn r15_errors_say_their_reason_and_status() {
    let expected = [
        ("link-expired", Some("link-expired"), 410),
        ("session-expired", Some("session-expired"), 410),
        ("device", Some("device"), 403),
        ("cookies", Some("cookies"), 403),
        ("unknown", Some("unknown"), 403),
        ("locked", Some("locked"), 403),
        ("banned", Some("locked"), 403),
        ("service-down", Some("service-down"), 503),
        ("link-sent", None, 200),
        ("closed", None, 200),
    ];
    let samples = ErrorPage::samples();
    for (name, reason, status) in expected {
        let page = &samples.iter().find(|(sample, _)| *sample == name).expect("a sample").1;
        assert_eq!(page.status(), status, "{name}");
        let html = page.render().into_string();
        match reason {
            Some(reason) => {
                assert!(html.contains(&format!("<meta name=\"parlor:reason\" content=\"{reason}\">")), "{name}");
            }
            None => assert!(!html.contains("parlor:reason"), "{name}"),
        }
    }
}

#[test]
fn r6_an_unknown_link_names_nobody() {
    let (_, page) = ErrorPage::samples().into_iter().find(|(name, _)| *name == "unknown").expect("a sample");
    let html = page.render().into_string();
    assert!(html.contains("Access denied") && !html.contains("Harbour") && !html.contains("Nina"));
}

#[test]
fn names_cannot_break_the_page() {
    for name in ["<script>alert(1)</script>", "\"><img src=x onerror=x>", "{company}", "\u{202e}txt.exe", "'\"&<>"] {
        let mut page = OpeningPage::samples().remove(0).1;
        name.clone_into(&mut page.agent);
        name.clone_into(&mut page.brand.company);
        page.hint = Some(name.to_owned());
        let html = page.render().into_string();
        assert!(!html.contains("<script>") && !html.contains("<img src=x"), "{name}");
        let mut room = Room::samples().remove(0).1;
        name.clone_into(&mut room.customer);
        name.clone_into(&mut room.work[0].title);
        if let Some(live) = &mut room.live {
            name.clone_into(&mut live.url);
        }
        let html = room.render().into_string();
        assert!(!html.contains("<script>") && !html.contains("<img src=x"), "{name}");
        for (_, mut document) in DocumentPage::samples() {
            name.clone_into(&mut document.customer);
            for blank in &mut document.blanks {
                name.clone_into(&mut blank.field.name);
                blank.field.label = None;
                blank.field.options = vec![name.to_owned()];
                blank.value = Filled::Text(name.to_owned());
            }
            let html = document.render().into_string();
            assert!(!html.contains("<script>") && !html.contains("<img src=x"), "{name}");
        }
    }
}

#[test]
fn r2_the_banner_says_what_is_left_and_until_when() {
    let page = |wanted: &str| {
        Room::samples().into_iter().find(|(name, _)| *name == wanted).expect("a sample").1.render().into_string()
    };
    assert!(page("room-ended-full").contains("You can still view, fill in and complete everything here."));
    let timed = page("room-ended-timed");
    assert!(
        timed.contains("24 November 2026, 14:30 UTC") && timed.contains("After that you can look at it"),
        "{timed}"
    );
    assert!(timed.contains("One more thing: the address"), "what was refused is kept");
    assert!(page("room-ended-limited").contains("download what is done until <time"));
    // Nothing is said of filling in or signing where there is nothing.
    let talk = page("room-ended-talk");
    assert!(talk.contains("read and write messages here until <time") && talk.contains("After that you can only read"));
    assert!(page("room-ended-read").contains("You can still read the messages here until <time"));
    for name in ["room-ended-talk", "room-ended-read", "room-empty", "room-talk"] {
        assert!(!page(name).contains("fill in") && !page(name).contains("sign"), "{name}");
    }
    assert!(!page("room").contains("This session has ended"));
}

/// The budget is 14 KB; two of them are for a team's own texts, a longer chat, and headers. The browser test holds the
/// whole of it on the running stack.
#[test]
fn first_load_is_small() {
    use std::io::Write as _;
    let zipped = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).expect("into memory");
        encoder.finish().expect("into memory").len()
    };
    for (name, page) in samples() {
        let page = page.into_string();
        // The script for files comes with the first one.
        let later = |path: &str| page.contains(&format!("data-attach=\"{path}\""));
        let loaded = crate::assets::PACKED.iter().filter(|asset| page.contains(asset.path) && !later(asset.path));
        // As browsers take them; those that know only gzip get some 700 bytes more.
        let assets: usize = loaded.map(|asset| asset.brotli.len()).sum();
        let total = zipped(&page) + assets;
        let most = match name.as_str() {
            // A document's page has 120 KB with the picture that it shows first.
            name if name.starts_with("document") => 30_720,
            // A step with files and a signature, behind the room: what takes files and the pad come beside what every step has.
            "runner-step-files" | "runner-step-fault" | "runner-review-files" => 20_480,
            _ => 14_336,
        };
        assert!(total <= most, "{name}: {total} bytes");
        if matches!(name.as_str(), "opening-pin" | "room-live" | "runner-step" | "document") {
            println!("{name}: {total} bytes");
        }
    }
}

/// What the forms of a document post: each name once on a page, in the words that the server reads.
#[test]
fn r21_a_document_is_a_plain_form_of_labelled_fields() {
    let page = |wanted: &str| {
        let found = DocumentPage::samples().into_iter().find(|(name, _)| *name == wanted);
        found.expect("a sample").1.render().into_string()
    };
    let first = page("document-half");
    let (shown, _) = first.split_once("<template").expect("the second page waits");
    for (name, value) in [
        ("v.applicant.fullName", "value=\"Mara Quist\""),
        ("v.applicant.dateOfBirth", "value=\"1987-03-14\""),
        ("k.read", "value=\"1\""),
        ("v.read", "type=\"checkbox\""),
        ("v.initials", "value=\"MQ\""),
        ("page", "value=\"1\""),
    ] {
        let named = format!("name=\"{name}\"");
        let field = shown.split('<').find(|tag| tag.contains(&named)).unwrap_or_else(|| panic!("no {name}"));
        let input = field.contains(value) || shown.contains(&format!("type=\"checkbox\" {named}"));
        assert!(input, "{name}: {field}");
    }
    assert_eq!(shown.matches("name=\"v.paid\"").count(), 2, "a radio has its buttons");
    for id in shown.split(" id=\"f-").skip(1).filter_map(|rest| rest.split('"').next()) {
        if !id.contains("-error") && !id.contains("-hint") && !["5", "6", "8"].contains(&id) {
            assert!(shown.contains(&format!("for=\"f-{id}\"")), "f-{id} has no label");
        }
    }
    let second = page("document-page-2");
    assert!(second.contains("name=\"page\" value=\"2\"") && second.contains("value=\"back\""));
    // What was drawn goes along as it is.
    let drawn = page("document-review");
    assert!(drawn.contains("<path d=\"M12 61.5L18 40") && drawn.contains("action=\"/r/session/i/1/complete\""));
    let missing = page("document-review-missing");
    assert!(missing.contains("href=\"/r/session/i/1?page=2\"") && missing.contains("4 fields are still"), "{missing}");
}

#[test]
fn r21_a_steps_document_stands_out_until_it_is_signed() {
    let primary = |name: &str| {
        let mut sample = Runner::samples().into_iter().find(|(sample, _)| *sample == name).expect("a sample").1;
        let found = crate::Lang::ALL.map(|lang| {
            sample.around.lang = lang;
            let page = sample.render().into_string();
            let buttons = page.split("<button ").filter(|button| button.contains("button-primary"));
            let value = |button: &str| {
                button.split_once("value=\"").and_then(|(_, rest)| rest.split('"').next().map(str::to_owned))
            };
            buttons.filter_map(value).collect::<Vec<_>>()
        });
        assert!(found.iter().all(|values| *values == found[0]), "{name}: {found:?}");
        found[0].clone()
    };
    assert_eq!(primary("runner-step-document"), ["document"]);
    assert_eq!(primary("runner-step-document-done"), ["next"]);
    // Declined, there is nothing to sign before it is sent again.
    assert_eq!(primary("runner-step-document-declined"), ["next"]);
    assert_eq!(primary("runner-step"), ["next"]);
}
