//! What came of reading a file.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Form;

/// Why a document is not taken. People are told in words of their language; the serialised form is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// Not a PDF at all.
    #[error("this is no PDF")]
    NotPdf,
    /// A PDF in which nothing can be found.
    #[error("the file is damaged")]
    Damaged,
    /// More bytes than allowed.
    #[error("the file is too big")]
    TooBig,
    /// Opens with a password only.
    #[error("the file has a password")]
    Password,
    /// A form of Adobe's XML forms architecture, which only Adobe's programs show.
    #[error("the form opens in Adobe's programs only")]
    Xfa,
    /// Carries a signature, which any change would break.
    #[error("the file is signed already")]
    Signed,
    /// Has no page.
    #[error("the file has no pages")]
    NoPages,
    /// More pages than allowed.
    #[error("the file has too many pages")]
    TooManyPages,
    /// A page longer than PDF allows.
    #[error("a page is too large")]
    PageTooLarge,
    /// A picture with more pixels than allowed.
    #[error("a picture is too large")]
    ImageTooLarge,
    /// Inflates to more than allowed.
    #[error("the file has too much in it")]
    TooMuchContent,
    /// Draws forms within forms too often.
    #[error("the file is nested too deeply")]
    TooNested,
    /// A font that numbers more characters than there are.
    #[error("a font is damaged")]
    BadFont,
    /// More fields, or more text in them, than a form has.
    #[error("the form has too many fields")]
    FormTooBig,
    /// A picture of the kind that iPhones keep, which browsers do not show.
    #[error("this is a HEIC picture")]
    Heic,
    /// The virus check found something, or could not look into it.
    #[error("the virus check did not let the file through")]
    NotClean,
}

/// What came of reading a file: `form.json` beside its pages' pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadReport {
    /// The document can be filled in.
    Read {
        /// Its pages and fields.
        form: Form,
        /// For each page its picture; nothing where it could not be drawn. The document works by its fields then.
        pictures: Vec<Option<PagePicture>>,
    },
    /// A picture that can be shown: upright, and written anew without what its camera noted.
    Picture {
        /// The picture.
        picture: PagePicture,
        /// Its size in bytes.
        size: u64,
        /// A small one of it; nothing where it could not be made.
        thumbnail: Option<PagePicture>,
        /// The picture's width and height; nothing in reports from before they were noted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pixels: Option<[u32; 2]>,
    },
    /// The document is not taken.
    Refused(Refusal),
    /// Reading it took too long or too much memory.
    Unreadable,
}

/// A page's picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PagePicture {
    /// Its key.
    pub key: String,
    /// `image/webp`, `image/jpeg` or `image/png`.
    pub content_type: String,
}
