//! The page of the room and its changing parts.

use maud::{Markup, html};
use parlor_domain::{State, session::MESSAGE_MAX};

use super::model::{AfterEnd, AuthState, Consent, Room};
use super::moving;
use crate::components::{Attaching, Icon, attaching, clip};
use crate::console::frame::{Frame, InFrame};
use crate::console::moment::{Moment, moment};
use crate::console::phrases;
use crate::console::sheet::opens;
use crate::console::signs::{avatar, state_chip, stop_icon};
use crate::console::stream::{self, Entry};
use crate::lang::Lang;
use crate::words::{console as words, erasing, library, participants, shared};

impl Room {
    /// A form of one button: an operation of this session.
    pub(super) fn action(&self, operation: &str, class: &str, inside: Markup) -> Markup {
        html! {
            form method="post" action=(self.operation(operation)) data-operation=(operation) {
                (self.frame.forms.hidden(&operation.replace('/', "-")))
                button class=(class) type="submit" { (inside) }
            }
        }
    }

    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        let base = format!("/console/s/{}", self.id);
        let api = format!("/v1/sessions/{}", self.id);
        let data = [
            ("room", base.as_str()),
            ("api", api.as_str()),
            ("sid", self.id.as_str()),
            ("after-end", if self.after_end == AfterEnd::Welcome { "/console" } else { "" }),
        ];
        let main = html! {
            div.room data-state=(self.state.as_str()) data-writable[self.writable] id="room" {
                header.room-head {
                    (Frame::pane_button(lang))
                    (self.identity())
                    div.room-actions data-part="actions" { (self.actions()) }
                }
                div.connection id="connection" role="status" hidden { (Icon::Offline) span { (words::reconnecting(lang)) } }
                div.banners data-part="banners" { (self.banners()) }
                section.talk aria-label=(words::stream(lang)) {
                    div.stream-frame id="stream-frame" tabindex="0" role="log" aria-live="polite" aria-relevant="additions" aria-label=(words::stream(lang)) {
                        div.stream-inner {
                        @if let Some(earlier) = &self.earlier { a.button.button-quiet.stream-earlier href=(earlier) data-do="earlier" { (Icon::History) (words::earlier(lang)) } }
                        ol.stream id="stream" { (self.stream_rows()) }
                        p.typing.small.muted id="typing" hidden { (words::typing(lang, &html! { bdi { (self.first()) } })) span.typing-dots aria-hidden="true" { span {} span {} span {} } }
                        }
                    }
                    button.button.jump id="jump" type="button" hidden { (Icon::ChevronDown) span { (words::jump_new(lang)) } }
                    (self.composer())
                }
                // Where nothing in it takes the focus, it is scrolled by the keyboard itself.
                aside.side id="side" popover="auto" aria-label=(words::details(lang)) tabindex=[(!self.mine).then_some("0")] {
                    div.side-head.side-narrow {
                        h2 { (words::details(lang)) }
                        button.button.button-quiet.button-icon type="button" popovertarget="side" popovertargetaction="hide" title=(shared::close(lang)) { (Icon::Close) span.unseen { (shared::close(lang)) } }
                    }
                    section.side-part aria-labelledby="content-title" {
                        div.side-title { h2 id="content-title" { (words::content(lang)) } div data-part="add-work" { (self.add_work()) } }
                        div data-part="content" { (self.work()) }
                        (moving::said(lang))
                    }
                    section.side-part aria-labelledby="people-title" {
                        div.side-title { h2 id="people-title" { (participants::heading(lang)) } div data-part="add-person" { (self.add_person()) } }
                        div data-part="people" { (self.people_list()) }
                    }
                    section.side-part aria-labelledby="about-title" {
                        h2 id="about-title" { (words::about(lang)) }
                        dl.facts data-part="facts" { (self.facts()) }
                        div data-part="erase" { (self.erase_button()) }
                    }
                    section.side-part aria-labelledby="links-title" {
                        h2 id="links-title" { (words::links(lang)) }
                        div data-part="links" { (self.link_list()) }
                    }
                }
                (self.sheets())
                @if !self.is_only_read() { (self.maker()) (self.sending()) (self.asking()) (self.library_dialog()) (self.person_dialog()) }
                (message_template())
                template id="unread-template" { (stream::unread_line(lang)) }
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
            div.room data-state=(self.state.as_str()) data-writable[self.writable] data-seq=(self.stream.last().map_or(0, Entry::seq)) {
                div data-part="avatar" { (self.face()) }
                div data-part="standing" { (self.standing()) }
                div data-part="who" { (self.who()) }
                div data-part="actions" { (self.actions()) }
                div data-part="banners" { (self.banners()) }
                div data-part="content" { (self.work()) }
                div data-part="add-work" { (self.add_work()) }
                div data-part="people" { (self.people_list()) }
                div data-part="add-person" { (self.add_person()) }
                @if !self.is_only_read() {
                    @for dialog in ["document", "request", "work", "library"] { (self.for_whom(dialog)) }
                }
                div data-part="facts" { (self.facts()) }
                div data-part="erase" { (self.erase_button()) }
                div data-part="links" { (self.link_list()) }
                p data-part="composer-closed" { (self.composer_closed()) }
                div data-part="end-question" { (self.end_question()) }
                div data-part="correct-lead" { (self.correction_effect()) }
                div data-part="correct-button" { (self.correction_button()) }
                ol id="stream" { (self.stream_rows()) }
            }
        }
    }

    fn stream_rows(&self) -> Markup {
        let lang = self.frame.lang;
        let again = |operation: &str| {
            self.action(operation, "button button-small", html! { (Icon::Send) (words::invite_again(lang)) })
        };
        let resend: Option<&stream::Resend<'_>> = (!self.is_only_read() && !self.embedded).then_some(&again);
        html! {
            @if self.stream.is_empty() { li.stream-empty.muted { (words::stream_empty(lang)) } }
            (stream::render(lang, &self.stream, self.seen, resend, self.frame.now))
        }
    }

    /// The avatar with what it opens, and the name with what stands under it.
    fn identity(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            div.face data-face {
                button.face-button type="button" aria-expanded="false" aria-controls="face-card" aria-describedby="face-card" {
                    span.unseen { (self.name) ", " }
                    span data-part="avatar" { (self.face()) }
                }
                div.face-card id="face-card" role="tooltip" {
                    @if self.has_pin {
                        div.face-pin data-pin=[self.mine.then(|| self.operation("pin"))] {
                            span.small.muted { (words::pin(lang)) }
                            @if self.mine {
                                output.pin-digits data-pin-out aria-live="polite" { span aria-hidden="true" { "••••" } }
                                noscript { a href=(self.operation("pin")) { (words::pin_no_script(lang)) } }
                                span.small.muted { (words::pin_tell(lang)) }
                            } @else { span.small { (words::pin_not_yours(lang)) } }
                        }
                    }
                    dl.facts data-part="standing" { (self.standing()) }
                }
            }
            div.who data-part="who" { (self.who()) }
        }
    }

    fn face(&self) -> Markup {
        html! { span data-indicator-of=(self.id) data-indicator=(self.indicator.as_str()) { (avatar(self.frame.lang, &self.name, self.indicator)) } }
    }

    /// R14: the whole card. What of it hangs on the clock is asked for again whenever it opens.
    fn standing(&self) -> Markup {
        let (lang, now) = (self.frame.lang, self.frame.now);
        let at = |at| moment(lang, at, now, Moment::Exact);
        let at_or = |known: Option<_>, otherwise: &str| known.map_or_else(|| html! { (otherwise) }, at);
        html! {
            div { dt { (words::fact_status(lang)) } dd { span data-indicator-words=(self.id) { (phrases::indicator(lang, self.indicator)) } } }
            div { dt { (words::fact_joined(lang)) } dd { (at_or(self.joined_at, words::not_yet(lang))) } }
            @if let Some(since) = self.online_since { div { dt { (words::fact_online_since(lang)) } dd { (at(since)) } } }
            @if let Some(last) = self.last_active { div { dt { (words::fact_last_active(lang)) } dd { (at(last)) } } }
            div { dt { (words::authentication(lang)) } dd { (authentication(lang, self.authentication)) } }
            div { dt { (words::consent(lang)) } dd { (consent(lang, self.consent)) } }
            div { dt { (words::device_bound(lang)) } dd { (at_or(self.device_bound_at, words::device_free(lang))) } }
            @if let Some(until) = self.link_until() {
                div { dt { (if until <= now { words::fact_link_expired(lang) } else { words::fact_link_until(lang) }) } dd { (at(until)) } }
            }
        }
    }

    fn who(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            h1 { bdi { (self.name) } }
            p.who-line {
                @match self.state {
                    State::Planned | State::Ended | State::Discarded => (state_chip(lang, self.state)),
                    State::Invited | State::Active => {
                        span.who-indicator data-indicator-words=(self.id) { (phrases::indicator(lang, self.indicator)) }
                    }
                }
                span.who-contact { bdi { (self.contact()) } }
                @if !self.over() && self.state != State::Planned {
                    span.who-device { (Icon::Device) (if self.device_bound_at.is_some() { words::device_bound(lang) } else { words::device_free(lang) }) }
                }
                @if !self.mine { span { (words::owned_by(lang, &self.owner)) } }
            }
        }
    }

    fn actions(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @if self.copy_url && !self.is_only_read() { (self.action("links", "button wide-only", html! { (Icon::Link) (words::copy_url(lang)) })) }
            button.button.button-quiet.button-icon.side-narrow type="button" popovertarget="side" title=(words::details(lang)) { (Icon::Info) span.unseen { (words::details(lang)) } }
            @if !self.is_only_read() {
                details.menu {
                    summary.button.button-quiet.button-icon title=(words::more(lang)) { (Icon::More) span.unseen { (words::more(lang)) } }
                    ul.menu-list {
                        li {
                            (self.action("links", "", html! {
                                (Icon::Link)
                                // Whoever holds a link can come in, so a plan is one no longer.
                                @if self.state == State::Planned { span.menu-two { (words::generate_url(lang)) span.small.muted { (words::generate_url_invites(lang, self.first())) } } }
                                @else { (words::generate_url(lang)) }
                            }))
                        }
                        (self.invitation_items())
                        (self.details_items())
                        @if self.has_pin && self.mine { li { button type="button" data-do="show-pin" { (Icon::Eye) (words::show_pin(lang)) } } }
                        (self.door_items())
                    }
                }
                (opens("end", "room-end", html! { @if self.state == State::Planned { (Icon::Trash) span { (words::discard(lang)) } } @else { (stop_icon()) span { (words::end(lang)) } } }))
            } @else if self.is_left_open() && (self.device_bound_at.is_some() || self.has_pin || self.lock.is_some()) {
                details.menu {
                    summary.button.button-quiet.button-icon title=(words::more(lang)) { (Icon::More) span.unseen { (words::more(lang)) } }
                    ul.menu-list { (self.door_items()) }
                }
            }
        }
    }

    /// What is done about who comes in (R6, R7).
    fn door_items(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @if self.device_bound_at.is_some() { li { button type="button" popovertarget="release" data-opens="release" { (Icon::Device) (words::release_device(lang)) } } }
            @if self.has_pin || self.lock.is_some() { li { button type="button" popovertarget="reset" data-opens="reset" { (Icon::Key) (words::reset_pin(lang)) } } }
        }
    }

    fn composer(&self) -> Markup {
        let lang = self.frame.lang;
        let label = words::write_to(lang, self.first());
        html! {
            form.composer id="composer" method="post" action=(self.operation("messages")) data-operation="messages" {
                (self.frame.forms.hidden("message"))
                // What is typed when the room closes stays where it was: to be read, copied, and sent after a renewal.
                fieldset {
                    @if self.attach { (clip(lang)) }
                    label.unseen for="text" { (label) }
                    textarea.composer-text id="text" name="text" rows="1" data-max=(MESSAGE_MAX) required readonly[!self.writable] placeholder=(label) dir="auto" aria-describedby="too-long composer-hint" aria-autocomplete="list" aria-controls="prepared" {}
                    (self.prepared())
                    button.button.button-primary.button-icon type="submit" disabled[!self.writable] title=(shared::send(lang)) { (Icon::Send) span.unseen { (shared::send(lang)) } }
                }
                @if self.attach {
                    @let (uploads, post) = (self.operation("uploads"), self.operation("messages"));
                    (attaching(lang, Attaching { uploads: &uploads, post: &post, csrf: "" }))
                }
                p.field-error id="too-long" role="alert" hidden data-text=(shared::too_long_by(lang, "{n}").plain()) {}
                p.composer-hint.small.muted id="composer-hint" { (shared::enter_hint(lang)) span data-slash hidden { " · " (library::slash_hint(lang)) } }
                p.composer-closed.small.muted data-part="composer-closed" { (self.composer_closed()) }
            }
        }
    }

    /// Why nothing can be written.
    fn composer_closed(&self) -> &'static str {
        let lang = self.frame.lang;
        if self.mine { words::composer_closed(lang) } else { words::composer_not_yours(lang) }
    }

    /// R25: where there is nothing left to be done but that.
    fn erase_button(&self) -> Markup {
        html! {
            @if self.erasable() { (opens("erase", "button-danger button-small", html! { (Icon::Trash) (erasing::erase_this(self.frame.lang)) })) }
        }
    }

    fn facts(&self) -> Markup {
        let (lang, now) = (self.frame.lang, self.frame.now);
        let fact = |name: &str, value: Markup| html! { div { dt { (name) } dd { (value) } } };
        html! {
            @if let Some(email) = &self.email { (fact(words::fact_email(lang), html! { bdi { (email) } })) }
            @if let Some(phone) = &self.phone { (fact(words::fact_phone(lang), html! { bdi { (phone) } })) }
            (fact(words::fact_owner(lang), html! { bdi { (self.owner) } }))
            (fact(words::settings_of(lang), html! { bdi { (self.team) } }))
            (fact(words::fact_created(lang), moment(lang, self.created_at, now, Moment::Exact)))
            (fact(words::fact_invited(lang), self.invited_at.map_or_else(|| html! { (words::not_yet(lang)) }, |at| moment(lang, at, now, Moment::Exact))))
            (fact(words::fact_joined(lang), self.joined_at.map_or_else(|| html! { (words::not_yet(lang)) }, |at| moment(lang, at, now, Moment::Exact))))
            @if let Some(at) = self.device_bound_at { (fact(words::device_bound(lang), moment(lang, at, now, Moment::Exact))) }
            @if let (Some(deadline), false) = (self.deadline, self.over()) { (fact(words::fact_deadline(lang), moment(lang, deadline.at, now, Moment::Exact))) }
        }
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

/// How the customer proves who they are (R6, R7).
const fn authentication(lang: Lang, state: AuthState) -> &'static str {
    match state {
        AuthState::NotAsked => words::auth_not_asked(lang),
        AuthState::PinWaiting => words::auth_pin_waiting(lang),
        AuthState::PinPassed => words::auth_pin_passed(lang),
        AuthState::CodeWaiting => words::auth_code_waiting(lang),
        AuthState::CodePassed => words::auth_code_passed(lang),
        AuthState::Locked => words::auth_locked(lang),
    }
}

/// Whether the customer agreed to what they were asked (R6).
const fn consent(lang: Lang, consent: Consent) -> &'static str {
    match consent {
        Consent::NotAsked => words::consent_not_asked(lang),
        Consent::Waiting => words::consent_waiting(lang),
        Consent::Given => words::consent_given(lang),
    }
}
