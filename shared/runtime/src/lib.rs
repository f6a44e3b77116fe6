//! Everything a function has in common with the others and nothing of what it does: configuration from the
//! environment, the clock, randomness, clients for AWS, telemetry, and the two loops that a `main.rs` starts.
//!
//! This is the only crate that reads the environment, the clock or the system's randomness. All others get them as
//! arguments, so that a test or the one-machine stack can decide what they say.

mod clock;
mod config;
mod entropy;
mod event;
mod function;
mod object_event;
mod origin;
mod telemetry;

pub use clock::Clock;
pub use config::{Config, ConfigError, MasterKey, OriginSecret};
pub use entropy::Entropy;
pub use event::{HttpEvent, SocketEvent};
pub use function::{EventFunction, HttpFunction, event_service, http_service, run_event, run_http};
pub use object_event::ObjectEvent;
pub use origin::ORIGIN_HEADER;
pub use telemetry::{init_telemetry, log_targets};

use std::path::PathBuf;

use parlor_aws::Aws;
use parlor_domain::Keyring;

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
    /// The way to AWS.
    pub aws: Aws,
    /// The program that [`Runtime::program`] names; nothing when it is this one.
    program: Option<PathBuf>,
}

impl Runtime {
    /// Builds everything from environment variables, read through `env` (the process's own in a function, the
    /// template's resolved values in the one-machine stack).
    ///
    /// No request is made and no certificate is parsed before a client first needs one.
    pub fn from_env(env: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        Ok(Self {
            config: Config::from_env(env)?,
            clock: Clock::system(),
            entropy: Entropy::system(),
            aws: Aws::from_env(env)?,
            program: None,
        })
    }

    /// The same runtime with another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The same runtime with another program for what is done in a process of its own.
    #[must_use]
    pub fn with_program(mut self, program: Option<PathBuf>) -> Self {
        self.program = program;
        self
    }

    /// The program to start for what is done in a process of its own, such as reading a stranger's file: this one, which is
    /// the function's, unless it was told another.
    ///
    /// # Errors
    /// The system does not say where this program is.
    pub fn program(&self) -> std::io::Result<PathBuf> {
        match &self.program {
            Some(program) => Ok(program.clone()),
            None => std::env::current_exe(),
        }
    }

    /// The keys for sealing and signing, derived from the master key; none in a function that is not given it.
    pub fn keyring(&self) -> Keyring {
        let keys = self.config.master_keys.iter();
        keys.fold(Keyring::without_keys(), |ring, key| ring.accepting(*key.expose()))
    }

    /// A client for live connections, at this deployment's management endpoint.
    pub fn live(&self) -> aws_sdk_apigatewaymanagement::Client {
        self.aws.live(&self.config.live_endpoint)
    }
}
