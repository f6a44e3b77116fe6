//! Documents that customers fill in and sign (R21): PDFs that strangers made, read, filled and completed.
//!
//! 1. [`Original::open`] reads a file and refuses, with a reason, what cannot be worked with ([`Refusal`]). It draws nothing.
//! 2. [`Original::form`] says which pages it has and which fields its own form has.
//! 3. [`Original::finish`] writes values where the fields were, adds the [evidence page](Evidence), takes out whatever could
//!    change or act by itself later, and leaves room for a signature, which `parlor-signing` then writes.
//! 4. [`Joined`] puts several documents into one, each as a reader shows it.
//!
//! Everything here takes bytes and gives bytes: no clock, no randomness, no requests. The same input gives the same output, so
//! a completion that is done twice has one hash. Nothing here draws pages; `parlor-drawing` does, in a process of its own,
//! and reads strangers' files there too. See `docs/security.md`, *Strangers' files*.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "lengths on paper, far from either end"
)]
#![allow(clippy::many_single_char_names, reason = "matrices are written so")]

mod copies;
mod evidence;
mod fields;
mod fill;
mod finish;
mod joined;
mod kept;
mod nesting;
mod overlay;
mod pdf;
mod preflight;
mod seen;
mod sheet;
mod shown;
mod step;
mod strip;

pub use finish::{Finished, Unfinished};
pub use joined::Joined;
pub use parlor_fonts::Fonts;
pub use parlor_form::{
    Align, Evidence, EvidenceWords, Field, FieldKind, FinishTask, Form, Page, Refusal, Signer, Strokes, Value, Values,
};
pub use preflight::{Limits, Original};
pub use step::{FinishError, FinishReport, finish};
