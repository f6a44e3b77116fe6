//! Canaries: secrets, codes and contacts that tests know and no log may hold. Where `PARLOR_TEST_CANARIES` names a folder,
//! they are written there; where `PARLOR_TEST_LOGS` names one, functions that a test runs log there, at the level at which
//! they are deployed. So whoever runs the tests can look for the one in the other. Without the variables, as in a test that
//! runs alone, nothing is written.

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    sync::{LazyLock, Mutex, Once, PoisonError},
};

use serde_json::{Value, json};
use tracing_subscriber::{Layer, Registry, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// Secrets that end a token of ours are this long, in characters.
const SECRET: usize = 32;

/// Shorter ones could stand in a log by chance.
const UNIQUE: usize = 12;

/// The folder that a variable names, made if it is not there.
fn folder(variable: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os(variable)?);
    fs::create_dir_all(&folder).unwrap();
    Some(folder)
}

/// A file of this process, `races-4711.log`.
fn file(folder: &Path, ending: &str) -> File {
    let program = std::env::current_exe().unwrap();
    let stem = program.file_stem().unwrap().to_string_lossy();
    // Without the hash that cargo adds to tests: `races-0123456789abcdef`.
    let name = stem.rsplit_once('-').map_or(&*stem, |(name, _)| name);
    let path = folder.join(format!("{name}-{}.{ending}", std::process::id()));
    OpenOptions::new().create(true).append(true).open(path).unwrap()
}

/// What has been told so far, and where.
struct Told {
    file: File,
    told: HashSet<String>,
}

static TOLD: LazyLock<Option<Mutex<Told>>> = LazyLock::new(|| {
    let file = file(&folder("PARLOR_TEST_CANARIES")?, "jsonl");
    Some(Mutex::new(Told { file, told: HashSet::new() }))
});

fn tell(canary: &Value) {
    let Some(told) = &*TOLD else { return };
    let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
    let line = canary.to_string();
    if told.told.insert(line.clone()) {
        writeln!(told.file, "{line}").unwrap();
    }
}

/// Something that no log may hold. What is too short to be told from other text is left out: see [`digits`].
pub fn text(what: &str, text: &str) {
    if text.len() >= UNIQUE {
        tell(&json!({"what": what, "text": text}));
    }
}

/// Something that ends with a secret, as all our tokens, cookies and keys do: the secret alone must not be there.
pub fn token(what: &str, token: &str) {
    let start = token.len().saturating_sub(SECRET);
    text(what, token.get(start..).unwrap_or(token));
}

/// A PIN or a code. It may be so short that other numbers look like it: such a one is looked for as a value of its own, and
/// in what is logged about its session.
pub fn digits(what: &str, digits: &str, session: &str) {
    // A problem has a `code`, too.
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return;
    }
    if digits.len() >= UNIQUE {
        text(what, digits);
    } else if digits.len() >= 4 {
        tell(&json!({"what": what, "text": digits, "session": session}));
    }
}

/// Whatever is secret in the body of a request or of an answer; `session` is the one that it is about.
pub fn body(body: &Value, session: &str) {
    match body {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(value) => field(name, value, session),
                    value => self::body(value, session),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| self::body(item, session)),
        _ => {}
    }
}

/// A field of a form, or of a body.
pub fn field(name: &str, value: &str, session: &str) {
    match name {
        "email" if value.contains('@') => text("an address", value),
        "phone" if value.starts_with('+') => text("a number", value),
        "password" => text("a password", value),
        "csrf" => token("a form's token", value),
        "secret" => token("a webhook's secret", value),
        "pin" | "code" => digits("a PIN or code", value, session),
        "url" => path(value),
        _ => {}
    }
}

/// Whatever is secret in an address or a path: a link's token, the setup link's, a ticket.
pub fn path(path: &str) {
    for (start, what) in [("/s/", "a link's token"), ("/setup/", "a setup link's token"), ("ticket=", "a ticket")] {
        // Ids of sessions, which may stand in logs, are shorter.
        let segment =
            path.split_once(start).and_then(|(_, rest)| rest.split(['/', '?', '#', '&', '"', '<', ' ', '\n']).next());
        if let Some(segment) = segment.filter(|segment| segment.len() >= SECRET) {
            token(what, segment);
        }
    }
}

/// The session whose id stands in a path of the API, of a room, or in a link's token; empty without one.
#[must_use]
pub fn session_of(path: &str) -> &str {
    let after = ["/sessions/", "/s/", "/r/"].iter().find_map(|start| path.split_once(start));
    after.and_then(|(_, rest)| rest.get(..26)).unwrap_or_default()
}

/// Where functions that run in another process of this test are to write their log; nothing without the folder.
#[must_use]
pub fn log_file() -> Option<File> {
    Some(file(&folder("PARLOR_TEST_LOGS")?, "log"))
}

/// The layer that writes what functions log into the part's folder, as they would on AWS; nothing without the folder.
#[must_use]
pub fn log() -> Option<Box<dyn Layer<Registry> + Send + Sync>> {
    let file = log_file()?;
    let format = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false);
    let format = format.with_writer(Mutex::new(file));
    Some(format.with_filter(parlor_runtime::log_targets(tracing::Level::INFO)).boxed())
}

/// Writes the log of this process's functions from now on. A test that has a subscriber of its own adds [`log`] to it.
pub(crate) fn keep_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if let Some(log) = log() {
            // An error means that the test has its own.
            let _: Result<(), _> = tracing_subscriber::registry().with(log).try_init();
        }
    });
}
