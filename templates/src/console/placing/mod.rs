//! The page on which an agent gives a document fields (R21): a PDF without any, or with wrong ones.
//!
//! Complete without a script: one page's picture with a number at each place, and its fields in a list with the same numbers, where
//! places are in percent. With one, `placing.js` lays the fields over all pages, to be placed, moved and sized.

mod rows;
mod samples;

use maud::{Markup, Render as _, html};
use parlor_domain::interaction::{FIELD_LABEL_MAX, FIELD_NAME_MAX, PLACED_MAX};
use parlor_form::{Field, FieldKind, PrefillFrom};

pub use rows::FieldRow;

use super::forms::Forms;
use super::phrases::PRODUCT;
use super::script_words::script_words;
use crate::accent::Accent;
use crate::components::{Banner, Button, Icon, Tone, toasts};
use crate::customer::{Leaf, humanised};
use crate::lang::Lang;
use crate::layout::Shell;
use crate::words::{document, placing as words};

/// The kinds that agents place. The others come with a PDF's own form.
const PLACED: [FieldKind; 8] = [
    FieldKind::Text,
    FieldKind::Multiline,
    FieldKind::Date,
    FieldKind::Number,
    FieldKind::Checkbox,
    FieldKind::Choice,
    FieldKind::Signature,
    FieldKind::Initials,
];

/// How many new fields the list has room for.
const NEW_ROWS: usize = 3;

/// Where the document is that gets the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlacingFor {
    /// A draft in a session.
    Room { session: String, interaction: String },
    /// An entry of a team's library.
    Library { entry: String },
}

/// GET `/console/s/{session}/i/{interaction}/fields` and `/admin/library/{id}/fields`, `?page=N` for the page whose list is shown
/// without a script; and the answers to its form that were refused.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacingPage {
    pub lang: Lang,
    pub forms: Forms,
    pub accent: Accent,
    /// The company's name.
    pub company: Option<String>,
    pub place: PlacingFor,
    /// The document's title.
    pub title: String,
    /// Of what is shown: what is saved over it has to be the same.
    pub revision: u64,
    /// In order.
    pub leaves: Vec<Leaf>,
    /// All that there are.
    pub fields: Vec<Field>,
    /// The page whose list is shown, from 1.
    pub page: usize,
    /// The list: what the document has on the page, or what was typed and refused.
    pub rows: Vec<FieldRow>,
    /// Why what was sent is not taken.
    pub problem: Option<String>,
    /// It was saved just now.
    pub saved: bool,
}

const fn kind_word(lang: Lang, kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => words::kind_text(lang),
        FieldKind::Multiline => words::kind_multiline(lang),
        FieldKind::Number => words::kind_number(lang),
        FieldKind::Date => words::kind_date(lang),
        FieldKind::Checkbox => words::kind_checkbox(lang),
        FieldKind::Radio => words::kind_radio(lang),
        FieldKind::Choice => words::kind_choice(lang),
        FieldKind::Comb => words::kind_comb(lang),
        FieldKind::Signature => words::kind_signature(lang),
        FieldKind::Initials => words::kind_initials(lang),
    }
}

const fn kind_icon(kind: FieldKind) -> Icon {
    match kind {
        FieldKind::Text | FieldKind::Comb => Icon::Text,
        FieldKind::Multiline => Icon::Lines,
        FieldKind::Number => Icon::Hash,
        FieldKind::Date => Icon::Calendar,
        FieldKind::Checkbox | FieldKind::Radio => Icon::Tick,
        FieldKind::Choice => Icon::List,
        FieldKind::Signature => Icon::Sign,
        FieldKind::Initials => Icon::Edit,
    }
}

const fn from_word(lang: Lang, from: PrefillFrom) -> &'static str {
    match from {
        PrefillFrom::CustomerName => words::from_customer_name(lang),
        PrefillFrom::CustomerEmail => words::from_customer_email(lang),
        PrefillFrom::CustomerPhone => words::from_customer_phone(lang),
        PrefillFrom::Reference => words::from_reference(lang),
        PrefillFrom::AgentName => words::from_agent_name(lang),
        PrefillFrom::Today => words::from_today(lang),
    }
}

/// Why a field is refused, by the part of it that is wrong.
pub fn placing_fault(lang: Lang, part: &str) -> &'static str {
    match part {
        "name" => words::fault_name(lang),
        "page" | "rect" => words::fault_rect(lang),
        "options" => words::fault_options(lang),
        "prefill_from" => words::fault_from(lang),
        "fields" => words::fault_many(lang),
        _ => words::fault_other(lang),
    }
}

impl PlacingPage {
    fn own_path(&self) -> String {
        match &self.place {
            PlacingFor::Room { session, interaction } => format!("/console/s/{session}/i/{interaction}/fields"),
            PlacingFor::Library { entry } => format!("/admin/library/{entry}/fields"),
        }
    }

    /// Where the script saves, and how.
    fn operation(&self) -> (&'static str, String) {
        match &self.place {
            PlacingFor::Room { session, interaction } => {
                ("PUT", format!("/v1/sessions/{session}/interactions/{interaction}/fields"))
            }
            PlacingFor::Library { entry } => ("PATCH", format!("/v1/library/{entry}")),
        }
    }

    fn back(&self) -> (String, &'static str) {
        match &self.place {
            PlacingFor::Room { session, .. } => (format!("/console/s/{session}"), words::back_room(self.lang)),
            PlacingFor::Library { entry } => (format!("/admin/library/{entry}"), words::back_library(self.lang)),
        }
    }

    pub fn render(&self) -> Markup {
        let lang = self.lang;
        let title = format!("{} · {}", self.title, self.company.as_deref().unwrap_or(PRODUCT));
        Shell {
            lang,
            title: &title,
            accent: self.accent,
            css: &["placing.css"],
            js: &["placing.js"],
            reason: None,
            live: None,
            refresh: None,
            class: "placing",
            data: &[],
            body: html! {
                (self.bar())
                main.placing-main id="main" {
                    (self.palette())
                    div.placing-middle {
                        @if let Some(problem) = &self.problem { (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p { (problem) } }) }) }
                        @if self.saved { (Banner { role: Some("status"), ..Banner::new(Tone::Good, html! { p { (words::saved(lang)) } }) }) }
                        div.placing-leaves id="leaves" dir="ltr" { @for n in 1..=self.leaves.len() { (self.leaf(n)) } }
                        (self.list())
                    }
                    (self.properties())
                }
                p.unseen id="placing-told" role="status" {}
                (toasts())
                (script_words(lang))
            },
        }
        .render()
    }

    fn bar(&self) -> Markup {
        let lang = self.lang;
        let (back, back_word) = self.back();
        let in_room = matches!(self.place, PlacingFor::Room { .. });
        html! {
            header.placing-bar {
                (Button::quiet(back_word).icon_only(Icon::ArrowBack).href(&back))
                div.placing-title {
                    h1 { bdi { (self.title) } }
                    p.small.muted id="placing-state" { (words::lead(lang)) }
                }
                div.placing-does.by-script {
                    (Button::quiet(words::undo(lang)).icon_only(Icon::Undo).hook("undo"))
                    (Button::quiet(words::redo(lang)).icon_only(Icon::Redo).hook("redo"))
                    @if in_room {
                        (Button::plain(words::save(lang)).hook("save"))
                        (Button::primary(words::save_send(lang)).icon(Icon::Send).hook("send"))
                    } @else { (Button::primary(words::save(lang)).icon(Icon::Check).hook("save")) }
                }
            }
        }
    }

    fn palette(&self) -> Markup {
        let lang = self.lang;
        html! {
            div.placing-kinds.by-script id="kinds" role="group" aria-label=(words::kinds(lang)) {
                @for kind in PLACED {
                    button.placing-kind type="button" data-kind=(kind.as_str()) data-name=(kind_word(lang, kind)) { (kind_icon(kind)) span { (kind_word(lang, kind)) } }
                }
            }
        }
    }

    fn leaf(&self, n: usize) -> Markup {
        let (lang, leaf) = (self.lang, &self.leaves[n - 1]);
        let (width, height) = (leaf.width.round(), leaf.height.round());
        html! {
            section.placing-leaf data-leaf=(n) data-width=(leaf.width) data-height=(leaf.height) data-current[n == self.page] aria-label=(words::page_n(lang, &n.to_string())) {
                p.small.muted dir=(lang.dir()) { (words::page_n(lang, &n.to_string())) }
                div.paper {
                    @if let Some(picture) = &leaf.picture {
                        img src=(picture) width=(width) height=(height) alt=(document::picture(lang, n)) loading=[(n > 1).then_some("lazy")] decoding="async" referrerpolicy="no-referrer" draggable="false";
                    } @else {
                        svg.paper-none viewBox={ "0 0 " (width) " " (height) } aria-hidden="true" {}
                        p.paper-words.small dir=(lang.dir()) { (words::no_picture(lang)) }
                    }
                    @if n == self.page { (self.marks(leaf)) }
                }
            }
        }
    }

    /// Where the fields of the list stand, with their numbers.
    fn marks(&self, leaf: &Leaf) -> Markup {
        html! {
            svg.paper-marks viewBox={ "0 0 " (leaf.width) " " (leaf.height) } preserveAspectRatio="none" aria-hidden="true" {
                @for (place, row) in self.rows.iter().enumerate() {
                    @let field = row.was.and_then(|was| self.fields.get(was));
                    @if let Some(field) = field {
                        @let [x, y, width, height] = field.rect;
                        @let top = leaf.height - y - height;
                        rect x=(x) y=(top) width=(width) height=(height) {}
                        circle cx=(x) cy=(top) r="8" {}
                        text x=(x) y=(top + 3.5) font-size="10" text-anchor="middle" { (place + 1) }
                    }
                }
            }
        }
    }

    /// The fields of one page, to be changed by form. The script reads all from it.
    fn list(&self) -> Markup {
        let lang = self.lang;
        let (method, operation) = self.operation();
        let send = match &self.place {
            PlacingFor::Room { session, interaction } => {
                Some(format!("/v1/sessions/{session}/interactions/{interaction}/send"))
            }
            PlacingFor::Library { .. } => None,
        };
        let (back, _) = self.back();
        let fields = serde_json::to_string(&self.fields).unwrap_or_default();
        let labels: Vec<String> = self.fields.iter().map(|field| humanised(&field.name)).collect();
        let at = |page: usize| format!("{}?page={page}", self.own_path());
        html! {
            form.placing-list.stack id="placing" method="post" action=(self.own_path()) data-fields=(fields) data-labels=(serde_json::to_string(&labels).unwrap_or_default())
                data-method=(method) data-operation=(operation) data-revision=(self.revision) data-back=(back) data-send=[send] data-most=(PLACED_MAX)
                data-saved=(words::saved(lang)) data-unsaved=(words::unsaved(lang)) data-saving=(words::saving(lang)) data-placed=(words::placed(lang, "{name}", "{n}").plain())
                data-removed=(words::removed(lang, "{name}").plain()) data-lead=(words::lead(lang)) data-sized=(words::at(lang, "{x}", "{y}", "{width}", "{height}").plain())
                data-fault-name=(words::fault_name(lang)) data-fault-rect=(words::fault_rect(lang)) data-fault-options=(words::fault_options(lang))
                data-fault-from=(words::fault_from(lang)) data-fault-many=(words::fault_many(lang)) data-fault-other=(words::fault_other(lang))
                data-option=(words::option(lang, "{n}").plain()) data-required=(words::required(lang)) {
                (self.forms.hidden("fields"))
                input type="hidden" name="revision" value=(self.revision);
                input type="hidden" name="page" value=(self.page);
                h2 { (words::fields_of(lang, &self.page.to_string())) }
                @if self.leaves.len() > 1 {
                    nav.placing-turn aria-label=(words::pages(lang)) {
                        @for n in 1..=self.leaves.len() { a href=(at(n)) aria-current=[(n == self.page).then_some("page")] { (n) } }
                    }
                }
                p.small.muted { (words::percent(lang)) }
                @for (place, row) in self.rows.iter().chain(std::iter::repeat_n(&FieldRow::fresh(self.page), NEW_ROWS)).enumerate() {
                    (self.row(place, row))
                }
                div { (Button::primary(words::save(lang)).icon(Icon::Check)) }
            }
        }
    }

    fn row(&self, place: usize, row: &FieldRow) -> Markup {
        let lang = self.lang;
        let id = |name: &str| format!("{name}-{place}");
        let number = |label: &str, name: &str, value: &str| {
            html! {
                div.field {
                    label for=(id(name)) { (label) }
                    input.input id=(id(name)) name=(id(name)) type="text" inputmode="decimal" value=(value);
                }
            }
        };
        let is_new = row.was.is_none();
        html! {
            fieldset.card.placing-row {
                legend { span.placing-n { (place + 1) } " " @if is_new { (words::new_field(lang)) } @else { span dir="auto" { (row.said()) } } }
                @if let Some(was) = row.was { input type="hidden" name=(id("was")) value=(was); }
                div.placing-grid {
                    div.field {
                        label for=(id("name")) { (words::name(lang)) }
                        input.input id=(id("name")) name=(id("name")) type="text" dir="auto" maxlength=(FIELD_NAME_MAX) value=(row.name) autocomplete="off";
                    }
                    div.field {
                        label for=(id("label")) { (words::label(lang)) }
                        input.input id=(id("label")) name=(id("label")) type="text" dir="auto" maxlength=(FIELD_LABEL_MAX) value=(row.label) autocomplete="off";
                    }
                    div.field {
                        label for=(id("kind")) { (words::kind(lang)) }
                        select.input id=(id("kind")) name=(id("kind")) {
                            @for kind in FieldKind::ALL {
                                @if PLACED.contains(&kind) || row.kind == kind.as_str() { option value=(kind.as_str()) selected[row.kind == kind.as_str()] { (kind_word(lang, kind)) } }
                            }
                        }
                    }
                    (number(words::page(lang), "page", &row.page))
                    (number(words::left(lang), "left", &row.left))
                    (number(words::top(lang), "top", &row.top))
                    (number(words::width(lang), "width", &row.width))
                    (number(words::height(lang), "height", &row.height))
                    div.field {
                        label for=(id("from")) { (words::from(lang)) }
                        select.input id=(id("from")) name=(id("from")) { (from_options(lang, &row.from)) }
                    }
                    div.field {
                        label for=(id("options")) { (words::options(lang)) }
                        textarea.input id=(id("options")) name=(id("options")) rows="2" dir="auto" maxlength="20000" { (row.options) }
                    }
                }
                label.check { input id=(id("required")) type="checkbox" name=(id("required")) checked[row.required]; span { (words::required(lang)) } }
                @if !is_new { label.check { input id=(id("remove")) type="checkbox" name=(id("remove")) checked[row.remove]; span { (words::remove(lang)) } } }
            }
        }
    }

    /// What the selected field is; the script fills it in.
    fn properties(&self) -> Markup {
        let lang = self.lang;
        let number = |label: &str, part: &str| {
            html! {
                div.field {
                    label for={ "at-" (part) } { (label) }
                    input.input id={ "at-" (part) } type="text" inputmode="decimal" data-at=(part) autocomplete="off";
                }
            }
        };
        html! {
            aside.placing-side.by-script id="side" aria-label=(words::properties(lang)) {
                div.placing-none id="none" {
                    p { (words::empty(lang)) }
                    p.small.muted { (words::keys(lang)) }
                }
                div.stack.placing-props id="props" hidden {
                    h2 id="props-kind" {}
                    div.field {
                        label for="prop-label" { (words::label(lang)) }
                        input.input id="prop-label" type="text" dir="auto" maxlength=(FIELD_LABEL_MAX) autocomplete="off";
                    }
                    label.check { input id="prop-required" type="checkbox"; span { (words::required(lang)) } }
                    div.field id="options-field" {
                        label for="prop-options" { (words::options(lang)) }
                        textarea.input id="prop-options" rows="4" dir="auto" maxlength="20000" aria-describedby="options-hint" {}
                        p.field-hint id="options-hint" { (words::options_hint(lang)) }
                    }
                    div.field id="from-field" {
                        label for="prop-from" { (words::from(lang)) }
                        select.input id="prop-from" { (from_options(lang, "")) }
                    }
                    details.placing-more {
                        summary.fold { (Icon::ChevronOn) (words::more(lang)) }
                        div.field {
                            label for="prop-name" { (words::name(lang)) }
                            input.input id="prop-name" type="text" dir="auto" maxlength=(FIELD_NAME_MAX) autocomplete="off" aria-describedby="name-hint";
                            p.field-hint id="name-hint" { (words::name_hint(lang)) }
                        }
                        div.field {
                            label for="prop-kind" { (words::kind(lang)) }
                            select.input id="prop-kind" { @for kind in FieldKind::ALL { option value=(kind.as_str()) { (kind_word(lang, kind)) } } }
                        }
                        div.placing-numbers {
                            (number(words::left(lang), "left"))
                            (number(words::top(lang), "top"))
                            (number(words::width(lang), "width"))
                            (number(words::height(lang), "height"))
                        }
                    }
                    (Button::danger(words::remove(lang)).icon(Icon::Trash).hook("remove"))
                }
            }
        }
    }

    /// Every state of the page.
    pub fn samples() -> Vec<(&'static str, Self)> {
        samples::samples()
    }
}

fn from_options(lang: Lang, chosen: &str) -> Markup {
    html! {
        option value="" { (words::from_nothing(lang)) }
        @for from in PrefillFrom::ALL { option value=(from.as_str()) selected[chosen == from.as_str()] { (from_word(lang, from)) } }
    }
}
