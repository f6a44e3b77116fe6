//! Drawing on an overlay's page: text in a box, marks, strokes. `y` grows downwards from the page's top.

use std::collections::HashMap;
use std::fmt;

use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect, Transform};
use krilla::paint::{Fill, LineCap, LineJoin, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use kurbo::{BezPath, PathEl, Shape as _};
use parlor_fonts::{Align, Laid, Run, Typesetter};
use parlor_form::Strokes;
use unicode_normalization::UnicodeNormalization as _;

/// A rectangle: where its upper left corner is, and its size.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// From the page's left.
    pub x: f32,
    /// From the page's top.
    pub y: f32,
    /// From the left side to the right one.
    pub width: f32,
    /// From the upper side down to the lower one.
    pub height: f32,
}

/// What is around a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Behind it: red, green, blue.
    pub fill: Option<[u8; 3]>,
    /// Around it.
    pub line: Option<[u8; 3]>,
    /// Of the line.
    pub width: f32,
    /// Below it only.
    pub underline: bool,
}

/// Fonts as the PDF's writer knows them, one for each that was drawn with.
#[derive(Debug, Default)]
pub struct Embedded(HashMap<(usize, u32), Font>);

impl Embedded {
    fn font(&mut self, run: &Run) -> Option<Font> {
        let bytes: &[u8] = (*run.font).as_ref();
        let key = (bytes.as_ptr() as usize, run.index);
        if let Some(known) = self.0.get(&key) {
            return Some(known.clone());
        }
        let font = Font::new(run.font.clone().into(), run.index)?;
        self.0.insert(key, font.clone());
        Some(font)
    }
}

/// What draws on one page.
pub struct Ink<'p, 's, 'f> {
    /// The page.
    pub surface: &'p mut Surface<'s>,
    /// What lays out text.
    pub setter: &'p mut Typesetter<'f>,
    /// The document's fonts.
    pub embedded: &'p mut Embedded,
}

impl fmt::Debug for Ink<'_, '_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ink").finish_non_exhaustive()
    }
}

/// Bytes of a drawn signature. A minute of scribbling is a tenth of that.
const PATH: usize = 200_000;

/// The lines of a drawn signature; nothing where it is none.
#[must_use]
pub fn path(Strokes { path, pen }: &Strokes) -> Option<BezPath> {
    let is_one = path.len() <= PATH && (0.01..1_000.0).contains(pen);
    let path = is_one.then(|| BezPath::from_svg(path).ok()).flatten()?;
    path.elements().iter().all(PathEl::is_finite).then_some(path)
}

/// Between a field's border and its text.
const MARGIN: f32 = 2.0;
/// Smaller letters are not readable; a text that needs them runs over.
const SMALLEST: f32 = 4.0;
/// Larger letters fit no field, and each size that is tried takes time.
const GREATEST: f32 = 144.0;
/// What a form means by *as large as fits*.
const LARGEST: f32 = 12.0;
/// A line is a quarter higher than its letters.
const LINE: f32 = 1.25;

impl Ink<'_, '_, '_> {
    /// Runs `draw` in an area's own coordinates, its text turned counterclockwise by quarters.
    pub fn turned(&mut self, area: Area, turn: u16, draw: impl FnOnce(&mut Self, f32, f32)) {
        let Area { x, y, width, height } = area;
        let (transform, width, height) = match turn {
            90 => (Transform::from_row(0.0, -1.0, 1.0, 0.0, x, y + height), height, width),
            180 => (Transform::from_row(-1.0, 0.0, 0.0, -1.0, x + width, y + height), width, height),
            270 => (Transform::from_row(0.0, 1.0, -1.0, 0.0, x + width, y), height, width),
            _ => (Transform::from_translate(x, y), width, height),
        };
        self.surface.push_transform(&transform);
        draw(self, width, height);
        self.surface.pop();
    }

    /// Draws what was laid out, its upper left corner at a point.
    pub fn laid(&mut self, laid: &Laid, text: &str, size: f32, x: f32, y: f32) {
        for line in &laid.lines {
            for run in &line.runs {
                let Some(font) = self.embedded.font(run) else { continue };
                let glyphs = run.glyphs.iter().map(|glyph| {
                    let [advance, x, y] = [glyph.advance, glyph.x, glyph.y].map(|length| length / size);
                    KrillaGlyph::new(GlyphId::new(glyph.id), advance, x, -y, 0.0, glyph.text.clone(), None)
                });
                let start = Point::from_xy(x + run.x, y + line.baseline);
                self.surface.draw_glyphs(start, &glyphs.collect::<Vec<_>>(), font, text, size, false);
            }
        }
    }

    /// Writes one line into an area of this size, smaller if it would not fit.
    pub fn line(&mut self, text: &str, width: f32, height: f32, size: Option<f32>, align: Align) {
        let text = text.replace(['\n', '\r', '\t'], " ");
        let room = (width - 2.0 * MARGIN).max(1.0);
        let size = size.unwrap_or_else(|| (height / LINE).min(LARGEST)).max(SMALLEST);
        let needed = self.setter.lay(&text, size, None, align).width;
        let size = if needed > room { (size * room / needed).max(SMALLEST) } else { size };
        // A hair more than it needs, so that rounding breaks no line.
        let needed = self.setter.lay(&text, size, None, align).width + 0.1;
        let laid = self.setter.lay(&text, size, Some(room.max(needed)), align);
        self.laid(&laid, &text, size, MARGIN, (height - laid.height) / 2.0);
    }

    /// Writes lines from the top of an area of this size, smaller if they would not fit.
    pub fn lines(&mut self, text: &str, width: f32, height: f32, size: Option<f32>, align: Align) {
        let (room, high) = ((width - 2.0 * MARGIN).max(1.0), height - 2.0 * MARGIN);
        let mut size = size.unwrap_or(LARGEST).clamp(SMALLEST, GREATEST);
        let mut laid = self.setter.lay(text, size, Some(room), align);
        while laid.height > high && size > SMALLEST {
            size = (size * 0.93).max(SMALLEST);
            laid = self.setter.lay(text, size, Some(room), align);
        }
        self.laid(&laid, text, size, MARGIN, MARGIN);
    }

    /// Writes each character into a cell of its own. What runs from right to left is joined and has no cells.
    pub fn cells(&mut self, text: &str, width: f32, height: f32, size: Option<f32>, cells: usize) {
        let characters: Vec<char> = text.nfc().collect();
        let right_to_left = characters.iter().any(|character| is_right_to_left(*character));
        if right_to_left || cells == 0 || characters.len() > cells {
            return self.line(text, width, height, size, Align::Start);
        }
        let cell = width / cells as f32;
        let size = size.unwrap_or_else(|| (height / LINE).min(LARGEST)).min(cell * 1.4).max(SMALLEST);
        for (place, character) in characters.into_iter().enumerate() {
            let text = String::from(character);
            let laid = self.setter.lay(&text, size, None, Align::Left);
            let x = cell * (place as f32 + 0.5) - laid.width / 2.0;
            self.laid(&laid, &text, size, x, (height - laid.height) / 2.0);
        }
    }

    /// A frame, inside of an area of this size.
    pub fn frame(&mut self, frame: Frame, width: f32, height: f32) {
        let paint = |[red, green, blue]: [u8; 3]| rgb::Color::new(red, green, blue).into();
        let half = frame.width / 2.0;
        let mut path = PathBuilder::new();
        if frame.underline {
            path.move_to(0.0, height - half);
            path.line_to(width, height - half);
        } else if let Some(inner) =
            Rect::from_xywh(half, half, (width - frame.width).max(0.1), (height - frame.width).max(0.1))
        {
            path.push_rect(inner);
        }
        if let (Some(fill), Some(whole)) = (frame.fill, Rect::from_xywh(0.0, 0.0, width, height)) {
            let mut path = PathBuilder::new();
            path.push_rect(whole);
            if let Some(path) = path.finish() {
                self.surface.set_stroke(None);
                self.surface.set_fill(Some(Fill { paint: paint(fill), ..Fill::default() }));
                self.surface.draw_path(&path);
            }
        }
        if let (Some(line), Some(path)) = (frame.line, path.finish()) {
            self.surface.set_fill(None);
            self.surface.set_stroke(Some(Stroke { paint: paint(line), width: frame.width, ..Stroke::default() }));
            self.surface.draw_path(&path);
        }
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill::default()));
    }

    /// A check mark in the middle of an area of this size.
    pub fn check(&mut self, width: f32, height: f32) {
        let side = width.min(height) * 0.9;
        let (left, top) = ((width - side) / 2.0, (height - side) / 2.0);
        let mut path = PathBuilder::new();
        path.move_to(left + side * 0.18, top + side * 0.54);
        path.line_to(left + side * 0.42, top + side * 0.78);
        path.line_to(left + side * 0.84, top + side * 0.22);
        self.stroke(path, side * 0.12);
    }

    /// A dot in the middle of an area of this size.
    pub fn dot(&mut self, width: f32, height: f32) {
        let (x, y, radius) = (width / 2.0, height / 2.0, width.min(height) * 0.25);
        // How far the handles of a quarter of a circle are.
        let handle = radius * 0.5523;
        let mut path = PathBuilder::new();
        path.move_to(x + radius, y);
        path.cubic_to(x + radius, y + handle, x + handle, y + radius, x, y + radius);
        path.cubic_to(x - handle, y + radius, x - radius, y + handle, x - radius, y);
        path.cubic_to(x - radius, y - handle, x - handle, y - radius, x, y - radius);
        path.cubic_to(x + handle, y - radius, x + radius, y - handle, x + radius, y);
        path.close();
        if let Some(path) = path.finish() {
            self.surface.set_stroke(None);
            self.surface.set_fill(Some(Fill::default()));
            self.surface.draw_path(&path);
        }
    }

    /// A line across the page.
    pub fn rule(&mut self, x: f32, y: f32, width: f32) {
        let mut path = PathBuilder::new();
        path.move_to(x, y);
        path.line_to(x + width, y);
        self.stroke(path, 0.5);
    }

    /// A typed signature: as large as fits, slanted.
    pub fn typed(&mut self, text: &str, width: f32, height: f32) {
        let slant = Transform::from_row(1.0, 0.0, -0.25, 1.0, height * 0.15, 0.0);
        self.surface.push_transform(&slant);
        let size = (height / LINE).clamp(SMALLEST, 28.0);
        self.line(text, width - height * 0.15, height, Some(size), Align::Start);
        self.surface.pop();
    }

    /// A drawn signature, as large as fits, in the middle.
    pub fn strokes(&mut self, path: &BezPath, pen: f32, width: f32, height: f32) {
        let bounds = path.bounding_box();
        let (wide, high) = (bounds.width() as f32 + pen, bounds.height() as f32 + pen);
        let scale = ((width - 2.0 * MARGIN) / wide).min((height - 2.0 * MARGIN) / high).min(4.0);
        if !scale.is_finite() || scale <= 0.0 {
            return;
        }
        let left = (width - wide * scale) / 2.0 + pen * scale / 2.0;
        let top = (height - high * scale) / 2.0 + pen * scale / 2.0;
        let place = |point: kurbo::Point| {
            ((point.x - bounds.x0) as f32 * scale + left, (point.y - bounds.y0) as f32 * scale + top)
        };
        let mut drawn = PathBuilder::new();
        for element in path.elements() {
            match *element {
                PathEl::MoveTo(to) => {
                    let (x, y) = place(to);
                    drawn.move_to(x, y);
                }
                PathEl::LineTo(to) => {
                    let (x, y) = place(to);
                    drawn.line_to(x, y);
                }
                PathEl::QuadTo(by, to) => {
                    let ((x1, y1), (x, y)) = (place(by), place(to));
                    drawn.quad_to(x1, y1, x, y);
                }
                PathEl::CurveTo(by, then, to) => {
                    let ((x1, y1), (x2, y2), (x, y)) = (place(by), place(then), place(to));
                    drawn.cubic_to(x1, y1, x2, y2, x, y);
                }
                PathEl::ClosePath => drawn.close(),
            }
        }
        self.stroke(drawn, (pen * scale).max(0.4));
    }

    fn stroke(&mut self, path: PathBuilder, width: f32) {
        let Some(path): Option<Path> = path.finish() else { return };
        self.surface.set_fill(None);
        let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        self.surface.set_stroke(Some(stroke));
        self.surface.draw_path(&path);
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill::default()));
    }
}

/// Hebrew, Arabic, Syriac, Thaana, N'Ko and their presentation forms.
fn is_right_to_left(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}
