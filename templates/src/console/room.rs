//! The agent's room: `GET /console/s/{session}`, and its changing parts with `?fragment=room`.
//!
//! What changes while one looks at it stands in elements with `data-part`. The script fetches the fragment when a live
//! frame says that something changed, and replaces only those parts whose markup is another now; the stream grows at its
//! end and the composer is never touched, so neither caret nor scroll position moves.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, Render, html};

use super::frame::InFrame;
use super::new_session::Channel;
use super::stream::{self, Entry};
use super::welcome::state_chip;
use super::{
    EndedBy, Forms, Frame, Indicator, Moment, Sheet, State, Tier, avatar, first_name, moment, opens, sample_ago,
    stop_icon, words,
};
use crate::layout::Live;
use crate::parts::{Banner, Button, Icon, Tone};

/// How the customer proves who they are, and whether they did (R6, R7, R14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthState {
    /// The settings ask for nothing.
    NotAsked,
    /// A PIN is asked for and was not entered yet.
    PinWaiting,
    /// The right PIN was entered.
    PinPassed,
    /// A one-time code is asked for and was not entered yet.
    CodeWaiting,
    /// The right code was entered.
    CodePassed,
    /// Locked or banned after wrong tries.
    Locked,
}

/// Whether the customer agreed to what they were asked (R6, R14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// The settings do not ask.
    NotAsked,
    /// Not given yet.
    Waiting,
    /// Given.
    Given,
}

/// Why the customer cannot try a PIN now (R7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinLock {
    /// Locked until then.
    Until(Timestamp),
    /// Until the agent resets it.
    Banned,
}

/// One stretch of what the customer may do after the end (R2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// What they may do in it.
    pub tier: Tier,
    /// Its end; none is for ever.
    pub until: Option<Timestamp>,
}

/// The end of a session, as its banner tells it (R1, R2, R4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// By whom or what.
    pub by: EndedBy,
    /// What the customer may do from now on: the present stretch first; empty for no access.
    pub access: Vec<Stretch>,
    /// Why it cannot be renewed; none where it can.
    pub not_renewable: Option<String>,
}

/// When inactivity ends the session (R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// Then.
    pub at: Timestamp,
    /// The banner shows from then on: two minutes before, or halfway for settings under four minutes.
    pub warn_at: Timestamp,
}

impl Deadline {
    /// The deadline `minutes` (the setting `end.inactivity_minutes`) after the last action, with R3's time to warn.
    pub fn new(last_action_at: Timestamp, minutes: u32) -> Self {
        let all = SignedDuration::from_mins(i64::from(minutes));
        let warning = if minutes < 4 { all / 2 } else { SignedDuration::from_mins(2) };
        let at = last_action_at.checked_add(all).unwrap_or(Timestamp::MAX);
        Self { at, warn_at: at.checked_sub(warning).unwrap_or(at) }
    }
}

/// Where the agent is after ending the session (R18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterEnd {
    /// On the welcome page.
    Welcome,
    /// In the room, read-only.
    Stay,
}

/// The agent's room.
#[derive(Debug, Clone)]
pub struct Room {
    /// The console around it; `history.current` is this session.
    pub frame: Frame,
    /// What the page goes live with.
    pub live: Option<Live>,
    /// The session's id.
    pub id: String,
    /// R1.
    pub state: State,
    /// The customer's name.
    pub name: String,
    /// The customer's e-mail address.
    pub email: Option<String>,
    /// The customer's phone number.
    pub phone: Option<String>,
    /// How invitations go.
    pub channel: Channel,
    /// Invitations are not sent (R12).
    pub embedded: bool,
    /// A button to copy the URL stands in the header, not only in the menu (`channels.copy_url` with `embedded`).
    pub copy_url: bool,
    /// R14.
    pub indicator: Indicator,
    /// The owner's name.
    pub owner: String,
    /// The owner is who looks: only they can see the PIN (R7).
    pub mine: bool,
    /// The name of the team whose settings hold.
    pub team: String,
    /// The session has a PIN (R7).
    pub has_pin: bool,
    /// R7.
    pub authentication: AuthState,
    /// R6.
    pub consent: Consent,
    /// When the device was bound (R6).
    pub device_bound_at: Option<Timestamp>,
    /// R7.
    pub lock: Option<PinLock>,
    /// Begun.
    pub created_at: Timestamp,
    /// First invited.
    pub invited_at: Option<Timestamp>,
    /// Every gate passed for the first time.
    pub joined_at: Option<Timestamp>,
    /// R3; none where inactivity does not end it.
    pub deadline: Option<Deadline>,
    /// The end, if it has ended.
    pub ended: Option<Ended>,
    /// What ending now would leave the customer: the first stretch's tier and whole minutes (R2), for the question.
    pub end_effect: (Tier, Option<i64>),
    /// R18.
    pub after_end: AfterEnd,
    /// What happened and what was said, oldest first.
    pub stream: Vec<Entry>,
    /// Where earlier entries are, if the page does not show all.
    pub earlier: Option<String>,
    /// The last entry that this agent saw, for the unread line.
    pub seen: Option<u64>,
    /// Documents, requests and workflows (R21); none shows the empty state.
    pub content: Option<Markup>,
}

impl Room {
    fn over(&self) -> bool {
        matches!(self.state, State::Ended | State::Discarded)
    }

    fn first(&self) -> &str {
        first_name(&self.name)
    }

    fn operation(&self, name: &str) -> String {
        format!("/v1/sessions/{}/{name}", self.id)
    }

    fn contact(&self) -> &str {
        let (first, second) = match self.channel {
            Channel::Email => (&self.email, &self.phone),
            Channel::Sms => (&self.phone, &self.email),
        };
        first.as_deref().or(second.as_deref()).unwrap_or("")
    }

    /// A form of one button: an operation of this session.
    fn action(&self, operation: &str, class: &str, inside: Markup) -> Markup {
        html! {
            form method="post" action=(self.operation(operation)) data-operation=(operation) {
                (self.frame.forms.hidden(&operation.replace('/', "-")))
                button class=(class) type="submit" { (inside) }
            }
        }
    }

    /// The page.
    pub fn render(&self) -> Markup {
        let base = format!("/console/s/{}", self.id);
        let api = format!("/v1/sessions/{}", self.id);
        let data = [
            ("room", base.as_str()),
            ("api", api.as_str()),
            ("sid", self.id.as_str()),
            ("after-end", if self.after_end == AfterEnd::Welcome { "/console" } else { "" }),
        ];
        let main = html! {
            div.room data-state=(self.state.as_str()) id="room" {
                header.room-head {
                    (Frame::pane_button())
                    (self.identity())
                    div.room-actions data-part="actions" { (self.actions()) }
                }
                div.connection id="connection" role="status" hidden { (Icon::Offline) span { (words::RECONNECTING) } }
                div.banners data-part="banners" { (self.banners()) }
                section.talk aria-label=(words::STREAM) {
                    div.stream-frame id="stream-frame" tabindex="0" role="log" aria-live="polite" aria-relevant="additions" aria-label=(words::STREAM) {
                        div.stream-inner {
                        @if let Some(earlier) = &self.earlier { a.button.button-quiet.stream-earlier href=(earlier) data-do="earlier" { (Icon::History) (words::EARLIER) } }
                        ol.stream id="stream" { (self.stream_rows()) }
                        p.typing.small.muted id="typing" hidden { bdi { (self.first()) } " " (words::TYPING) span.typing-dots aria-hidden="true" { span {} span {} span {} } }
                        }
                    }
                    button.button.jump id="jump" type="button" hidden { (Icon::ChevronDown) span { (words::JUMP_NEW) } }
                    (self.composer())
                }
                aside.side id="side" popover="auto" aria-label=(words::DETAILS) {
                    div.side-head.side-narrow {
                        h2 { (words::DETAILS) }
                        button.button.button-quiet.button-icon type="button" popovertarget="side" popovertargetaction="hide" title=(words::CLOSE) { (Icon::Close) span.unseen { (words::CLOSE) } }
                    }
                    section.side-part aria-labelledby="content-title" {
                        h2 id="content-title" { (words::CONTENT) }
                        div data-part="content" { (self.content()) }
                    }
                    section.side-part aria-labelledby="about-title" {
                        h2 id="about-title" { (words::ABOUT) }
                        dl.facts data-part="facts" { (self.facts()) }
                    }
                }
                (self.sheets())
                (message_template())
                template id="unread-template" { (stream::unread_line()) }
            }
        };
        self.frame.page(InFrame {
            title: &self.name,
            class: "page-room",
            script: "agent-room.js",
            live: self.live.as_ref(),
            data: &data,
            without_dialog: false,
            main,
        })
    }

    /// The changing parts alone, for the script: `GET /console/s/{session}?fragment=room`. Not a document.
    pub fn fragment(&self) -> Markup {
        html! {
            div.room data-state=(self.state.as_str()) data-seq=(self.stream.last().map_or(0, Entry::seq)) {
                div data-part="avatar" { (self.face()) }
                div data-part="standing" { (self.standing()) }
                div data-part="who" { (self.who()) }
                div data-part="actions" { (self.actions()) }
                div data-part="banners" { (self.banners()) }
                div data-part="content" { (self.content()) }
                div data-part="facts" { (self.facts()) }
                div data-part="end-question" { (self.end_question()) }
                ol id="stream" { (self.stream_rows()) }
            }
        }
    }

    fn stream_rows(&self) -> Markup {
        let resend = (!self.over() && !self.embedded)
            .then(|| self.action("invite", "button button-small", html! { (Icon::Send) (words::INVITE_AGAIN) }));
        html! {
            @if self.stream.is_empty() { li.stream-empty.muted { (words::STREAM_EMPTY) } }
            (stream::render(&self.stream, self.seen, resend.as_ref(), self.frame.now))
        }
    }

    /// The avatar with what it opens, and the name with what stands under it.
    fn identity(&self) -> Markup {
        html! {
            div.face data-face {
                button.face-button type="button" aria-expanded="false" aria-controls="face-card" aria-describedby="face-card" {
                    span.unseen { (self.name) ", " }
                    span data-part="avatar" { (self.face()) }
                }
                div.face-card id="face-card" role="tooltip" {
                    @if self.has_pin {
                        div.face-pin data-pin=[self.mine.then(|| self.operation("pin"))] {
                            span.small.muted { (words::PIN) }
                            @if self.mine {
                                output.pin-digits data-pin-out aria-live="polite" { span aria-hidden="true" { "••••" } }
                                noscript { a href=(self.operation("pin")) { (words::PIN_NO_SCRIPT) } }
                                span.small.muted { (words::PIN_TELL) }
                            } @else { span.small { (words::PIN_NOT_YOURS) } }
                        }
                    }
                    dl.facts data-part="standing" { (self.standing()) }
                }
            }
            div.who data-part="who" { (self.who()) }
        }
    }

    fn face(&self) -> Markup {
        html! { span data-indicator-of=(self.id) data-indicator=(self.indicator.as_str()) { (avatar(&self.name, self.indicator)) } }
    }

    fn standing(&self) -> Markup {
        html! {
            div { dt { (words::AUTHENTICATION) } dd { (words::authentication(self.authentication)) } }
            div { dt { (words::CONSENT) } dd { (words::consent(self.consent)) } }
        }
    }

    fn who(&self) -> Markup {
        html! {
            h1 { bdi { (self.name) } }
            p.who-line {
                @match self.state {
                    State::Planned | State::Ended | State::Discarded => (state_chip(self.state)),
                    State::Invited | State::Active => {
                        span.who-indicator data-indicator-words=(self.id) { (words::indicator(self.indicator)) }
                    }
                }
                span.who-contact { bdi { (self.contact()) } }
                @if !self.over() && self.state != State::Planned {
                    span.who-device { (Icon::Device) (if self.device_bound_at.is_some() { words::DEVICE_BOUND } else { words::DEVICE_FREE }) }
                }
                @if !self.mine { span { (words::owned_by(&self.owner)) } }
            }
        }
    }

    fn actions(&self) -> Markup {
        html! {
            @if self.copy_url && !self.over() { (self.action("links", "button wide-only", html! { (Icon::Link) (words::COPY_URL) })) }
            button.button.button-quiet.button-icon.side-narrow type="button" popovertarget="side" title=(words::DETAILS) { (Icon::Info) span.unseen { (words::DETAILS) } }
            @if !self.over() {
                details.menu {
                    summary.button.button-quiet.button-icon title=(words::MORE) { (Icon::More) span.unseen { (words::MORE) } }
                    ul.menu-list {
                        li { (self.action("links", "", html! { (Icon::Link) (words::GENERATE_URL) })) }
                        @if !self.embedded && self.state != State::Planned {
                            li { (self.action("invite", "", html! { (Icon::Send) span.menu-two { (words::INVITE_AGAIN) span.small.muted { (words::invitation_goes(self.channel, self.contact())) } } })) }
                        }
                        @if self.device_bound_at.is_some() { li { button type="button" popovertarget="release" data-opens="release" { (Icon::Device) (words::RELEASE_DEVICE) } } }
                        @if self.has_pin || self.lock.is_some() { li { button type="button" popovertarget="reset" data-opens="reset" { (Icon::Key) (words::RESET_PIN) } } }
                    }
                }
                (opens("end", "room-end", html! { @if self.state == State::Planned { (Icon::Trash) span { (words::DISCARD) } } @else { (stop_icon()) span { (words::END) } } }))
            }
        }
    }

    fn banners(&self) -> Markup {
        let now = self.frame.now;
        html! {
            @if let (Some(lock), false) = (self.lock, self.over()) {
                (Banner { icon: Some(Icon::Lock), role: Some("status"), ..Banner::new(Tone::Bad, html! {
                    div.banner-line {
                        div {
                            @match lock {
                                PinLock::Until(until) => {
                                    p { strong { (words::PIN_LOCKED) } }
                                    p.small { (words::pin_locked(self.first())) " " (moment(until, now, Moment::Clock)) "." }
                                }
                                PinLock::Banned => { p { strong { (words::PIN_BANNED) } } p.small { (words::PIN_BANNED_HELP) } }
                            }
                        }
                        (opens("reset", "", html! { (Icon::Key) (words::RESET_PIN) }))
                    }
                }) })
            }
            @if let (Some(deadline), false) = (self.deadline, self.over()) {
                (Banner { id: Some("inactivity"), hidden: now < deadline.warn_at, role: Some("alert"), ..Banner::new(Tone::Warn, html! {
                    div.banner-line data-deadline=(deadline.at) data-warn-at=(deadline.warn_at) {
                        div {
                            p { strong { (words::INACTIVE) } }
                            p.small { (words::INACTIVE_HELP) " " span.countdown data-countdown aria-live="off" { (words::countdown(deadline.at, now)) } }
                        }
                        (self.action("keep-open", "button button-primary", html! { (words::KEEP_OPEN) }))
                    }
                }) })
            }
            @if let Some(ended) = &self.ended {
                (Banner { icon: Some(Icon::Lock), ..Banner::new(Tone::Info, html! {
                    div.banner-line {
                        div {
                            p { strong { (words::ended_by(ended.by)) } " " span.small.muted { (moment(ended.at, now, Moment::Exact)) } }
                            p.small { (access_words(self.first(), &ended.access, now)) }
                            @if let Some(reason) = &ended.not_renewable { p.small id="renew-why" { (reason) } }
                        }
                        @if ended.not_renewable.is_some() {
                            div.row {
                                button.button type="button" disabled aria-describedby="renew-why" { (Icon::Refresh) (words::RENEW) }
                                (opens("new-session", "button-primary", html! { (Icon::Add) (words::NEW_SESSION) }))
                            }
                        } @else {
                            form.row method="post" action=(self.operation("renew")) data-operation="renew" {
                                (self.frame.forms.hidden("renew"))
                                @if !self.embedded { label.check.check-small { input type="checkbox" name="notify" value="true"; span { (words::RENEW_NOTIFY) } } }
                                button.button.button-primary type="submit" { (Icon::Refresh) (words::RENEW) }
                            }
                        }
                    }
                }) })
            }
            @if self.state == State::Discarded { (Banner { icon: Some(Icon::Trash), ..Banner::new(Tone::Info, html! { p { strong { (words::DISCARDED) } } p.small { (words::DISCARDED_HELP) } }) }) }
            @if self.state == State::Planned {
                (Banner { icon: Some(Icon::Calendar), ..Banner::new(Tone::Info, html! {
                    div.banner-line {
                        div { p { strong { (words::planned(self.first())) } } p.small { (words::PLANNED_HELP) } }
                        (self.action("invite", "button button-primary", html! {
                            @if self.embedded { (Icon::Check) (words::INVITE_EMBEDDED) } @else { (Icon::Send) (words::INVITE) }
                        }))
                    }
                }) })
            }
        }
    }

    fn composer(&self) -> Markup {
        let label = words::write_to(self.first());
        html! {
            form.composer id="composer" method="post" action=(self.operation("messages")) data-operation="messages" {
                (self.frame.forms.hidden("message"))
                fieldset disabled[self.over()] {
                    label.unseen for="text" { (label) }
                    textarea.composer-text id="text" name="text" rows="1" maxlength="4000" required placeholder=(label) dir="auto" aria-describedby="composer-hint" {}
                    button.button.button-primary.button-icon type="submit" title=(words::SEND) { (Icon::Send) span.unseen { (words::SEND) } }
                }
                p.composer-hint.small.muted id="composer-hint" { (words::COMPOSER_HINT) }
                p.composer-closed.small.muted { (words::COMPOSER_CLOSED) }
            }
        }
    }

    fn content(&self) -> Markup {
        html! {
            @if let Some(content) = &self.content { (content) }
            @else { div.side-empty { (Icon::Document) p { (words::NO_CONTENT) } p.small.muted { (words::NO_CONTENT_HELP) } } }
        }
    }

    fn facts(&self) -> Markup {
        let now = self.frame.now;
        let fact = |name: &str, value: Markup| html! { div { dt { (name) } dd { (value) } } };
        html! {
            @if let Some(email) = &self.email { (fact(words::FACT_EMAIL, html! { bdi { (email) } })) }
            @if let Some(phone) = &self.phone { (fact(words::FACT_PHONE, html! { bdi { (phone) } })) }
            (fact(words::FACT_OWNER, html! { bdi { (self.owner) } }))
            (fact(words::FACT_SETTINGS, html! { bdi { (self.team) } }))
            (fact(words::FACT_CREATED, moment(self.created_at, now, Moment::Exact)))
            (fact(words::FACT_INVITED, self.invited_at.map_or_else(|| html! { (words::NOT_YET) }, |at| moment(at, now, Moment::Exact))))
            (fact(words::FACT_JOINED, self.joined_at.map_or_else(|| html! { (words::NOT_YET) }, |at| moment(at, now, Moment::Exact))))
            @if let Some(at) = self.device_bound_at { (fact(words::DEVICE_BOUND, moment(at, now, Moment::Exact))) }
            @if let (Some(deadline), false) = (self.deadline, self.over()) { (fact(words::FACT_DEADLINE, moment(deadline.at, now, Moment::Exact))) }
        }
    }

    fn end_question(&self) -> Markup {
        let (tier, minutes) = self.end_effect;
        html! {
            p {
                @if self.state == State::Planned { (words::DISCARD_HELP) }
                @else { (words::end_effect(self.first(), tier, minutes.map(words::duration).as_deref())) }
            }
        }
    }

    fn sheets(&self) -> Markup {
        let planned = self.state == State::Planned;
        html! {
            (confirm(&self.frame.forms, &Confirm {
                id: "end", operation: "end", action: &self.operation("end"), danger: true,
                title: if planned { words::DISCARD_QUESTION } else { words::END_QUESTION },
                text: html! { div data-part="end-question" { (self.end_question()) } },
                button: if planned { words::DISCARD } else { words::END },
            }))
            (confirm(&self.frame.forms, &Confirm { id: "release", operation: "device/release", action: &self.operation("device/release"), danger: false, title: words::RELEASE_QUESTION,
                text: html! { p { (words::RELEASE_HELP) } }, button: words::RELEASE_DEVICE }))
            (confirm(&self.frame.forms, &Confirm { id: "reset", operation: "pin/reset", action: &self.operation("pin/reset"), danger: false, title: words::RESET_QUESTION,
                text: html! { p { (words::RESET_HELP) } }, button: words::RESET_PIN }))
            (Sheet { id: "link", class: "sheet-link", title: words::URL_READY, body: link_body("") })
            dialog.dialog id="closed" aria-labelledby="closed-title" aria-describedby="closed-text" {
                div.dialog-body {
                    div.door-icon { (Icon::Offline) }
                    h2 id="closed-title" { (words::CLOSED) }
                    div.stack-tight id="closed-text" {
                        p data-why="lost" { (words::CLOSED_LOST) }
                        p data-why="signed-out" hidden { (words::CLOSED_SIGNED_OUT) }
                        p.muted data-why="lost" { (words::CLOSED_KEPT) }
                        p.muted data-why="signed-out" hidden { (words::CLOSED_SIGN_IN) }
                    }
                    div.dialog-foot {
                        (Button::plain(words::SIGN_IN).href(&format!("/login?next=/console/s/{}", self.id)))
                        a.button.button-primary href={ "/console/s/" (self.id) } autofocus { (Icon::Refresh) (words::RELOAD) }
                    }
                }
            }
        }
    }

    /// Every state of the room.
    pub fn samples() -> Vec<(&'static str, Self)> {
        samples()
    }
}

struct Confirm<'a> {
    id: &'a str,
    operation: &'a str,
    action: &'a str,
    title: &'a str,
    text: Markup,
    button: &'a str,
    danger: bool,
}

/// A question before something that cannot be taken back, or not easily.
fn confirm(forms: &Forms, question: &Confirm<'_>) -> Markup {
    Sheet {
        id: question.id,
        class: "sheet-ask",
        title: question.title,
        body: html! {
            (question.text)
            form.dialog-foot method="post" action=(question.action) data-operation=(question.operation) {
                (forms.hidden(&question.operation.replace('/', "-")))
                button.button type="button" popovertarget=(question.id) popovertargetaction="hide" data-do="close" { (words::CANCEL) }
                button class={ "button " (if question.danger { "button-danger-solid" } else { "button-primary" }) } type="submit" autofocus { (question.button) }
            }
        },
    }
    .render()
}

fn link_body(url: &str) -> Markup {
    html! {
        p.muted { (words::URL_READY_HELP) }
        div.copy-row {
            label.unseen for="link-url" { (words::URL_LABEL) }
            input.input id="link-url" type="text" readonly value=(url) data-url;
            button.button.button-primary type="button" data-do="copy" data-copy="link-url" { (Icon::Copy) span { (words::COPY_URL) } }
        }
        p.small.muted id="link-until" data-until=(words::LINK_UNTIL) {}
    }
}

/// What the script makes a sent or received message from.
fn message_template() -> Markup {
    html! {
        template id="message-template" {
            li.msg {
                p.msg-head { bdi.msg-name {} time data-when="clock" {} }
                p.msg-text dir="auto" {}
                p.msg-status.small hidden {}
            }
        }
    }
}

/// What the customer can still do and until when, then what follows (R2).
fn access_words(name: &str, access: &[Stretch], now: Timestamp) -> Markup {
    let Some(present) = access.first() else {
        return html! { (words::tier(name, Tier::None)) "." };
    };
    html! {
        (words::tier(name, present.tier))
        @if let Some(until) = present.until {
            " until " (moment(until, now, Moment::Exact)) ", "
            (words::tier_then(access.get(1).map_or(Tier::None, |next| next.tier)))
            @if let Some(end) = access.get(1).and_then(|next| next.until) { " until " (moment(end, now, Moment::Exact)) }
        }
        "."
    }
}

/// The answer to **Generate session URL** for a browser without a script: the only place where the URL is ever shown, as
/// an answer to a POST (201), so that it is in no address and no history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkReady {
    /// The room it belongs to.
    pub session: String,
    /// The URL with its token.
    pub url: String,
    /// When the link ends (R5).
    pub expires_at: Timestamp,
    /// The clock.
    pub now: Timestamp,
}

impl LinkReady {
    /// The page.
    pub fn render(&self) -> Markup {
        let body = html! {
            div.door-icon { (Icon::Link) }
            h1 { (words::URL_READY) }
            (link_body(&self.url))
            p.small.muted { (words::LINK_UNTIL) " " (moment(self.expires_at, self.now, Moment::Exact)) }
            div.row { (Button::plain(words::TO_ROOM).href(&format!("/console/s/{}", self.session))) }
        };
        super::door::shell(words::URL_READY, None, body)
    }

    /// A sample.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let session = "k3j9d2m5n8".to_owned();
        vec![(
            "ready",
            Self {
                session,
                url: "https://desk.example.net/s/k3j9d2m5n8.4q8r1x7vb2".to_owned(),
                expires_at: sample_ago(-10_080),
                now: super::sample_now(),
            },
        )]
    }
}

fn samples() -> Vec<(&'static str, Room)> {
    use super::stream::{EventLine, MessageLine};
    use parlor_domain::Sender;

    let event = |seq, minutes, icon, tone, text: &str| {
        Entry::Event(EventLine {
            seq,
            at: sample_ago(minutes),
            icon,
            tone,
            text: text.to_owned(),
            until: None,
            resend: false,
        })
    };
    let say = |seq, minutes, from, name: &str, text: &str| {
        Entry::Message(MessageLine {
            seq,
            at: sample_ago(minutes),
            id: format!("m{seq}"),
            from,
            name: name.to_owned(),
            text: text.to_owned(),
        })
    };
    let mut frame = Frame::sample();
    frame.history.current = Some("k3j9d2m5n8".to_owned());
    let live = Live {
        url: "wss://live.example.net/live?ticket=sample".to_owned(),
        ticket_url: "/console/s/k3j9d2m5n8/live".to_owned(),
        session: "k3j9d2m5n8".to_owned(),
        seq: 12,
        who: "agent",
    };
    let active = Room {
        frame,
        live: Some(live),
        id: "k3j9d2m5n8".to_owned(),
        state: State::Active,
        name: "Mara Quist".to_owned(),
        email: Some("mara@example.net".to_owned()),
        phone: None,
        channel: Channel::Email,
        embedded: false,
        copy_url: false,
        indicator: Indicator::OnlineIncomplete,
        owner: "Nina Alder".to_owned(),
        mine: true,
        team: "Mortgages".to_owned(),
        has_pin: true,
        authentication: AuthState::PinPassed,
        consent: Consent::Given,
        device_bound_at: Some(sample_ago(24)),
        lock: None,
        created_at: sample_ago(1470),
        invited_at: Some(sample_ago(31)),
        joined_at: Some(sample_ago(23)),
        deadline: Some(Deadline::new(sample_ago(2), 30)),
        ended: None,
        end_effect: (Tier::Full, Some(10_080)),
        after_end: AfterEnd::Welcome,
        stream: vec![
            event(1, 1470, Icon::Calendar, None, "You planned the session"),
            event(2, 31, Icon::Mail, None, "Invited by e-mail"),
            event(3, 26, Icon::Pin, Some(Tone::Warn), "A wrong PIN was entered"),
            event(4, 24, Icon::Shield, None, "Mara gave consent"),
            event(5, 24, Icon::Device, None, "The session is bound to Mara's device"),
            event(6, 23, Icon::User, Some(Tone::Good), "Mara joined"),
            say(
                7,
                22,
                Sender::Agent,
                "Nina Alder",
                "Hello Mara, good to have you here. I have your application in front of me.",
            ),
            say(
                8,
                21,
                Sender::Agent,
                "Nina Alder",
                "Could you have your customer number ready? It starts with two letters.",
            ),
            say(9, 19, Sender::Customer, "Mara Quist", "Hi! Yes, one moment."),
            say(
                10,
                3,
                Sender::Customer,
                "Mara Quist",
                "I looked through the letter from last week and through the one before that, but all I can find is a reference with seven digits. Is that it?",
            ),
            say(11, 2, Sender::Agent, "Nina Alder", "Not quite. It is on the top right, next to the date."),
            say(12, 0, Sender::Customer, "Mara Quist", "Where do I find the number?"),
        ],
        earlier: None,
        seen: Some(11),
        content: None,
    };
    let invited = Room {
        state: State::Invited,
        indicator: Indicator::NeverJoined,
        authentication: AuthState::PinWaiting,
        consent: Consent::Waiting,
        device_bound_at: None,
        joined_at: None,
        stream: vec![
            event(1, 6, Icon::Add, None, "You started the session"),
            event(2, 6, Icon::Mail, None, "Invited by e-mail"),
            Entry::Event(EventLine {
                seq: 3,
                at: sample_ago(4),
                icon: Icon::Alert,
                tone: Some(Tone::Bad),
                text: "The e-mail could not be delivered: the mailbox does not exist".to_owned(),
                until: None,
                resend: true,
            }),
        ],
        seen: None,
        ..active.clone()
    };
    let ended = |by, access, not_renewable: Option<&str>| {
        Some(Ended { at: sample_ago(1), by, access, not_renewable: not_renewable.map(str::to_owned) })
    };
    let over = Room { state: State::Ended, indicator: Indicator::OfflineIncomplete, seen: Some(12), ..active.clone() };
    vec![
        ("active", active.clone()),
        ("invited-failed", invited.clone()),
        (
            "planned",
            Room {
                state: State::Planned,
                invited_at: None,
                deadline: None,
                stream: vec![event(1, 2, Icon::Calendar, None, "You planned the session")],
                ..invited.clone()
            },
        ),
        (
            "about-to-end",
            Room {
                deadline: Some(Deadline { at: sample_ago(-1) + SignedDuration::from_secs(38), warn_at: sample_ago(1) }),
                ..active.clone()
            },
        ),
        (
            "locked",
            Room { authentication: AuthState::Locked, lock: Some(PinLock::Until(sample_ago(-12))), ..invited.clone() },
        ),
        (
            "banned",
            Room {
                authentication: AuthState::Locked,
                lock: Some(PinLock::Banned),
                copy_url: true,
                embedded: true,
                ..invited
            },
        ),
        (
            "ended",
            Room {
                ended: ended(
                    EndedBy::Agent,
                    vec![
                        Stretch { tier: Tier::Full, until: Some(sample_ago(-10_080)) },
                        Stretch { tier: Tier::Limited, until: Some(sample_ago(-20_160)) },
                    ],
                    None,
                ),
                ..over.clone()
            },
        ),
        (
            "ended-for-good",
            Room { ended: ended(EndedBy::Inactivity, Vec::new(), Some(words::NOT_RENEWABLE_INACTIVITY)), ..over },
        ),
        ("colleague", Room { mine: false, owner: "Omar Haddad".to_owned(), name: "ليلى حداد".to_owned(), ..active }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(name: &str) -> Room {
        samples().into_iter().find(|(sample, _)| *sample == name).map(|(_, room)| room).expect("a sample of this name")
    }

    #[test]
    fn r7_the_pin_is_fetched_and_never_in_the_page() {
        let text = sample("active").render().into_string();
        assert!(text.contains("data-pin=\"/v1/sessions/k3j9d2m5n8/pin\""));
        let colleague = sample("colleague").render().into_string();
        assert!(!colleague.contains("data-pin=\"/v1") && colleague.contains(words::PIN_NOT_YOURS));
    }

    #[test]
    fn r1_a_room_that_is_over_takes_nothing() {
        for name in ["ended", "ended-for-good"] {
            let text = sample(name).render().into_string();
            assert!(text.contains("<fieldset disabled>"), "{name}");
            assert!(!text.contains("data-opens=\"end\""), "{name}");
        }
    }

    #[test]
    fn r2_the_banner_says_what_the_customer_can_do_and_until_when() {
        let text = sample("ended").render().into_string();
        assert!(text.contains("Mara can still view, fill in and complete everything until"), "{text}");
        assert!(text.contains("28 Nov 2026") && text.contains("then reviewing and downloading only"));
    }

    #[test]
    fn r4_renew_is_disabled_with_its_reason() {
        let text = sample("ended-for-good").render().into_string();
        assert!(
            text.contains(words::NOT_RENEWABLE_INACTIVITY) && text.contains("disabled aria-describedby=\"renew-why\"")
        );
    }

    #[test]
    fn r3_the_warning_comes_two_minutes_before_or_halfway() {
        let start = sample_ago(0);
        assert_eq!(Deadline::new(start, 30).warn_at, start + SignedDuration::from_mins(28));
        assert_eq!(Deadline::new(start, 4).warn_at, start + SignedDuration::from_mins(2));
        assert_eq!(Deadline::new(start, 3).warn_at, start + SignedDuration::from_secs(90));
        assert_eq!(Deadline::new(start, 1).warn_at, start + SignedDuration::from_secs(30));
        assert!(sample("active").render().into_string().contains("id=\"inactivity\" role=\"alert\" hidden"));
        assert!(!sample("about-to-end").render().into_string().contains("id=\"inactivity\" role=\"alert\" hidden"));
    }

    #[test]
    fn the_fragment_has_every_part_of_the_page() {
        let room = sample("active");
        let (page, fragment) = (room.render().into_string(), room.fragment().into_string());
        for part in page.split("data-part=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(fragment.contains(&format!("data-part=\"{part}\"")), "{part}");
        }
    }

    #[test]
    fn r14_the_indicator_is_said_in_words() {
        let text = sample("active").render().into_string();
        assert!(
            text.contains(
                "<span class=\"who-indicator\" data-indicator-words=\"k3j9d2m5n8\">Online, incomplete</span>"
            ),
            "{text}"
        );
    }
}
