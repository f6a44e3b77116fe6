//! The console around every signed-in page: the history pane, the agent's own menu, the New Session dialog, the sheet of
//! shortcuts.

use jiff::Timestamp;
use maud::{Markup, Render, html};

use super::{Forms, History, INDICATORS, NewSession, Sheet, avatar, mark, opens, pane_icon, sample_now, words};
use crate::layout::{Live, Shell};
use crate::parts::{self, Avatar, Banner, Button, Icon, Tone};
use crate::{Accent, Lang};

/// A role, for what the menu says and offers.
pub use parlor_domain::Role;

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// What they may do; an administrator's menu leads to `/admin`.
    pub role: Role,
}

/// Everything around the main part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// CSRF token and idempotency keys of this rendering.
    pub forms: Forms,
    /// Who is signed in.
    pub agent: Person,
    /// The company's name from the branding settings; the product's own where there is none.
    pub company: Option<String>,
    /// The company's accent.
    pub accent: Accent,
    /// The pane at the side.
    pub history: History,
    /// Whether the pane is folded: the cookie `parlor_pane` is `closed`.
    pub folded: bool,
    /// The New Session dialog, which `n` opens from every page.
    pub new_session: NewSession,
    /// The clock.
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
    pub(super) fn pane_button() -> Markup {
        html! {
            button.button.button-quiet.button-icon.narrow-only type="button" popovertarget="pane" title=(words::HISTORY) { (pane_icon()) span.unseen { (words::HISTORY) } }
        }
    }

    pub(super) fn page(&self, page: InFrame<'_>) -> Markup {
        let title = format!("{} · {}", page.title, self.company.as_deref().unwrap_or(words::PRODUCT));
        let now = self.now.to_string();
        let mut data = vec![
            ("now", now.as_str()),
            ("me", self.agent.name.as_str()),
            ("pane", if self.folded { "closed" } else { "open" }),
        ];
        data.extend_from_slice(page.data);
        Shell {
            lang: Lang::En,
            title: &title,
            accent: self.accent,
            css: &["console.css"],
            js: &[page.script],
            reason: None,
            live: page.live,
            class: &format!("console {}", page.class),
            data: &data,
            body: html! {
                a.skip href="#main" { (words::SKIP) }
                (self.pane())
                main.main id="main" tabindex="-1" { (page.main) }
                @if !page.without_dialog {
                    (Sheet { id: "new-session", class: "sheet-new", title: words::NEW_SESSION, body: self.new_session.form(&self.forms) })
                }
                (shortcuts())
                (parts::toasts())
                (script_words())
                (indicator_templates())
            },
        }
        .render()
    }

    fn pane(&self) -> Markup {
        html! {
            aside.pane id="pane" popover="auto" aria-label=(words::HISTORY) {
                div.pane-top {
                    a.brand href="/console" { (mark()) span { (self.company.as_deref().unwrap_or(words::PRODUCT)) } }
                    button.button.button-quiet.button-icon.pane-fold type="button" data-do="fold" aria-expanded=(!self.folded) aria-controls="pane-body" title=(words::COLLAPSE) hidden {
                        (pane_icon()) span.unseen { (words::COLLAPSE) }
                    }
                }
                (opens("new-session", "button-wide pane-new", html! { (Icon::Add) span { (words::NEW_SESSION) } kbd { "n" } }))
                div.pane-body id="pane-body" { (self.history.body(self.now)) }
                (self.me())
            }
        }
    }

    /// The agent's own menu, at the foot of the pane.
    fn me(&self) -> Markup {
        html! {
            details.menu.menu-up.me {
                summary.list-row {
                    (Avatar { name: &self.agent.name, indicator: None })
                    span.list-row-main { span { (self.agent.name) } span.small.muted { (words::role(self.agent.role)) } }
                    (Icon::ChevronDown)
                }
                ul.menu-list {
                    li { button type="button" popovertarget="shortcuts" data-opens="shortcuts" { (Icon::Keyboard) (words::SHORTCUTS) kbd { "?" } } }
                    @if self.agent.role == Role::Admin { li { a href="/admin" { (Icon::Gear) (words::ADMINISTRATION) } } }
                    li {
                        form method="post" action="/logout" {
                            (self.forms.hidden("logout"))
                            button type="submit" { (Icon::SignOut) (words::SIGN_OUT) }
                        }
                    }
                }
            }
        }
    }

    /// A frame with a full history.
    pub fn sample() -> Self {
        Self {
            forms: Forms::sample(),
            agent: Person { name: "Nina Alder".to_owned(), role: Role::Admin },
            company: Some("Northwind Mutual".to_owned()),
            accent: Accent::Default,
            history: History::sample(),
            folded: false,
            new_session: NewSession::sample(),
            now: sample_now(),
        }
    }

    /// A frame of somebody who has just arrived.
    pub fn sample_first_day() -> Self {
        Self {
            agent: Person { name: "Omar Haddad".to_owned(), role: Role::Agent },
            company: None,
            history: History { rows: Vec::new(), ..History::sample() },
            ..Self::sample()
        }
    }
}

fn shortcuts() -> Markup {
    Sheet {
        id: "shortcuts",
        class: "sheet-keys",
        title: words::SHORTCUTS,
        body: html! {
            dl.keys {
                @for (keys, what) in words::SHORTCUT_ROWS {
                    div { dt { @for key in keys { kbd { (key) } } } dd { (what) } }
                }
            }
            // Single keys get in the way of speech control, so they can be switched off (WCAG 2.1.4). The script remembers.
            label.switch hidden { span { (words::SINGLE_KEYS) } input id="keys-on" type="checkbox" role="switch" checked; }
        },
    }
    .render()
}

/// The words that the scripts need, so that they have none of their own.
pub(super) fn script_words() -> Markup {
    html! {
        div id="words" hidden
            data-ago-now="now" data-ago-min="{n} min" data-ago-hour="{n} h" data-yesterday="yesterday"
            data-day-today="Today" data-day-yesterday="Yesterday"
            data-copied=(words::COPIED) data-copy-failed=(words::COPY_FAILED)
            data-unreachable=(words::OFFLINE_TRY) data-not-sent=(words::NOT_SENT) data-show=(words::SHOW) data-hide=(words::HIDE)
            data-collapse=(words::COLLAPSE) data-expand=(words::EXPAND)
            data-need-name=(words::NEED_NAME) data-need-email=(words::NEED_EMAIL) data-need-phone=(words::NEED_PHONE)
            data-need-contact=(words::NEED_CONTACT) data-need-pin=(words::NEED_PIN) data-bad-email=(words::BAD_EMAIL) data-bad-phone=(words::BAD_PHONE)
            data-pin-failed=(words::PIN_SHOW_FAILED) data-pin-not-yours=(words::PIN_NOT_YOURS)
            data-sending=(words::SENDING) data-send-failed=(words::SEND_FAILED) data-retry=(words::RETRY)
            data-inactive-now=(words::INACTIVE_NOW) data-composer-closed=(words::COMPOSER_CLOSED) data-message-too-long=(words::MESSAGE_TOO_LONG)
            data-done-invite=(words::DONE_INVITE) data-done-release=(words::DONE_RELEASE) data-done-reset=(words::DONE_RESET)
            data-done-renew=(words::DONE_RENEW) data-done-keep=(words::DONE_KEEP) {}
        template id="field-error" { p.field-error { (Icon::Alert) span {} } }
        template id="form-error" { (Banner::new(Tone::Bad, html! { p {} })) }
    }
}

/// The five indicators, for the script to put into avatars when presence changes.
fn indicator_templates() -> Markup {
    html! {
        template id="indicators" {
            @for indicator in INDICATORS {
                span data-indicator=(indicator.as_str()) data-words=(words::indicator(indicator)) { (avatar("", indicator)) }
            }
        }
    }
}

/// The line over the main part on narrow screens, where the pane is away.
pub(super) fn topbar(company: Option<&str>) -> Markup {
    html! {
        header.topbar.narrow-only {
            (Frame::pane_button())
            a.brand href="/console" { (mark()) span { (company.unwrap_or(words::PRODUCT)) } }
            (Button::quiet(words::NEW_SESSION).icon_only(Icon::Add).href("/console?new=1"))
        }
    }
}
