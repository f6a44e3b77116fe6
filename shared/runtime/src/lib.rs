//! Everything a function has in common with the others and nothing of what it does: configuration from the
//! environment, the clock, randomness, clients for AWS, telemetry, and the two loops that a `main.rs` starts.
//!
//! This is the only crate that reads the environment, the clock or the system's randomness. All others get them as
//! arguments, so that a test or the one-machine stack can decide what they say.

mod clock;
mod config;
mod entropy;
mod function;
mod https;
mod origin;
mod sdk;
mod sign;
mod telemetry;
mod user_agent;

use std::time::Duration;

pub use clock::Clock;
pub use config::{Config, ConfigError, MasterKey, OriginSecret};
pub use entropy::Entropy;
pub use function::{EventFunction, HttpFunction, event_service, http_service, run_event, run_http};
pub use origin::ORIGIN_HEADER;
pub use telemetry::{init_telemetry, log_targets};

use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use parlor_aws::{Connections, DynamoDb};
use parlor_domain::Keyring;

use crate::https::AwsHttp;
use crate::sdk::Place;
use crate::sign::SigV4;
use crate::user_agent::{Spared, UserAgent};

/// What DynamoDB has not answered by then is asked again: it answers within milliseconds, and a function that people wait for
/// has ten seconds, in which all three tries of a request end.
const DYNAMODB_TIMEOUT: Duration = Duration::from_secs(3);

/// A request must not wait longer than this for a hint to a live connection to be taken, retries included.
const LIVE_TIMEOUT: Duration = Duration::from_secs(3);

/// A function allocates all the time and keeps nothing: a quarter of the instructions of a page went into glibc's
/// allocator, and most of them need not. It stands here because everything that is deployed links this crate.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a function is built from, once, before its first invocation.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// The settings of this deployment.
    pub config: Config,
    /// The only clock there is.
    pub clock: Clock,
    /// The only source of randomness there is.
    pub entropy: Entropy,
    sdk: SdkConfig,
    http: AwsHttp,
    /// Where DynamoDB is, when it is DynamoDB and not a stand-in.
    warm_url: Option<String>,
}

impl Runtime {
    /// Builds everything from environment variables, read through `env` (the process's own in a function, the
    /// template's resolved values in the one-machine stack).
    ///
    /// No request is made and no certificate is parsed before a client first needs one.
    pub fn from_env(env: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let http = AwsHttp::default();
        let sdk = sdk::sdk_config(env, &http)?;
        let overridden = env("AWS_ENDPOINT_URL_DYNAMODB").is_some() || env("AWS_ENDPOINT_URL").is_some();
        let warm_url =
            sdk.region().filter(|_| !overridden).map(|region| format!("https://dynamodb.{region}.amazonaws.com/"));
        Ok(Self {
            config: Config::from_env(env)?,
            clock: Clock::system(),
            entropy: Entropy::system(),
            sdk,
            http,
            warm_url,
        })
    }

    /// The same runtime with another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The keys for sealing and signing, derived from the master key.
    pub fn keyring(&self) -> Keyring {
        let ring = Keyring::new(*self.config.master_key.expose());
        match &self.config.other_master_key {
            Some(other) => ring.accepting(*other.expose()),
            None => ring,
        }
    }

    /// Both tables. Clones share connections; still, build it once, in `new`.
    pub fn dynamodb(&self) -> DynamoDb {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(DYNAMODB_TIMEOUT).build();
        let config = aws_sdk_dynamodb::config::Builder::from(&self.sdk)
            .timeout_config(timeouts.clone())
            .push_auth_scheme(SigV4::default())
            .interceptor(Spared)
            .interceptor(self.user_agent())
            .build();
        let place = Place::of_dynamodb(&self.sdk);
        let service = sdk::service(&self.sdk, ["dynamodb"; 2], place, self.user_agent(), timeouts);
        DynamoDb::new(aws_sdk_dynamodb::Client::from_conf(config), &service)
    }

    /// A client for sending mail.
    pub fn ses(&self) -> aws_sdk_sesv2::Client {
        let config = aws_sdk_sesv2::config::Builder::from(&self.sdk)
            .push_auth_scheme(SigV4::default())
            .interceptor(Spared)
            .interceptor(self.user_agent())
            .build();
        aws_sdk_sesv2::Client::from_conf(config)
    }

    /// A client for sending texts.
    pub fn sns(&self) -> aws_sdk_sns::Client {
        let config = aws_sdk_sns::config::Builder::from(&self.sdk)
            .push_auth_scheme(SigV4::default())
            .interceptor(Spared)
            .interceptor(self.user_agent())
            .build();
        aws_sdk_sns::Client::from_conf(config)
    }

    /// Live connections, at the configured management endpoint.
    pub fn live(&self) -> Connections {
        let timeouts =
            TimeoutConfig::builder().operation_timeout(LIVE_TIMEOUT).disable_operation_attempt_timeout().build();
        let config = aws_sdk_apigatewaymanagement::config::Builder::from(&self.sdk)
            .endpoint_url(&self.config.live_endpoint)
            .timeout_config(timeouts.clone())
            .push_auth_scheme(SigV4::default())
            .interceptor(Spared)
            .interceptor(self.user_agent())
            .build();
        let place = Place::at(&self.config.live_endpoint);
        let service =
            sdk::service(&self.sdk, ["apigatewaymanagementapi", "execute-api"], place, self.user_agent(), timeouts);
        Connections::new(aws_sdk_apigatewaymanagement::Client::from_conf(config), &service)
    }

    fn user_agent(&self) -> UserAgent {
        UserAgent::new(self.sdk.app_name().map_or("unknown", AsRef::as_ref))
    }

    /// Opens a connection to DynamoDB, TLS included, so that the first request does not wait for it. Lambda gives a
    /// starting function more CPU than it pays for; this moves the handshake there. Costs one `GET /`, which DynamoDB
    /// answers unsigned and uncharged. Failure is not an error: the first request will try again.
    pub async fn warm(&self) {
        if let Some(url) = &self.warm_url {
            self.http.warm(url).await;
        }
    }
}
