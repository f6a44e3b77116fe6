//! The console around every signed-in page: the history pane, the agent's own menu, the New Session dialog, the sheet of
//! shortcuts.

use jiff::Timestamp;
use maud::{Markup, Render, html};
use parlor_domain::Role;
use parlor_domain::staff::ListScope;

use super::forms::Forms;
use super::history::History;
use super::new_session::NewSession;
use super::phrases::{self, PRODUCT};
use super::sample;
use super::script_words::{indicator_templates, row_card, script_words};
use super::sheet::{Sheet, opens};
use super::signs::{mark, pane_icon};
use crate::accent::Accent;
use crate::components::{Avatar, Button, Icon, toasts};
use crate::lang::Lang;
use crate::layout::{Live, Shell};
use crate::palette::{Palette, opens_palette};
use crate::words::{account, admin, console as words, library, moving, palette};

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// Everything around the main part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub lang: Lang,
    /// CSRF token and idempotency keys of this rendering.
    pub forms: Forms,
    /// Who is signed in.
    pub agent: Person,
    /// The company's name from the branding settings; the product's own where there is none.
    pub company: Option<String>,
    pub accent: Accent,
    /// The pane at the side.
    pub history: History,
    /// Whether the pane is folded: the cookie `parlor_pane` is `closed`.
    pub folded: bool,
    /// The New Session dialog, which `n` opens from every page.
    pub new_session: NewSession,
    /// Whether this is the one-machine stack, which shows what it sent.
    pub one_machine: bool,
    /// Where the live connection of the lists goes, with its ticket.
    pub lists_url: Option<String>,
    pub now: Timestamp,
}

/// What a page puts into its frame.
pub(super) struct InFrame<'a> {
    pub(super) title: &'a str,
    pub(super) class: &'a str,
    pub(super) script: &'a str,
    pub(super) live: Option<&'a Live>,
    pub(super) data: &'a [(&'a str, &'a str)],
    /// The New Session form stands in the page itself, so there is no dialog of it.
    pub(super) without_dialog: bool,
    pub(super) main: Markup,
}

impl Frame {
    /// The button that shows the pane where the screen is narrow.
    pub(super) fn pane_button(lang: Lang) -> Markup {
        html! {
            button.button.button-quiet.button-icon.narrow-only type="button" popovertarget="pane" title=(words::history(lang)) { (pane_icon()) span.unseen { (words::history(lang)) } }
        }
    }

    pub(super) fn page(&self, page: InFrame<'_>) -> Markup {
        let lang = self.lang;
        let title = format!("{} · {}", page.title, self.company.as_deref().unwrap_or(PRODUCT));
        let now = self.now.to_string();
        let mut data = vec![
            ("now", now.as_str()),
            ("me", self.agent.name.as_str()),
            ("pane", if self.folded { "closed" } else { "open" }),
        ];
        data.extend_from_slice(page.data);
        Shell {
            lang,
            title: &title,
            accent: self.accent,
            css: &["console.css"],
            js: &[page.script],
            reason: None,
            live: page.live,
            refresh: None,
            class: &format!("console {}", page.class),
            data: &data,
            body: html! {
                a.skip href="#main" { (words::skip(lang)) }
                (self.pane())
                main.main id="main" tabindex="-1" { (page.main) }
                @if !page.without_dialog {
                    (Sheet { lang, id: "new-session", class: "sheet-new", title: words::new_session(lang), body: self.new_session.form(lang, &self.forms) })
                }
                (Palette { lang, settings: self.agent.role == Role::Admin })
                (shortcuts(lang))
                (toasts())
                (script_words(lang))
                (indicator_templates(lang))
                (row_card(lang))
            },
        }
        .render()
    }

    fn pane(&self) -> Markup {
        let lang = self.lang;
        html! {
            aside.pane id="pane" popover="auto" aria-label=(words::history(lang)) data-lists=[self.lists_url.as_deref()] data-ticket-url="/console/live" {
                div.pane-top {
                    a.brand href="/console" { (mark()) span { (self.company.as_deref().unwrap_or(PRODUCT)) } }
                    button.button.button-quiet.button-icon.pane-fold.by-script type="button" data-do="fold" aria-expanded=(!self.folded) aria-controls="pane-body" title=(words::collapse(lang)) {
                        (pane_icon()) span.unseen { (words::collapse(lang)) }
                    }
                }
                (opens("new-session", "button-wide pane-new", html! { (Icon::Add) span { (words::new_session(lang)) } kbd { "n" } }))
                div.pane-body id="pane-body" { (self.history.body(lang, self.now)) }
                (self.me())
            }
        }
    }

    /// The agent's own menu, at the foot of the pane.
    fn me(&self) -> Markup {
        let lang = self.lang;
        html! {
            details.menu.menu-up.me {
                summary.list-row {
                    (Avatar { name: &self.agent.name, indicator: None })
                    span.list-row-main { span { (self.agent.name) } span.small.muted { (phrases::role(lang, self.agent.role)) } }
                    (Icon::ChevronDown)
                }
                ul.menu-list {
                    li { (opens_palette(lang, "")) }
                    li { a href="/me" { (Icon::User) (account::me(lang)) } }
                    li { button type="button" popovertarget="shortcuts" data-opens="shortcuts" { (Icon::Keyboard) (words::shortcuts(lang)) kbd { "?" } } }
                    // The script shows it where the browser can notify, and asks the browser when it is switched on.
                    li data-notify hidden { label.switch.menu-switch { span { (Icon::Bell) (words::browser_notifications(lang)) } input id="notify-on" type="checkbox" role="switch"; } }
                    @if self.agent.role != Role::Agent { li { a href="/console/team" { (Icon::Users) (words::board(lang)) } } }
                    @if self.agent.role == Role::Supervisor { li { a href="/admin/library" { (Icon::Document) (library::library(lang)) } } }
                    @if self.agent.role == Role::Admin { li { a href="/admin/settings" { (Icon::Gear) (admin::administration(lang)) } } }
                    li { a href="/docs" { (Icon::Document) (words::api_reference(lang)) } }
                    @if self.one_machine { li { a href="/outbox" { (Icon::Mail) (words::outbox(lang)) } } }
                    li {
                        form method="post" action="/logout" {
                            (self.forms.hidden("logout"))
                            button type="submit" { (Icon::SignOut) (words::sign_out(lang)) }
                        }
                    }
                }
            }
        }
    }

    /// A supervisor's frame, with a full history.
    pub fn sample_supervisor() -> Self {
        let frame = Self::sample(Lang::En);
        Self { agent: Person { role: Role::Supervisor, ..frame.agent.clone() }, ..frame }
    }

    /// A frame with a full history.
    pub fn sample(lang: Lang) -> Self {
        Self {
            lang,
            forms: Forms::sample(),
            agent: Person { name: "Nina Alder".to_owned(), role: Role::Admin },
            company: Some("Northwind Mutual".to_owned()),
            accent: Accent::Default,
            history: History::sample(),
            folded: false,
            new_session: NewSession::sample(),
            one_machine: false,
            lists_url: None,
            now: sample::now(),
        }
    }

    /// A frame of somebody who has just arrived.
    pub fn sample_first_day() -> Self {
        Self {
            agent: Person { name: "Omar Haddad".to_owned(), role: Role::Agent },
            company: None,
            history: History {
                rows: Vec::new(),
                more: None,
                scopes: vec![],
                scope: ListScope::My,
                ..History::sample()
            },
            ..Self::sample(Lang::En)
        }
    }
}

fn shortcuts(lang: Lang) -> Markup {
    // The keys, each pressed after the other, and what they do.
    let rows: [(&[&str], &str); 11] = [
        (&["Ctrl K"], palette::palette(lang)),
        (&["/"], words::shortcut_search(lang)),
        (&["/"], library::shortcut(lang)),
        (&["n"], words::new_session(lang)),
        (&["j"], words::shortcut_next(lang)),
        (&["k"], words::shortcut_previous(lang)),
        (&["g", "h"], words::shortcut_home(lang)),
        (&["Alt ↑", "Alt ↓"], moving::shortcut(lang)),
        (&["e"], words::shortcut_end(lang)),
        (&["Esc"], words::shortcut_close(lang)),
        (&["?"], words::shortcut_sheet(lang)),
    ];
    Sheet {
        lang,
        id: "shortcuts",
        class: "sheet-keys",
        title: words::shortcuts(lang),
        body: html! {
            dl.keys {
                @for (keys, what) in rows {
                    div { dt { @for key in keys { kbd { (key) } } } dd { (what) } }
                }
            }
            // Single keys get in the way of speech control, so they can be switched off (WCAG 2.1.4). The script remembers.
            label.switch hidden { span { (words::single_keys(lang)) } input id="keys-on" type="checkbox" role="switch" checked; }
        },
    }
    .render()
}

/// The line over the main part on narrow screens, where the pane is away.
pub(super) fn topbar(lang: Lang, company: Option<&str>) -> Markup {
    html! {
        header.topbar.narrow-only {
            (Frame::pane_button(lang))
            a.brand href="/console" { (mark()) span { (company.unwrap_or(PRODUCT)) } }
            (Button::quiet(words::new_session(lang)).icon_only(Icon::Add).href("/console?new=1"))
        }
    }
}
