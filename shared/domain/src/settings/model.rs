//! The settings document: every key with its type and its default.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// All settings, by section: the system's document, or the effective settings of a session (R19).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How sessions are started and entered.
    pub session: SessionSettings,
    /// How customers are reached: mail, text messages, links that the integrator hands over, reminders.
    pub channels: Channels,
    /// How customers prove who they are.
    pub authentication: Authentication,
    /// When and how a session ends, what the customer may do afterwards, and whether it can be renewed.
    pub end: EndSettings,
    /// Which parts of the history the console shows.
    pub history: History,
    /// How long ended sessions are kept.
    pub data: Data,
    /// Maintenance, and what people read during it.
    pub service: Service,
    /// The company's name, colour and logo on customers' pages, and whom mails come from.
    pub branding: Branding,
}

/// What a start with a known contact does (R11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reengagement {
    /// A new session is made; earlier ones are untouched.
    #[default]
    New,
    /// The contact's newest session under the same team's settings opens again, if whoever starts may see it.
    Continue,
}

/// How sessions are started and entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionSettings {
    /// R11: what a start does for a contact that has a session already.
    pub customer_reengagement: Reengagement,
    /// R10: whether an agent may own only one session that is not over. Sessions that were started before it was switched on
    /// count once they are renewed or taken over.
    pub single_active: bool,
    /// R9: whether supervisors and admins take a session over at once, although its owner has the room open. Otherwise the owner is
    /// asked, and has a minute.
    #[serde(default)]
    pub supervisor_takeover: bool,
    /// R17: what a customer reads who enters while the owner is not in the room, at most 500 characters; `null` shows
    /// nothing.
    pub inactive_agent_message: Option<String>,
    /// R17: whether customers are told about cookies, once for each session and browser.
    pub cookie_disclaimer: bool,
    /// R21: whether each side of the chat is told that the other has seen its messages.
    #[serde(default)]
    pub read_receipts: bool,
    /// R21: whether agents and programs may attach files to messages in the chat.
    #[serde(default = "on")]
    pub staff_attachments: bool,
    /// R21: whether customers may attach files to messages in the chat; after the end `end.customer_access` says, too.
    #[serde(default = "on")]
    pub customer_attachments: bool,
    /// R16: whether a customer who enters is led to the first unfinished interaction.
    pub auto_open: bool,
    /// R5: a link's lifetime in minutes from its issue, at least 1.
    pub customer_access_minutes: u32,
}

/// Of switches that are on at first, in documents from before they were there.
const fn on() -> bool {
    true
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            customer_reengagement: Reengagement::New,
            single_active: false,
            supervisor_takeover: false,
            inactive_agent_message: None,
            cookie_disclaimer: false,
            read_receipts: false,
            staff_attachments: true,
            customer_attachments: true,
            auto_open: false,
            customer_access_minutes: 10_080,
        }
    }
}

/// How customers are reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    /// The channel of a customer of whom both an address and a number are known.
    pub default: crate::Channel,
    /// R13: whether text messages are sent at all. Without them no phone number is taken.
    pub sms: bool,
    /// R12: whether the integrator hands over the link, so that a start sends no invitation.
    pub embedded: bool,
    /// R12: whether embedded sessions show *Copy session URL*.
    pub copy_url: bool,
    /// R23: whether a customer who is not in the room is told of news.
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

/// A day of the week, by its first three letters in English.
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

/// When customers are reminded of unfinished work (R23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reminders {
    /// Whether reminders are sent.
    pub enabled: bool,
    /// Minutes that unfinished work waits for its first reminder, at least 1.
    pub first_after_minutes: u32,
    /// Minutes between two reminders, at least 1.
    pub every_minutes: u32,
    /// How many reminders a customer or participant gets at most.
    pub max: u32,
    /// The days on which reminders are sent; at least one if they are enabled.
    pub weekdays: Vec<Weekday>,
    /// The time of day from which they are sent, `HH:MM`.
    pub from: String,
    /// The time of day until which they are sent, `HH:MM`, after `from`.
    pub to: String,
    /// The time zone of days and times, by its IANA name, such as `Europe/Berlin`.
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
    /// A PIN, which the agent chooses and tells the customer by another way.
    Pin,
    /// A one-time code, sent by the session's channel.
    Otp,
}

/// How customers prove who they are (R6, R7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Authentication {
    /// What a customer enters before the room: nothing, a PIN, or a one-time code (R7).
    pub method: Method,
    /// Whether a customer may move to another device by a one-time code (R6).
    pub multi_device: bool,
    /// After how many wrong tries no further one is taken for `lockout_minutes`, 1 to 100 (R7).
    pub max_attempts: u32,
    /// Minutes for which no try is taken, at least 1 (R7).
    pub lockout_minutes: u32,
    /// After how many lockouts no try is taken until the agent resets them, 1 to 100 (R7).
    pub max_lockouts: u32,
    /// The company's own words on the page that a link opens.
    pub opening_page: OpeningPage,
    /// Whether the customer has to agree to something before the room, and to what (R6).
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

/// The company's own words on the page that a link opens; `null` is the default text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpeningPage {
    /// The heading, at most 120 characters.
    pub title: Option<String>,
    /// The text below the heading, at most 2,000 characters.
    pub text: Option<String>,
    /// A hint where the customer finds the PIN, at most 200 characters; `null` gives none.
    pub hint: Option<String>,
    /// The same in single languages. Who reads another one, or one in which a key is `null`, reads what stands above.
    #[serde(default)]
    pub by_language: OpeningByLanguage,
}

/// The company's words on the opening page in each language that pages are in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OpeningByLanguage {
    /// The words for customers who read English.
    pub en: OpeningWords,
    /// The words for customers who read German.
    pub de: OpeningWords,
    /// The words for customers who read Spanish.
    pub es: OpeningWords,
    /// The words for customers who read French.
    pub fr: OpeningWords,
    /// The words for customers who read Arabic.
    pub ar: OpeningWords,
}

/// The company's words on the opening page in one language; `null` is what stands there for every language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OpeningWords {
    /// The heading, at most 120 characters.
    pub title: Option<String>,
    /// The text below the heading, at most 2,000 characters.
    pub text: Option<String>,
    /// A hint where the customer finds the PIN, at most 200 characters.
    pub hint: Option<String>,
}

impl OpeningPage {
    /// What a customer reads whose page is in this language, by its code.
    #[must_use]
    pub fn in_language(&self, code: &str) -> OpeningWords {
        let all = &self.by_language;
        let own = match code {
            "en" => &all.en,
            "de" => &all.de,
            "es" => &all.es,
            "fr" => &all.fr,
            "ar" => &all.ar,
            _ => &OpeningWords::default(),
        };
        let or = |own: &Option<String>, every: &Option<String>| own.clone().or_else(|| every.clone());
        OpeningWords {
            title: or(&own.title, &self.title),
            text: or(&own.text, &self.text),
            hint: or(&own.hint, &self.hint),
        }
    }
}

/// What customers agree to before they enter (R6).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Whether the customer has to agree before entering.
    pub required: bool,
    /// What they agree to, at most 4,000 characters; `null` is the default text.
    pub text: Option<String>,
}

/// Where the agent goes after the end (R18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AgentRedirect {
    /// The agent goes to the console's welcome page.
    #[default]
    Welcome,
    /// The agent stays in the room, which can be read only.
    Stay,
}

/// When a session ends, and what comes after (R2, R3, R4, R18).
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
    /// R18: the https address to which customers are sent who are in the room at the end; `null` sends nobody.
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

/// What customers may do after the end (R2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessLevel {
    /// Nothing, from the end on.
    #[default]
    None,
    /// Everything, for ever.
    Full,
    /// Everything for `minutes`, then reading for `then_limited_minutes` if that is set, then nothing.
    FullTimed,
    /// Reading for `minutes`, then nothing.
    Limited,
}

/// What customers may do after the end, and for how long (R2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerAccess {
    /// Which tiers follow the end.
    pub level: AccessLevel,
    /// How many minutes `full_timed` or `limited` lasts, at least 1; `null` for the other levels.
    pub minutes: Option<u32>,
    /// How many minutes of reading follow `full_timed`, at least 1; `null` for none.
    pub then_limited_minutes: Option<u32>,
    /// Whether files can still be attached while access is full; not with `none` or `limited`.
    pub attachments: bool,
    /// Whether customers can still write in the chat while access is full; not with `none` or `limited`.
    pub chat: bool,
}

/// Which parts of the history the console shows (R20).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// Whether there is a search field.
    pub search: bool,
    /// Whether the history can be widened from one's own sessions to the team's or to all, as the role permits. Without
    /// it, everybody sees their own.
    pub team_filter: bool,
    /// Whether the list *Updated* is shown: sessions in which a customer finished something since the agent last
    /// entered.
    pub updated: bool,
    /// Whether the list *Recent* is shown: the sessions that the agent entered last.
    pub recent: bool,
}

impl Default for History {
    fn default() -> Self {
        Self { search: true, team_filter: true, updated: true, recent: true }
    }
}

/// How long ended sessions are kept (R25).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Minutes after the end for which a session is kept, at least 1; `null` is for ever. What is set at the end counts; a longer
    /// time, or none, counts for sessions that are over already, too, and a shorter one does not.
    pub retention_minutes: Option<u32>,
}

/// Maintenance (R15).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Whether customers and agents see *Service down*. Settings can still be changed by the API.
    pub maintenance: bool,
    /// What the page says, at most 500 characters; `null` is the default text.
    pub message: Option<String>,
    /// The https address of a page with news about the service; `null` shows none.
    pub status_url: Option<String>,
}

/// How the company looks on customers' pages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Branding {
    /// The company's name, at most 80 characters; `null` is the team's name.
    pub name: Option<String>,
    /// The accent colour as `#rrggbb`; `null` is the default.
    pub accent: Option<String>,
    /// Where the logo is: an https address, or a path of this installation such as `/static/logo.svg`; `null` shows the name
    /// alone.
    pub logo: Option<String>,
    /// Whom mails to customers come from, as their programs show it, at most 80 characters; `null` is the company's name.
    #[serde(default)]
    pub sender_name: Option<String>,
    /// The e-mail address that answers to mails to customers go to; `null` is the agent's.
    #[serde(default)]
    pub reply_to: Option<String>,
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
