use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use parlor_domain::rate::Limits;
use parlor_domain::webhook::Targets;
use subtle::ConstantTimeEq as _;
use thiserror::Error;
use tracing::Level;

/// What stands between keys that are good at the same time, in a secret and in a variable.
pub(crate) const LIST: u8 = b',';

/// The settings of one deployment, as the template gives them to every function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `PARLOR_PUBLIC_URL`: the origin that people see, without a slash at its end: `https://parlor.example.com`.
    pub public_url: String,
    /// `PARLOR_LIVE_URL`: what browsers open for the live connection: `wss://parlor.example.com/live`.
    pub live_url: String,
    /// `PARLOR_LIVE_ENDPOINT`: the base of `/@connections/{id}`, which functions post to.
    pub live_endpoint: String,
    /// `PARLOR_CORE_TABLE`: the table of sessions, settings, staff and keys.
    pub core_table: String,
    /// `PARLOR_CONNECTIONS_TABLE`: the table of live connections and used tickets.
    pub connections_table: String,
    /// `PARLOR_FILES_BUCKET`: the bucket of files that people send and get.
    pub files_bucket: String,
    /// `PARLOR_FILES_ORIGIN`: the origin by which browsers reach that bucket, without a slash at its end.
    pub files_origin: String,
    /// `PARLOR_SIGNING_KEY`: the id of the key that signs documents, in KMS. Only the function that signs has it.
    pub signing_key: Option<String>,
    /// `PARLOR_MAIL_FROM`: the verified address that mail comes from.
    pub mail_from: String,
    /// `PARLOR_SMS_SENDER`: the sender id of texts, where the country has such a thing.
    pub sms_sender: Option<String>,
    /// `PARLOR_WEBHOOK_TARGETS`: where webhooks may go, `public` or `loopback`; `public` when unset.
    pub webhook_targets: Targets,
    /// `PARLOR_RATE_PER_KEY`, `PARLOR_RATE_PER_PERSON`, `PARLOR_RATE_PER_ADDRESS`: requests a minute; no limit when 0 or unset.
    pub rates: Limits,
    /// `PARLOR_MAIL_EVENTS`: SES's configuration set, which counts what becomes of mail. None where nobody counts.
    pub mail_events: Option<String>,
    /// `PARLOR_OUTBOX_URL`: where mails and texts can be read that go nowhere else. None where they are sent.
    pub outbox_url: Option<String>,
    /// `PARLOR_MASTER_KEY`: what every other key is derived from; a list with commas while it is changed. The first seals and
    /// signs, all open and verify. Empty in functions that do none of that: the template gives it to the others only.
    pub master_keys: Arc<[MasterKey]>,
    /// `PARLOR_ORIGIN_SECRET`, a list with commas while it is changed: what the front shows with every request. Without one,
    /// requests are taken from wherever they come: there is no front.
    pub origin_secrets: Arc<[OriginSecret]>,
    /// `PARLOR_LOG`: `error`, `warn` or `info`; `info` when unset. What would be said below that is not compiled.
    pub log: Level,
}

/// Why a function cannot start.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The variable is not set, or empty.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// The variable is set to something that it cannot be. The value is not shown: it may be a secret.
    #[error("{name} is not {expected}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What it should have been.
        expected: &'static str,
    },
}

impl From<parlor_aws::MissingVariable> for ConfigError {
    fn from(error: parlor_aws::MissingVariable) -> Self {
        Self::Missing(error.0)
    }
}

impl Config {
    /// Reads all of it through `env`.
    pub fn from_env(env: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let optional = |name: &'static str| env(name).filter(|value| !value.is_empty());
        let required = |name: &'static str| optional(name).ok_or(ConfigError::Missing(name));
        let url = |name: &'static str, schemes: [&str; 2]| {
            let value = required(name)?;
            if schemes.iter().any(|scheme| value.starts_with(scheme)) {
                Ok(value.trim_end_matches('/').to_owned())
            } else {
                Err(ConfigError::Invalid { name, expected: "an absolute URL" })
            }
        };
        let rate = |name: &'static str| {
            let rate = optional(name).map_or(Ok(0), |rate| rate.parse());
            let rate = rate.map_err(|_| ConfigError::Invalid { name, expected: "a number of requests a minute" });
            rate.map(NonZeroU32::new)
        };
        let master_keys = optional("PARLOR_MASTER_KEY")
            .iter()
            .flat_map(|keys| keys.split(char::from(LIST)))
            .map(|key| MasterKey::from_base64("PARLOR_MASTER_KEY", key))
            .collect::<Result<Arc<[_]>, _>>()?;
        Ok(Self {
            public_url: url("PARLOR_PUBLIC_URL", ["https://", "http://"])?,
            live_url: url("PARLOR_LIVE_URL", ["wss://", "ws://"])?,
            live_endpoint: url("PARLOR_LIVE_ENDPOINT", ["https://", "http://"])?,
            core_table: required("PARLOR_CORE_TABLE")?,
            connections_table: required("PARLOR_CONNECTIONS_TABLE")?,
            files_bucket: required("PARLOR_FILES_BUCKET")?,
            files_origin: url("PARLOR_FILES_ORIGIN", ["https://", "http://"])?,
            signing_key: optional("PARLOR_SIGNING_KEY"),
            mail_from: required("PARLOR_MAIL_FROM")?,
            sms_sender: optional("PARLOR_SMS_SENDER"),
            mail_events: optional("PARLOR_MAIL_EVENTS"),
            outbox_url: optional("PARLOR_OUTBOX_URL"),
            webhook_targets: match optional("PARLOR_WEBHOOK_TARGETS") {
                None => Targets::Public,
                Some(targets) => Targets::parse(&targets).ok_or(ConfigError::Invalid {
                    name: "PARLOR_WEBHOOK_TARGETS",
                    expected: "`public` or `loopback`",
                })?,
            },
            rates: Limits {
                key: rate("PARLOR_RATE_PER_KEY")?,
                person: rate("PARLOR_RATE_PER_PERSON")?,
                address: rate("PARLOR_RATE_PER_ADDRESS")?,
            },
            master_keys,
            origin_secrets: optional("PARLOR_ORIGIN_SECRET")
                .iter()
                .flat_map(|secrets| secrets.split(char::from(LIST)))
                .filter(|secret| !secret.is_empty())
                .map(OriginSecret::new)
                .collect(),
            log: match optional("PARLOR_LOG").as_deref() {
                None | Some("info") => Level::INFO,
                Some("warn") => Level::WARN,
                Some("error") => Level::ERROR,
                Some(_) => {
                    return Err(ConfigError::Invalid { name: "PARLOR_LOG", expected: "`error`, `warn` or `info`" });
                }
            },
        })
    }
}

/// The secret that every other key is derived from. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// A key from its bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the variable `name`: base64, with or without padding. Bits after the 32nd byte are ignored, so that a generated secret of 43
    /// letters and digits will do: Secrets Manager can make those, but no canonical base64.
    fn from_base64(name: &'static str, text: &str) -> Result<Self, ConfigError> {
        let invalid = ConfigError::Invalid { name, expected: "32 bytes in base64" };
        let mut specification = data_encoding::BASE64_NOPAD.specification();
        specification.check_trailing_bits = false;
        specification
            .encoding()
            .ok()
            .and_then(|encoding| encoding.decode(text.trim().trim_end_matches('=').as_bytes()).ok())
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .map(Self)
            .ok_or(invalid)
    }

    /// The key itself, to derive others from.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What the front shows with every request, so that the functions know it. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct OriginSecret(String);

impl OriginSecret {
    /// From its text, which is sent as a header's value.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether `shown` is the secret, in constant time for what has its length.
    pub fn is(&self, shown: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(shown).into()
    }
}

impl fmt::Debug for OriginSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OriginSecret(..)")
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What every function is given.
    pub(crate) fn env(name: &str) -> Option<String> {
        let value = match name {
            "PARLOR_PUBLIC_URL" => "http://localhost:3000/",
            "PARLOR_LIVE_URL" => "ws://localhost:3000/live",
            "PARLOR_LIVE_ENDPOINT" => "http://localhost:3000/live",
            "PARLOR_CORE_TABLE" => "core",
            "PARLOR_CONNECTIONS_TABLE" => "connections",
            "PARLOR_FILES_BUCKET" => "files",
            "PARLOR_FILES_ORIGIN" => "http://localhost:3001",
            "PARLOR_MAIL_FROM" => "parlor@example.com",
            "PARLOR_MASTER_KEY" => "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn a_complete_environment_is_read() {
        let config = Config::from_env(&env).unwrap();
        assert_eq!(config.public_url, "http://localhost:3000");
        assert_eq!(config.log, Level::INFO);
        assert_eq!(config.sms_sender, None);
        assert_eq!(config.webhook_targets, Targets::Public);
        assert_eq!(config.master_keys[0].expose()[31], 31);
        assert_eq!(config.rates, Limits::default());
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let without = |name: &str| (name != "PARLOR_CORE_TABLE").then(|| env(name)).flatten();
        let error = Config::from_env(&without).unwrap_err();
        assert_eq!(error.to_string(), "PARLOR_CORE_TABLE is not set");

        let wrong = |name: &str| match name {
            "PARLOR_WEBHOOK_TARGETS" => Some("everywhere".to_owned()),
            _ => env(name),
        };
        let error = Config::from_env(&wrong).unwrap_err();
        assert_eq!(error.to_string(), "PARLOR_WEBHOOK_TARGETS is not `public` or `loopback`");

        let wrong = |name: &str| match name {
            "PARLOR_LOG" => Some("debug".to_owned()),
            _ => env(name),
        };
        let error = Config::from_env(&wrong).unwrap_err();
        assert_eq!(error.to_string(), "PARLOR_LOG is not `error`, `warn` or `info`");

        let wrong = |name: &str| if name == "PARLOR_RATE_PER_KEY" { Some("-1".to_owned()) } else { env(name) };
        let error = Config::from_env(&wrong).unwrap_err();
        assert_eq!(error.to_string(), "PARLOR_RATE_PER_KEY is not a number of requests a minute");

        for key in ["c2hvcnQ=", ",", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,"] {
            let wrong = |name: &str| if name == "PARLOR_MASTER_KEY" { Some(key.to_owned()) } else { env(name) };
            let error = Config::from_env(&wrong).unwrap_err();
            assert_eq!(error.to_string(), "PARLOR_MASTER_KEY is not 32 bytes in base64");
        }
    }

    #[test]
    fn a_generated_secret_of_43_letters_is_a_key() {
        let letters = "Zq3Wm8Kd0Tn5Rb7Yc1Xv9Ls4Hf6Jg2Pa3Ue8Io0MnBzQ";
        assert!(MasterKey::from_base64("KEY", &letters[..43]).is_ok());
        assert!(MasterKey::from_base64("KEY", &letters[..42]).is_err());
    }

    #[test]
    fn keys_that_are_being_changed_stand_side_by_side() {
        let config = Config::from_env(&env).unwrap();
        assert!(config.master_keys.len() == 1 && config.origin_secrets.is_empty());
        let changing = |name: &str| match name {
            "PARLOR_MASTER_KEY" => Some(format!("{},//////////////////////////////////////////8=", env(name)?)),
            "PARLOR_ORIGIN_SECRET" => Some("new,old".to_owned()),
            _ => env(name),
        };
        let config = Config::from_env(&changing).unwrap();
        assert_eq!(config.master_keys[0].expose()[31], 31);
        assert_eq!(config.master_keys[1].expose(), &[255; 32]);
        assert!(config.origin_secrets[0].is(b"new") && config.origin_secrets[1].is(b"old"));
        assert!(!config.origin_secrets.iter().any(|secret| secret.is(b"") || secret.is(b"newer")));
    }

    #[test]
    fn the_key_is_not_shown() {
        let config = Config::from_env(&env).unwrap();
        assert!(!format!("{:?}", OriginSecret::new("canary")).contains("canary"));
        assert!(format!("{config:?}").contains("MasterKey(..)"));
    }
}
