//! What of a form's own looks stays: appearances that are there, the frames of fields, and values that nobody touched.
//!
//! The boxes of a form are often drawn by its widgets and not by its pages: a group of buttons of which one is chosen would
//! lose the circles of all others with them.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object, ObjectId};
use parlor_fonts::Fonts;

use crate::fields::{Widget, widgets};
use crate::fill;
use crate::pdf;
use crate::preflight::Original;
use parlor_form::{Field, FieldKind, Value, Values};
use parlor_paper::Frame;

/// What is drawn beside the values that were filled in.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) looks: Vec<Look>,
    /// Frames of fields that are written into, with their pages.
    pub(crate) frames: Vec<(usize, [f32; 4], Frame)>,
    /// Fields to be written because they have a value and no appearance.
    pub(crate) own: Vec<Field>,
    pub(crate) own_values: Values,
}

/// An appearance of the original's that is drawn once more.
pub(crate) struct Look {
    pub(crate) sheet: usize,
    pub(crate) form: ObjectId,
    pub(crate) matrix: [f32; 6],
}

impl Look {
    /// Its resources, and the form's own for what it has not: many looks use fonts that only the form names.
    pub(crate) fn resources(&self, document: &Document) -> Dictionary {
        let own = document.get_object(self.form).ok().and_then(pdf::as_dictionary);
        let mut resources =
            own.and_then(|own| pdf::dictionary(document, own, "Resources")).cloned().unwrap_or_default();
        let form = document.catalog().ok().and_then(|catalog| pdf::dictionary(document, catalog, "AcroForm"));
        let Some(common) = form.and_then(|form| pdf::dictionary(document, form, "DR")) else { return resources };
        for (kind, entry) in common {
            let Some(common) = pdf::resolve(document, entry).and_then(pdf::as_dictionary) else { continue };
            let mut all = common.clone();
            if let Some(own) = resources.get(kind).ok().and_then(|own| pdf::as_dictionary(pdf::resolve(document, own)?))
            {
                // Not `extend`, which keeps both where a name is in both.
                for (name, entry) in own {
                    all.set(name.clone(), entry.clone());
                }
            }
            resources.set(kind.clone(), all);
        }
        resources
    }
}

impl Original {
    /// The values, with what fields begin with that the form itself has not there: whoever signs has seen it in the field.
    pub(crate) fn with_prefills(&self, fields: &[Field], values: &Values, fonts: &Fonts) -> Values {
        let own = self.form().map(|form| form.fields).unwrap_or_default();
        let mut all = values.clone();
        for field in fields.iter().filter(|field| !field.kind.is_signed() && !values.contains_key(&field.name)) {
            let Some(text) = field.prefill.as_deref().filter(|text| !text.trim().is_empty()) else { continue };
            let is_own = |own: &Field| {
                is_at(field, &own.name, own.page, own.rect) && own.kind == field.kind && own.prefill == field.prefill
            };
            if !own.iter().any(is_own) {
                let value = match field.kind {
                    FieldKind::Checkbox => Value::Ticked(true),
                    FieldKind::Radio => Value::Text(text.to_owned()),
                    _ => Value::Text(fonts.showable(text).into_owned()),
                };
                all.entry(field.name.clone()).or_insert(value);
            }
        }
        all
    }

    /// What stays of its own beside the values. `placed` are the fields that it was completed with: what it has itself in others,
    /// nobody was shown, and it stays out of what they sign. Without them, all that it has is shown.
    pub(crate) fn kept(&self, placed: Option<&[Field]>, values: &Values, fonts: &Fonts) -> Kept {
        let (document, fields) = (&self.document, placed.unwrap_or_default());
        let mut filled: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, field) in fields.iter().enumerate().filter(|(_, field)| values.contains_key(&field.name)) {
            filled.entry(&field.name).or_default().push(place);
        }
        let form = document.catalog().ok().and_then(|catalog| pdf::dictionary(document, catalog, "AcroForm"));
        let stale = form.and_then(|form| pdf::get(document, form, "NeedAppearances")?.as_bool().ok()) == Some(true);
        let mut kept = Kept::default();
        for widget in widgets(self).iter().filter(|widget| widget.visible) {
            if let Some(places) = filled.get(widget.name.as_str()) {
                self.filled(widget, fields, places, values, &mut kept);
                continue;
            }
            if placed.is_some() && widget.is_input() && !self.is_shown(widget, fields) {
                continue;
            }
            let written = self.own_value(widget, fonts);
            let anew = written.as_ref().is_some_and(|_| stale || widget.is_button());
            let look = look(document, widget, None).filter(|_| !anew && widget.is_printed(document));
            match (look, written, self.sheets.get(widget.sheet)) {
                (Some(look), _, _) => kept.looks.push(look),
                (None, Some((field, value)), Some(sheet)) => {
                    kept.behind(document, widget, sheet.shown(widget.rect), widget.is_button());
                    // By a name that no field has, so that it meets no other value.
                    let name = format!("\u{0}{}", kept.own.len());
                    kept.own.push(Field { name: name.clone(), ..field });
                    kept.own_values.insert(name, value);
                }
                _ => {}
            }
        }
        kept
    }

    /// Whether a widget that people fill in is one of these fields.
    fn is_shown(&self, widget: &Widget<'_>, fields: &[Field]) -> bool {
        let Some(sheet) = self.sheets.get(widget.sheet) else { return false };
        let (page, rect) = (u32::try_from(widget.sheet + 1).unwrap_or(u32::MAX), sheet.shown(widget.rect));
        fields.iter().any(|field| is_at(field, &widget.name, page, rect))
    }

    /// A widget whose field got a value: what stands behind it.
    fn filled(&self, widget: &Widget<'_>, fields: &[Field], places: &[usize], values: &Values, kept: &mut Kept) {
        let Some(sheet) = self.sheets.get(widget.sheet) else { return };
        let rect = sheet.shown(widget.rect);
        let page = u32::try_from(widget.sheet + 1).unwrap_or(u32::MAX);
        let is_here = |place: &&usize| is_at(&fields[**place], &widget.name, page, rect);
        // One that was moved leaves nothing behind.
        let Some(place) = places.iter().find(is_here) else { return };
        let field = &fields[*place];
        let is_button = values.get(&field.name).is_some_and(|value| fill::is_chosen(field, value).is_some());
        kept.behind(&self.document, widget, rect, is_button);
    }
}

/// Whether a field is the one of this name at this place.
fn is_at(field: &Field, name: &str, page: u32, rect: [f32; 4]) -> bool {
    let near = field.rect.iter().zip(rect).all(|(one, other)| (one - other).abs() < 1.0);
    near && field.page == page && field.name == name
}

impl Kept {
    /// What stands behind a value: of a button its look when it is off, of all else its frame. Its look when it is on is left,
    /// because it often names a font that is nowhere, and readers make up a mark of their own for it.
    fn behind(&mut self, document: &Document, widget: &Widget<'_>, rect: [f32; 4], is_button: bool) {
        match is_button.then(|| look(document, widget, Some(b"Off"))).flatten() {
            Some(look) => self.looks.push(look),
            None => self.frames.extend(frame(document, widget).map(|frame| (widget.sheet, rect, frame))),
        }
    }
}

/// The frame that a widget asks for (ISO 32000-2, table 192).
fn frame(document: &Document, widget: &Widget<'_>) -> Option<Frame> {
    let looks = pdf::dictionary(document, widget.annotation, "MK")?;
    let (fill, line) = (colour(document, looks, "BG"), colour(document, looks, "BC"));
    let style = pdf::dictionary(document, widget.annotation, "BS");
    let width = style.and_then(|style| pdf::get(document, style, "W")).and_then(pdf::number).unwrap_or(1.0);
    let underline = style.and_then(|style| pdf::name(document, style, "S")) == Some(b"U");
    let line = line.filter(|_| width > 0.0);
    (fill.is_some() || line.is_some()).then_some(Frame { fill, line, width: width.min(12.0), underline })
}

/// A colour as red, green and blue; none if it is transparent.
fn colour(document: &Document, looks: &Dictionary, key: &str) -> Option<[u8; 3]> {
    let parts: Vec<f32> = pdf::array(document, looks, key)?.into_iter().filter_map(pdf::number).collect();
    let parts: Vec<f32> = parts.into_iter().map(|part| part.clamp(0.0, 1.0)).collect();
    let rgb = match *parts.as_slice() {
        [grey] => [grey; 3],
        [red, green, blue] => [red, green, blue],
        [cyan, magenta, yellow, black] => [cyan, magenta, yellow].map(|ink| (1.0 - ink) * (1.0 - black)),
        _ => return None,
    };
    #[allow(clippy::cast_sign_loss, reason = "between 0 and 255")]
    Some(rgb.map(|part| (part * 255.0).round() as u8))
}

/// The appearance that a widget has for a state, or for the one it is in.
fn look(document: &Document, widget: &Widget<'_>, wanted: Option<&[u8]>) -> Option<Look> {
    let looks = pdf::dictionary(document, widget.annotation, "AP")?;
    let mut entry = looks.get(b"N").ok()?;
    if let Some(Object::Dictionary(states)) = pdf::resolve(document, entry) {
        let state = wanted.or_else(|| pdf::name(document, widget.annotation, "AS"));
        let state = state.or_else(|| pdf::inherited(document, widget.annotation, "V")?.as_name().ok())?;
        entry = states.get(state).ok()?;
    }
    placed(document, widget.sheet, entry.as_reference().ok()?, widget.rect)
}

/// An appearance in the rectangle of its annotation, as ISO 32000-2, 12.5.5, says.
pub(crate) fn placed(document: &Document, sheet: usize, form: ObjectId, rect: [f32; 4]) -> Option<Look> {
    let Object::Stream(stream) = document.get_object(form).ok()? else { return None };
    // It becomes a form, and what is something else for others has to stay that.
    if pdf::name(document, &stream.dict, "Subtype").is_some_and(|kind| kind != b"Form") {
        return None;
    }
    let bounds = pdf::rectangle(document, &stream.dict, "BBox")?;
    let [a, b, c, d, e, f] = pdf::numbers(document, &stream.dict, "Matrix").unwrap_or([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    let corners = [(0, 1), (0, 3), (2, 1), (2, 3)].map(|(x, y)| {
        let (x, y) = (bounds[x], bounds[y]);
        (a * x + c * y + e, b * x + d * y + f)
    });
    let least = |side: fn(&(f32, f32)) -> f32| corners.iter().map(side).fold(f32::INFINITY, f32::min);
    let most = |side: fn(&(f32, f32)) -> f32| corners.iter().map(side).fold(f32::NEG_INFINITY, f32::max);
    let (left, right) = (least(|corner| corner.0), most(|corner| corner.0));
    let (bottom, top) = (least(|corner| corner.1), most(|corner| corner.1));
    let [x0, y0, x1, y1] = rect;
    let (wide, high) = ((x1 - x0) / (right - left), (y1 - y0) / (top - bottom));
    let matrix = [wide, 0.0, 0.0, high, x0 - left * wide, y0 - bottom * high];
    matrix.iter().all(|number| number.is_finite()).then_some(Look { sheet, form, matrix })
}
