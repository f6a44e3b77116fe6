//! Reading and drawing strangers' documents in a process that can be killed.
//!
//! A renderer is a machine for carrying out what a stranger wrote. Files of two kilobytes keep one busy for years or fill all
//! memory, and neither a panic of an aborting build nor a loop can be caught in the process that it happens in. So whoever
//! reads or draws a file does it through [`Reader`], which starts a child for each step, with limits that the kernel holds:
//! memory, CPU time, the size of what it writes; and kills it when its time is over. The child has no environment, so no
//! credentials, and it hands back a file.
//!
//! The child is a program that calls [`child_main`] before anything else; it may be the one that calls [`Reader`].

mod child;
mod join;
mod page;
mod reader;
mod step;

pub use child::child_main;
pub use join::{Joined, join};
pub use parlor_form::{PagePicture, ReadReport, Refusal};
pub use reader::{Bounds, Drawn, Failed, Readable, Reader};
pub use step::{LogoTask, ReadTask, logo, put_report, read};
