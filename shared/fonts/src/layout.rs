//! Text into lines of glyphs: direction, shaping, line breaks and alignment are parley's.

use std::ops::Range;

use parley::fontique::{Blob, Collection, CollectionOptions, SourceCache};
use parley::{
    Alignment, AlignmentOptions, FontContext, FontFamily, FontFamilyName, Layout, LayoutContext, LineHeight,
    OverflowWrap, StyleProperty,
};

use crate::{Data, Fonts};

/// Where lines begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Left, and right for text that runs from right to left.
    #[default]
    Start,
    /// In the middle.
    Center,
    /// Where `Start` is not.
    End,
    /// Left, whatever the text.
    Left,
    /// Right, whatever the text.
    Right,
}

/// Text that was laid out. Lengths are in the unit of the size it was laid out for; `y` grows downwards.
#[derive(Debug)]
pub struct Laid {
    /// Of the longest line.
    pub width: f32,
    /// Of all lines.
    pub height: f32,
    /// From top to bottom.
    pub lines: Vec<Line>,
}

/// A line.
#[derive(Debug)]
pub struct Line {
    /// How far below the text's top letters stand.
    pub baseline: f32,
    /// From left to right.
    pub runs: Vec<Run>,
}

/// Glyphs of one font, side by side.
#[derive(Clone)]
pub struct Run {
    /// The font's file.
    pub font: Data,
    /// Which font of the file.
    pub index: u32,
    /// Where the first glyph stands, from the left.
    pub x: f32,
    /// From left to right.
    pub glyphs: Vec<Glyph>,
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run").field("x", &self.x).field("glyphs", &self.glyphs.len()).finish_non_exhaustive()
    }
}

/// A glyph.
#[derive(Clone, Debug)]
pub struct Glyph {
    /// Its number in the font.
    pub id: u32,
    /// How far the next one stands behind it.
    pub advance: f32,
    /// Off its place to the right.
    pub x: f32,
    /// Off its place, downwards.
    pub y: f32,
    /// Which bytes of the text it shows.
    pub text: Range<usize>,
}

/// Lays out text with [`Fonts`]. Keeps what it has read of them, so one serves a whole document.
pub struct Typesetter<'f> {
    fonts: &'f Fonts,
    context: FontContext,
    layouts: LayoutContext<()>,
    /// For each font its family's name, once it was needed.
    families: Vec<Option<String>>,
}

impl<'f> Typesetter<'f> {
    /// One that has read no font so far.
    pub fn new(fonts: &'f Fonts) -> Self {
        let collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
        let context = FontContext { collection, source_cache: SourceCache::default() };
        Self { fonts, context, layouts: LayoutContext::new(), families: vec![None; fonts.faces.len()] }
    }

    /// Lays out `text` at `size`, broken into lines that are at most `width` long if there is a width. Words that are longer
    /// are broken.
    pub fn lay(&mut self, text: &str, size: f32, width: Option<f32>, align: Align) -> Laid {
        let families = self.families_of(text);
        let mut builder = self.layouts.ranged_builder(&mut self.context, text, 1.0, false);
        builder.push_default(StyleProperty::FontSize(size));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(1.25)));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        builder.push_default(StyleProperty::FontFamily(FontFamily::List(families.into())));
        let mut layout: Layout<()> = builder.build(text);
        layout.break_all_lines(width);
        let alignment = match align {
            Align::Start => Alignment::Start,
            Align::Center => Alignment::Center,
            Align::End => Alignment::End,
            Align::Left => Alignment::Left,
            Align::Right => Alignment::Right,
        };
        layout.align(alignment, AlignmentOptions::default());
        Laid {
            width: layout.width(),
            height: layout.height(),
            lines: layout.lines().map(|line| self::line(&line)).collect(),
        }
    }

    /// The families that have the characters of `text`, in order, each of them known to the context.
    fn families_of(&mut self, text: &str) -> Vec<FontFamilyName<'static>> {
        let mut needed = vec![false; self.families.len()];
        if let Some(first) = needed.first_mut() {
            *first = true;
        }
        for face in text.chars().filter_map(|character| self.fonts.face_of(character)) {
            needed[face] = true;
        }
        let mut names = Vec::new();
        for (place, _) in needed.into_iter().enumerate().filter(|(_, needed)| *needed) {
            if self.families[place].is_none() {
                let Some(data) = self.fonts.faces[place].data() else { continue };
                let registered = self.context.collection.register_fonts(Blob::new(data.clone()), None);
                let Some((family, _)) = registered.first() else { continue };
                self.families[place] = self.context.collection.family_name(*family).map(str::to_owned);
            }
            names.extend(self.families[place].clone().map(|name| FontFamilyName::Named(name.into())));
        }
        names
    }
}

fn line(line: &parley::Line<'_, ()>) -> Line {
    let metrics = line.metrics();
    let mut x = metrics.offset;
    let mut runs = Vec::new();
    for run in line.runs() {
        let (data, index) = (run.font().data.clone(), run.font().index);
        let start = x;
        let mut glyphs: Vec<Glyph> = Vec::new();
        for cluster in run.visual_clusters() {
            let text = cluster.text_range();
            if cluster.is_ligature_continuation() {
                if let Some(ligature) = glyphs.last_mut() {
                    let known = &mut ligature.text;
                    *known = known.start.min(text.start)..known.end.max(text.end);
                }
                continue;
            }
            for glyph in cluster.glyphs() {
                glyphs.push(Glyph { id: glyph.id, advance: glyph.advance, x: glyph.x, y: glyph.y, text: text.clone() });
                x += glyph.advance;
            }
        }
        if !glyphs.is_empty() {
            runs.push(Run { font: std::sync::Arc::new(data), index, x: start, glyphs });
        }
    }
    Line { baseline: metrics.baseline, runs }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lay(text: &str, width: Option<f32>) -> Laid {
        let fonts = Fonts::shipped();
        Typesetter::new(&fonts).lay(text, 10.0, width, Align::Start)
    }

    #[test]
    fn words_go_to_the_next_line_and_long_ones_are_broken() {
        assert_eq!(lay("one line", None).lines.len(), 1);
        assert_eq!(lay("two words", Some(30.0)).lines.len(), 2);
        let broken = lay("Donaudampfschifffahrtsgesellschaft", Some(40.0));
        assert!(broken.lines.len() > 3 && broken.width <= 40.0, "{broken:?}");
        assert_eq!(lay("a\nb\n\nc", Some(100.0)).lines.len(), 4);
    }

    #[test]
    fn text_from_right_to_left_ends_at_the_right_and_is_joined() {
        let laid = lay("مرحبا", Some(100.0));
        let run = &laid.lines[0].runs[0];
        assert!(run.x > 50.0, "{run:?}");
        // From left to right, so the text's last letter comes first.
        assert!(run.glyphs.first().unwrap().text.start > run.glyphs.last().unwrap().text.start);
        let mut alone = lay("م", None).lines.remove(0).runs.remove(0).glyphs;
        let joined = run.glyphs.iter().find(|glyph| glyph.text.start == 0).unwrap();
        assert_ne!(alone.remove(0).id, joined.id, "the first letter has its initial form");
    }

    #[test]
    fn each_script_is_drawn_with_a_font_that_has_it() {
        let laid = lay("Zoë שלום مرحبا", None);
        let runs = laid.lines.iter().flat_map(|line| &line.runs);
        assert!(runs.clone().count() >= 3);
        assert!(runs.flat_map(|run| &run.glyphs).all(|glyph| glyph.id != 0), "{laid:?}");
    }
}
