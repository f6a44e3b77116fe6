//! What the stack keeps in its data directory, or nowhere.
//!
//! | file | what |
//! | --- | --- |
//! | `parlor.sqlite` | both tables |
//! | `outbox.jsonl` | every mail and text |
//! | `files` | the bucket: a folder for it, and what `s3s-fs` keeps beside it |
//! | `signing-key` | the key that signs documents, made once, readable by its owner only |
//! | `master-key` | the key that others are derived from, made once, readable by its owner only |
//! | `demo-api-key`, `setup-secret` | the same key and link at every start, readable by their owner only |
//! | `clock-offset` | how far the clock was moved ahead, in seconds |
//! | `stream-position-*` | up to where a function has heard the table's stream |

use std::fs;
use std::io;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::BASE64;
use parlor_runtime::Entropy;
use parlor_signing::{FileKey, KeyError};

/// The data directory; without one, everything is gone at the end.
#[derive(Debug, Clone)]
pub(crate) struct Data(Option<Arc<Path>>);

impl Data {
    /// Data that lives in memory.
    pub(crate) fn ephemeral() -> Self {
        Self(None)
    }

    /// Data in `directory`, which is made if it is not there, and closed to other users.
    pub(crate) fn open(directory: &Path) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(directory, fs::Permissions::from_mode(0o700))?;
        }
        Ok(Self(Some(directory.into())))
    }

    /// Where a file of this name is, unless nothing is kept.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.as_ref().map(|directory| directory.join(name))
    }

    /// The master key in base64: the kept one, or a new one that is kept from now on.
    pub(crate) fn master_key(&self, entropy: &Entropy) -> io::Result<String> {
        if let Some(key) = self.secret("master-key")? {
            return Ok(key);
        }
        let key = BASE64.encode(&entropy.bytes::<32>());
        self.keep_secret("master-key", &key)?;
        Ok(key)
    }

    /// The key that signs documents, in base64: the kept one, or a new one that is kept from now on.
    pub(crate) fn signing_key(&self) -> io::Result<FileKey> {
        let invalid = |error: KeyError| io::Error::new(io::ErrorKind::InvalidData, error);
        let kept = if let Some(kept) = self.secret("signing-key")? {
            kept
        } else {
            let made = BASE64.encode(&FileKey::generate().map_err(invalid)?);
            self.keep_secret("signing-key", &made)?;
            made
        };
        let der = BASE64.decode(kept.as_bytes()).map_err(|_| invalid(KeyError::NoKey))?;
        FileKey::from_pkcs8(&der).map_err(invalid)
    }

    /// A kept secret, if it is there.
    pub(crate) fn secret(&self, name: &str) -> io::Result<Option<String>> {
        let Some(path) = self.path(name) else {
            return Ok(None);
        };
        match fs::read_to_string(&path) {
            Ok(secret) => Ok(Some(secret.trim().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps a secret where only the owner of the directory can read it.
    pub(crate) fn keep_secret(&self, name: &str, secret: &str) -> io::Result<()> {
        match self.path(name) {
            None => Ok(()),
            Some(path) => write_private(&path, secret),
        }
    }

    pub(crate) fn clock_offset(&self) -> i64 {
        self.read("clock-offset").unwrap_or_default()
    }

    pub(crate) fn keep_clock_offset(&self, seconds: i64) {
        self.keep("clock-offset", &seconds.to_string());
    }

    /// The last sequence number of a stream that was handled, by the function that hears it.
    pub(crate) fn stream_position(&self, function: &str) -> Option<String> {
        self.read(&format!("stream-position-{function}"))
    }

    pub(crate) fn keep_stream_position(&self, function: &str, sequence_number: &str) {
        self.keep(&format!("stream-position-{function}"), sequence_number);
    }

    fn read<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        fs::read_to_string(self.path(name)?).ok()?.trim().parse().ok()
    }

    /// Replaces a file in one step, so that a kill leaves the old or the new one.
    fn keep(&self, name: &str, text: &str) {
        let Some(path) = self.path(name) else { return };
        let new = path.with_extension("new");
        let kept = fs::write(&new, text).and_then(|()| fs::rename(&new, &path));
        if let Err(error) = kept {
            tracing::warn!(%error, file = name, "not kept");
        }
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
