//! What there is to do is given another place in the list (R21). The handle of a row is a menu that needs no script; with one it is
//! dragged, too, and the row takes keys.

use maud::{Markup, html};

use super::content::WorkItem;
use super::model::Room;
use crate::components::Icon;
use crate::lang::Lang;
use crate::words::moving as words;

impl Room {
    /// The handle of the row at this place. Nothing where there is no other place, and for what goes where its workflow goes.
    pub(super) fn handle(&self, at: Option<usize>, item: &WorkItem) -> Markup {
        let lang = self.frame.lang;
        let Some(at) = at else { return html! {} };
        let rows: Vec<&WorkItem> = self.rows().collect();
        // A row stands before another: down is before the one after the next.
        let up = at.checked_sub(1).and_then(|at| rows.get(at)).map(|one| one.id.as_str());
        let down = (at + 1 < rows.len()).then(|| rows.get(at + 2).map_or("", |one| one.id.as_str()));
        html! {
            @if rows.len() > 1 && !self.is_only_read() {
                details.menu.work-move {
                    @let label = words::handle(lang, &item.title).to_string();
                    summary.button.button-quiet.button-icon title=(label) data-key={ "move-" (item.id) } data-do="drag" { (Icon::Grip) span.unseen { (label) } }
                    ul.menu-list {
                        @if let Some(before) = up { li { (self.moves(item, "up", before, html! { (Icon::ArrowUp) (words::up(lang)) })) } }
                        @if let Some(before) = down { li { (self.moves(item, "down", before, html! { (Icon::ArrowDown) (words::down(lang)) })) } }
                    }
                }
            }
        }
    }

    fn moves(&self, item: &WorkItem, way: &str, before: &str, inside: Markup) -> Markup {
        let operation = format!("interactions/{}/move", item.id);
        html! {
            form method="post" action=(self.operation(&operation)) data-operation=(operation) data-move=(way) {
                (self.frame.forms.hidden(&format!("move-{way}-{}", item.id)))
                input type="hidden" name="before" value=(before);
                button type="submit" { (inside) }
            }
        }
    }
}

/// Where a script says what became of a move, to who cannot see it.
pub(super) fn said(lang: Lang) -> Markup {
    html! { p.unseen id="moved" role="status" data-now=(words::now(lang, "{title}", "{n}", "{total}").plain()) {} }
}
