//! What lies over a page's picture, as SVG in the page's points: the numbers of its fields, or its values as they will be.
//!
//! Sizes stand in attributes: the pages' policy allows no inline style.

#![allow(clippy::cast_precision_loss, reason = "lengths on paper, far from either end")]

use maud::{Markup, html};
use parlor_form::{Align, FieldKind};

use super::Leaf;
use super::blank::{Blank, Filled};

/// A number at each place, so that who fills in the list knows where it stands.
pub(super) fn marks<'a>(leaf: &Leaf, places: impl Iterator<Item = (usize, &'a Blank)>) -> Markup {
    html! {
        svg.paper-marks viewBox={ "0 0 " (leaf.width) " " (leaf.height) } aria-hidden="true" {
            @for (number, blank) in places {
                @let area = Area::of(leaf, blank);
                rect x=(area.x) y=(area.y) width=(area.width) height=(area.height) rx="2" {}
                circle cx=(area.x) cy=(area.y + area.height / 2.0) r="11" {}
                text x=(area.x) y=(area.y + area.height / 2.0 + 4.5) font-size="13" text-anchor="middle" { (number) }
            }
        }
    }
}

/// The values of a page where they will be. What has none is left out.
pub(super) fn values<'a>(leaf: &Leaf, blanks: impl Iterator<Item = &'a Blank>) -> Markup {
    html! {
        svg.paper-ink viewBox={ "0 0 " (leaf.width) " " (leaf.height) } aria-hidden="true" {
            @for blank in blanks {
                @let area = Area::of(leaf, blank);
                @if blank.wrong.is_some() { rect.paper-missing x=(area.x) y=(area.y) width=(area.width) height=(area.height) rx="2" {} }
                @if blank.value != Filled::Nothing { g transform=(area.turned(blank.field.turn)) { (value(blank, &area.laid(blank.field.turn))) } }
            }
        }
    }
}

/// A drawn signature by itself, with what it is called.
pub(in crate::customer) fn drawn(path: &str, pen: f32, label: &str) -> Markup {
    html! {
        svg.blank-drawn viewBox=(view_box(path, pen)) role="img" aria-label=(label) { path d=(path) stroke-width=(pen) {} }
    }
}

/// A rectangle from the page's upper left corner.
struct Area {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

impl Area {
    fn of(leaf: &Leaf, blank: &Blank) -> Self {
        let [x, y, width, height] = blank.field.rect;
        Self { x, y: leaf.height - y - height, width, height }
    }

    /// Where the upper left corner of what is written in it goes, and how it is turned.
    fn turned(&self, turn: u16) -> String {
        let Self { x, y, width, height } = self;
        match turn {
            90 => format!("translate({x} {}) rotate(-90)", y + height),
            180 => format!("translate({} {}) rotate(180)", x + width, y + height),
            270 => format!("translate({} {y}) rotate(90)", x + width),
            _ => format!("translate({x} {y})"),
        }
    }

    /// Its size to who writes in it.
    fn laid(&self, turn: u16) -> Self {
        let (width, height) =
            if matches!(turn, 90 | 270) { (self.height, self.width) } else { (self.width, self.height) };
        Self { x: 0.0, y: 0.0, width, height }
    }
}

/// Between a field's edge and its text, and what the completed document does about sizes (`parlor_documents`).
const MARGIN: f32 = 2.0;
const LARGEST: f32 = 12.0;
const LINE: f32 = 1.25;
/// How wide a letter is in its own size, about.
const LETTER: f32 = 0.55;

fn value(blank: &Blank, area: &Area) -> Markup {
    let Area { width, height, .. } = *area;
    match (&blank.value, blank.field.kind) {
        (Filled::Drawn { path, pen }, _) => html! {
            svg x="2" y="2" width=((width - 4.0).max(1.0)) height=((height - 4.0).max(1.0)) viewBox=(view_box(path, *pen)) { path d=(path) stroke-width=(pen) {} }
        },
        (Filled::Ticked(true), _) => {
            let side = width.min(height) * 0.9;
            let (left, top) = ((width - side) / 2.0, (height - side) / 2.0);
            let at = |x: f32, y: f32| format!("{} {}", left + side * x, top + side * y);
            html! { path d={ "M" (at(0.18, 0.54)) "L" (at(0.42, 0.78)) "L" (at(0.84, 0.22)) } stroke-width=(side * 0.12) {} }
        }
        (Filled::Text(text), FieldKind::Radio) => html! {
            @if blank.field.options.first() == Some(text) { circle cx=(width / 2.0) cy=(height / 2.0) r=(width.min(height) * 0.25) {} }
        },
        (Filled::Text(text), FieldKind::Multiline) => html! {
            foreignObject x=(MARGIN) y=(MARGIN) width=((width - 2.0 * MARGIN).max(1.0)) height=((height - MARGIN).max(1.0)) font-size=(blank.field.size.unwrap_or(10.0)) { p dir="auto" { (text) } }
        },
        (Filled::Text(text), FieldKind::Comb) if blank.field.max.is_some_and(|cells| cells > 0) => {
            let cell = width / blank.field.max.unwrap_or(1) as f32;
            let size = fitting(blank, height).min(cell * 1.4);
            html! {
                @for (place, character) in text.chars().enumerate() {
                    text x=(cell * (place as f32 + 0.5)) y=(height / 2.0 + size * 0.36) font-size=(size) text-anchor="middle" { (character) }
                }
            }
        }
        (Filled::Text(text), kind) => {
            let typed = kind.is_signed();
            let size = if typed { (height / LINE).clamp(4.0, 28.0) } else { fitting(blank, height) };
            let room = (width - 2.0 * MARGIN).max(1.0);
            let needed = text.chars().count() as f32 * size * LETTER;
            let size = if needed > room { (size * room / needed).max(4.0) } else { size };
            let from_right = blank.field.align == Align::Right
                || text.chars().find(|letter| letter.is_alphabetic()).is_some_and(is_right_to_left);
            let (x, anchor) = match blank.field.align {
                Align::Center => (width / 2.0, "middle"),
                _ if from_right => (width - MARGIN, "end"),
                _ => (MARGIN, "start"),
            };
            html! {
                text x=(x) y=(height / 2.0 + size * 0.36) font-size=(size) text-anchor=(anchor) font-style=[typed.then_some("italic")] { (text) }
            }
        }
        _ => html! {},
    }
}

fn fitting(blank: &Blank, height: f32) -> f32 {
    blank.field.size.unwrap_or_else(|| (height / LINE).min(LARGEST)).max(4.0)
}

fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// What of a drawing's plane is drawn on, with room for the pen.
fn view_box(path: &str, pen: f32) -> String {
    let numbers: Vec<f32> = path
        .split(|character: char| !(character.is_ascii_digit() || matches!(character, '.' | '-')))
        .filter_map(|number| number.parse().ok())
        .collect();
    let mut low = [f32::MAX; 2];
    let mut high = [f32::MIN; 2];
    for pair in numbers.chunks_exact(2) {
        for side in 0..2 {
            low[side] = low[side].min(pair[side]);
            high[side] = high[side].max(pair[side]);
        }
    }
    if low[0] > high[0] {
        return "0 0 1 1".to_owned();
    }
    let [x, y] = low.map(|low| low - pen);
    format!("{x} {y} {} {}", high[0] + pen - x, high[1] + pen - y)
}
