//! The customer's room: what to do, who is there, and the chat.
//!
//! Complete without a script: the chat is then a plain section with a form. With one, `room.js` keeps it live; it fetches
//! this same page again when the session changes and takes `#now` and `#write` from it, so that words and rules stay here.

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::{Access, AccessTier, Attachment, Sender, session::MESSAGE_MAX};

use super::page::{Brand, Page, kept, paragraphs, token_field};
use crate::components::{
    Attaching, Banner, Button, Icon, Tone, attached, attaching, chip, clip, empty, linked, progress, script,
};
use crate::deadline::Deadline;
use crate::lang::Lang;
use crate::layout::Live;
use crate::names::{first_name, together};
use crate::times;
use crate::words::{customer as words, runner, shared, turns};

/// What kind of thing there is to do (R21).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkKind {
    /// A document to read and sign.
    Document,
    /// A photo or file to send.
    Request,
    /// Questions to answer.
    Workflow,
}

/// How far it is, as far as the customer cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkState {
    /// Not begun.
    Open,
    /// The customer has entered something.
    Started,
    /// The agent asks for it again; [`Work::reason`] says why.
    SentBack,
    /// Finished.
    Done,
    /// The customer would not do it.
    Declined,
}

impl WorkState {
    /// Whether there is nothing left to do about it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Declined)
    }
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// What the agent called it.
    pub title: String,
    pub kind: WorkKind,
    /// How far it is.
    pub state: WorkState,
    /// Why it was sent back.
    pub reason: Option<String>,
    /// Until when it should be done.
    pub due: Option<Timestamp>,
    /// R22: those who have to be done first, by their names; empty where it can be done now.
    pub after: Vec<String>,
    /// Where it opens: `/r/{session}/i/{interaction}`.
    pub href: String,
    /// Whether it was signed within a workflow, with which it counts.
    pub is_part: bool,
}

/// What a customer may still do after the end, for the banner (R2). Not there while the session runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AfterEnd {
    /// The tier now and until when; never `none`, which is the page *Session has expired*.
    pub access: Access,
    /// Whether `limited` follows `full`.
    pub then_limited: bool,
}

/// One message of the chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub seq: u64,
    /// The writer's own id for it.
    pub id: String,
    /// Which side wrote it.
    pub from: Sender,
    /// Who wrote it; not shown for whoever looks.
    pub name: String,
    /// Whether whoever looks wrote it.
    pub mine: bool,
    pub text: String,
    pub at: Timestamp,
    /// The file that goes with it.
    pub attachment: Option<Attachment>,
}

/// Why a message was not sent; its text is in [`Chat::draft`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatProblem {
    /// The tier changed meanwhile (R2).
    Closed,
    /// Longer than 4000 characters.
    TooLong,
    /// Not now: written faster than it can be read, or sent from a page that had sent something else.
    Again,
}

/// The chat. Not there where its toggle is off and nothing was ever written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chat {
    /// Oldest first.
    pub messages: Vec<Message>,
    /// Whether the customer may write now.
    pub writable: bool,
    /// Whether the customer may attach files to what they write.
    pub attach: bool,
    /// Text to put into the field: what was refused.
    pub draft: String,
    /// Why it was refused.
    pub problem: Option<ChatProblem>,
    /// The id of the next message (hidden field `id`): sending one form twice posts one message.
    pub next_id: String,
    /// What follows the address that messages are posted to, such as `?lang=de`; may be empty.
    pub query: String,
}

/// GET `/r/{session}`, and the answer to POST `/r/{session}/messages` that was refused.
#[derive(Debug, Clone)]
pub struct Room {
    pub lang: Lang,
    /// Who speaks.
    pub brand: Brand,
    /// The address that GETs this page: `/r/{session}`. Messages are posted to `{path}/messages`, field `text`.
    pub path: String,
    /// The form's token, if forms carry one (field `csrf`).
    pub csrf: Option<String>,
    /// The customer's name; the page greets by its first word.
    pub customer: String,
    /// The owner's name; the page shows its first word.
    pub agent: String,
    /// Whether the owner has a live connection to the room.
    pub agent_here: bool,
    /// R17: the setting's text, where the owner has no live connection on entry.
    pub inactive_message: Option<String>,
    /// R17: shows what cookies are for, once per session and browser: the caller knows whether this is the first time.
    pub cookie_disclaimer: bool,
    /// Everything that was sent to the customer and not withdrawn.
    pub work: Vec<Work>,
    /// After the end, what may still be done.
    pub after_end: Option<AfterEnd>,
    /// R3, R27: when inactivity ends the session; none where it does not, and after the end.
    pub closes: Option<Deadline>,
    /// The clock, for the warning before that.
    pub now: Timestamp,
    /// The chat, if there is one.
    pub chat: Option<Chat>,
    /// What the page goes live with.
    pub live: Option<Live>,
}

impl Room {
    pub fn render(&self) -> Markup {
        self.page(true)
    }

    /// Without its script, for where none may run.
    pub(super) fn still(&self) -> Markup {
        self.page(false)
    }

    fn page(&self, script: bool) -> Markup {
        let lang = self.lang;
        Page {
            lang,
            brand: &self.brand,
            path: Some(&self.path),
            title: words::room_title(lang),
            reason: None,
            live: self.live.as_ref(),
            refresh: None,
            script,
            assets: super::page::ASSETS,
            class: match (&self.chat, self.nothing_to_do()) {
                (Some(_), true) => "room with-chat chat-first",
                (Some(_), false) => "room with-chat",
                (None, _) => "room",
            },
            body: html! {
                div.calm-bar id="offline" role="status" hidden { (Icon::Offline) (words::offline(lang)) }
                main.room-main id="room" {
                    div.stack {
                        // Not in what the script renews: it is in the page once (R17).
                        @if self.cookie_disclaimer { (Banner::new(Tone::Info, html! { p { (words::cookie_text(lang)) } })) }
                        div.stack id="now" { (self.now()) }
                        // What was typed in a chat that is not there any more.
                        @if self.chat.is_none() { (kept(lang)) }
                    }
                    @if let Some(chat) = &self.chat { (self.chat(chat)) }
                }
                @if self.chat.is_some() {
                    button.button.button-primary.chat-open id="chat-open" type="button" aria-controls="chat" aria-expanded="false" hidden {
                        (Icon::Chat) (words::chat(lang)) span.badge id="unread" hidden data-text=(words::unread(lang, "{n}").plain()) {}
                    }
                }
                (self.closed("closed-lost", words::closed_lost(lang), Some(words::closed_waits(lang))))
                (self.closed("closed-superseded", words::closed_superseded(lang), None))
            },
        }
        .render()
    }

    /// Whether the chat is the main thing on a phone: nothing waits to be done.
    fn nothing_to_do(&self) -> bool {
        self.work.iter().all(|work| work.state.is_over())
    }

    /// R3, R27: the warning before an end by inactivity. It is in the page from the start; the script asks for the page
    /// again when its time comes, because by then the agent may have moved it.
    fn closing(&self, agent: &str) -> Markup {
        let lang = self.lang;
        html! {
            @if let Some(Deadline { at, warn_at }) = self.closes {
                @let wait = warn_at.duration_since(self.now).as_millis().max(0);
                div id="closing" data-wait=(wait) {
                    @if wait == 0 {
                        @let time = html! { time datetime=(at) data-show="clock" { (times::clock_utc(at)) } };
                        (Banner { role: Some("status"), ..Banner::new(Tone::Warn, html! {
                            strong { (words::closing(lang)) }
                            p { (words::closing_text(lang, agent, &time)) }
                        }) })
                    }
                }
            }
        }
    }

    /// What changes with the session: greeting, presence, banners, work.
    fn now(&self) -> Markup {
        let (lang, agent) = (self.lang, first_name(&self.agent));
        let (here, away) = (words::agent_here(lang, agent), words::agent_away(lang, agent));
        html! {
            div.hello {
                h1 { (words::hello(lang, &self.customer)) }
                @if self.after_end.is_none() {
                    p.presence id="presence" role="status" data-here=(here) data-away=(away) data-on[self.agent_here] {
                        (if self.agent_here { here } else { away })
                    }
                }
            }
            @if let Some(after) = &self.after_end { (self.ended(after)) }
            (self.closing(agent))
            @if let Some(message) = &self.inactive_message {
                (Banner { id: Some("inactive"), icon: Some(Icon::Clock), ..Banner::new(Tone::Info, paragraphs(message)) })
            }
            (self.work(agent))
        }
    }

    fn work(&self, agent: &str) -> Markup {
        let lang = self.lang;
        let (finished, open): (Vec<&Work>, Vec<&Work>) = self.work.iter().partition(|work| work.state.is_over());
        let counted = || self.work.iter().filter(|work| !work.is_part);
        let done = counted().filter(|work| work.state == WorkState::Done).count();
        let all = counted().count();
        let done_of = words::done_of(lang, done, all);
        html! {
            @if self.work.is_empty() && self.chat.is_some() {
                @if self.after_end.is_none() {
                    p.muted { (words::quiet(lang)) }
                    noscript { p { (Button::plain(words::see_new(lang)).href(&self.path).icon(Icon::Refresh)) } }
                }
            } @else if self.work.is_empty() {
                section.card {
                    @if self.after_end.is_none() {
                        (empty(Icon::Document, words::empty_title(lang), &words::empty_text(lang, agent).to_string(), Some(html! {
                            p.small.muted.needs-script { (words::empty_live(lang)) }
                            noscript { p { (Button::plain(words::see_new(lang)).href(&self.path).icon(Icon::Refresh)) } }
                        })))
                    } @else {
                        (empty(Icon::Document, words::ended_empty_title(lang), words::ended_empty_text(lang), None))
                    }
                }
            } @else {
                div.done-of {
                    p aria-hidden="true" { (done_of) }
                    (progress(done, all, &done_of.to_string()))
                }
                @if open.is_empty() {
                    section.card { (empty(Icon::CheckCircle, words::all_done_title(lang), &words::all_done_text(lang, agent).to_string(), None)) }
                } @else {
                    section.stack-tight aria-labelledby="to-do" {
                        h2.label id="to-do" { (words::to_do(lang)) }
                        ul.stack-tight { @for (at, work) in open.iter().enumerate() { li { (work_card(lang, work, at == 0 && work.after.is_empty())) } } }
                    }
                }
                @if !finished.is_empty() {
                    details.done {
                        summary.fold { (Icon::ChevronOn) (words::done(lang, finished.len())) }
                        ul.stack-tight { @for work in finished { li { (work_card(lang, work, false)) } } }
                    }
                }
            }
        }
    }

    /// What may still be done after the end. Filling in and signing are spoken of only where there is something.
    fn ended(&self, after: &AfterEnd) -> Markup {
        let lang = self.lang;
        let full = after.access.tier == AccessTier::Full;
        let writable = self.chat.as_ref().is_some_and(|chat| chat.writable);
        let at = after.access.until.map(|until| {
            html! { time datetime=(until) data-show="moment" { (times::moment(lang, until)) } }
        });
        let left = match (self.work.is_empty(), full, &at) {
            (false, true, Some(at)) => html! { (words::ended_full_until(lang, at)) },
            (false, true, None) => html! { (words::ended_full(lang)) },
            (false, false, Some(at)) => html! { (words::ended_limited_until(lang, at)) },
            (false, false, None) => html! { (words::ended_limited(lang)) },
            (true, ..) if self.chat.is_none() => html! {},
            (true, _, Some(at)) if writable => html! { (words::ended_talk_until(lang, at)) },
            (true, _, None) if writable => html! { (words::ended_talk(lang)) },
            (true, _, Some(at)) => html! { (words::ended_read_until(lang, at)) },
            (true, _, None) => html! { (words::ended_read(lang)) },
        };
        html! {
            (Banner { icon: Some(Icon::Clock), ..Banner::new(if full { Tone::Info } else { Tone::Warn }, html! {
                strong { (words::ended(lang)) }
                p {
                    (left)
                    @if after.then_limited && !self.work.is_empty() { " " (words::ended_then_limited(lang)) }
                    @if after.then_limited && self.work.is_empty() && writable { " " (words::ended_then_read(lang)) }
                }
            }) })
        }
    }

    fn chat(&self, chat: &Chat) -> Markup {
        let (lang, agent) = (self.lang, first_name(&self.agent));
        html! {
            section.chat.card id="chat" aria-labelledby="chat-title" {
                div.chat-head {
                    h2 id="chat-title" { (words::chat(lang)) }
                    span id="chat-close" hidden { (Button::quiet(shared::close(lang)).icon_only(Icon::Close).hook("close")) }
                }
                div.log id="log" role="log" aria-labelledby="chat-title" tabindex="0" data-you=(words::you(lang)) data-sending=(shared::sending(lang))
                    data-seen=(shared::seen(lang)) data-refused=(words::chat_refused(lang)) data-attach=(script()) {
                    @for message in &chat.messages { (message_row(lang, message, &self.path)) }
                }
                @if chat.messages.is_empty() && chat.writable { p.muted.log-empty id="log-empty" { (words::chat_empty(lang, agent)) } }
                p.typing.small.muted id="typing" aria-live="polite" data-text=(words::typing(lang, agent)) {}
                div id="write" data-open[chat.writable] {
                    @if let Some(problem) = chat.problem {
                        p.field-error role="alert" {
                            (Icon::Alert)
                            span { (match problem { ChatProblem::Closed => words::chat_refused(lang), ChatProblem::TooLong => words::chat_too_long(lang), ChatProblem::Again => words::chat_again(lang) }) }
                        }
                    }
                    @if chat.writable {
                        form.write method="post" action={ (self.path) "/messages" (chat.query) } {
                            (token_field(self.csrf.as_deref()))
                            @if !chat.next_id.is_empty() { input type="hidden" name="id" value=(chat.next_id); }
                            @if chat.attach { (clip(lang)) }
                            label.unseen for="text" { (words::chat_label(lang)) }
                            textarea.input id="text" name="text" rows="2" data-max=(MESSAGE_MAX) required placeholder=(words::chat_label(lang)) dir="auto" aria-describedby="too-long enter-hint" { (chat.draft) }
                            (Button::primary(shared::send(lang)).icon_only(Icon::Send))
                        }
                        @if chat.attach {
                            @let (uploads, post) = (format!("{}/uploads", self.path), format!("{}/attachments", self.path));
                            (attaching(lang, Attaching { uploads: &uploads, post: &post, csrf: self.csrf.as_deref().unwrap_or_default() }))
                        }
                        p.field-error id="too-long" role="alert" hidden data-text=(shared::too_long_by(lang, "{n}").plain()) {}
                        p.small.muted.enter-hint id="enter-hint" { (shared::enter_hint(lang)) }
                    } @else {
                        p.muted.small { (Icon::Lock) " " (words::chat_closed(lang)) }
                        // What could not be sent is not lost: it can still be read and copied.
                        @if chat.draft.is_empty() { (kept(lang)) } @else { textarea.input readonly rows="3" aria-label=(words::chat_label(lang)) dir="auto" { (chat.draft) } }
                    }
                }
            }
        }
    }

    /// The screen that replaces the room when the live connection is gone for good (R15); a template until then.
    fn closed(&self, id: &str, text: &str, next: Option<&str>) -> Markup {
        let lang = self.lang;
        html! {
            template id=(id) {
                main.sheet {
                    span.emblem { (Icon::Offline) }
                    h1 tabindex="-1" { (words::closed_title(lang)) }
                    p.lead { (text) }
                    p { (next.unwrap_or(words::closed_do(lang))) }
                    p { (Button::primary(shared::reload(lang)).icon(Icon::Refresh).href(&self.path).wide()) }
                    (kept(lang))
                }
            }
        }
    }
}

/// `first` is what to do now, and stands out.
fn work_card(lang: Lang, work: &Work, first: bool) -> Markup {
    let (icon, action) = match work.kind {
        WorkKind::Document if work.state == WorkState::Done => (Icon::Download, words::kind_document_done(lang)),
        WorkKind::Document => (Icon::Sign, words::kind_document(lang)),
        WorkKind::Request => (Icon::Camera, words::kind_request(lang)),
        WorkKind::Workflow => (Icon::Flow, words::kind_workflow(lang)),
    };
    let state = match work.state {
        WorkState::Open => None,
        WorkState::Started => Some(chip(Some(Tone::Info), Some(Icon::Edit), words::state_started(lang))),
        WorkState::SentBack => Some(chip(Some(Tone::Warn), Some(Icon::Undo), words::state_sent_back(lang))),
        WorkState::Done => Some(chip(Some(Tone::Good), Some(Icon::Check), words::state_done(lang))),
        WorkState::Declined => Some(chip(None, Some(Icon::Close), runner::state_declined(lang))),
    };
    let waits = !work.after.is_empty();
    let (icon, state) =
        if waits { (Icon::Lock, Some(chip(None, Some(Icon::Clock), turns::waits(lang)))) } else { (icon, state) };
    html! {
        a class=(if first { "work work-first" } else { "work" }) href=(work.href) data-waits[waits] {
            span.work-icon { (icon) }
            span.work-main {
                span.work-title dir="auto" { (work.title) }
                span.small.muted { (action) }
                @if let Some(reason) = &work.reason { span.small dir="auto" { (reason) } }
                @if let (Some(due), false) = (work.due, work.state.is_over()) {
                    @let at = html! { time datetime=(due) data-show="moment" { (times::moment(lang, due)) } };
                    span.small.muted { (runner::due(lang, &at)) }
                }
                @if waits { span.small.muted dir="auto" { (turns::after(lang, &together(lang, &work.after))) } }
                @if let Some(state) = state { span { (state) } }
            }
            (Icon::ChevronOn)
        }
    }
}

/// One message; `room.js` builds the same for those that arrive later.
fn message_row(lang: Lang, message: &Message, room: &str) -> Markup {
    let mine = message.mine;
    html! {
        div class=(if mine { "message mine" } else { "message" }) data-seq=(message.seq) data-id=(message.id) {
            @if !message.text.is_empty() { p dir="auto" { (linked(&message.text)) } }
            @if let Some(file) = &message.attachment { (attached(file, &format!("{room}/messages/{}", message.seq), true)) }
            span.meta {
                bdi { (if mine { words::you(lang) } else { first_name(&message.name) }) }
                " · " time datetime=(message.at) data-show="ago" { (times::moment(lang, message.at)) }
            }
        }
    }
}
