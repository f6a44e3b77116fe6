//! Every page of a workflow.

use parlor_domain::{
    InteractionState,
    interaction::{Bound, Field, FieldKind, Wrong},
};

use super::around::Around;
use super::files::{FileFault, RequestedFile};
use super::question::Question;
use super::runner::{Carried, NotTaken, Runner, Section, StepDocument, View};
use super::sample;
use crate::lang::Lang;

fn field(name: &str, label: &str, kind: FieldKind, required: bool) -> Field {
    Field {
        name: name.to_owned(),
        label: label.to_owned(),
        kind,
        required,
        min: None,
        max: None,
        pattern: None,
        options: vec![],
        hint: None,
    }
}

fn question(field: Field, typed: &str) -> Question {
    Question { field, typed: typed.to_owned(), wrong: None, files: vec![] }
}

fn questions() -> Vec<Question> {
    vec![
        question(field("alone", "Do you live alone?", FieldKind::YesNo, true), "no"),
        question(
            Field {
                hint: Some("Yourself included".to_owned()),
                max: Some(Bound::Number(20.into())),
                ..field("adults", "How many adults live with you?", FieldKind::Number, true)
            },
            "2",
        ),
        question(field("since", "Since when?", FieldKind::Date, false), "2019-04-01"),
        question(
            Field {
                options: ["Rented", "Owned", "Something else"].map(str::to_owned).to_vec(),
                ..field("home", "Your home is", FieldKind::Choice, true)
            },
            "Rented",
        ),
        question(
            Field {
                options: (1..=9).map(|n| format!("Branch {n}")).collect(),
                ..field("branch", "Which branch is near you?", FieldKind::Choice, false)
            },
            "",
        ),
        question(
            field("more", "Anything else that we should know?", FieldKind::Text, false),
            "The house is being repaired until spring.",
        ),
    ]
}

/// Questions that files and signatures answer.
fn with_files() -> Vec<Question> {
    let file = |name: &str, pages| RequestedFile {
        id: format!("up_{}", name.len()),
        name: name.to_owned(),
        size: 210_000,
        pages,
        thumbnail: None,
    };
    let payslips = Field {
        hint: Some("The last two months".to_owned()),
        min: Some(Bound::Number(2.into())),
        max: Some(Bound::Number(3.into())),
        ..field("payslip", "Your payslips", FieldKind::File, true)
    };
    let drawn = r#"{"path":"M10 40L20 10L32 44L44 12M60 40Q70 20 80 40","pen":2.5}"#;
    vec![
        question(field("employer", "Who do you work for?", FieldKind::Text, true), "Nursery Green"),
        Question {
            files: vec![file("payslip-october.pdf", Some(2)), file("IMG_4711.jpg", None)],
            ..question(payslips, "")
        },
        question(field("signed", "That all of this is true", FieldKind::Signature, true), drawn),
        question(field("partner", "Your partner’s signature", FieldKind::Signature, false), ""),
    ]
}

fn document(state: InteractionState, is_missing: bool) -> StepDocument {
    StepDocument {
        title: "Loan agreement for the household".to_owned(),
        state,
        progress: Some((2, 5)),
        reason: (state == InteractionState::Declined).then(|| "The address in it is my old one.".to_owned()),
        href: Some("/r/session/i/2".to_owned()),
        is_missing,
    }
}

fn contract(state: InteractionState, is_missing: bool) -> View {
    View::Step {
        id: "contract".to_owned(),
        title: "The contract".to_owned(),
        text: Some("Read it, fill it in and sign it. It is kept as you go.".to_owned()),
        questions: vec![],
        document: Some(document(state, is_missing)),
        n: 2,
        of: 3,
    }
}

pub(super) fn samples() -> Vec<(&'static str, Runner)> {
    let step = |questions: Vec<Question>, n| View::Step {
        id: "home".to_owned(),
        title: "Your home".to_owned(),
        text: Some("Two minutes. What you enter is kept as you go.".to_owned()),
        questions,
        document: None,
        n,
        of: 3,
    };
    let wrong = || {
        let mut questions = questions();
        questions[0] = Question { typed: String::new(), wrong: Some(Wrong::Required), ..questions[0].clone() };
        questions[1] = Question { typed: "about 30".to_owned(), wrong: Some(Wrong::Number), ..questions[1].clone() };
        questions
    };
    let sections = || {
        vec![
            Section { step: "home".to_owned(), title: "Your home".to_owned(), answers: questions(), document: None },
            Section {
                step: "work".to_owned(),
                title: "Your work".to_owned(),
                answers: vec![question(field("job", "What do you do?", FieldKind::Text, true), "Gardener")],
                document: None,
            },
        ]
    };
    let incomplete = || {
        let mut sections = sections();
        if let Some(answer) = sections[1].answers.first_mut() {
            *answer = Question { typed: String::new(), wrong: Some(Wrong::Required), ..answer.clone() };
        }
        sections
    };
    let first = Runner {
        around: Around { due: Some(sample::at(48)), ..Around::sample(Lang::En, "About your household") },
        view: step(questions(), 1),
        not_taken: None,
        kept: vec![],
        uploads: "/r/session/uploads".to_owned(),
        customer: "Mara Quist".to_owned(),
        fault: None,
        coming: None,
        preview: None,
    };
    let with = |view| Runner { view, ..first.clone() };
    let fields = vec![("do".to_owned(), "preview".to_owned()), ("a.job".to_owned(), "Gardener".to_owned())];
    let carried = Carried { action: "/admin/library".to_owned(), fields };
    let previewed = |view| Runner { preview: Some(carried.clone()), ..with(view) };
    vec![
        ("runner-step", first.clone()),
        ("runner-step-wrong", with(step(wrong(), 2))),
        ("runner-step-ar", Runner { around: Around::sample_arabic("عن أسرتك"), ..with(step(wrong(), 3)) }),
        ("runner-step-files", with(step(with_files(), 2))),
        ("runner-step-document", with(contract(InteractionState::InProgress, true))),
        (
            "runner-step-document-ar",
            Runner {
                around: Around::sample_arabic("عن أسرتك"), ..with(contract(InteractionState::InProgress, false))
            },
        ),
        ("runner-step-document-declined", with(contract(InteractionState::Declined, false))),
        ("runner-step-document-done", with(contract(InteractionState::Completed, false))),
        (
            "runner-review-document",
            with(View::Review {
                sections: vec![Section {
                    step: "contract".to_owned(),
                    title: "The contract".to_owned(),
                    answers: vec![],
                    document: Some(document(InteractionState::Sent, true)),
                }],
                missing: 1,
                reason: String::new(),
            }),
        ),
        (
            "runner-step-fault",
            Runner { fault: Some(("payslip".to_owned(), FileFault::Heic)), ..with(step(with_files(), 2)) },
        ),
        (
            "runner-review-files",
            with(View::Review {
                sections: vec![Section {
                    step: "proof".to_owned(),
                    title: "Proof".to_owned(),
                    answers: with_files(),
                    document: None,
                }],
                missing: 0,
                reason: String::new(),
            }),
        ),
        ("runner-preview", previewed(step(questions(), 1))),
        ("runner-preview-files", previewed(step(with_files(), 2))),
        ("runner-preview-review", previewed(View::Review { sections: sections(), missing: 0, reason: String::new() })),
        ("runner-preview-done", previewed(View::Done { sections: sections(), next: None })),
        ("runner-review", with(View::Review { sections: sections(), missing: 0, reason: String::new() })),
        ("runner-review-missing", with(View::Review { sections: incomplete(), missing: 1, reason: String::new() })),
        (
            "runner-done",
            with(View::Done {
                sections: sections(),
                next: Some(("Photo of your ID".to_owned(), "/r/session/i/2".to_owned())),
            }),
        ),
        ("runner-read-only", with(View::ReadOnly { sections: sections() })),
        (
            "runner-waits",
            Runner {
                around: Around {
                    after: vec!["Mara".to_owned(), "Jonas".to_owned()],
                    ..Around::sample(Lang::En, "Guarantee")
                },
                not_taken: Some(NotTaken::NotYourTurn),
                kept: vec![("What do you do?".to_owned(), "Gardener".to_owned())],
                ..with(View::ReadOnly { sections: sections() })
            },
        ),
        (
            "runner-waits-ar",
            Runner {
                around: Around { after: vec!["ليلى".to_owned()], ..Around::sample_arabic("عن أسرتك") },
                ..with(View::ReadOnly { sections: sections() })
            },
        ),
        ("runner-declined", with(View::Declined)),
        (
            "runner-withdrawn",
            Runner {
                not_taken: Some(NotTaken::Closed),
                kept: vec![("What do you do?".to_owned(), "Gardener".to_owned())],
                ..with(View::Withdrawn)
            },
        ),
    ]
}
