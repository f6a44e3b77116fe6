//! The answers of a workflow as a document to keep (R21).

use krilla::SerializeSettings;
use krilla::metadata::Metadata;
use parlor_fonts::{Align, Fonts, Typesetter};
use parlor_form::{Answered, AnswersPage};

use crate::ink::{Embedded, path};
use crate::written::{Block, Part, write};

fn text(text: String, size: f32, above: f32) -> Block {
    Block { text, size, grey: false, above, rule: false }
}

fn beside(text: String, above: f32) -> Block {
    Block { text, size: 9.0, grey: true, above, rule: false }
}

fn answered(answer: &Answered, show: &impl Fn(&str) -> String) -> Vec<Part> {
    let line = |said: &str| Part::Text(text(show(said), 10.5, 1.0));
    match answer {
        Answered::Nothing(instead) => vec![Part::Text(beside(show(instead), 1.0))],
        Answered::Text(said) => vec![Part::Said(text(show(said), 10.5, 1.0))],
        Answered::Typed(name) => vec![Part::Typed(show(name))],
        // Only what was drawn is kept as drawn.
        Answered::Drawn(strokes) => path(strokes).map(|path| Part::Drawn(path, strokes.pen)).into_iter().collect(),
        Answered::Files(names) => names.iter().map(|name| line(name)).collect(),
    }
}

fn parts(page: &AnswersPage, fonts: &Fonts) -> Vec<Part> {
    let show = |text: &str| fonts.showable(text).into_owned();
    let mut parts =
        vec![Part::Heading(beside(show(&page.company), 0.0)), Part::Heading(text(show(&page.title), 18.0, 2.0))];
    for (word, said) in page.facts.iter().filter(|(_, said)| !said.is_empty()) {
        parts.push(Part::Heading(beside(show(word), 9.0)));
        parts.push(Part::Text(text(show(said), 10.5, 1.0)));
    }
    for step in page.steps.iter().filter(|step| !step.answers.is_empty()) {
        parts.push(Part::Heading(Block { rule: true, ..text(show(&step.title), 13.0, 22.0) }));
        for (question, answer) in &step.answers {
            parts.push(Part::Heading(beside(show(question), 9.0)));
            parts.extend(answered(answer, &show));
        }
    }
    parts.push(Part::Text(Block { rule: true, ..beside(show(&page.note), 24.0) }));
    parts
}

/// The document; nothing where it cannot be written. What no font has stands there by its code.
#[must_use]
pub fn answers(page: &AnswersPage, fonts: &Fonts) -> Option<Vec<u8>> {
    let settings = SerializeSettings { xmp_metadata: false, enable_tagging: false, ..SerializeSettings::default() };
    let mut document = krilla::Document::new_with(settings);
    document.set_metadata(Metadata::new().title(page.title.clone()).language(page.language.clone()));
    let align = if page.right_to_left { Align::Right } else { Align::Left };
    let foot = |n: usize, total: usize| {
        let numbered = page.page_of.replace("{n}", &n.to_string()).replace("{total}", &total.to_string());
        fonts.showable(&numbered).into_owned()
    };
    let (mut setter, mut embedded) = (Typesetter::new(fonts), Embedded::default());
    write(parts(page, fonts), align, Some(&foot), &mut document, &mut setter, &mut embedded)?;
    document.finish().ok()
}
