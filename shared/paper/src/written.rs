//! Pages of paragraphs.

use std::rc::Rc;

use krilla::color::luma;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use kurbo::{BezPath, Shape as _};
use parlor_fonts::{Align, Laid, Typesetter};

use crate::ink::{Area, Embedded, Ink};

/// A4, in points.
const PAPER: (f32, f32) = (595.0, 842.0);
const EDGE: f32 = 56.0;
/// How large a signature becomes at most.
const SIGNED: (f32, f32) = (220.0, 64.0);
/// Letters at the foot of a page, and how far they stand from its end.
const FOOT: (f32, f32) = (8.5, 34.0);
/// What is said beside what matters.
const GREY: u8 = 90;

/// A paragraph.
#[derive(Clone, Debug)]
pub struct Block {
    /// What it says.
    pub text: String,
    /// Of its letters, in points.
    pub size: f32,
    /// Whether it is only said beside what matters.
    pub grey: bool,
    /// Room above.
    pub above: f32,
    /// A line above.
    pub rule: bool,
}

/// What stands below each other.
#[derive(Clone, Debug)]
pub enum Part {
    /// A paragraph.
    Text(Block),
    /// One in somebody's own words: where they run the other way than the page, it begins at the other side.
    Said(Block),
    /// The same, and it never ends a page, because it is about what follows.
    Heading(Block),
    /// A signature that was drawn: its lines, and how thick the pen was.
    Drawn(BezPath, f32),
    /// A signature that was typed.
    Typed(String),
}

/// What cannot be parted between two pages.
struct Piece {
    above: f32,
    height: f32,
    rule: bool,
    /// It goes where the next one goes.
    stays: bool,
    look: Look,
}

enum Look {
    Line(Laid, Rc<Block>),
    Drawn(BezPath, f32, f32),
    Typed(String),
}

/// The lines of a paragraph.
fn lines(block: Block, stays: bool, align: Align, setter: &mut Typesetter<'_>) -> Vec<Piece> {
    let laid = setter.lay(&block.text, block.size, Some(PAPER.0 - 2.0 * EDGE), align);
    let (width, height) = (laid.width, laid.height / laid.lines.len().max(1) as f32);
    let block = Rc::new(block);
    let lines = laid.lines.into_iter().enumerate();
    lines
        .map(|(place, mut line)| {
            line.baseline -= height * place as f32;
            let first = place == 0;
            Piece {
                above: if first { block.above } else { 0.0 },
                height,
                rule: block.rule && first,
                stays,
                look: Look::Line(Laid { width, height, lines: vec![line] }, Rc::clone(&block)),
            }
        })
        .collect()
}

fn pieces(part: Part, align: Align, setter: &mut Typesetter<'_>) -> Vec<Piece> {
    let own = if align == Align::Left { Align::Start } else { align };
    let signed = |height, look| vec![Piece { above: 3.0, height, rule: false, stays: false, look }];
    match part {
        Part::Text(block) => lines(block, false, align, setter),
        Part::Said(block) => lines(block, false, own, setter),
        Part::Heading(block) => lines(block, true, own, setter),
        Part::Typed(name) => signed(SIGNED.1 / 2.0, Look::Typed(name)),
        Part::Drawn(path, pen) => {
            let bounds = path.bounding_box();
            let (wide, high) = (bounds.width() as f32 + pen, bounds.height() as f32 + pen);
            let scale = (SIGNED.0 / wide).min(SIGNED.1 / high).min(1.0);
            let height = (high * scale).clamp(12.0, SIGNED.1);
            signed(height, Look::Drawn(path, pen, (wide * scale).clamp(12.0, SIGNED.0)))
        }
    }
}

/// Which pieces go on which page. Whatever its height, a piece goes on a page that has none.
fn pages(pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    // With each piece the room that it needs together with those that it must not be parted from.
    let mut needed = vec![0.0_f32; pieces.len()];
    for (at, piece) in pieces.iter().enumerate().rev() {
        let next = if piece.stays { needed.get(at + 1).copied().unwrap_or_default() } else { 0.0 };
        needed[at] = piece.above + piece.height + next;
    }
    let (mut pages, mut page, mut y) = (Vec::new(), Vec::new(), EDGE);
    for (piece, needed) in pieces.into_iter().zip(needed) {
        if !page.is_empty() && y + needed >= PAPER.1 - EDGE {
            pages.push(std::mem::take(&mut page));
            y = EDGE;
        }
        y += piece.above + piece.height;
        page.push(piece);
    }
    pages.push(page);
    pages.retain(|page| !page.is_empty());
    pages
}

/// Adds as many pages as the parts need; how many. They begin at the left, or in a language that runs that way at the right. `foot` says what stands at the foot of a page, of which the number is given and how
/// many there are.
pub fn write(
    parts: Vec<Part>,
    align: Align,
    foot: Option<&dyn Fn(usize, usize) -> String>,
    document: &mut krilla::Document,
    setter: &mut Typesetter<'_>,
    embedded: &mut Embedded,
) -> Option<usize> {
    let room = PAPER.0 - 2.0 * EDGE;
    let pages = pages(parts.into_iter().flat_map(|part| pieces(part, align, setter)).collect());
    let count = pages.len();
    for (at, pieces) in pages.into_iter().enumerate() {
        let mut page = document.start_page_with(PageSettings::from_wh(PAPER.0, PAPER.1)?);
        let mut surface = page.surface();
        let mut ink = Ink { surface: &mut surface, setter: &mut *setter, embedded: &mut *embedded };
        let mut y = EDGE;
        for piece in pieces {
            y += piece.above;
            if piece.rule {
                ink.rule(EDGE, y - piece.above / 2.0, room);
            }
            let signed = |ink: &mut Ink<'_, '_, '_>, width: f32, draw: &dyn Fn(&mut Ink<'_, '_, '_>, f32, f32)| {
                shade(ink, false);
                let x = if align == Align::Right { PAPER.0 - EDGE - width } else { EDGE };
                let area = Area { x, y, width, height: piece.height };
                ink.turned(area, 0, draw);
            };
            match &piece.look {
                Look::Line(line, block) => {
                    shade(&mut ink, block.grey);
                    ink.laid(line, &block.text, block.size, EDGE, y);
                }
                Look::Drawn(path, pen, width) => {
                    signed(&mut ink, *width, &|ink, width, height| ink.strokes(path, *pen, width, height));
                }
                Look::Typed(name) => {
                    signed(&mut ink, room, &|ink, width, height| ink.typed(name, width, height));
                }
            }
            y += piece.height;
        }
        if let Some(foot) = foot {
            let text = foot(at + 1, count);
            let end = if align == Align::Right { Align::Left } else { Align::Right };
            let laid = ink.setter.lay(&text, FOOT.0, Some(room), end);
            shade(&mut ink, true);
            ink.laid(&laid, &text, FOOT.0, EDGE, PAPER.1 - FOOT.1);
        }
        surface.finish();
        page.finish();
    }
    Some(count)
}

fn shade(ink: &mut Ink<'_, '_, '_>, grey: bool) {
    let shade = if grey { luma::Color::new(GREY) } else { luma::Color::black() };
    ink.surface.set_fill(Some(Fill { paint: shade.into(), ..Fill::default() }));
}
