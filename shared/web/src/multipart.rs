//! Forms with files, as browsers post them without a script (RFC 7578): read whole, within bounds.

use std::{collections::BTreeMap, convert::Infallible};

use futures_util::{FutureExt as _, stream};
use lambda_http::{Body, Request, http::header::CONTENT_TYPE};
use multer::{Constraints, Field, Multipart, SizeLimit};

/// Bytes of a file that is sent so. A function is given 6 MB at most, in which a form's bytes take four for three.
pub const FILE_MAX: usize = 4_000_000;

/// Bytes of a form. More comes to no function.
const FORM_MAX: usize = 6 * 1024 * 1024;

/// Fields and files of a form.
const PARTS: usize = 200;

/// Bytes of all that is typed, as in a form without files.
const TYPED: usize = 64 * 1024;

/// A file of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedFile {
    /// The field that it was chosen in.
    pub field: String,
    /// As it is called where it comes from.
    pub name: String,
    /// What the browser says it is; empty where it says nothing.
    pub content_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A form that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Posted {
    /// What was typed; the last of two with one name wins.
    pub fields: BTreeMap<String, String>,
    /// The files that were chosen. A field in which none was is not among them.
    pub files: Vec<PostedFile>,
}

/// Why a form is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// More bytes, or more fields, than any of our pages has.
    #[error("the form is too large")]
    TooLarge,
    /// It does not say what stands between its parts.
    #[error("the form has no boundary")]
    NoBoundary,
    /// It ends early, or is wrong somewhere.
    #[error("the form is broken")]
    Broken,
}

impl From<multer::Error> for Unread {
    fn from(error: multer::Error) -> Self {
        match error {
            multer::Error::NoMultipart | multer::Error::NoBoundary | multer::Error::DecodeContentType(_) => {
                Self::NoBoundary
            }
            multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => Self::TooLarge,
            _ => Self::Broken,
        }
    }
}

fn content_type(request: &Request) -> &str {
    request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether a request brings such a form.
#[must_use]
pub fn is_one(request: &Request) -> bool {
    let media_type = content_type(request).split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("multipart/form-data")
}

/// Reads one.
pub fn read(request: &Request) -> Result<Posted, Unread> {
    let boundary = multer::parse_boundary(content_type(request))?;
    let bytes: &[u8] = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    if bytes.len() > FORM_MAX {
        return Err(Unread::TooLarge);
    }
    // All of it is here, so that nothing is ever waited for.
    let whole = stream::iter([Ok::<_, Infallible>(bytes.to_vec())]);
    let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(FORM_MAX as u64));
    let mut form = Multipart::with_constraints(whole, boundary, limits);
    parts(&mut form).now_or_never().unwrap_or(Err(Unread::Broken))
}

async fn parts(form: &mut Multipart<'_>) -> Result<Posted, Unread> {
    let (mut posted, mut count, mut typed) = (Posted::default(), 0, 0);
    while let Some(part) = form.next_field().await? {
        count += 1;
        if count > PARTS {
            return Err(Unread::TooLarge);
        }
        let Some(name) = part.name().map(str::to_owned) else { return Err(Unread::Broken) };
        if part.file_name().is_some() {
            posted.files.extend(file(name, part).await?);
            continue;
        }
        let bytes = part.bytes().await?;
        typed += name.len() + bytes.len();
        if typed > TYPED {
            return Err(Unread::TooLarge);
        }
        let value = String::from_utf8(bytes.to_vec()).map_err(|_| Unread::Broken)?;
        posted.fields.insert(name, value);
    }
    Ok(posted)
}

/// A file; nothing where none was chosen, of which browsers post the empty name.
async fn file(field: String, part: Field<'_>) -> Result<Option<PostedFile>, Unread> {
    let name = part.file_name().unwrap_or_default().to_owned();
    let content_type = part.content_type().map(ToString::to_string).unwrap_or_default();
    let bytes = part.bytes().await?.to_vec();
    let is_chosen = !name.is_empty() || !bytes.is_empty();
    Ok(is_chosen.then_some(PostedFile { field, name, content_type, bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(content_type: &str, body: impl Into<Vec<u8>>) -> Request {
        let request = lambda_http::http::Request::post("/").header(CONTENT_TYPE, content_type);
        request.body(Body::Binary(body.into())).unwrap()
    }

    fn posted(body: impl Into<Vec<u8>>) -> Result<Posted, Unread> {
        read(&request("multipart/form-data; boundary=X", body))
    }

    fn field(name: &str, value: &str) -> String {
        format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    #[test]
    fn r21_a_form_is_read_with_its_files() {
        let file = "--X\r\nContent-Disposition: form-data; name=\"f.pay\"; filename=\"Lohn März.pdf\"\r\nContent-Type: application/pdf\r\n\r\n\
                    %PDF-\r\n--Y-\r\n";
        let none = "--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n";
        let read = posted(field("csrf", "a") + &field("a.name", "Zoë\r\nQ") + file + none + "--X--\r\n").unwrap();
        assert_eq!(read.fields, [("csrf", "a"), ("a.name", "Zoë\r\nQ")].map(|(a, b)| (a.into(), b.into())).into());
        assert_eq!(
            read.files,
            [PostedFile {
                field: "f.pay".into(),
                name: "Lohn März.pdf".into(),
                content_type: "application/pdf".into(),
                bytes: b"%PDF-\r\n--Y-".to_vec(),
            }]
        );
    }

    #[test]
    fn r21_a_form_that_is_none_is_refused_and_not_waited_for() {
        for content_type in ["multipart/form-data", "multipart/form-data; boundary="] {
            assert!(read(&request(content_type, "--X--")).is_err(), "{content_type}");
        }
        let end = "--X--\r\n";
        for (broken, why) in [
            (String::new(), Unread::Broken),
            ("--Y--\r\n".to_owned(), Unread::Broken),
            ("--X".to_owned(), Unread::Broken),
            ("--X\r\n".to_owned(), Unread::Broken),
            (field("a", "b"), Unread::Broken),
            ("--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end".to_owned(), Unread::Broken),
            ("--X\r\nContent-Type: text/plain\r\n\r\nnameless\r\n--X--\r\n".to_owned(), Unread::Broken),
            (format!("--X\r\n{}\r\n\r\nb\r\n{end}", "A: b\r\n".repeat(40)), Unread::Broken),
            (format!("--X\r\nContent-Disposition: form-data; name=\"a{end}"), Unread::Broken),
            (field("a", "b").repeat(PARTS + 1) + end, Unread::TooLarge),
            (field("a", &"b".repeat(TYPED)) + end, Unread::TooLarge),
            (field(&"a".repeat(TYPED), "b") + end, Unread::TooLarge),
            (field("a", &"b".repeat(FORM_MAX)) + end, Unread::TooLarge),
        ] {
            assert_eq!(posted(broken.clone()), Err(why), "{broken:.80}");
        }
        let no_text = [b"--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n", end.as_bytes()].concat();
        assert_eq!(posted(no_text), Err(Unread::Broken));
        assert_eq!(posted(end), Ok(Posted::default()));
        assert_eq!(posted(field("a", "b").repeat(PARTS) + end).map(|read| read.fields.len()), Ok(1));
    }
}
