//! The components that pages are made of. Each renders itself (`(Button::primary("Continue"))` in maud), says its words only
//! through its fields, and has a sample beside it.

mod attached;
mod avatar;
mod banner;
mod button;
mod card;
mod chip;
mod dialog;
mod empty;
mod field;
mod figure;
mod icon;
mod linked;
mod list;
mod menu;
mod toast;

use maud::Markup;

pub(crate) use attached::{Attaching, attached, attaching, clip, script};
pub use avatar::Avatar;
pub use banner::{Banner, Tone};
pub use button::{Button, ButtonKind};
pub use card::card;
pub use chip::chip;
pub use dialog::Dialog;
pub use empty::empty;
pub use field::{Check, Field, Select, Switch};
pub use figure::{progress, skeleton, stat};
pub use icon::Icon;
pub(crate) use linked::linked;
pub use list::{ListRow, table, time, timeline};
pub use menu::{Menu, MenuItem, tabs};
pub use toast::{toast, toasts};

/// Every component, as the sample page shows it and the render test checks it.
pub fn samples() -> Vec<(&'static str, Markup)> {
    [
        icon::samples(),
        button::samples(),
        field::samples(),
        dialog::samples(),
        menu::samples(),
        banner::samples(),
        chip::samples(),
        avatar::samples(),
        figure::samples(),
        empty::samples(),
        toast::samples(),
        list::samples(),
        card::samples(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_component_renders_without_inline_style_or_script() {
        for (name, component) in samples() {
            let text = component.into_string();
            assert!(!text.is_empty() && !text.contains(" style=") && !text.contains(" onclick="), "{name}");
        }
    }
}
