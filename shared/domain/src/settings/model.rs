//! The settings document: every key with its type and its default.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Every effective setting of a session, or the system's own document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How sessions behave.
    pub session: SessionSettings,
    /// How customers are reached.
    pub channels: Channels,
    /// How customers prove who they are.
    pub authentication: Authentication,
    /// What the end of a session does.
    pub end: EndSettings,
    /// What the history pane shows.
    pub history: History,
    /// How long data is kept.
    pub data: Data,
    /// Whether the service is up.
    pub service: Service,
    /// How the company looks.
    pub branding: Branding,
}

/// What a start with a known contact does (R11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reengagement {
    /// A clean session.
    #[default]
    New,
    /// The newest session opens again.
    Continue,
}

/// `session.…`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionSettings {
    /// R11: what a start with a known contact does.
    pub customer_reengagement: Reengagement,
    /// R10: whether an agent has one session at a time.
    pub single_active: bool,
    /// R17: shown to a customer who enters while the owner is away.
    pub inactive_agent_message: Option<String>,
    /// R17: shown once per session and browser.
    pub cookie_disclaimer: bool,
    /// R16: whether customers come straight into what is incomplete.
    pub auto_open: bool,
    /// R5: a link's lifetime in minutes.
    pub customer_access_minutes: u32,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            customer_reengagement: Reengagement::New,
            single_active: false,
            inactive_agent_message: None,
            cookie_disclaimer: false,
            auto_open: false,
            customer_access_minutes: 10_080,
        }
    }
}

/// `channels.…`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    /// Which channel the dialog offers first.
    pub default: crate::Channel,
    /// R13: whether text messages may be sent at all.
    pub sms: bool,
    /// R12: no invitation on start.
    pub embedded: bool,
    /// R12: whether embedded sessions show *Copy session URL*.
    pub copy_url: bool,
    /// R23: notices while the customer is offline.
    pub update_notices: bool,
    /// R13: the country, by its two capital letters, in whose national form phone numbers are understood; `null` for
    /// international ones only.
    pub default_country: Option<crate::Country>,
    /// R23: reminders of unfinished work.
    pub reminders: Reminders,
}

impl Default for Channels {
    fn default() -> Self {
        Self {
            default: crate::Channel::Email,
            sms: true,
            embedded: false,
            copy_url: true,
            update_notices: true,
            default_country: None,
            reminders: Reminders::default(),
        }
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the days speak for themselves")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// `channels.reminders.…` (R23)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reminders {
    /// Whether unfinished work is reminded of.
    pub enabled: bool,
    /// Minutes to the first.
    pub first_after_minutes: u32,
    /// Minutes between two.
    pub every_minutes: u32,
    /// At most this many.
    pub max: u32,
    /// On these days only.
    pub weekdays: Vec<Weekday>,
    /// From this time of day, `HH:MM`.
    pub from: String,
    /// To this time of day, `HH:MM`.
    pub to: String,
    /// In this IANA time zone.
    pub time_zone: String,
}

impl Default for Reminders {
    fn default() -> Self {
        use Weekday::{Fri, Mon, Thu, Tue, Wed};
        Self {
            enabled: false,
            first_after_minutes: 1440,
            every_minutes: 2880,
            max: 3,
            weekdays: vec![Mon, Tue, Wed, Thu, Fri],
            from: "09:00".into(),
            to: "18:00".into(),
            time_zone: "UTC".into(),
        }
    }
}

/// How a customer proves who they are (R7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// The link is enough.
    #[default]
    None,
    /// Digits told by another channel.
    Pin,
    /// A one-time code by the session's channel.
    Otp,
}

/// `authentication.…`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Authentication {
    /// Which method.
    pub method: Method,
    /// Whether a customer may move to another device by a one-time code (R6).
    pub multi_device: bool,
    /// Wrong tries that lock (R7).
    pub max_attempts: u32,
    /// Minutes that a lock lasts (R7).
    pub lockout_minutes: u32,
    /// Lockouts that ban until the agent resets (R7).
    pub max_lockouts: u32,
    /// The team's own words on the opening page.
    pub opening_page: OpeningPage,
    /// Consent before entry (R6).
    pub consent: Consent,
}

impl Default for Authentication {
    fn default() -> Self {
        Self {
            method: Method::None,
            multi_device: false,
            max_attempts: 5,
            lockout_minutes: 15,
            max_lockouts: 3,
            opening_page: OpeningPage::default(),
            consent: Consent::default(),
        }
    }
}

/// `authentication.opening_page.…`; `null` is the default text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpeningPage {
    /// Its heading.
    pub title: Option<String>,
    /// Its text.
    pub text: Option<String>,
    /// A hint to the PIN.
    pub hint: Option<String>,
}

/// `authentication.consent.…`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Whether the customer has to agree before entering.
    pub required: bool,
    /// To what; `null` is the default text.
    pub text: Option<String>,
}

/// Where the agent goes after the end (R18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AgentRedirect {
    /// To the welcome page.
    #[default]
    Welcome,
    /// Stays in the room, read-only.
    Stay,
}

/// `end.…`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSettings {
    /// R18: where the agent goes after the end.
    pub agent_redirect: AgentRedirect,
    /// R3: minutes without agent activity that end a session; `null` is never.
    pub inactivity_minutes: Option<u32>,
    /// R4: whether a session that ended by inactivity can be renewed.
    pub renew_after_inactivity: bool,
    /// R4: minutes after the end in which a session can be renewed; `null` is for ever.
    pub renew_window_minutes: Option<u32>,
    /// R2: what customers may do after the end.
    pub customer_access: CustomerAccess,
    /// R18: where connected customers are sent; https only.
    pub customer_redirect: Option<String>,
}

impl Default for EndSettings {
    fn default() -> Self {
        Self {
            agent_redirect: AgentRedirect::Welcome,
            inactivity_minutes: None,
            renew_after_inactivity: true,
            renew_window_minutes: None,
            customer_access: CustomerAccess::default(),
            customer_redirect: None,
        }
    }
}

/// *End session access* (R2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessLevel {
    /// Off.
    #[default]
    None,
    /// Full, unlimited.
    Full,
    /// Full for `minutes`, then perhaps limited for `then_limited_minutes`.
    FullTimed,
    /// Limited for `minutes`.
    Limited,
}

/// `end.customer_access.…`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerAccess {
    /// Which access (R2).
    pub level: AccessLevel,
    /// How long `full_timed` or `limited` lasts (R2).
    pub minutes: Option<u32>,
    /// How long limited access lasts after `full_timed` (R2).
    pub then_limited_minutes: Option<u32>,
    /// Attachments in `full`.
    pub attachments: bool,
    /// Chat in `full`.
    pub chat: bool,
}

/// `history.…` (R20)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// The search field.
    pub search: bool,
    /// The scopes.
    pub team_filter: bool,
    /// Sessions the customer did something in.
    pub updated: bool,
    /// The agent's own latest.
    pub recent: bool,
}

impl Default for History {
    fn default() -> Self {
        Self { search: true, team_filter: true, updated: true, recent: true }
    }
}

/// `data.…` (R25)
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Minutes after the end that a session is kept; `null` is for ever.
    pub retention_minutes: Option<u32>,
}

/// `service.…` (R15)
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Whether customers and agents see *Service down*.
    pub maintenance: bool,
    /// What the page says.
    pub message: Option<String>,
    /// Where to look for news; https only.
    pub status_url: Option<String>,
}

/// `branding.…`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Branding {
    /// The company's name; `null` is the team's.
    pub name: Option<String>,
    /// The accent as `#rrggbb`.
    pub accent: Option<String>,
    /// Where the logo is: an https URL, or a path of this installation such as `/static/logo.svg`.
    pub logo: Option<String>,
}

impl Settings {
    /// The document as JSON.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "plain data always serialises")]
    pub fn to_value(&self) -> Value {
        #[expect(clippy::unwrap_used, reason = "plain data with string keys always serialises")]
        serde_json::to_value(self).unwrap()
    }

    /// R3's deadline after the last action, if inactivity ends sessions.
    #[must_use]
    pub fn inactivity_deadline(&self, last_action: Timestamp) -> Option<Timestamp> {
        let minutes = self.end.inactivity_minutes?;
        Some(last_action.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX))
    }
}
