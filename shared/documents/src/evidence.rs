//! The evidence page: who filled in and signed, how they were known, when, with what, and what happened.

use parlor_fonts::{Align, Fonts, Typesetter};
use parlor_form::Evidence;
use parlor_paper::{Block, Embedded, Part, write};

fn blocks(evidence: &Evidence, fonts: &Fonts, hash: &str) -> Vec<Block> {
    let show = |text: &str| fonts.showable(text).into_owned();
    let mut blocks = Vec::new();
    let heading =
        |text: &str, size: f32, above: f32, rule: bool| Block { text: show(text), size, grey: false, above, rule };
    let pair = |blocks: &mut Vec<Block>, word: &str, text: &str| {
        if !text.is_empty() {
            blocks.push(Block { text: show(word), size: 8.5, grey: true, above: 9.0, rule: false });
            blocks.push(Block { text: show(text), size: 10.5, grey: false, above: 1.0, rule: false });
        }
    };
    let words = &evidence.words;
    blocks.push(heading(&words.title, 18.0, 0.0, false));
    pair(&mut blocks, &words.document, &evidence.document);
    pair(&mut blocks, &words.original, hash);
    for signer in &evidence.signers {
        blocks.push(Block { text: show(&words.signer), size: 8.5, grey: true, above: 16.0, rule: true });
        blocks.push(heading(&signer.name, 13.0, 1.0, false));
        pair(&mut blocks, &words.authenticated, &signer.authenticated);
        pair(&mut blocks, &words.completed, &signer.completed);
        pair(&mut blocks, &words.device, &signer.device);
        pair(&mut blocks, &words.address, &signer.address);
        pair(&mut blocks, &words.consent, &signer.consent);
    }
    if !evidence.events.is_empty() {
        blocks.push(heading(&words.events, 13.0, 16.0, true));
        for (when, what) in &evidence.events {
            blocks.push(Block { text: show(when), size: 8.5, grey: true, above: 7.0, rule: false });
            blocks.push(Block { text: show(what), size: 10.0, grey: false, above: 0.0, rule: false });
        }
    }
    blocks.push(Block { text: show(&words.note), size: 9.0, grey: true, above: 20.0, rule: true });
    blocks
}

/// Adds its pages; how many.
pub(crate) fn draw(
    evidence: &Evidence,
    hash: &str,
    document: &mut krilla::Document,
    fonts: &Fonts,
    setter: &mut Typesetter<'_>,
    embedded: &mut Embedded,
) -> Option<usize> {
    let align = if evidence.right_to_left { Align::Right } else { Align::Left };
    let parts = blocks(evidence, fonts, hash).into_iter().map(Part::Text).collect();
    write(parts, align, None, document, setter, embedded)
}
