//! What is around one thing to do, whatever kind it is (R21): the way back, what became of it, declining.

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::interaction::REASON_MAX;

use super::page::{Brand, Page, token_field};
use super::runner::NotTaken;
use super::sample;
use crate::components::{Banner, Button, Icon, Tone};
use crate::lang::Lang;
use crate::layout::Live;
use crate::names::{first_name, together};
use crate::times;
use crate::words::{runner as words, turns};

/// What every page of one thing to do has.
#[derive(Debug, Clone)]
pub struct Around {
    pub lang: Lang,
    /// Who speaks.
    pub brand: Brand,
    /// The address that GETs this page: `/r/{session}/i/{interaction}`.
    pub path: String,
    /// What follows each address, such as `?lang=de`; may be empty.
    pub query: String,
    /// Where its back button leads: the room, or the workflow's step that it is a document of.
    pub room: String,
    /// Of a document of a workflow's step: the workflow's title.
    pub within: Option<String>,
    pub csrf: Option<String>,
    /// The owner's name; the page shows its first word.
    pub agent: String,
    /// What the agent called it.
    pub title: String,
    pub due: Option<Timestamp>,
    /// R22: those who have to be done first, by their names; empty where it can be done now.
    pub after: Vec<String>,
    /// What stands for all that was entered, as the page shows it.
    pub seen: String,
    pub live: Option<Live>,
}

/// A whole document in a preview: it runs no script, hears nothing, and leads nowhere.
pub(super) fn still(
    lang: Lang,
    brand: &Brand,
    title: &str,
    assets: [&'static str; 2],
    class: &str,
    body: Markup,
) -> Markup {
    Page { lang, brand, path: None, title, reason: None, live: None, refresh: None, script: false, assets, class, body }
        .render()
}

impl Around {
    /// The whole document.
    pub(super) fn page(&self, assets: [&'static str; 2], class: &str, refresh: Option<&str>, body: Markup) -> Markup {
        Page {
            lang: self.lang,
            brand: &self.brand,
            path: Some(&self.path),
            title: &self.title,
            reason: None,
            live: self.live.as_ref(),
            refresh,
            script: true,
            assets,
            class,
            body,
        }
        .render()
    }

    /// The same in a preview.
    pub(super) fn still(&self, assets: [&'static str; 2], class: &str, body: Markup) -> Markup {
        still(self.lang, &self.brand, &self.title, assets, class, body)
    }

    pub(super) fn agent(&self) -> &str {
        first_name(&self.agent)
    }

    /// What its back button says.
    pub(super) fn back_label(&self) -> String {
        match &self.within {
            Some(title) => words::back_to(self.lang, title).to_string(),
            None => words::to_page(self.lang).to_owned(),
        }
    }

    /// The way back to the room, and, where something can be saved, whether it is.
    pub(super) fn nav(&self, saves: bool) -> Markup {
        html! {
            nav.runner-nav {
                a.runner-back href=(self.room) { (Icon::ArrowBack) span dir="auto" { (self.back_label()) } }
                @if saves { (self.saved()) }
            }
        }
    }

    /// Where the script says whether what was entered is saved.
    pub(super) fn saved(&self) -> Markup {
        let lang = self.lang;
        html! { p.runner-saved.small.muted id="saved" role="status" data-saving=(words::saving(lang)) data-saved=(words::saved(lang)) data-waits=(words::not_saved(lang)) {} }
    }

    pub(super) fn declined(&self) -> Markup {
        self.over(words::declined_title(self.lang), &words::declined_text(self.lang, self.agent()).to_string())
    }

    pub(super) fn withdrawn(&self) -> Markup {
        self.over(words::withdrawn_title(self.lang), &words::withdrawn_text(self.lang, self.agent()).to_string())
    }

    fn over(&self, heading: &str, text: &str) -> Markup {
        html! {
            header.runner-head.runner-done {
                span.emblem { (Icon::Info) }
                h1 { (heading) }
                p.runner-what.muted dir="auto" { (self.title) }
                p { (text) }
            }
            div.runner-go { (Button::primary(&self.back_label()).href(&self.room).wide()) }
        }
    }

    /// Until when it is to be done, if somebody said so.
    pub(super) fn deadline(&self) -> Markup {
        let Some(due) = self.due else { return html! {} };
        let at = html! { time datetime=(due) data-show="moment" { (times::moment(self.lang, due)) } };
        html! { p.runner-due.small { (Icon::Clock) span { (words::due(self.lang, &at)) } } }
    }

    /// Why it can only be looked at: it is not their turn (R22), or not any more.
    pub(super) fn only_read(&self) -> Markup {
        let lang = self.lang;
        let (icon, said) = if self.after.is_empty() {
            (Icon::Lock, html! { p { (words::read_only(lang)) } })
        } else {
            let names = html! { bdi { (together(lang, &self.after)) } };
            (
                Icon::Clock,
                html! {
                    strong { (turns::waits(lang)) }
                    p { (turns::text(lang, &names)) span id="opens" hidden { " " (turns::opens(lang)) } }
                },
            )
        };
        html! { (Banner { icon: Some(icon), ..Banner::new(Tone::Info, said) }) }
    }

    /// In a form that completes: what it shows, so that nothing else is completed.
    pub(super) fn as_seen(&self) -> Markup {
        html! { input type="hidden" name="seen" value=(self.seen); }
    }

    /// Declining, folded away unless the `reason` that was given was refused for being `too_long`.
    pub(super) fn decline(&self, reason: &str, too_long: bool) -> Markup {
        let lang = self.lang;
        html! {
            details.runner-decline open[too_long] {
                summary.fold { (Icon::ChevronOn) (words::decline(lang)) }
                form.stack-tight method="post" action={ (self.path) "/decline" (self.query) } {
                    (token_field(self.csrf.as_deref()))
                    p.small { (words::decline_text(lang, self.agent())) }
                    div.field {
                        label for="reason" { (words::decline_reason(lang)) }
                        textarea.input id="reason" name="reason" rows="2" maxlength=(REASON_MAX) dir="auto" { (reason) }
                    }
                    (Button::danger(words::decline_do(lang)))
                }
            }
        }
    }

    /// What is around the samples of a page.
    pub(super) fn sample(lang: Lang, title: &str) -> Self {
        Self {
            lang,
            brand: sample::brand(),
            path: "/r/session/i/1".to_owned(),
            query: String::new(),
            room: "/r/session?home".to_owned(),
            within: None,
            csrf: None,
            agent: "Nina Okafor".to_owned(),
            title: title.to_owned(),
            due: None,
            after: vec![],
            seen: String::new(),
            live: None,
        }
    }

    /// The same in Arabic.
    pub(super) fn sample_arabic(title: &str) -> Self {
        let agent = "ليلى حداد".to_owned();
        let due = Some(sample::at(48));
        Self { brand: sample::arabic(), agent, due, ..Self::sample(Lang::Ar, title) }
    }
}

/// R2: what was typed is not lost.
pub(super) fn kept(lang: Lang, kept: &[(String, String)]) -> Markup {
    html! {
        section.card.runner-kept {
            h2 { (words::typed_here(lang)) }
            dl.answers { @for (label, typed) in kept { div { dt dir="auto" { (label) } dd dir="auto" { (typed) } } } }
        }
    }
}

pub(super) fn not_taken(lang: Lang, why: NotTaken) -> Markup {
    let text = match why {
        NotTaken::Closed => words::refused_closed(lang),
        NotTaken::ReadOnly => words::refused_read_only(lang),
        NotTaken::NotYourTurn => turns::refused(lang),
        NotTaken::Changed => words::refused_changed(lang),
        NotTaken::TooMuch => words::refused_too_much(lang),
        NotTaken::Reason => words::refused_reason(lang),
    };
    html! { (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p { (text) } }) }) }
}
