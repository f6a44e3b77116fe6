//! Pages of paragraphs that we write into documents ourselves.

use krilla::color::luma;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use parlor_fonts::{Align, Laid, Typesetter};

use crate::ink::{Embedded, Ink};

/// A4, in points.
const PAPER: (f32, f32) = (595.0, 842.0);
const EDGE: f32 = 56.0;

/// A paragraph.
pub(crate) struct Block {
    pub(crate) text: String,
    pub(crate) size: f32,
    pub(crate) grey: bool,
    /// Room above.
    pub(crate) above: f32,
    /// A line above.
    pub(crate) rule: bool,
}

/// Adds as many pages as the paragraphs need; how many.
pub(crate) fn write(
    blocks: Vec<Block>,
    align: Align,
    document: &mut krilla::Document,
    setter: &mut Typesetter<'_>,
    embedded: &mut Embedded,
) -> Option<usize> {
    let room = PAPER.0 - 2.0 * EDGE;
    let mut lines = Vec::new();
    for block in blocks {
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
