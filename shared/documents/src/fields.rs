//! The fields of a document's own form, read from the widgets on its pages. Pages are walked, not the form's tree: what no page
//! shows nobody fills in, and forms are about whose tree forgot a field that a page has.

use std::collections::{HashMap, HashSet};

use lopdf::{Dictionary, Document, Object, ObjectId};

use parlor_fonts::Fonts;

use crate::fill::is_near;
use crate::pdf;
use crate::preflight::Original;
use crate::sheet::{Sheet, quarter_turns};
use parlor_form::{Align, DayFormat, Field, FieldKind, Form, Refusal, Value};

/// Bits of a field's flags (ISO 32000-2, tables 227 to 232), and of an annotation's (table 167).
pub(crate) mod flag {
    pub(super) const READ_ONLY: i64 = 1;
    pub(super) const REQUIRED: i64 = 1 << 1;
    pub(super) const MULTILINE: i64 = 1 << 12;
    pub(super) const RADIO: i64 = 1 << 15;
    pub(super) const PUSH_BUTTON: i64 = 1 << 16;
    pub(super) const COMB: i64 = 1 << 24;

    pub(crate) const HIDDEN: i64 = 1 << 1;
    pub(super) const PRINT: i64 = 1 << 2;
    pub(crate) const NO_VIEW: i64 = 1 << 5;
}

/// Characters of a choice or a label that are kept.
const LINE: usize = 500;

/// A field's place on a page.
pub(crate) struct Widget<'d> {
    /// Its object; none if it stands in the page's own list.
    pub(crate) id: Option<ObjectId>,
    pub(crate) annotation: &'d Dictionary,
    pub(crate) sheet: usize,
    pub(crate) name: String,
    /// Neither hidden nor without an area.
    pub(crate) visible: bool,
    /// Its rectangle in the page's own coordinates.
    pub(crate) rect: [f32; 4],
    kind: Kind,
    flags: i64,
    /// What a button is called when it is on.
    on: Option<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Check,
    Radio,
    Push,
    Choice,
    Signature,
    Unknown,
}

/// What can be written into a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Tick,
    Signature,
    Text,
}

impl Takes {
    fn of(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Checkbox => Self::Tick,
            kind if kind.is_signed() => Self::Signature,
            _ => Self::Text,
        }
    }
}

impl Widget<'_> {
    /// Whether people fill it in.
    pub(crate) fn is_input(&self) -> bool {
        let kind = !matches!(self.kind, Kind::Push | Kind::Unknown);
        kind && self.visible && !self.name.is_empty() && self.flags & flag::READ_ONLY == 0
    }

    /// Whether it is ticked or chosen, and not written into.
    pub(crate) fn is_button(&self) -> bool {
        matches!(self.kind, Kind::Check | Kind::Radio)
    }

    /// Whether a printed page shows it: buttons that do something are for the screen, unless they say otherwise.
    pub(crate) fn is_printed(&self, document: &Document) -> bool {
        let flags = pdf::integer(document, self.annotation, "F").unwrap_or(0);
        self.kind != Kind::Push || flags & flag::PRINT != 0
    }
}

/// All widgets of all pages.
pub(crate) fn widgets(original: &Original) -> Vec<Widget<'_>> {
    let document = &original.document;
    let mut widgets = Vec::new();
    for (sheet, page) in original.sheets.iter().enumerate() {
        let Ok(page) = document.get_dictionary(page.id) else { continue };
        let annotations = pdf::annotations(document, page).into_iter();
        let own = annotations.filter(|(_, annotation)| pdf::is_widget(document, annotation));
        widgets.extend(own.filter_map(|(id, annotation)| widget(document, id, annotation, sheet)));
    }
    same_name_boxes(&mut widgets);
    widgets
}

fn widget<'d>(
    document: &'d Document,
    id: Option<ObjectId>,
    annotation: &'d Dictionary,
    sheet: usize,
) -> Option<Widget<'d>> {
    let flags = pdf::inherited(document, annotation, "Ff").and_then(|flags| flags.as_i64().ok()).unwrap_or(0);
    let kind = match pdf::inherited(document, annotation, "FT").and_then(|kind| kind.as_name().ok()) {
        Some(b"Tx") => Kind::Text,
        Some(b"Btn") if flags & flag::PUSH_BUTTON != 0 => Kind::Push,
        Some(b"Btn") if flags & flag::RADIO != 0 => Kind::Radio,
        Some(b"Btn") => Kind::Check,
        Some(b"Ch") => Kind::Choice,
        Some(b"Sig") => Kind::Signature,
        _ => Kind::Unknown,
    };
    let rect = pdf::rectangle(document, annotation, "Rect")?;
    let hidden = pdf::integer(document, annotation, "F").unwrap_or(0) & (flag::HIDDEN | flag::NO_VIEW) != 0;
    let visible = !hidden && rect[2] - rect[0] >= 1.0 && rect[3] - rect[1] >= 1.0;
    let name = name(document, annotation);
    Some(Widget { id, annotation, sheet, name, visible, rect, kind, flags, on: on(document, annotation) })
}

/// The names of a field and of those that hold it, joined by dots.
fn name(document: &Document, annotation: &Dictionary) -> String {
    let named = |holder: &&Dictionary| pdf::get(document, holder, "T").and_then(pdf::text);
    let mut parts: Vec<String> = pdf::ancestors(document, annotation).iter().filter_map(named).collect();
    parts.reverse();
    parts.join(".")
}

/// What a button is called when it is on: its appearance that is not `Off`.
fn on(document: &Document, annotation: &Dictionary) -> Option<Vec<u8>> {
    let looks = pdf::dictionary(document, annotation, "AP").and_then(|looks| pdf::dictionary(document, looks, "N"));
    let named = looks.and_then(|looks| looks.iter().map(|(name, _)| name).find(|name| *name != b"Off").cloned());
    let state = || pdf::name(document, annotation, "AS").filter(|state| *state != b"Off").map(<[u8]>::to_vec);
    named.or_else(state)
}

/// Boxes that share a name and have each a state of its own exclude each other: a radio group by another means.
fn same_name_boxes(widgets: &mut [Widget<'_>]) {
    let mut states: HashMap<&str, HashSet<&[u8]>> = HashMap::new();
    for widget in widgets.iter().filter(|widget| widget.kind == Kind::Check) {
        states.entry(&widget.name).or_default().extend(widget.on.as_deref());
    }
    let groups = states.into_iter().filter(|(_, states)| states.len() > 1).map(|(name, _)| name.to_owned());
    let groups: HashSet<String> = groups.collect();
    for widget in widgets.iter_mut().filter(|widget| widget.kind == Kind::Check && groups.contains(&widget.name)) {
        widget.kind = Kind::Radio;
    }
}

impl Original {
    /// Its pages, and the fields of its own form that people can fill in. Refuses a form that is larger than any form is.
    pub fn form(&self) -> Result<Form, Refusal> {
        let widgets = widgets(self);
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut takes = HashMap::new();
        let mut fields = Vec::new();
        let mut text = 0;
        for widget in &widgets {
            let place = places.entry(&widget.name).or_default();
            *place += 1;
            let Some(field) = self.field(widget, *place) else { continue };
            // Places of one name show one value: those that it could not be written into are none.
            let own = Takes::of(field.kind);
            if !self.is_on_its_page(&field) || *takes.entry(&widget.name).or_insert(own) != own {
                continue;
            }
            text += field.name.len() + field.options.iter().map(String::len).sum::<usize>();
            text += field.prefill.as_deref().map_or(0, str::len);
            if fields.len() == self.limits.fields || text > self.limits.field_text {
                return Err(Refusal::FormTooBig);
            }
            fields.push(field);
        }
        Ok(Form { pages: self.sheets.iter().map(|sheet| sheet.page()).collect(), fields })
    }

    /// Whether any of it is on its page: nobody sees the others, and nobody could be asked for them.
    fn is_on_its_page(&self, field: &Field) -> bool {
        let Some(sheet) = self.sheets.get((field.page as usize).wrapping_sub(1)) else { return false };
        let (page, [x, y, width, height]) = (sheet.page(), field.rect);
        let meets = x < page.width && y < page.height && x + width > 0.0 && y + height > 0.0;
        meets && is_near(field)
    }

    /// What a widget has by itself, to be written because it has no appearance: as its field, and the value.
    pub(crate) fn own_value(&self, widget: &Widget<'_>, fonts: &Fonts) -> Option<(Field, Value)> {
        let field = self.described(widget, 1)?;
        let text = field.prefill.as_deref()?;
        let value = match field.kind {
            FieldKind::Checkbox => Value::Ticked(true),
            FieldKind::Radio => Value::Text(text.to_owned()),
            _ => Value::Text(fonts.showable(text).into_owned()),
        };
        Some((field, value))
    }

    /// A widget as a field, if people can fill it in. `place` counts those of the same name from 1.
    fn field(&self, widget: &Widget<'_>, place: usize) -> Option<Field> {
        if widget.is_input() { self.described(widget, place) } else { None }
    }

    fn described(&self, widget: &Widget<'_>, place: usize) -> Option<Field> {
        let (document, annotation) = (&self.document, widget.annotation);
        let kind = kind(document, widget)?;
        let sheet = self.sheets.get(widget.sheet)?;
        let (options, prefill) = match kind {
            FieldKind::Checkbox => (Vec::new(), self.is_on(widget).then(|| "true".to_owned())),
            FieldKind::Radio => {
                let label = button(document, widget, place);
                let prefill = self.is_on(widget).then(|| label.clone());
                (vec![label], prefill)
            }
            FieldKind::Choice => (choices(document, annotation), chosen(document, annotation)),
            FieldKind::Signature | FieldKind::Initials => (Vec::new(), None),
            _ => (Vec::new(), pdf::inherited(document, annotation, "V").and_then(written)),
        };
        let max = pdf::inherited(document, annotation, "MaxLen").and_then(|max| max.as_i64().ok());
        Some(Field {
            name: widget.name.clone(),
            kind,
            page: u32::try_from(widget.sheet + 1).ok()?,
            rect: sheet.shown(widget.rect),
            required: widget.flags & flag::REQUIRED != 0,
            options,
            max: max.and_then(|max| u32::try_from(max).ok()).filter(|max| *max > 0),
            prefill,
            prefill_from: None,
            format: if kind == FieldKind::Date { day_format(document, annotation) } else { None },
            label: pdf::inherited(document, annotation, "TU").and_then(pdf::text).map(|label| short(&label)),
            align: match pdf::inherited(document, annotation, "Q").and_then(|align| align.as_i64().ok()) {
                Some(1) => Align::Center,
                Some(2) => Align::Right,
                _ => Align::Start,
            },
            size: self.size(annotation),
            turn: turn(document, widget, *sheet),
        })
    }

    /// Whether a button is on.
    fn is_on(&self, widget: &Widget<'_>) -> bool {
        let value = pdf::inherited(&self.document, widget.annotation, "V").and_then(|value| value.as_name().ok());
        let state = pdf::name(&self.document, widget.annotation, "AS");
        let is_on = |state: &[u8]| state != b"Off" && widget.on.as_deref().is_none_or(|on| on == state);
        state.or(value).is_some_and(is_on)
    }

    /// The size of a field's letters, from its default appearance: `/Helv 12 Tf 0 g`. 0 means as large as fits.
    fn size(&self, annotation: &Dictionary) -> Option<f32> {
        let document = &self.document;
        let own = pdf::inherited(document, annotation, "DA");
        let of_form = || {
            let form = pdf::dictionary(document, document.catalog().ok()?, "AcroForm")?;
            pdf::get(document, form, "DA")
        };
        let appearance = pdf::text(own.or_else(of_form)?)?;
        let words: Vec<&str> = appearance.split_ascii_whitespace().collect();
        let operator = words.iter().position(|word| *word == "Tf")?;
        let size: f32 = words.get(operator.checked_sub(1)?)?.parse().ok()?;
        (2.0..=144.0).contains(&size).then_some(size)
    }
}

/// What a widget takes, if it takes anything.
fn kind(document: &Document, widget: &Widget<'_>) -> Option<FieldKind> {
    Some(match widget.kind {
        Kind::Text if widget.flags & flag::MULTILINE != 0 => FieldKind::Multiline,
        Kind::Text if widget.flags & flag::COMB != 0 => FieldKind::Comb,
        Kind::Text => match script(document, widget.annotation) {
            script if script.contains("AFDate") => FieldKind::Date,
            script if script.contains("AFNumber") || script.contains("AFPercent") => FieldKind::Number,
            _ => FieldKind::Text,
        },
        Kind::Check => FieldKind::Checkbox,
        Kind::Radio => FieldKind::Radio,
        Kind::Choice => FieldKind::Choice,
        Kind::Signature if widget.name.to_lowercase().contains("initial") => FieldKind::Initials,
        Kind::Signature => FieldKind::Signature,
        Kind::Push | Kind::Unknown => return None,
    })
}

/// The scripts that format a field or look at what is typed. Read for what they call, never run.
fn script(document: &Document, annotation: &Dictionary) -> String {
    let Some(actions) = pdf::inherited(document, annotation, "AA").and_then(pdf::as_dictionary) else {
        return String::new();
    };
    let scripts = ["F", "K"].iter().filter_map(|event| {
        match pdf::get(document, pdf::dictionary(document, actions, event)?, "JS")? {
            Object::Stream(script) => {
                let script = script.get_plain_content_with_limit(100_000).ok()?;
                Some(String::from_utf8_lossy(&script).into_owned())
            }
            script => pdf::text(script),
        }
    });
    scripts.collect()
}

/// The format of days that a field's script names, where it has all parts of a day: `AFDate_FormatEx("dd.mm.yyyy")`.
fn day_format(document: &Document, annotation: &Dictionary) -> Option<DayFormat> {
    let script = script(document, annotation);
    let (_, called) = script.split_once("AFDate_FormatEx(")?;
    let called = called.trim_start();
    let quote = called.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (format, _) = called[1..].split_once(quote)?;
    format.to_owned().try_into().ok()
}

/// What a radio button stands for: as its group lists it, else the name of its state, else its place.
fn button(document: &Document, widget: &Widget<'_>, place: usize) -> String {
    let listed = pdf::inherited(document, widget.annotation, "Opt").and_then(|options| options.as_array().ok());
    let state = widget.on.as_deref().map(String::from_utf8_lossy);
    let listed = listed.and_then(|options| {
        let index = state.as_deref().and_then(|state| state.parse().ok()).unwrap_or(place - 1);
        pdf::text(pdf::resolve(document, options.get::<usize>(index)?)?)
    });
    let label = listed.or_else(|| state.map(std::borrow::Cow::into_owned)).unwrap_or_else(|| place.to_string());
    short(&label)
}

/// What a list offers, as people read it.
fn choices(document: &Document, annotation: &Dictionary) -> Vec<String> {
    let offered = offered(document, annotation).into_iter().map(|(_, shown)| short(&shown));
    offered.collect()
}

/// What a list offers: what a choice is called inside, and as people read it.
fn offered(document: &Document, annotation: &Dictionary) -> Vec<(String, String)> {
    let listed = pdf::inherited(document, annotation, "Opt").and_then(|options| options.as_array().ok());
    let offered = listed.into_iter().flatten().filter_map(|option| match pdf::resolve(document, option)? {
        Object::Array(pair) => {
            let [inside, shown] = pair.as_slice() else { return None };
            let [inside, shown] = [inside, shown].map(|text| pdf::resolve(document, text).and_then(pdf::text));
            Some((inside?, shown?))
        }
        option => pdf::text(option).map(|text| (text.clone(), text)),
    });
    offered.collect()
}

/// What is chosen from a list, as people read it.
fn chosen(document: &Document, annotation: &Dictionary) -> Option<String> {
    let value = match pdf::inherited(document, annotation, "V")? {
        Object::Array(several) => pdf::text(pdf::resolve(document, several.first()?)?)?,
        value => pdf::text(value)?,
    };
    let shown = offered(document, annotation).into_iter().find(|(inside, _)| *inside == value);
    Some(shown.map_or(value, |(_, shown)| shown)).filter(|value| !value.is_empty())
}

/// A text field's value.
pub(crate) fn written(value: &Object) -> Option<String> {
    let text = match value {
        Object::Stream(text) => {
            let text = text.get_plain_content_with_limit(100_000).ok()?;
            String::from_utf8_lossy(&text).into_owned()
        }
        value => pdf::text(value)?,
    };
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    (!text.is_empty()).then_some(text)
}

/// How a field's text is turned against the page as it is shown. A form whose pages are turned says so of its fields too; of
/// one that does not, boxes that are long in the page's own direction are written along, and all others upright.
fn turn(document: &Document, widget: &Widget<'_>, sheet: Sheet) -> u16 {
    let looks = pdf::dictionary(document, widget.annotation, "MK");
    let turn = looks.and_then(|looks| pdf::integer(document, looks, "R")).map(quarter_turns);
    let [left, bottom, right, top] = widget.rect;
    let along = !sheet.turn.is_multiple_of(180) && right - left > top - bottom;
    match turn {
        Some(turn) => (turn + 360 - sheet.turn) % 360,
        None if along => 360 - sheet.turn,
        None => 0,
    }
}

fn short(text: &str) -> String {
    text.chars().take(LINE).collect()
}
