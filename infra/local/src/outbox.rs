//! Every e-mail and text that the one-machine stack would have sent, kept where a person and a test can read it.
//!
//! The fake SES and SNS ([`crate::fake_ses_sns`]) fills it from the real SES and SNS calls; [`page::routes`] shows it at `/outbox` and
//! `/outbox.json`. It is append-only, like a mail server's log: nothing is ever changed or taken out again.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

mod page;

pub use page::routes;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// By Amazon SES.
    Email,
    /// By Amazon SNS, as a text message.
    Sms,
}

/// One message as it reached one recipient. Its JSON is what `GET /outbox.json` lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Position in the outbox, from 1 and without gaps.
    pub number: u64,
    /// The identifier that the sender was given in answer.
    pub message_id: String,
    pub channel: Channel,
    /// One e-mail address, or one phone number in E.164.
    pub to: String,
    /// The sender's address (mail) or sender id (text), where one was given.
    pub from: Option<String>,
    /// Where an answer would go, mails only.
    pub reply_to: Option<String>,
    /// The subject line, mails only.
    pub subject: Option<String>,
    /// The plain text part of a mail, or the whole text message.
    pub text: Option<String>,
    /// The HTML part, mails only.
    pub html: Option<String>,
    /// Further mail headers in the order they were given.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// When it was handed over, by the stack's own clock.
    pub at: Timestamp,
}

impl Item {
    /// The `http` and `https` addresses in the message, each once, in reading order.
    pub fn links(&self) -> Vec<&str> {
        let body = self.text.as_deref().or(self.html.as_deref()).unwrap_or("");
        let mut links: Vec<&str> = Vec::new();
        let mut rest = body;
        while let Some(start) = rest.find("http") {
            let candidate = &rest[start..];
            let end = candidate.find(|c: char| c.is_whitespace() || "<>\"'()[]".contains(c)).unwrap_or(candidate.len());
            // A sentence's full stop is not part of the address that ends it.
            let link = candidate[..end].trim_end_matches(['.', ',', ';', ':', '!', '?']);
            if (link.starts_with("http://") || link.starts_with("https://")) && !links.contains(&link) {
                links.push(link);
            }
            rest = &candidate[end.max("http".len())..];
        }
        links
    }
}

/// A message on its way in: an [`Item`] before it has a number, an identifier and a time.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) channel: Channel,
    pub(crate) to: Vec<String>,
    pub(crate) from: Option<String>,
    pub(crate) reply_to: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) html: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
}

/// The outbox: a handle that is cheap to clone, over one list (and one file, unless it lives in memory).
#[derive(Clone, Debug)]
pub struct Outbox {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// A plain mutex: it is held for a push or a copy, never across an await.
    kept: Mutex<Kept>,
    /// How many of the coming sends are to fail.
    failures: AtomicU32,
}

#[derive(Debug)]
struct Kept {
    items: Vec<Item>,
    file: Option<File>,
}

impl Outbox {
    /// An outbox that is gone when the process ends.
    pub fn in_memory() -> Self {
        Self::over(Vec::new(), None)
    }

    /// An outbox in the file at `path`, one JSON object a line; made if it is not there.
    ///
    /// A last line that a crash cut short is dropped: its send was never answered, so the sender tries again.
    ///
    /// # Errors
    /// The file cannot be opened, read or written, or a line other than the last is not an item.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        let mut items: Vec<Item> = Vec::new();
        let mut reader = BufReader::new(&file);
        let mut line = String::new();
        let mut whole = 0_u64;
        loop {
            line.clear();
            let length = reader.read_line(&mut line)?;
            if length == 0 || !line.ends_with('\n') {
                break;
            }
            items.push(serde_json::from_str(&line).map_err(|error| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("{}, line {}: {error}", path.display(), items.len() + 1),
                )
            })?);
            whole += length as u64;
        }
        file.set_len(whole)?;
        Ok(Self::over(items, Some(file)))
    }

    fn over(items: Vec<Item>, file: Option<File>) -> Self {
        Self { shared: Arc::new(Shared { kept: Mutex::new(Kept { items, file }), failures: AtomicU32::new(0) }) }
    }

    /// Everything that was sent, oldest first.
    pub fn items(&self) -> Vec<Item> {
        self.kept().items.clone()
    }

    /// Makes the next `count` sends fail as if SES and SNS had an internal error; 0 calls that off.
    ///
    /// Every attempt counts, so a client that retries by itself uses up several.
    pub fn fail_next(&self, count: u32) {
        self.shared.failures.store(count, Ordering::SeqCst);
    }

    /// Whether the send at hand is one that has to fail.
    pub(crate) fn takes_failure(&self) -> bool {
        self.shared.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }

    /// Keeps `message` once for every recipient and returns the identifier to answer with.
    pub(crate) fn push(&self, message: Message, at: Timestamp) -> io::Result<String> {
        let mut kept = self.kept();
        let first = kept.items.len() as u64 + 1;
        // Counted rather than drawn: unique here, and a test run can be repeated to the letter.
        let message_id = format!("00000000-0000-4000-8000-{first:012x}");
        let items: Vec<Item> = (first..)
            .zip(message.to)
            .map(|(number, to)| Item {
                number,
                message_id: message_id.clone(),
                channel: message.channel,
                to,
                from: message.from.clone(),
                reply_to: message.reply_to.clone(),
                subject: message.subject.clone(),
                text: message.text.clone(),
                html: message.html.clone(),
                headers: message.headers.clone(),
                at,
            })
            .collect();
        if let Some(file) = &mut kept.file {
            let mut lines = Vec::new();
            for item in &items {
                serde_json::to_writer(&mut lines, item)?;
                lines.push(b'\n');
            }
            file.write_all(&lines)?;
        }
        kept.items.extend(items);
        Ok(message_id)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing panics while the lock is held, and a list of sent mail stays readable even if something did.
        self.shared.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn text(to: &str, body: &str) -> Message {
        Message {
            channel: Channel::Sms,
            to: vec![to.into()],
            from: None,
            reply_to: None,
            subject: None,
            text: Some(body.into()),
            html: None,
            headers: Vec::new(),
        }
    }

    fn noon() -> Timestamp {
        "2026-01-02T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_file_is_read_again_and_a_torn_last_line_is_dropped() {
        let directory = std::env::temp_dir().join(format!("parlor-outbox-test-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let path = directory.join("outbox.jsonl");
        let _ = std::fs::remove_file(&path);

        let outbox = Outbox::open(&path).unwrap();
        outbox.push(text("+4915112345678", "one"), noon()).unwrap();
        drop(outbox);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"number\":2,\"mess").unwrap();

        let outbox = Outbox::open(&path).unwrap();
        assert_eq!(outbox.items().len(), 1);
        outbox.push(text("+4915112345678", "two"), noon()).unwrap();
        drop(outbox);
        let items = Outbox::open(&path).unwrap().items();
        assert_eq!(items[1].text.as_deref(), Some("two"));
        assert_eq!(items[1].number, 2);
        assert_ne!(items[0].message_id, items[1].message_id);

        std::fs::write(&path, "not an item\n").unwrap();
        let error = Outbox::open(&path).unwrap_err();
        assert!(error.to_string().contains("line 1"), "{error}");
        std::fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn links_are_found_in_text_once_and_without_the_sentences_full_stop() {
        let outbox = Outbox::in_memory();
        let body = "Acme: go to http://localhost:3000/s/abc-def_1. Again: <http://localhost:3000/s/abc-def_1>\nhttpfoo https://x.example/?a=1";
        outbox.push(text("+4915112345678", body), noon()).unwrap();
        assert_eq!(outbox.items()[0].links(), ["http://localhost:3000/s/abc-def_1", "https://x.example/?a=1"]);
    }

    #[test]
    fn failures_are_used_up_one_by_one() {
        let outbox = Outbox::in_memory();
        assert!(!outbox.takes_failure());
        outbox.fail_next(2);
        assert!(outbox.takes_failure() && outbox.takes_failure());
        assert!(!outbox.takes_failure());
    }
}
