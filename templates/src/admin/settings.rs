//! The settings (R19).

use maud::{Markup, html};

use super::frame::{Frame, InFrame, Section};
use crate::lang::Lang;
use crate::words::admin as words;

/// The settings of the system or of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsPage {
    pub frame: Frame,
}

impl SettingsPage {
    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        self.frame.page(InFrame {
            title: words::settings(lang),
            class: "page-settings",
            script: "admin.js",
            main: html! { h1 { (words::settings(lang)) } },
        })
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("system", Self { frame: Frame::sample(Lang::En, Section::Settings) }),
            ("system-ar", Self { frame: Frame::sample(Lang::Ar, Section::Settings) }),
        ]
    }
}
