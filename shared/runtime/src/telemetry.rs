use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What may speak at the configured level. Everything else is heard from `warn` up: below that, the SDK and the HTTP
/// stack print headers and bodies, which hold tokens, contacts and messages. What they say below `info` is not even
/// compiled (`Cargo.toml`), which also spares them looking whether anybody listens.
const OURS: &[&str] = &[
    "parlor_",
    "admin",
    "agent_",
    "customer_",
    "deliver",
    "live_",
    "retry_",
    "send_",
    "session_",
    "static_",
    "sweep_",
    "webhooks",
];

/// What is heard at `level`: all of Parlor's own events, and of everybody else's only those from `warn` up.
pub fn log_targets(level: Level) -> Targets {
    let level = LevelFilter::from_level(level);
    Targets::new().with_default(level.min(LevelFilter::WARN)).with_targets(OURS.iter().map(|target| (*target, level)))
}

/// Writes events as lines of JSON to standard output, where Lambda picks them up. A second call changes nothing.
///
/// No event of this workspace carries a body, a token, a contact or a key; secrets are types whose `Debug` is redacted.
pub fn init_telemetry(level: Level) {
    let format = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false);
    // An error only means that somebody installed a subscriber before, which is then the one that is wanted.
    let _ = tracing_subscriber::registry().with(log_targets(level)).with(format).try_init();
}
