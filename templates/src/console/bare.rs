//! A page without the console around it.

use maud::{Markup, Render, html};

use super::phrases::PRODUCT;
use super::script_words::script_words;
use super::signs::mark;
use crate::accent::Accent;
use crate::lang::Lang;
use crate::layout::Shell;

/// The mark, one narrow column, nothing else.
pub(super) fn page(lang: Lang, title: &str, reason: Option<&str>, body: Markup) -> Markup {
    let title = format!("{title} · {PRODUCT}");
    Shell {
        lang,
        title: &title,
        accent: Accent::Default,
        css: &["console.css"],
        js: &["console.js"],
        reason,
        live: None,
        refresh: None,
        class: "door",
        data: &[],
        body: html! {
            main.door-card {
                p.brand { (mark()) (PRODUCT) }
                (body)
            }
            (script_words(lang))
        },
    }
    .render()
}
