//! What is drawn for each value.

use std::borrow::Cow;
use std::collections::BTreeMap;

use kurbo::BezPath;
use parlor_fonts::{Fonts, Typesetter};

use crate::finish::Unfinished;
use parlor_form::{Align, DayStyle, Field, FieldKind, Page, Value, Values};
use parlor_paper::{Area, Embedded, Frame, Ink};

/// What is drawn on one page.
pub(crate) struct Mark<'v> {
    place: Place<'v>,
    drawing: Drawing<'v>,
}

enum Place<'v> {
    Of(&'v Field),
    /// A frame's, which no field has.
    At([f32; 4]),
}

enum Drawing<'v> {
    Frame(Frame),
    Text(Cow<'v, str>),
    Check,
    Dot,
    Typed(&'v str),
    Strokes(BezPath, f32),
}

/// What has to be drawn on which page, counted from 0, days as `days` says. Refuses what cannot be: nothing of a value may be lost.
pub(crate) fn marks<'v>(
    fields: &'v [Field],
    values: &'v Values,
    pages: &[Page],
    fonts: &Fonts,
    days: Option<&DayStyle>,
) -> Result<BTreeMap<usize, Vec<Mark<'v>>>, Unfinished> {
    let mut marks: BTreeMap<usize, Vec<Mark<'v>>> = BTreeMap::new();
    for field in fields {
        let Some(value) = values.get(&field.name) else { continue };
        let page = (field.page as usize).checked_sub(1).filter(|page| *page < pages.len());
        let page = page.ok_or_else(|| Unfinished::NoSuchPage { field: field.name.clone() })?;
        if !is_near(field) {
            return Err(Unfinished::NoSuchPlace { field: field.name.clone() });
        }
        if let Some(drawing) = drawing(field, value, fonts, days)? {
            marks.entry(page).or_default().push(Mark { place: Place::Of(field), drawing });
        }
    }
    Ok(marks)
}

/// Whether a field stands where a page can be.
pub(crate) fn is_near(field: &Field) -> bool {
    field.rect.iter().all(|number| number.is_finite() && number.abs() < 20_000.0)
}

/// Puts frames under everything else.
pub(crate) fn add_frames(marks: &mut BTreeMap<usize, Vec<Mark<'_>>>, frames: Vec<(usize, [f32; 4], Frame)>) {
    for (page, rect, frame) in frames {
        let mark = Mark { place: Place::At(rect), drawing: Drawing::Frame(frame) };
        marks.entry(page).or_default().insert(0, mark);
    }
}

/// Whether a value chooses a button or ticks a box; nothing for what is neither.
pub(crate) fn is_chosen(field: &Field, value: &Value) -> Option<bool> {
    match (field.kind, value) {
        (FieldKind::Checkbox, Value::Ticked(ticked)) => Some(*ticked),
        // As a form without a script posts it.
        (FieldKind::Checkbox, Value::Text(ticked)) => Some(ticked == "true" || ticked == "on"),
        (FieldKind::Radio, Value::Text(chosen)) if field.options.len() == 1 => {
            Some(field.options.first() == Some(chosen))
        }
        _ => None,
    }
}

fn drawing<'v>(
    field: &Field,
    value: &'v Value,
    fonts: &Fonts,
    days: Option<&DayStyle>,
) -> Result<Option<Drawing<'v>>, Unfinished> {
    let unfit = || Unfinished::NotOfItsKind { field: field.name.clone() };
    let text = |text: &'v str| {
        let characters = fonts.uncovered(text);
        if characters.is_empty() {
            Ok(text)
        } else {
            Err(Unfinished::Uncovered { field: field.name.clone(), characters })
        }
    };
    if let Some(chosen) = is_chosen(field, value) {
        let mark = if field.kind == FieldKind::Checkbox { Drawing::Check } else { Drawing::Dot };
        return Ok(chosen.then_some(mark));
    }
    Ok(match (field.kind, value) {
        (FieldKind::Signature | FieldKind::Initials, Value::Strokes(strokes)) => {
            let path = parlor_paper::path(strokes).ok_or_else(unfit)?;
            (!path.elements().is_empty()).then_some(Drawing::Strokes(path, strokes.pen))
        }
        (FieldKind::Signature | FieldKind::Initials, Value::Text(name)) => {
            (!name.is_empty()).then(|| text(name).map(Drawing::Typed)).transpose()?
        }
        (FieldKind::Checkbox, Value::Strokes(_)) | (_, Value::Ticked(_) | Value::Strokes(_)) => return Err(unfit()),
        (_, Value::Text(written)) if written.is_empty() => None,
        (kind, Value::Text(written)) => {
            let day = days.filter(|_| kind == FieldKind::Date).map(|days| days.write(written, field.format.as_ref()));
            // Each font has the digits of a day; not each has a month's name.
            let day = day.filter(|day| fonts.uncovered(day).is_empty());
            Some(Drawing::Text(day.map_or_else(|| text(written).map(Cow::Borrowed), Ok)?))
        }
    })
}

/// Draws a page's marks.
pub(crate) fn draw(
    marks: &[Mark<'_>],
    page: Page,
    surface: &mut krilla::surface::Surface<'_>,
    setter: &mut Typesetter<'_>,
    embedded: &mut Embedded,
) {
    let mut ink = Ink { surface, setter, embedded };
    for Mark { place, drawing } in marks {
        let ([x, y, width, height], turn) = match place {
            Place::Of(field) => (field.rect, field.turn),
            Place::At(rect) => (*rect, 0),
        };
        let area = Area { x, y: page.height - y - height, width, height };
        ink.turned(area, turn, |ink, width, height| match drawing {
            Drawing::Frame(frame) => ink.frame(*frame, width, height),
            Drawing::Check => ink.check(width, height),
            Drawing::Dot => ink.dot(width, height),
            Drawing::Typed(name) => ink.typed(name, width, height),
            Drawing::Strokes(path, pen) => ink.strokes(path, *pen, width, height),
            Drawing::Text(text) => {
                if let Place::Of(field) = place {
                    write(ink, field, text, width, height);
                }
            }
        });
    }
}

fn write(ink: &mut Ink<'_, '_, '_>, field: &Field, text: &str, width: f32, height: f32) {
    let align = match field.align {
        Align::Start => parlor_fonts::Align::Start,
        Align::Center => parlor_fonts::Align::Center,
        Align::Right => parlor_fonts::Align::Right,
    };
    match field.kind {
        FieldKind::Multiline => ink.lines(text, width, height, field.size, align),
        FieldKind::Comb => {
            let cells = field.max.map_or(0, |max| max as usize);
            ink.cells(text, width, height, field.size, cells);
        }
        _ => ink.line(text, width, height, field.size, align),
    }
}
