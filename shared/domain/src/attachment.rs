//! Files in the chat (R21), and what is known of a file once somebody looked into it.

use parlor_form::{PagePicture, ReadReport, Refusal as NotRead};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Upload, UploadId, upload::FileType};

/// What is wrong with a file that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadFile {
    /// It cannot be read, or not in time.
    #[error("the file is damaged")]
    Damaged,
    /// It cannot be opened without a password.
    #[error("the file has a password")]
    Password,
    /// A photo as only some devices show it.
    #[error("photos in the format HEIC are not taken; send a JPEG")]
    Heic,
    /// What is in it is none of [`FileType`].
    #[error("only PDF, JPEG, PNG and WebP files are taken")]
    OtherKind,
    /// It has too many bytes or pixels.
    #[error("the file is too large")]
    TooLarge,
    /// The virus check found something, or could not look into it.
    #[error("the virus check did not let the file through")]
    NotClean,
}

/// What is in a file that has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What it is, whatever it was said to be.
    pub content_type: FileType,
    /// Of the file that is downloaded, in bytes; of a PDF that is the one that was sent, and nothing stands here.
    pub size: Option<u64>,
    /// The key of that file in the bucket, if it is not the one that was sent.
    pub key: Option<String>,
    /// A small picture of it; nothing where none could be drawn.
    pub thumbnail: Option<PagePicture>,
    /// How many pages a PDF has, where they could be counted.
    pub pages: Option<u32>,
    /// Width and height of a picture, in pixels; nothing in reports from before they were noted.
    pub pixels: Option<[u32; 2]>,
}

impl Judged {
    /// A PDF that can be looked at and not filled in here is as good as any.
    fn pdf(pages: Option<usize>, thumbnail: Option<PagePicture>) -> Self {
        let pages = pages.and_then(|pages| u32::try_from(pages).ok());
        Self { content_type: FileType::Pdf, size: None, key: None, thumbnail, pages, pixels: None }
    }

    /// Of what was read of it.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn of(report: ReadReport) -> Result<Self, BadFile> {
        match report {
            ReadReport::Read { form, pictures } => {
                Ok(Self::pdf(Some(form.pages.len()), pictures.into_iter().next().flatten()))
            }
            ReadReport::Picture { picture, size, thumbnail, pixels } => Ok(Self {
                content_type: FileType::parse(&picture.content_type).ok_or(BadFile::Damaged)?,
                size: Some(size),
                key: Some(picture.key),
                thumbnail,
                pages: None,
                pixels,
            }),
            ReadReport::Refused(why) => match why {
                NotRead::Signed | NotRead::Xfa | NotRead::FormTooBig | NotRead::TooManyPages => {
                    Ok(Self::pdf(None, None))
                }
                NotRead::Password => Err(BadFile::Password),
                NotRead::Heic => Err(BadFile::Heic),
                NotRead::NotClean => Err(BadFile::NotClean),
                NotRead::NotPdf => Err(BadFile::OtherKind),
                NotRead::TooBig | NotRead::ImageTooLarge | NotRead::PageTooLarge | NotRead::TooMuchContent => {
                    Err(BadFile::TooLarge)
                }
                NotRead::Damaged | NotRead::NoPages | NotRead::TooNested | NotRead::BadFont => Err(BadFile::Damaged),
            },
            ReadReport::Unreadable => Err(BadFile::Damaged),
        }
    }
}

/// A file that goes with a chat message (R21). Its addresses are signed for whoever may see the message, when they ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// The upload that it came by.
    pub id: UploadId,
    /// As it was called where it comes from, with the ending of what is in it.
    pub name: String,
    /// What is in it: `application/pdf`, `image/jpeg`, `image/png` or `image/webp`.
    #[serde(rename = "type")]
    pub content_type: FileType,
    /// In bytes, as it is downloaded.
    pub size: u64,
    /// Of a picture that has a small one: the picture's width in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// The picture's height in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

impl Attachment {
    /// Of a file that came as `upload`.
    #[must_use]
    pub fn of(upload: Upload, judged: &Judged) -> Self {
        let small = judged.pixels.filter(|_| judged.content_type.is_picture() && judged.thumbnail.is_some());
        Self {
            id: upload.id,
            name: judged.content_type.named(&upload.name),
            content_type: judged.content_type,
            size: judged.size.unwrap_or(upload.size),
            width: small.map(|[width, _]| width),
            height: small.map(|[_, height]| height),
        }
    }

    /// The key of the file in the bucket: of a picture as it was written anew, of a PDF as it came.
    #[must_use]
    pub fn key(&self) -> String {
        if self.content_type.is_picture() { format!("read/{}/picture", self.id) } else { self.id.object() }
    }

    /// The key of the small picture, a JPEG, if there is one.
    #[must_use]
    pub fn thumbnail(&self) -> Option<String> {
        self.width.map(|_| format!("read/{}/thumbnail", self.id))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::Actor;

    fn upload() -> Upload {
        Upload {
            id: "up_0000000000000000".parse().unwrap(),
            name: "Kitchen.heic.pdf".into(),
            size: 9,
            content_type: FileType::Pdf,
            sha256: "0".repeat(64),
            by: Actor::Customer,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn picture(key: &str) -> PagePicture {
        PagePicture { key: format!("read/up_0000000000000000/{key}"), content_type: "image/jpeg".into() }
    }

    #[test]
    fn r21_an_attachment_is_what_is_in_the_file_and_not_what_it_was_said_to_be() {
        let report = ReadReport::Picture {
            picture: picture("picture"),
            size: 7,
            thumbnail: Some(picture("thumbnail")),
            pixels: Some([640, 480]),
        };
        let attachment = Attachment::of(upload(), &Judged::of(report).unwrap());
        assert_eq!((attachment.name.as_str(), attachment.size), ("Kitchen.heic.jpg", 7));
        assert_eq!((attachment.width, attachment.height), (Some(640), Some(480)));
        assert_eq!(attachment.key(), picture("picture").key);
        assert_eq!(attachment.thumbnail(), Some(picture("thumbnail").key));
        // Without a small picture no room is kept for one.
        let report =
            ReadReport::Picture { picture: picture("picture"), size: 7, thumbnail: None, pixels: Some([640, 480]) };
        let attachment = Attachment::of(upload(), &Judged::of(report).unwrap());
        assert_eq!((attachment.width, attachment.thumbnail()), (None, None));
        let pdf = Attachment::of(upload(), &Judged::of(ReadReport::Refused(NotRead::Signed)).unwrap());
        assert_eq!((pdf.name.as_str(), pdf.size), ("Kitchen.heic.pdf", 9));
        assert_eq!((pdf.key(), pdf.thumbnail()), (upload().id.object(), None));
    }

    #[test]
    fn r21_what_cannot_be_opened_is_refused_with_its_reason() {
        for (why, bad) in [
            (NotRead::Password, BadFile::Password),
            (NotRead::Heic, BadFile::Heic),
            (NotRead::NotClean, BadFile::NotClean),
            (NotRead::NotPdf, BadFile::OtherKind),
            (NotRead::ImageTooLarge, BadFile::TooLarge),
            (NotRead::Damaged, BadFile::Damaged),
        ] {
            assert_eq!(Judged::of(ReadReport::Refused(why)), Err(bad));
        }
        assert_eq!(Judged::of(ReadReport::Unreadable), Err(BadFile::Damaged));
    }
}
