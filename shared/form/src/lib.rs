//! What functions say to each other about a document, in JSON: its pages and fields, what was read of it, what was filled in,
//! and what to complete it with. Types alone: what works on files themselves is in `parlor-documents`, which few may link.

mod answers;
mod day;
mod evidence;
mod join;
mod model;
mod pack;
mod report;
mod task;

pub use answers::{Answered, AnsweredStep, AnswersPage};
pub use day::{DayFormat, DayStyle, NoDayFormat};
pub use evidence::{Evidence, EvidenceWords, Signer};
pub use join::{JoinPart, JoinReport, JoinTask, JoinWords};
pub use model::{Align, Field, FieldKind, Form, Page, PrefillFrom, Strokes, Value, Values};
pub use pack::{PackContent, PackEntry, PackReport, PackTask};
pub use report::{PagePicture, ReadReport, Refusal};
pub use task::FinishTask;
