//! A page's geometry: between the coordinates of its content and those of the page as it is shown.

use lopdf::{Dictionary, Document, Object, ObjectId};

use crate::pdf;
use parlor_form::Page;

/// A page's object with what it needs to be drawn on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sheet {
    pub(crate) id: ObjectId,
    /// What is visible, in the page's own coordinates: left, bottom, right, top.
    pub(crate) bounds: [f32; 4],
    /// Clockwise, when it is shown.
    pub(crate) turn: u16,
}

/// What readers take for a page that does not say its size.
const LETTER: [f32; 4] = [0.0, 0.0, 612.0, 792.0];

impl Sheet {
    pub(crate) fn new(document: &Document, id: ObjectId, page: &Dictionary) -> Self {
        let ancestors = pdf::ancestors(document, page);
        let find = |key| ancestors.iter().find_map(|holder| pdf::rectangle(document, holder, key));
        let is_area = |[left, bottom, right, top]: &[f32; 4]| right - left > 0.0 && top - bottom > 0.0;
        let paper = find("MediaBox").filter(is_area).unwrap_or(LETTER);
        let cut = |[left, bottom, right, top]: [f32; 4]| {
            [left.max(paper[0]), bottom.max(paper[1]), right.min(paper[2]), top.min(paper[3])]
        };
        let bounds = find("CropBox").map(cut).filter(is_area).unwrap_or(paper);
        let turn = pdf::inherited(document, page, "Rotate").and_then(|turn| turn.as_i64().ok()).unwrap_or(0);
        Self { id, bounds, turn: quarter_turns(turn) }
    }

    fn own(self) -> (f32, f32) {
        let [left, bottom, right, top] = self.bounds;
        (right - left, top - bottom)
    }

    /// Its size as it is shown.
    pub(crate) fn page(self) -> Page {
        let (width, height) = self.own();
        if self.turn.is_multiple_of(180) { Page { width, height } } else { Page { width: height, height: width } }
    }

    /// A rectangle of the page's own coordinates, as `[x, y, width, height]` on the page as it is shown.
    pub(crate) fn shown(self, [left, bottom, right, top]: [f32; 4]) -> [f32; 4] {
        let (width, height) = self.own();
        let (left, bottom) = (left - self.bounds[0], bottom - self.bounds[1]);
        let (right, top) = (right - self.bounds[0], top - self.bounds[1]);
        match self.turn {
            90 => [bottom, width - right, top - bottom, right - left],
            180 => [width - right, height - top, right - left, top - bottom],
            270 => [height - top, left, top - bottom, right - left],
            _ => [left, bottom, right - left, top - bottom],
        }
    }

    /// The matrix from the page as it is shown, its origin at the lower left, to the page's own coordinates.
    pub(crate) fn matrix(self) -> [f32; 6] {
        let [left, bottom, right, top] = self.bounds;
        match self.turn {
            90 => [0.0, 1.0, -1.0, 0.0, right, bottom],
            180 => [-1.0, 0.0, 0.0, -1.0, right, top],
            270 => [0.0, -1.0, 1.0, 0.0, left, top],
            _ => [1.0, 0.0, 0.0, 1.0, left, bottom],
        }
    }
}

/// Degrees as 0, 90, 180 or 270; what is no quarter of a turn is none.
pub(crate) fn quarter_turns(degrees: i64) -> u16 {
    match degrees.rem_euclid(360) {
        90 => 90,
        180 => 180,
        270 => 270,
        _ => 0,
    }
}

/// Numbers as PDF writes them.
pub(crate) fn reals(numbers: &[f32]) -> Object {
    Object::Array(numbers.iter().copied().map(Object::Real).collect())
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "whole numbers")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rectangle_is_where_the_page_shows_it_and_the_matrix_leads_back() {
        for turn in [0, 90, 180, 270] {
            let sheet = Sheet { id: (1, 0), bounds: [-50.0, 100.0, 350.0, 700.0], turn };
            let [x, y, width, height] = sheet.shown([0.0, 150.0, 80.0, 170.0]);
            let page = sheet.page();
            assert!(x >= 0.0 && y >= 0.0 && x + width <= page.width && y + height <= page.height);
            let [a, b, c, d, e, f] = sheet.matrix();
            let back = |x: f32, y: f32| (a * x + c * y + e, b * x + d * y + f);
            let (first, second) = (back(x, y), back(x + width, y + height));
            let corners = [first.0.min(second.0), first.1.min(second.1), first.0.max(second.0), first.1.max(second.1)];
            assert_eq!(corners, [0.0, 150.0, 80.0, 170.0], "turned by {turn}");
        }
        let turned = Sheet { id: (1, 0), bounds: [0.0, 0.0, 400.0, 600.0], turn: 90 };
        assert_eq!(turned.shown([0.0, 0.0, 10.0, 20.0]), [0.0, 390.0, 20.0, 10.0], "lower left goes to the upper left");
    }

    proptest! {
        /// A field that an agent placed on a page as it is shown is drawn at one place of the page's own coordinates, within what is
        /// visible, and shown again where it was placed: however the page is turned, and wherever its box lies.
        #[test]
        fn r21_a_placed_field_comes_to_the_pages_own_coordinates_and_back(
            (left, bottom) in (-600.0_f32..600.0, -600.0_f32..600.0),
            (width, height) in (50.0_f32..3_000.0, 50.0_f32..3_000.0),
            quarter in 0_u16..4,
            (x, y, wide, high) in (0.0_f32..0.6, 0.0_f32..0.6, 0.05_f32..0.4, 0.05_f32..0.4),
        ) {
            let sheet = Sheet { id: (1, 0), bounds: [left, bottom, left + width, bottom + height], turn: quarter * 90 };
            let page = sheet.page();
            let placed = [x * page.width, y * page.height, wide * page.width, high * page.height];
            let [a, b, c, d, e, f] = sheet.matrix();
            let own = |x: f32, y: f32| (a * x + c * y + e, b * x + d * y + f);
            let (first, second) = (own(placed[0], placed[1]), own(placed[0] + placed[2], placed[1] + placed[3]));
            let rect = [first.0.min(second.0), first.1.min(second.1), first.0.max(second.0), first.1.max(second.1)];
            let [own_left, own_bottom, own_right, own_top] = rect;
            let near = 0.01;
            prop_assert!(own_left >= left - near && own_right <= left + width + near, "{:?}", rect);
            prop_assert!(own_bottom >= bottom - near && own_top <= bottom + height + near, "{:?}", rect);
            for (back, placed) in sheet.shown(rect).into_iter().zip(placed) {
                prop_assert!((back - placed).abs() < near, "{} is not {}", back, placed);
            }
        }
    }

    #[test]
    fn turns_are_quarters() {
        assert_eq!([-90, 450, 45, 360].map(quarter_turns), [270, 90, 0, 0]);
    }
}
