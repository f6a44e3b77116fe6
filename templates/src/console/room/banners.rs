//! What the room has to say above the stream: a locked PIN, an end that is near, the end, a plan.

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::{AccessTier as Tier, EndedBy, State};

use super::model::{PinLock, Room, Stretch};
use crate::components::{Banner, Icon, Tone};
use crate::console::moment::{Moment, moment};
use crate::console::sheet::opens;
use crate::lang::Lang;
use crate::times;
use crate::words::console as words;

impl Room {
    pub(super) fn banners(&self) -> Markup {
        let (lang, now) = (self.frame.lang, self.frame.now);
        html! {
            (self.ownership_banner())
            @if let (Some(lock), false) = (self.lock, self.is_only_read() && !self.is_left_open()) {
                (Banner { icon: Some(Icon::Lock), role: Some("status"), ..Banner::new(Tone::Bad, html! {
                    div.banner-line {
                        div {
                            @match lock {
                                PinLock::Until(until) => {
                                    p { strong { (words::pin_locked(lang)) } }
                                    p.small { (words::pin_locked_help(lang, self.first(), &moment(lang, until, now, Moment::Clock))) }
                                }
                                PinLock::Banned => { p { strong { (words::pin_banned(lang)) } } p.small { (words::pin_banned_help(lang)) } }
                            }
                        }
                        (opens("reset", "", html! { (Icon::Key) (words::reset_pin(lang)) }))
                    }
                }) })
            }
            @if let (Some(deadline), false) = (self.deadline, self.is_only_read()) {
                (Banner { id: Some("inactivity"), hidden: now < deadline.warn_at, role: Some("alert"), ..Banner::new(Tone::Warn, html! {
                    div.banner-line data-deadline=(deadline.at) data-warn-at=(deadline.warn_at) {
                        div {
                            p { strong { (words::inactive(lang)) } }
                            p.small { (words::inactive_help(lang, &html! { span.countdown data-countdown aria-live="off" { (times::countdown(deadline.at, now)) } })) }
                        }
                        (self.action("keep-open", "button button-primary", html! { (words::keep_open(lang)) }))
                    }
                }) })
            }
            @if let Some(ended) = &self.ended {
                (Banner { icon: Some(Icon::Lock), ..Banner::new(Tone::Info, html! {
                    div.banner-line {
                        div {
                            p { strong { (ended_by(lang, ended.by)) } " " span.small.muted { (moment(lang, ended.at, now, Moment::Exact)) } }
                            p.small { (access_words(lang, self.first(), &ended.access, now)) }
                            @if let Some(reason) = &ended.not_renewable { p.small id="renew-why" { (reason) } }
                        }
                        @if !self.mine {
                            // Whoever owns it renews it.
                        } @else if ended.not_renewable.is_some() {
                            div.row {
                                button.button type="button" disabled aria-describedby="renew-why" { (Icon::Refresh) (words::renew(lang)) }
                                (self.same_again("button button-primary"))
                            }
                        } @else {
                            form.row method="post" action=(self.operation("renew")) data-operation="renew" {
                                (self.frame.forms.hidden("renew"))
                                @if !self.embedded { label.check.check-small { input type="checkbox" name="notify" value="true"; span { (words::renew_notify(lang)) } } }
                                button.button.button-primary type="submit" { (Icon::Refresh) (words::renew(lang)) }
                            }
                        }
                    }
                }) })
            }
            @if self.state == State::Discarded { (Banner { icon: Some(Icon::Trash), ..Banner::new(Tone::Info, html! { p { strong { (words::discarded(lang)) } } p.small { (words::discarded_help(lang)) } }) }) }
            @if self.state == State::Planned && self.mine {
                (Banner { icon: Some(Icon::Calendar), ..Banner::new(Tone::Info, html! {
                    div.banner-line {
                        div { p { strong { (words::planned(lang, self.first())) } } p.small { (words::planned_help(lang)) } }
                        (self.action("invite", "button button-primary", html! {
                            @if self.embedded { (Icon::Check) (words::invite_embedded(lang)) } @else { (Icon::Send) (words::invite(lang)) }
                        }))
                    }
                }) })
            }
        }
    }
}

/// Heading of the banner over an ended room.
const fn ended_by(lang: Lang, by: EndedBy) -> &'static str {
    match by {
        EndedBy::Agent => words::ended_by_agent(lang),
        EndedBy::Inactivity => words::ended_by_inactivity(lang),
        EndedBy::Api => words::ended_by_api(lang),
    }
}

/// What the customer can still do and until when, then what follows (R2).
fn access_words(lang: Lang, name: &str, access: &[Stretch], now: Timestamp) -> Markup {
    let at = |until| moment(lang, until, now, Moment::Exact);
    let Some(present) = access.first() else { return html! { (words::access_none(lang, name)) } };
    let Some(until) = present.until.map(at) else {
        return match present.tier {
            Tier::Full => html! { (words::access_full(lang, name)) },
            Tier::Limited => html! { (words::access_limited(lang, name)) },
            Tier::None => html! { (words::access_none(lang, name)) },
        };
    };
    let next = access.get(1);
    let end = next.and_then(|next| next.until).map(at);
    let then = match (next.map_or(Tier::None, |next| next.tier), &end) {
        (Tier::Full, None) => html! { (words::then_full(lang)) },
        (Tier::Full, Some(end)) => html! { (words::then_full_until(lang, end)) },
        (Tier::Limited, None) => html! { (words::then_limited(lang)) },
        (Tier::Limited, Some(end)) => html! { (words::then_limited_until(lang, end)) },
        (Tier::None, _) => html! { (words::then_none(lang)) },
    };
    match present.tier {
        Tier::Full => html! { (words::access_full_until(lang, name, &until, &then)) },
        Tier::Limited => html! { (words::access_limited_until(lang, name, &until, &then)) },
        Tier::None => html! { (words::access_none(lang, name)) },
    }
}
