//! Everything that people see: pages, mails and texts.
//!
//! A view is a plain struct that says what is on the page and in which language, with a `samples()` list and a `render()`;
//! nothing here reads a clock, a table or a request. Customers' pages are under [`customer`], staff's under [`console`], admins' under [`admin`];
//! both are made of [`components`] and say the [`words`] of one catalogue. Style sheets and scripts are in `static/` and
//! served under the names in [`assets`].
#![allow(missing_docs, reason = "a view's fields say what they are; a comment stands where they do not")]

pub mod accent;
pub mod admin;
pub mod assets;
pub mod browsers;
pub mod components;
pub mod console;
pub mod customer;
pub mod deadline;
pub mod evidence;
pub mod exports;
pub mod lang;
pub mod layout;
pub mod mail;
pub mod names;
mod palette;
pub mod reference;
pub mod refusals;
#[cfg(test)]
mod staff_checks;
pub mod staff_mail;
pub mod text;
pub mod times;
pub mod words;

pub use accent::Accent;
pub use lang::Lang;
pub use layout::{Live, Shell};
