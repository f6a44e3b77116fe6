//! The evidence page: who filled in and signed, how they were known, when, with what, and what happened.

use krilla::color::luma;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use parlor_fonts::{Align, Fonts, Laid, Typesetter};
use parlor_form::Evidence;

use crate::ink::{Embedded, Ink};

/// A4, in points.
const PAPER: (f32, f32) = (595.0, 842.0);
const EDGE: f32 = 56.0;

/// A paragraph.
struct Block {
    text: String,
    size: f32,
    grey: bool,
    /// Room above.
    above: f32,
    /// A line above.
    rule: bool,
}

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
    let room = PAPER.0 - 2.0 * EDGE;
    let mut lines = Vec::new();
    for block in blocks(evidence, fonts, hash) {
        let laid = setter.lay(&block.text, block.size, Some(room), align);
        let high = laid.height / laid.lines.len().max(1) as f32;
        for (place, mut line) in laid.lines.into_iter().enumerate() {
            line.baseline -= high * place as f32;
            let first = place == 0;
            let text = block.text.clone();
            let above = if first { block.above } else { 0.0 };
            let line = Laid { width: room, height: high, lines: vec![line] };
            lines.push((line, Block { text, above, rule: block.rule && first, ..block }));
        }
    }
    let mut pages = 0;
    let mut lines = lines.into_iter().peekable();
    while lines.peek().is_some() {
        let mut page = document.start_page_with(PageSettings::from_wh(PAPER.0, PAPER.1)?);
        let mut surface = page.surface();
        let mut ink = Ink { surface: &mut surface, setter: &mut *setter, embedded: &mut *embedded };
        let mut y = EDGE;
        // Whatever its height, a line goes on a page that has none.
        while let Some((line, block)) =
            lines.next_if(|(line, block)| y == EDGE || y + block.above + line.height < PAPER.1 - EDGE)
        {
            y += block.above;
            if block.rule {
                ink.rule(EDGE, y - block.above / 2.0, room);
            }
            let grey = if block.grey { luma::Color::new(90) } else { luma::Color::black() };
            ink.surface.set_fill(Some(Fill { paint: grey.into(), ..Fill::default() }));
            ink.laid(&line, &block.text, block.size, EDGE, y);
            y += line.height;
        }
        surface.finish();
        page.finish();
        pages += 1;
    }
    Some(pages)
}
