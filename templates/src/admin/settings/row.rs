//! One setting: a sentence with its controls in it, and what there is to say about it.

use maud::{Markup, html};
use parlor_domain::settings::{Clash, DAYS, Fault, Field, Kind, Typed, Unit, time_zones};
use parlor_domain::upload::LOGO_MAX;
use serde_json::{Map, Value};

use super::{SettingsPage, said};
use crate::components::{Icon, Tone, chip};
use crate::lang::Lang;
use crate::words::{sending, settings_page as words, shared};

/// What a row says besides its value.
pub(super) struct Row<'a> {
    pub(super) page: &'a SettingsPage,
    pub(super) field: &'static Field,
}

impl Row<'_> {
    fn lang(&self) -> Lang {
        self.page.frame.lang
    }

    /// What stands in the controls: what was typed, or the value.
    fn typed(&self) -> Typed {
        let typed = self.page.typed.iter().find(|(field, _)| *field == self.field).map(|(_, typed)| typed.clone());
        typed.unwrap_or_else(|| Typed::of(self.field, self.page.draft.value(self.field)))
    }

    fn fault(&self) -> Option<Fault> {
        self.page.faults.iter().find(|(field, _)| *field == self.field).map(|(_, why)| *why)
    }

    fn clash(&self) -> Option<(&Clash, &str)> {
        let (name, clashes) = self.page.clashes.as_ref()?;
        Some((clashes.iter().find(|clash| clash.field == self.field)?, name))
    }

    pub(super) fn render(&self) -> Markup {
        let (lang, field, draft) = (self.lang(), self.field, &self.page.draft);
        let (key, fault, own) = (field.key, self.fault(), draft.is_own(field));
        let needs = field.needs.map(|needs| (needs.key, needs.is.join(" ")));
        html! {
            div.setting id={ "row-" (key) } data-setting=(key) data-label=(said::label(lang, field)) data-needs=[needs.as_ref().map(|(key, _)| key)] data-is=[needs.as_ref().map(|(_, is)| is)]
                data-or=[field.needs.and_then(|needs| needs.or)]
                data-inherits=[draft.inherited(field).map(|value| self.inherits(value))] hidden[!draft.offers(field)] {
                div.setting-says { (self.controls(fault.is_some())) }
                @if draft.is_team() {
                    div.setting-state {
                        input type="hidden" name={ "own." (key) } value="on" disabled[!own];
                        span.setting-own hidden[!own] {
                            (chip(Some(Tone::Info), None, words::overridden(lang)))
                            button.button.button-small.button-quiet type="submit" name="reset" value=(key) formnovalidate data-do="reset"
                                aria-label={ (words::reset(lang)) ": " (said::label(lang, field)) } { (Icon::Undo) (words::reset(lang)) }
                            span.small.muted { (words::system_has(lang, &said::value(lang, field, draft.inherited(field)))) }
                        }
                        span.setting-inherited.small.muted hidden[own] { (words::inherited(lang)) }
                    }
                }
                @if let Some(fault) = fault { p.field-error id={ "error-" (key) } { (Icon::Alert) span { (said::fault(lang, fault)) } } }
                @if let Some((clash, name)) = self.clash() { (self.other(clash, name)) }
            }
        }
    }

    /// What the controls send where a team inherits the system's value, for the script that resets.
    fn inherits(&self, value: &Value) -> String {
        let sent = Typed::of(self.field, value).sent(self.field);
        Value::Object(sent.into_iter().map(|(name, text)| (name, text.into())).collect::<Map<_, _>>()).to_string()
    }

    fn other(&self, clash: &Clash, name: &str) -> Markup {
        let lang = self.lang();
        let theirs = said::value(lang, self.field, clash.theirs.as_ref());
        html! {
            p.setting-clash {
                (Icon::Users)
                @if clash.both {
                    span { (words::clash_both(lang, name, &theirs)) }
                    button.button.button-small type="submit" name="take" value=(self.field.key) formnovalidate { (words::take(lang)) }
                } @else { span { (words::clash_taken(lang, name)) } }
            }
        }
    }

    /// The sentence, and in it or below it what one changes.
    fn controls(&self, wrong: bool) -> Markup {
        let (lang, field, typed) = (self.lang(), self.field, self.typed());
        let sentence = said::sentence(lang, field);
        match (&typed, sentence.split_once("{control}")) {
            (Typed::Switch(on), _) => html! {
                label.switch { span { (sentence) } input type="checkbox" role="switch" name=(field.key) id=(field.key) checked[*on]; }
            },
            (_, Some((before, after))) => html! {
                p.setting-sentence { (before) (self.inline(&typed, wrong)) (after) }
            },
            (Typed::Days(chosen), _) => html! {
                fieldset.setting-days id=(field.key) aria-describedby=[wrong.then(|| format!("error-{}", field.key))] {
                    legend.setting-label { (sentence) }
                    div.setting-days-row {
                        @for (day, on) in DAYS.iter().zip(chosen) {
                            label.setting-day {
                                input type="checkbox" name={ (field.key) "." (day) } checked[*on];
                                span { (said::word(lang, field, day)) }
                            }
                        }
                    }
                }
            },
            (Typed::Text(text), None) if field.kind == Kind::TimeZone => html! {
                label.setting-label for=(field.key) { (sentence) }
                select.input name=(field.key) id=(field.key) aria-invalid=[wrong.then_some("true")] aria-describedby=[wrong.then(|| format!("error-{}", field.key))] {
                    // One that was saved before zones were looked at, or that a later version took away, is shown as it is.
                    @if !time_zones().any(|zone| zone == *text) { option value=(text) selected { (text) } }
                    @for zone in time_zones() { option value=(zone) selected[zone == *text] { (zone) } }
                }
            },
            (Typed::Text(text), None) => html! {
                label.setting-label for=(field.key) { (said::label(lang, field)) }
                (self.text(text, wrong))
            },
            _ => html! {},
        }
    }

    fn inline(&self, typed: &Typed, wrong: bool) -> Markup {
        let (lang, field, key) = (self.lang(), self.field, self.field.key);
        let label = said::label(lang, field);
        let (invalid, described) = (wrong.then_some("true"), wrong.then(|| format!("error-{key}")));
        let part = |part: &str| format!("{key}.{part}");
        match (field.kind, typed) {
            (Kind::Choice(offered), Typed::Text(chosen)) => html! {
                select.input.input-inline name=(key) id=(key) aria-label=(label) aria-invalid=[invalid] aria-describedby=[described] {
                    @for word in offered { option value=(word) selected[word == chosen] { (said::word(lang, field, word)) } }
                }
            },
            (kind, Typed::Duration { set, amount, unit }) => html! {
                @if kind == Kind::OptionalDuration {
                    select.input.input-inline name=(part("set")) id=(part("set")) aria-label=(label) {
                        option value="false" selected[!set] { (said::word(lang, field, "null")) }
                        option value="true" selected[*set] { (said::word(lang, field, "set")) }
                    }
                }
                span.setting-length data-length hidden[!set] {
                    input.input.input-inline.input-number name=(part("amount")) id=(part("amount")) type="text" inputmode="numeric" value=(amount)
                        aria-label={ (words::amount(lang)) ": " (label) } aria-invalid=[invalid] aria-describedby=[described];
                    select.input.input-inline name=(part("unit")) aria-label={ (words::unit(lang)) ": " (label) } {
                        @for one in Unit::ALL { option value=(one.as_str()) selected[one == *unit] { (said::unit(lang, one)) } }
                    }
                }
            },
            (Kind::TimeOfDay, Typed::Text(text)) => html! {
                input.input.input-inline.input-time name=(key) id=(key) type="time" value=(text) aria-label=(label)
                    aria-invalid=[invalid] aria-describedby=[described];
            },
            (_, Typed::Text(text)) => html! {
                input.input.input-inline.input-number name=(key) id=(key) type="text" value=(text) maxlength=[(field.kind == Kind::Country).then_some("2")] aria-label=(label)
                    inputmode=[matches!(field.kind, Kind::Number { .. }).then_some("numeric")] aria-invalid=[invalid] aria-describedby=[described];
            },
            _ => html! {},
        }
    }

    fn text(&self, text: &str, wrong: bool) -> Markup {
        let key = self.field.key;
        let (invalid, described) = (wrong.then_some("true"), wrong.then(|| format!("error-{key}")));
        let (kind, most) = match self.field.kind {
            Kind::Text { lines: true, most } => {
                return html! {
                    textarea.input name=(key) id=(key) rows="3" maxlength=(most) dir="auto" aria-invalid=[invalid] aria-describedby=[described] { (text) }
                };
            }
            Kind::Text { most, .. } => ("text", Some(most)),
            Kind::Address { own_files: false } => ("url", Some(2_000)),
            Kind::Address { own_files: true } => ("text", Some(2_000)),
            Kind::Email => ("email", Some(254)),
            Kind::Colour => ("text", Some(7)),
            _ => ("text", None),
        };
        let placeholder = (self.field.kind == Kind::Colour).then_some("#1a6b54");
        html! {
            input.input name=(key) id=(key) type=(kind) value=(text) maxlength=[most] dir="auto" placeholder=[placeholder]
                aria-invalid=[invalid] aria-describedby=[described];
            @if self.field.kind == Kind::Colour {
                @let note = said::contrast(self.lang(), Some(text).filter(|text| !text.is_empty()));
                p.setting-note.small.muted id={ "note-" (key) } role="status" { (note.unwrap_or_default()) }
            }
            @if self.field.kind == (Kind::Address { own_files: true }) { (self.upload()) }
        }
    }

    /// A picture takes the place of an address: the script sends it and writes its path into the field, and the form saves that.
    fn upload(&self) -> Markup {
        let (lang, key) = (self.lang(), self.field.key);
        let id = |what: &str| format!("{what}-{key}");
        html! {
            noscript { p.setting-note.small.muted { (words::logo_no_script(lang)) } }
            div.setting-file.by-script data-logos="/v1/logos" data-most=(LOGO_MAX) data-checking=(sending::checking(lang)) data-uploading=(sending::uploading(lang, "{n}").plain()) data-offline=(shared::offline(lang))
                data-reading=(words::logo_reading(lang)) data-done=(words::logo_done(lang)) data-failed=(sending::failed(lang))
                data-empty=(sending::empty(lang)) data-too-big=(words::logo_too_big(lang)) data-not-picture=(words::logo_not_picture(lang)) data-damaged=(words::logo_damaged(lang)) data-not-clean=(shared::not_clean(lang)) {
                label.setting-label for=(id("file")) { (words::logo_file(lang)) }
                // It has no name: what is chosen goes with no form.
                input.input id=(id("file")) type="file" accept="image/png,image/jpeg,image/webp" aria-describedby={ (id("hint")) " " (id("state")) };
                p.setting-note.small.muted id=(id("hint")) { (words::logo_hint(lang)) }
                progress value="0" max="100" aria-label=(words::logo_file(lang)) hidden {}
                p.setting-note.small id=(id("state")) role="status" {}
            }
        }
    }
}
