//! The frame around every admin's page: the navigation at the side, who is signed in, and the way back to the sessions.

use jiff::Timestamp;
use maud::{Markup, Render, html};
use parlor_domain::Role;

use crate::accent::Accent;
use crate::components::{Avatar, Icon};
use crate::console::{Forms, Person, phrases, phrases::PRODUCT, sample, signs::mark};
use crate::lang::Lang;
use crate::layout::Shell;
use crate::palette::{Palette, opens_palette};
use crate::words::{admin as words, console, first, keys, library, people, webhooks};

/// A part of the administration. The navigation is [`Section::ALL`]: a page that is built adds itself there, and nothing leads
/// to one that is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// What is left to do in a new installation. In the navigation while it is not put away.
    FirstSteps,
    /// The system's settings, and from there a team's.
    Settings,
    /// Who can sign in.
    People,
    /// Who shares settings.
    Teams,
    /// What programs call the API with.
    Keys,
    /// What teams send again and again. Supervisors open it, too.
    Library,
    /// Where programs hear of events.
    Webhooks,
}

impl Section {
    /// Those whose pages are there, in the order of the navigation.
    pub const ALL: [Self; 6] = [Self::Settings, Self::People, Self::Teams, Self::Library, Self::Keys, Self::Webhooks];

    /// Where its first page is.
    pub const fn href(self) -> &'static str {
        match self {
            Self::FirstSteps => "/admin/start",
            Self::Settings => "/admin/settings",
            Self::People => "/admin/people",
            Self::Teams => "/admin/teams",
            Self::Keys => "/admin/keys",
            Self::Library => "/admin/library",
            Self::Webhooks => "/admin/webhooks",
        }
    }

    /// Whether somebody of this role opens it.
    fn is_for(self, role: Role) -> bool {
        role == Role::Admin || self == Self::Library
    }

    const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::FirstSteps => first::first_steps(lang),
            Self::Settings => words::settings(lang),
            Self::People => people::people(lang),
            Self::Teams => people::teams(lang),
            Self::Keys => keys::keys(lang),
            Self::Library => library::library(lang),
            Self::Webhooks => webhooks::webhooks(lang),
        }
    }

    const fn icon(self) -> Icon {
        match self {
            Self::FirstSteps => Icon::CheckCircle,
            Self::Settings => Icon::Gear,
            Self::People => Icon::User,
            Self::Teams => Icon::Users,
            Self::Keys => Icon::Key,
            Self::Library => Icon::Document,
            Self::Webhooks => Icon::Webhook,
        }
    }
}

/// What stands around a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub lang: Lang,
    /// The part that the page belongs to.
    pub section: Section,
    /// CSRF token and idempotency keys of this rendering.
    pub forms: Forms,
    /// Who is signed in.
    pub admin: Person,
    /// The company's name from the branding settings; the product's own where there is none.
    pub company: Option<String>,
    pub accent: Accent,
    /// Whether the first steps are not put away.
    pub first_steps: bool,
    pub now: Timestamp,
}

/// What a page puts into its frame.
#[derive(Debug)]
pub struct InFrame<'a> {
    pub title: &'a str,
    /// The class of the page, behind `admin`.
    pub class: &'a str,
    /// The page's script by asset name; none for a page without one of its own.
    pub script: &'a str,
    pub main: Markup,
}

impl Frame {
    /// The whole document.
    pub fn page(&self, page: InFrame<'_>) -> Markup {
        let lang = self.lang;
        let title = format!("{} · {}", page.title, self.company.as_deref().unwrap_or(PRODUCT));
        let now = self.now.to_string();
        Shell {
            lang,
            title: &title,
            accent: self.accent,
            css: &["admin.css"],
            js: &[page.script],
            reason: None,
            live: None,
            refresh: None,
            class: &format!("admin {}", page.class),
            data: &[("now", now.as_str())],
            body: html! {
                a.skip href="#main" { (console::skip(lang)) }
                (self.side())
                main.admin-main id="main" tabindex="-1" { (page.main) }
                (Palette { lang, settings: self.admin.role == Role::Admin })
            },
        }
        .render()
    }

    /// The navigation's parts, in order.
    fn sections(&self) -> impl Iterator<Item = Section> {
        let first = (self.first_steps || self.section == Section::FirstSteps).then_some(Section::FirstSteps);
        let role = self.admin.role;
        first.into_iter().chain(Section::ALL.into_iter().filter(move |section| section.is_for(role)))
    }

    fn side(&self) -> Markup {
        let lang = self.lang;
        html! {
            header.admin-side {
                a.brand href="/console" { (mark()) span { (self.company.as_deref().unwrap_or(PRODUCT)) } }
                nav.admin-nav aria-label=(words::administration(lang)) {
                    ul {
                        @for section in self.sections() {
                            li {
                                a.list-row href=(section.href()) aria-current=[(section == self.section).then_some("page")] {
                                    (section.icon()) span { (section.words(lang)) }
                                }
                            }
                        }
                    }
                }
                div.admin-foot {
                    (opens_palette(lang, "list-row admin-find"))
                    a.list-row href="/console" { (Icon::ArrowBack) span { (words::to_sessions(lang)) } }
                    div.admin-me {
                        (Avatar { name: &self.admin.name, indicator: None })
                        span.list-row-main { span { (self.admin.name) } span.small.muted { (phrases::role(lang, self.admin.role)) } }
                        form method="post" action="/logout" {
                            (self.forms.hidden("logout"))
                            button.button.button-quiet.button-icon type="submit" title=(console::sign_out(lang)) {
                                (Icon::SignOut) span.unseen { (console::sign_out(lang)) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// A frame for the samples.
    pub fn sample(lang: Lang, section: Section) -> Self {
        Self {
            lang,
            section,
            forms: Forms::sample(),
            admin: Person { name: "Nina Alder".to_owned(), role: Role::Admin },
            company: Some("Northwind Mutual".to_owned()),
            accent: Accent::Default,
            first_steps: false,
            now: sample::now(),
        }
    }
}
