//! The settings: the system's document has every key, a team's only the keys that it overrides (R19). Durations are whole
//! minutes. A document is refused by naming the key at fault: an unknown key, a wrong type, a value out of range, or a
//! combination that R2 does not have.

mod check;
mod document;
mod draft;
mod fault;
mod fields;
mod model;
mod overlay;
mod typed;

pub use check::{SettingsError, without_internals};
pub use draft::{Change, Clash, Draft, PRESETS, Preset};
pub use fault::Fault;
pub use fields::{FIELDS, Field, Group, Kind, Needs};
pub use model::{
    AccessLevel, AgentRedirect, Authentication, Branding, Channels, Consent, CustomerAccess, Data, EndSettings,
    History, Method, OpeningPage, Reengagement, Reminders, Service, SessionSettings, Settings, Weekday,
};
pub use overlay::Overrides;
pub use typed::{DAYS, Typed, Unit, time_zones};

#[cfg(test)]
mod tests;
