//! Where files lie: what a step about documents reads and writes, and nothing else. On AWS a bucket stands behind it, whose
//! role allows one prefix in and one out; on one machine, and in tests, a folder.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a file was not read or written.
#[derive(Debug, Error)]
pub enum ObjectError {
    /// Nothing has this key.
    #[error("there is no such object")]
    Missing,
    /// Something has this key already, and was not to be replaced.
    #[error("there is such an object already")]
    Exists,
    /// More bytes than were asked for at most.
    #[error("the object is too large")]
    TooLarge,
    /// No key that a step may use.
    #[error("this is no key")]
    BadKey,
    /// The store failed. Worth a second try.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// Files by key.
pub trait Objects: Sync {
    /// Reads a file of at most `limit` bytes. One request.
    fn get(&self, key: &str, limit: usize) -> impl Future<Output = Result<Vec<u8>, ObjectError>> + Send;

    /// Writes a file, in place of one that is there. One request.
    fn put(
        &self,
        key: &str,
        bytes: Vec<u8>,
        content_type: &str,
    ) -> impl Future<Output = Result<(), ObjectError>> + Send;

    /// Writes a file unless there is one: of several at once, one comes first. One request.
    fn put_new(
        &self,
        key: &str,
        bytes: Vec<u8>,
        content_type: &str,
    ) -> impl Future<Output = Result<(), ObjectError>> + Send;

    /// Removes a file; one that is not there is no error. One request.
    fn delete(&self, key: &str) -> impl Future<Output = Result<(), ObjectError>> + Send;
}

/// Whether a key is one that we make: parts of letters, digits, `.`, `_` and `-` between slashes, none of them only dots. S3
/// would take more; a folder must not.
pub fn is_key(key: &str) -> bool {
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || b"._-".contains(&letter);
    let part = |part: &str| !part.trim_matches('.').is_empty() && part.bytes().all(plain);
    key.len() <= 1_024 && key.split('/').all(part)
}

/// A folder of files, without their types.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Files under `root`.
    pub fn new(root: PathBuf) -> Self {
        Self(root)
    }

    fn path(&self, key: &str) -> Result<PathBuf, ObjectError> {
        if is_key(key) { Ok(self.0.join(key)) } else { Err(ObjectError::BadKey) }
    }
}

fn read(path: &Path, limit: usize) -> Result<Vec<u8>, ObjectError> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => ObjectError::Missing,
        _ => ObjectError::Failed(error.to_string()),
    };
    if fs::metadata(path).map_err(failed)?.len() > limit as u64 {
        return Err(ObjectError::TooLarge);
    }
    fs::read(path).map_err(failed)
}

fn write(path: &Path, bytes: &[u8], replace: bool) -> Result<(), ObjectError> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists if !replace => ObjectError::Exists,
        _ => ObjectError::Failed(error.to_string()),
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    // Whoever reads meanwhile reads all of the old one or all of the new one.
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, bytes).map_err(failed)?;
    if replace {
        return fs::rename(&beside, path).map_err(failed);
    }
    let linked = fs::hard_link(&beside, path).map_err(failed);
    fs::remove_file(&beside).map_err(failed)?;
    linked
}

impl Objects for Folder {
    async fn get(&self, key: &str, limit: usize) -> Result<Vec<u8>, ObjectError> {
        read(&self.path(key)?, limit)
    }

    async fn put(&self, key: &str, bytes: Vec<u8>, _content_type: &str) -> Result<(), ObjectError> {
        write(&self.path(key)?, &bytes, true)
    }

    async fn put_new(&self, key: &str, bytes: Vec<u8>, _content_type: &str) -> Result<(), ObjectError> {
        write(&self.path(key)?, &bytes, false)
    }

    async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        match fs::remove_file(self.path(key)?) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(ObjectError::Failed(error.to_string())),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_leads_out_of_the_folder() {
        for key in ["a", "team-1/session_2/original.pdf", "a/b/c.1"] {
            assert!(is_key(key), "{key}");
        }
        for key in [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            "..",
            "../../x",
            "a/../b",
            "a/./b",
            "a/...",
            "a\\b",
            "a\0b",
            "ä",
            "C:x",
            &"x".repeat(1_025),
        ] {
            assert!(!is_key(key), "{key}");
        }
    }
}
