//! Pages of a PDF that we write ourselves: letters, signatures and marks ([`Ink`]), paragraphs over as many pages as they need
//! ([`write`]), and the answers of a workflow as a document of their own ([`answers`]).
//!
//! It draws what was typed, and signatures by their strokes, and reads no file: so whatever serves people may link it
//! (docs/adr/0030-strangers-files.md). The same input gives the same output.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "lengths on paper, far from either end"
)]
#![allow(clippy::many_single_char_names, reason = "matrices are written so")]

mod answers;
mod ink;
mod written;

pub use answers::answers;
pub use ink::{Area, Embedded, Frame, Ink, path};
pub use parlor_fonts::{Align, Fonts, Typesetter};
pub use written::{Block, Part, write};
