//! Everything that people see: pages, mails and texts.
//!
//! A view is a plain struct that says what is on the page, with a `samples()` list and a `render()`; nothing here reads a
//! clock, a table or a request. Customers are spoken to from one catalogue, [`words`], in five languages; staff pages
//! are under [`console`]. Style sheets and scripts are in `static/` and served under the names in [`assets`].

pub mod accent;
pub mod assets;
pub mod console;
pub mod customer;
pub mod lang;
pub mod layout;
pub mod mail;
pub mod parts;
pub mod reference;
pub mod text;
pub mod words;

pub use accent::Accent;
pub use lang::Lang;
pub use layout::{Live, Shell};
