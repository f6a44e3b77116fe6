//! The answers of a workflow as pages, opened by poppler, mupdf and qpdf.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests only")]

use parlor_form::{Answered, AnsweredStep, AnswersPage, Strokes};
use parlor_paper::{Fonts, answers};
use parlor_pdf_tests::outside::{Folder, check, picture, said, second_picture, text};

fn step(title: &str, answers: Vec<(&str, Answered)>) -> AnsweredStep {
    let answers = answers.into_iter().map(|(question, answer)| (question.to_owned(), answer)).collect();
    AnsweredStep { title: title.to_owned(), answers }
}

fn page(steps: Vec<AnsweredStep>) -> AnswersPage {
    let facts = [
        ("Answered by", "Mara Quist"),
        ("Known by", "A personal link and a one-time code, sent to m•••@example.net"),
        ("Completed", "2026-11-21 14:05:00 UTC"),
    ];
    AnswersPage {
        company: "Northwind Credit".to_owned(),
        title: "Proof of income".to_owned(),
        right_to_left: false,
        language: "en".to_owned(),
        facts: facts.iter().map(|(word, said)| ((*word).to_owned(), (*said).to_owned())).collect(),
        steps,
        note: "These are the answers as they were sent.".to_owned(),
        page_of: "Page {n} of {total}".to_owned(),
    }
}

fn words(text: &str) -> Answered {
    Answered::Text(text.to_owned())
}

fn drawn(path: &str) -> Answered {
    Answered::Drawn(Strokes { path: path.to_owned(), pen: 3.0 })
}

const SIGNATURE: &str = "M10 40 C 30 -20 60 90 90 20 L 140 60 M 20 70 L 150 64";

#[test]
fn r21_answers_are_pages_that_others_read() {
    let folder = Folder::new("answers");
    let steps = vec![
        step("Your work", vec![("Are you employed?", words("Yes")), ("Since when?", words("3 May 2019"))]),
        step(
            "Your pay",
            vec![
                ("Who do you work for?", words("Łódź Nursery GmbH, Straße 1\nHaus 2")),
                ("Your payslips", Answered::Files(vec!["november.pdf".into(), "قسيمة.jpg".into()])),
                ("Anything else?", Answered::Nothing("No answer".to_owned())),
            ],
        ),
        step(
            "Sign",
            vec![("That all of this is true", drawn(SIGNATURE)), ("Again", Answered::Typed("Mara Quist".into()))],
        ),
    ];
    let bytes = answers(&page(steps.clone()), &Fonts::shipped()).unwrap();
    assert_eq!(bytes, answers(&page(steps.clone()), &Fonts::shipped()).unwrap(), "the same answers, the same file");
    let path = folder.put("answers.pdf", &bytes);
    check(&path);
    let read = text(&path, 1);
    for expected in [
        "Northwind Credit",
        "Proof of income",
        "Mara Quist",
        "one-time code, sent to m•••@example.net",
        "2026-11-21 14:05:00 UTC",
        "Are you employed?",
        "Yes",
        "3 May 2019",
        "Łódź Nursery GmbH, Straße 1",
        "Haus 2",
        "november.pdf",
        "No answer",
        "That all of this is true",
        "These are the answers as they were sent.",
        "Page 1 of 1",
    ] {
        assert!(read.contains(expected), "{expected}: {read}");
    }
    assert!(said("pdfinfo", &[&path.to_string_lossy()]).contains("Proof of income"), "readers show its title");
    // The drawn signature is where nothing else is: without it the page has less on it.
    let mut unsigned = page(steps);
    unsigned.steps[2].answers[0].1 = drawn("M10 40");
    let unsigned = folder.put("unsigned.pdf", &answers(&unsigned, &Fonts::shipped()).unwrap());
    for read in [picture, second_picture] {
        let whole = [0.0, 0.0, 595.0, 842.0];
        let (signed, unsigned) = (read(&path, 1).ink(whole), read(&unsigned, 1).ink(whole));
        assert!(signed > unsigned + 0.0003, "{signed} {unsigned}");
    }
}

#[test]
fn r21_pages_of_answers_run_the_way_their_language_does() {
    let folder = Folder::new("answers-right-to-left");
    let mut page = page(vec![step(
        "عملك",
        vec![("أين تعمل؟", words("مشتل الأخضر، شارع 12")), ("Email", words("mara@example.net"))],
    )]);
    page.right_to_left = true;
    page.title = "إثبات الدخل".to_owned();
    page.page_of = "الصفحة {n} من {total}".to_owned();
    let path = folder.put("arabic.pdf", &answers(&page, &Fonts::shipped()).unwrap());
    check(&path);
    let drawn = picture(&path, 1);
    // The title begins at the right.
    assert!(drawn.ink([400.0, 740.0, 139.0, 40.0]) > 0.01 && drawn.ink([56.0, 740.0, 139.0, 40.0]) < 0.001);
    assert!(text(&path, 1).contains("mara@example.net"));
}

#[test]
fn r21_long_answers_go_on_over_pages_and_no_question_stands_alone() {
    let folder = Folder::new("answers-long");
    let long = "A sentence that goes on for as long as somebody writes. ".repeat(90);
    let word = "Donaudampfschifffahrtsgesellschaft".repeat(9);
    let mut moved = 0;
    for above in 0..24 {
        let mut questions: Vec<(String, Answered)> = (0..above).map(|n| (format!("Filler {n}"), words("x"))).collect();
        questions.push(("The question".to_owned(), words("The answer begins. ".repeat(40).trim())));
        let steps = vec![AnsweredStep { title: "Step".to_owned(), answers: questions }];
        let path = folder.put(&format!("{above}.pdf"), &answers(&page(steps), &Fonts::shipped()).unwrap());
        let first = text(&path, 1);
        moved += usize::from(!first.contains("The question"));
        assert_eq!(first.contains("The question"), first.contains("The answer begins"), "{above}: {first}");
    }
    assert!((1..24).contains(&moved), "the question is on both pages in turn: {moved}");
    let steps = vec![step(
        "All",
        vec![("Tell us", words(&long)), ("A word", words(&word)), ("Unknown", words("日 \u{202e}x"))],
    )];
    let path = folder.put("long.pdf", &answers(&page(steps), &Fonts::shipped()).unwrap());
    check(&path);
    let (first, second) = (text(&path, 1), text(&path, 2));
    let [of, two] = ["Page 1 of 2", "Page 2 of 2"];
    assert!(first.contains(of) && second.contains(two), "{first}\n{second}");
    // What no font has is named and not left out, and nothing turns what stands around it.
    assert!(second.contains("(U+65E5) (U+202E)x"), "{second}");
    let read = (first.replace(of, "") + &second).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(read.matches("A sentence that goes on for as long as somebody writes.").count(), 90);
}

#[test]
fn r21_answers_without_a_meaning_make_pages_all_the_same() {
    for odd in ["", "M1 2", "M1e30 1e30L-1e30 2", "M0 0L0 0", "no path", "M0 0LNaN 1"] {
        let steps = vec![step("", vec![("", drawn(odd)), ("", words("")), ("", Answered::Typed(String::new()))])];
        let folder = Folder::new("answers-odd");
        check(&folder.put("odd.pdf", &answers(&page(steps), &Fonts::shipped()).unwrap()));
    }
}
