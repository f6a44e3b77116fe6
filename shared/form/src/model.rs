//! What is said of a document in JSON: its pages, its fields and what was filled in.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::DayFormat;

/// A document's pages and fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DocumentForm")]
pub struct Form {
    /// In order.
    pub pages: Vec<Page>,
    /// In the order of the pages, and on a page in the form's own. Several with one name show one value: the buttons of a
    /// radio group, or a name that is asked for once and printed twice.
    pub fields: Vec<Field>,
}

/// A page as it is shown: turned as its maker wanted, cut to what is visible.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DocumentSheet")]
pub struct Page {
    /// In points.
    pub width: f32,
    /// In points.
    pub height: f32,
}

/// A place on a page that takes a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DocumentField")]
pub struct Field {
    /// Its value's name; of a form's nested fields the names joined by dots.
    pub name: String,
    /// What it takes.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// Counted from 1.
    pub page: u32,
    /// `[x, y, width, height]` in points from the lower left corner of the page as it is shown.
    pub rect: [f32; 4],
    /// Has to be filled in before the document is complete.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// What may be chosen; of a radio button the value that it stands for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// How many characters it takes; of a comb how many cells it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
    /// Of a date: how it is written on the completed document, as `dd.mm.yyyy`; in the session's language when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<DayFormat>,
    /// What the form has there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefill: Option<String>,
    /// What of the session is filled in there when the document is sent, unless something was before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefill_from: Option<PrefillFrom>,
    /// What the form's maker calls it, for people who cannot see where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where its text begins.
    #[serde(default, skip_serializing_if = "Align::is_start")]
    pub align: Align,
    /// Of its letters, in points; as large as fits when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<f32>,
    /// How far its text is turned against the page as it is shown: 0, 90, 180 or 270 degrees, counterclockwise.
    #[serde(default, skip_serializing_if = "is_upright")]
    pub turn: u16,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_upright(turn: &u16) -> bool {
    *turn == 0
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "DocumentFieldType")]
pub enum FieldKind {
    /// A line.
    Text,
    /// Text of several lines.
    Multiline,
    /// A number.
    Number,
    /// A date.
    Date,
    /// Yes or no.
    Checkbox,
    /// A button of a group of which one is chosen.
    Radio,
    /// One of a list.
    Choice,
    /// A line with a cell for each character.
    Comb,
    /// A signature, drawn or typed.
    Signature,
    /// A short signature, drawn or typed.
    Initials,
}

impl FieldKind {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 10] = [
        Self::Text,
        Self::Multiline,
        Self::Date,
        Self::Number,
        Self::Checkbox,
        Self::Choice,
        Self::Signature,
        Self::Initials,
        Self::Radio,
        Self::Comb,
    ];

    /// As it stands in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Multiline => "multiline",
            Self::Number => "number",
            Self::Date => "date",
            Self::Checkbox => "checkbox",
            Self::Radio => "radio",
            Self::Choice => "choice",
            Self::Comb => "comb",
            Self::Signature => "signature",
            Self::Initials => "initials",
        }
    }

    /// Whether it is signed, by drawing or typing.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::Signature | Self::Initials)
    }
}

/// What of a session a field can begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DocumentPrefillFrom")]
pub enum PrefillFrom {
    /// The customer's name.
    CustomerName,
    /// The customer's e-mail address, where there is one.
    CustomerEmail,
    /// The customer's phone number, where there is one.
    CustomerPhone,
    /// The integrator's reference, where there is one.
    Reference,
    /// The name of the agent who has the session.
    AgentName,
    /// The day on which the document is sent, in the time zone of the settings.
    Today,
}

impl PrefillFrom {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Self; 6] =
        [Self::CustomerName, Self::CustomerEmail, Self::CustomerPhone, Self::Reference, Self::AgentName, Self::Today];

    /// As it stands in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CustomerName => "customer_name",
            Self::CustomerEmail => "customer_email",
            Self::CustomerPhone => "customer_phone",
            Self::Reference => "reference",
            Self::AgentName => "agent_name",
            Self::Today => "today",
        }
    }
}

/// Where a text begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "DocumentAlign")]
pub enum Align {
    /// Where its script begins.
    #[default]
    Start,
    /// In the middle.
    Center,
    /// At the right.
    Right,
}

impl Align {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    fn is_start(&self) -> bool {
        *self == Self::Start
    }
}

/// What was filled in, by the fields' names. A name that is not in there keeps what the form had; one with an empty text is
/// shown empty.
pub type Values = BTreeMap<String, Value>;

/// A value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a value is `true` or `false`, a text, or a drawing with `path` and `pen`")]
#[schemars(rename = "DocumentValue")]
pub enum Value {
    /// Of a checkbox.
    Ticked(bool),
    /// Of whatever is written, chosen, or signed by typing.
    Text(String),
    /// A drawn signature.
    Strokes(Strokes),
}

/// A signature as it was drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DocumentStrokes")]
pub struct Strokes {
    /// SVG path data, `y` downwards. Lines, not areas.
    pub path: String,
    /// How thick the pen was, in the unit of the path.
    pub pen: f32,
}

// JSON has no number that differs from itself.
impl Eq for Strokes {}
