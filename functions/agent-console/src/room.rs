//! GET `/console/s/{session}`: the agent's room, its changing parts, and a fresh ticket for its live connection.

use lambda_http::{Body, Request, Response, http::StatusCode};
use parlor_domain::{
    AccessPlan, AccessTier, Actor, AgentId, Event, Interaction, Link, Participant, PhoneNumber, Presence, Rejection,
    Session, SessionId, Settings, State, Who,
    interaction::{Assignee, JoinedFile, Kind, SentFile, SignedFile},
    link::LinkOrigin,
    pin::Lock,
    session::Answer,
    settings::{AgentRedirect, Method},
};
use parlor_live::Ticket;
use parlor_store::Stored;
use parlor_templates::{
    Lang, Live,
    console::{
        self, AfterEnd, AuthState, Consent, Ended, Entry, Frame, Guest, GuestStanding, JoinedCopy, LinkLine, Ownership,
        PinLock, SignedCopy, Stretch, WorkFile, WorkItem, WorkItemKind, phrases,
    },
    deadline::Deadline,
    words,
};
use parlor_web::{
    AppState,
    api_request::lang,
    html,
    reply::{Reach, html_reaching},
    staff_page,
};

use crate::{
    PageError,
    error_page::number,
    history::Asked,
    staff_context::{self, StaffContext},
};

/// Events that a room begins with, and that "Show earlier" adds.
const EVENTS: u64 = 200;
/// The most events on one page, however often earlier ones were asked for.
const EVENTS_MAX: u64 = 2_000;

/// Which events to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    after: u64,
    limit: i32,
}

impl Window {
    /// The newest, or everything from [`EVENTS`] before the event `before` on: what was on the page stays on it, so that
    /// it can go on live.
    fn of(before: Option<u64>) -> Self {
        let limit = |events: u64| i32::try_from(events).unwrap_or(i32::MAX);
        match before {
            None => Self { after: 0, limit: limit(EVENTS) },
            Some(before) => Self { after: before.saturating_sub(EVENTS + 1), limit: limit(EVENTS_MAX) },
        }
    }
}

/// The session, if it is there and visible, and its effective settings with their team's name.
fn seen(staff_context: &StaffContext, id: &SessionId) -> Result<(Stored, Settings, String), PageError> {
    let stored = staff_context.caller.room(&staff_context.found, id)?;
    let (settings, team) = staff_context.found.settings(&id.team())?;
    if settings.service.maintenance {
        return Err(PageError::Maintenance(settings.service));
    }
    if stored.session.erased.is_some() {
        return Err(PageError::Erased);
    }
    Ok((stored, settings, team))
}

pub(crate) async fn page(app: &AppState, request: &Request, id: &SessionId) -> Result<Response<Body>, PageError> {
    let cookie = staff_page::cookie(request)?;
    let (asked, before) = (Asked::plain(request, &cookie), number(request, "before"));
    let (window, store) = (Window::of(before), &app.store);
    if before.is_some() {
        // Strangers know addresses of sessions: so much is read for whoever is let in.
        let found = store.read(staff_context::keys(&cookie).room(id)).await?;
        seen(&StaffContext::open(cookie.clone(), found, lang(request), app.clock.now())?, id)?;
    }
    let (found, sessions, events, links, interactions) = tokio::try_join!(
        store.read(staff_context::keys(&cookie).room(id)),
        asked.query().read(store),
        store.events(id, window.after, window.limit),
        store.links(id),
        store.first_interactions(id),
    )?;
    let staff_context = StaffContext::open(cookie, found, lang(request), app.clock.now())?;
    let (mut stored, settings, team) = seen(&staff_context, id)?;
    stored.catch_up(&events);
    let viewer = &staff_context.caller.agent.id;
    let (history, remember) = asked.pane(store, sessions, None, Some(id), &staff_context).await?.remember();
    let frame = staff_context.frame(app, request, history)?;
    // A plan that was given up has nobody to be live with.
    let live = (stored.session.state != State::Discarded).then(|| Live {
        url: address(app, id, &staff_context),
        ticket_url: format!("/console/s/{id}/live"),
        session: id.to_string(),
        seq: events.last().map_or(0, |event| event.seq),
        who: "agent",
        seat: None,
        receipts: settings.session.read_receipts,
    });
    let links = link_lines(frame.lang, &stored.session, &links);
    let work = work(&stored.session, store.all_interactions(id, interactions).await?);
    let room = console::Room { live, links, work, ..room(frame, &stored, &settings, team, &events, viewer) };
    let reach = Reach { live_url: Some(&app.live_url), files_origin: Some(&app.files_origin), frames: true };
    Ok(remember(html_reaching(StatusCode::OK, room.render(), reach)))
}

/// The changing parts, as the page's script fetches them after a live frame said that something changed.
pub(crate) async fn fragment(app: &AppState, request: &Request, id: &SessionId) -> Result<Response<Body>, PageError> {
    let cookie = staff_page::cookie(request)?;
    let window = Window::of(None);
    let (found, events, links, interactions) = tokio::try_join!(
        app.store.read(staff_context::part_keys(&cookie).room(id)),
        app.store.events(id, window.after, window.limit),
        app.store.links(id),
        app.store.first_interactions(id),
    )?;
    let staff_context = StaffContext::open(cookie, found, lang(request), app.clock.now())?;
    let (mut stored, settings, team) = seen(&staff_context, id)?;
    stored.catch_up(&events);
    let frame = staff_context.frame(app, request, StaffContext::no_history(Some(id)))?;
    let links = link_lines(frame.lang, &stored.session, &links);
    let viewer = &staff_context.caller.agent.id;
    let room = console::Room {
        links,
        work: work(&stored.session, app.store.all_interactions(id, interactions).await?),
        ..room(frame, &stored, &settings, team, &events, viewer)
    };
    Ok(html(StatusCode::OK, room.fragment(), None))
}

/// A fresh address for the live connection: each ticket opens one.
pub(crate) async fn live_url(app: &AppState, request: &Request, id: &SessionId) -> Result<String, PageError> {
    let cookie = staff_page::cookie(request)?;
    let found = app.store.read(staff_context::part_keys(&cookie).room(id)).await?;
    let staff_context = StaffContext::open(cookie, found, lang(request), app.clock.now())?;
    seen(&staff_context, id)?;
    Ok(address(app, id, &staff_context))
}

fn address(app: &AppState, id: &SessionId, staff_context: &StaffContext) -> String {
    let ticket = Ticket::issue(&app.keyring, &app.entropy, id, &staff_context.holder(), staff_context.now);
    format!("{}?ticket={ticket}", app.live_url)
}

/// The room as `viewer` sees it, without a live connection.
fn room(
    frame: Frame,
    stored: &Stored,
    settings: &Settings,
    team: String,
    events: &[Event],
    viewer: &AgentId,
) -> console::Room {
    let Stored { session, presence, .. } = stored;
    let now = frame.now;
    let lock = lock(session, settings, now);
    let contact = &session.customer.contact;
    let api = format!("/v1/sessions/{}", session.id);
    let earlier = events.first().filter(|first| first.seq > 1);
    console::Room {
        live: None,
        id: session.id.to_string(),
        state: session.state,
        name: session.customer.name.clone(),
        email: contact.email.as_ref().map(ToString::to_string),
        phone: contact.phone.as_ref().map(PhoneNumber::international),
        language: session.language.as_ref().map(|language| language.as_str().to_owned()),
        channel: session.channel,
        sms: settings.channels.sms,
        country: settings.channels.default_country.clone().map(String::from),
        embedded: settings.channels.embedded,
        copy_url: settings.channels.embedded && settings.channels.copy_url,
        indicator: indicator(session, presence, now),
        online_since: presence.customer_since(now),
        last_active: events.iter().rev().find(|event| event.actor == Actor::Customer).map(|event| event.at),
        owner: session.agent_name.clone(),
        mine: session.agent == *viewer,
        ownership: ownership(session, viewer, now),
        team,
        has_pin: session.pin.is_some(),
        authentication: authentication(session, settings, lock),
        consent: match (session.consented_at, settings.authentication.consent.required) {
            (Some(_), _) => Consent::Given,
            (None, true) => Consent::Waiting,
            (None, false) => Consent::NotAsked,
        },
        device_bound_at: session.device.as_ref().map(|device| device.bound_at),
        lock,
        created_at: session.created_at,
        invited_at: session.invited_at,
        joined_at: session.joined_at,
        deadline: deadline(session, settings),
        // R9: a colleague's room is for reading.
        writable: session.agent == *viewer && session.staff_may_write(now),
        attach: session.agent == *viewer && session.staff_may_attach(settings, now),
        ended: ended(frame.lang, session, settings, now),
        end_effect: end_effect(settings, now),
        after_end: match settings.end.agent_redirect {
            AgentRedirect::Welcome => AfterEnd::Welcome,
            AgentRedirect::Stay => AfterEnd::Stay,
        },
        stream: events
            .iter()
            .map(|event| Entry::of(frame.lang, event, viewer, &session.customer.name, &session.participants, &api))
            .collect(),
        earlier: earlier.map(|first| format!("/console/s/{}?before={}", session.id, first.seq)),
        seen: None,
        links: vec![],
        work: vec![],
        people: people(session, settings, presence, now),
        order: session.order,
        turn: session.whose_turn().into_iter().map(str::to_owned).collect(),
        asks_pin: settings.authentication.method == Method::Pin,
        frame,
    }
}

/// R22: who there is beside the customer.
fn people(session: &Session, settings: &Settings, presence: &Presence, now: jiff::Timestamp) -> Vec<Guest> {
    let standing = |one: &Participant| match one {
        _ if one.removed_at.is_some() => GuestStanding::Removed,
        _ if presence.online(&Who::Participant(one.id.clone()), now) => GuestStanding::Here,
        _ if one.joined_at.is_some() => GuestStanding::Away,
        _ if one.invited_at.is_some() => GuestStanding::Invited,
        _ => GuestStanding::Waiting,
    };
    let person = |one: &Participant| Guest {
        id: one.id.clone(),
        name: one.person.name.clone(),
        contact: one.person.contact.address(one.channel).map(str::to_owned),
        standing: standing(one),
        order: one.order,
        has_device: one.device.is_some(),
        has_pin: one.pin.is_some(),
        // What the gates look at is theirs from their own seat.
        lock: session.clone().seated(Some(&one.id)).and_then(|seated| lock(&seated, settings, now)),
    };
    session.participants.iter().map(person).collect()
}

/// R9: whose the session is, and who asks for it.
fn ownership(session: &Session, viewer: &AgentId, now: jiff::Timestamp) -> Ownership {
    let mine = session.agent == *viewer;
    let pending = session.pending_transfer(now);
    match (mine, pending) {
        (true, None) => Ownership::Mine,
        (true, Some(asked)) => {
            Ownership::Asked { name: asked.name.clone(), reason: asked.reason.clone(), until: asked.lapses_at }
        }
        (false, Some(asked)) if asked.agent == *viewer => Ownership::Waiting { until: asked.lapses_at },
        (false, Some(asked)) => Ownership::OtherAsks { name: asked.name.clone() },
        (false, None) => {
            let own = session.transfer.as_ref().filter(|transfer| transfer.agent == *viewer);
            match own.and_then(|transfer| transfer.answered(now)) {
                None => Ownership::Theirs,
                Some(Answer::Declined) => Ownership::Declined,
                Some(Answer::Lapsed) => Ownership::Lapsed,
            }
        }
    }
}

/// R22: whom somebody's turn comes after.
fn names(session: &Session, own: &Assignee) -> Vec<String> {
    session.waits_for(own).into_iter().map(str::to_owned).collect()
}

/// R21: what there is for the customer to do, as it is listed.
fn work(session: &Session, interactions: Vec<Interaction>) -> Vec<WorkItem> {
    let signed = |own: &Interaction| match own.signed {
        Some(SignedFile::Ready { .. }) => SignedCopy::Ready,
        Some(SignedFile::Failed) => SignedCopy::Failed,
        Some(SignedFile::Coming { .. }) | None => SignedCopy::Coming,
    };
    let joined = |file: &JoinedFile| match *file {
        JoinedFile::Coming { .. } => JoinedCopy::Coming,
        JoinedFile::Ready { left_out, .. } => JoinedCopy::Ready { left_out },
        JoinedFile::Failed => JoinedCopy::Failed,
    };
    let file = |file: &SentFile| WorkFile {
        id: file.upload.to_string(),
        name: file.name.clone(),
        size: file.size,
        pages: file.pages,
    };
    let kind = |own: &Interaction| match own.kind {
        Kind::Document => WorkItemKind::Document { original: None, signed: signed(own) },
        // Until then some of them may answer what is hidden now.
        Kind::Workflow => {
            WorkItemKind::Workflow { files: own.files.iter().filter(|_| own.state.is_done()).map(file).collect() }
        }
        Kind::Request => WorkItemKind::Request {
            files: own.files.iter().map(file).collect(),
            joined: own.joined.as_ref().map(joined),
        },
    };
    let item = |own: &Interaction| WorkItem {
        id: own.id.to_string(),
        kind: kind(own),
        title: own.title.clone(),
        state: own.state,
        progress: own.progress,
        due: own.due_at,
        completed_at: own.completed_at,
        reminded_at: own.reminded_at,
        reason: own.reason.clone(),
        assignee: own.assignee.participant().cloned(),
        after: if own.state.is_open() { names(session, &own.assignee) } else { vec![] },
        part_of: own.part_of.as_ref().map(|part| part.interaction.to_string()),
        version: own.version,
    };
    session.arranged(interactions).iter().map(item).collect()
}

/// R5: the session's links, as they are listed.
fn link_lines(lang: Lang, session: &Session, links: &[Link]) -> Vec<LinkLine> {
    let line = |link: &Link| LinkLine {
        id: link.hash.as_str().to_owned(),
        sent: link.origin == LinkOrigin::Sent,
        by: link.by.as_ref().map(|by| phrases::writer(lang, by, &session.customer.name)),
        at: link.issued_at,
        expires_at: link.expires_at,
        revoked: session.has_revoked(link),
    };
    links.iter().map(line).collect()
}

fn indicator(session: &Session, presence: &Presence, now: jiff::Timestamp) -> parlor_domain::Indicator {
    let online = presence.customer_online(now);
    parlor_domain::Indicator::of(session.joined_at.is_some(), online, session.is_complete())
}

/// R7: why the customer cannot try now. Without a PIN or a code there is nothing to lock.
fn lock(session: &Session, settings: &Settings, now: jiff::Timestamp) -> Option<PinLock> {
    if session.method(settings) == Method::None {
        return None;
    }
    match session.tries.lock(&settings.authentication, now) {
        Lock::Open { .. } => None,
        Lock::Until(until) => Some(PinLock::Until(until)),
        Lock::Banned => Some(PinLock::Banned),
    }
}

fn authentication(session: &Session, settings: &Settings, lock: Option<PinLock>) -> AuthState {
    let passed = session.authenticated_at.is_some();
    match (session.method(settings), lock) {
        (Method::None, _) => AuthState::NotAsked,
        (_, Some(_)) => AuthState::Locked,
        (Method::Pin, None) if passed => AuthState::PinPassed,
        (Method::Pin, None) => AuthState::PinWaiting,
        (Method::Otp, None) if passed => AuthState::CodePassed,
        (Method::Otp, None) => AuthState::CodeWaiting,
    }
}

/// R3: planned and ended sessions have none.
fn deadline(session: &Session, settings: &Settings) -> Option<Deadline> {
    session.inactivity_deadline(settings)?;
    settings.end.inactivity_minutes.map(|minutes| Deadline::new(session.last_agent_action_at, minutes))
}

/// R2 and R4: what the customer may do from now on, and whether the session can be renewed.
fn ended(lang: Lang, session: &Session, settings: &Settings, now: jiff::Timestamp) -> Option<Ended> {
    let end = session.ended.as_ref()?;
    let ahead = end.plan.steps.iter().filter(|step| step.until.is_none_or(|until| now < until));
    Some(Ended {
        at: end.at,
        by: end.by,
        access: ahead.map(|step| Stretch { tier: step.tier, until: step.until }).collect(),
        not_renewable: session
            .renewable(settings, now)
            .err()
            .map(|rejection| not_renewable(lang, &rejection).to_owned()),
    })
}

fn not_renewable(lang: Lang, rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::NotRenewableAfterInactivity => words::console::not_renewable_inactivity(lang),
        Rejection::RenewWindowPassed => words::console::not_renewable_window(lang),
        _ => words::refusal::not_renewable(lang),
    }
}

/// What ending now would leave the customer (R2): the first stretch, and how long it lasts.
fn end_effect(settings: &Settings, now: jiff::Timestamp) -> (AccessTier, Option<i64>) {
    let plan = AccessPlan::at_end(now, &settings.end.customer_access);
    plan.steps.first().map_or((AccessTier::None, None), |step| {
        (step.tier, step.until.map(|until| until.duration_since(now).as_mins()))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::{SignedDuration, Timestamp};
    use parlor_domain::{
        Command, Contact, EndedBy, Keyring, LinkToken, NewSession, Origin, Presented, Secret, TeamId,
        pin::Pin,
        session::{Context, Customer},
        settings::{AccessLevel, CustomerAccess},
    };
    use parlor_runtime::Entropy;

    use super::*;

    fn nina() -> AgentId {
        "1".repeat(16).parse().unwrap()
    }

    fn now() -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    fn context(actor: Actor, minutes: i64) -> Context {
        Context { actor, origin: Origin::default(), now: now() + SignedDuration::from_mins(minutes) }
    }

    fn agent(minutes: i64) -> Context {
        context(Actor::Agent { id: nina(), name: "Nina Alder".into() }, minutes)
    }

    struct Case {
        session: Session,
        events: Vec<Event>,
        links: Vec<parlor_domain::Link>,
        settings: Settings,
    }

    impl Case {
        /// A session with the PIN 4711, started at noon.
        fn started(settings: Settings) -> Self {
            let (random, keyring) = (Entropy::system(), Keyring::new([7; 32]));
            let id = SessionId::generate_for(&TeamId::generate(&random), &random);
            let (_, issued) = LinkToken::issue(&id, &keyring, &random);
            let new = NewSession {
                agent_email: None,
                language: None,
                customer: Customer {
                    name: "Mara Quist".into(),
                    contact: Contact { email: Some("mara@example.com".parse().unwrap()), phone: None },
                },
                channel: None,
                agent: nina(),
                agent_name: "Nina Alder".into(),
                pin: Some(Pin::parse("4711").unwrap().seal(&id, &keyring, &random)),
                reference: None,
                metadata: BTreeMap::new(),
                id,
            };
            let decision = Session::create(new, Some(&issued), &settings, &agent(0)).unwrap();
            Self { session: decision.session, events: decision.events, links: decision.links, settings }
        }

        fn decide(&mut self, command: Command<'_>, context: &Context) {
            let decision = self.session.decide(command, &self.settings, context).unwrap();
            self.session = decision.session;
            self.events.extend(decision.events);
        }

        fn enter(&mut self, typed: &str, minutes: i64) {
            let (link, device) = (self.links[0].clone(), Secret::generate(&Entropy::system()));
            let presented = Presented { posted: true, probe: true, device: None, consent: true };
            let keyring = Keyring::new([7; 32]);
            let command =
                Command::Enter { link: &link, presented: &presented, device: &device, typed, keyring: &keyring };
            self.decide(command, &context(Actor::Customer, minutes));
        }

        fn shown_to(&self, viewer: &AgentId, minutes: i64) -> console::Room {
            let mut frame = Frame::sample(Lang::En);
            frame.now = now() + SignedDuration::from_mins(minutes);
            let stored = Stored {
                session: self.session.clone(),
                presence: Presence::default(),
                seen: parlor_store::Seen::default(),
            };
            room(frame, &stored, &self.settings, "Lending".into(), &self.events, viewer)
        }

        fn shown(&self, minutes: i64) -> console::Room {
            self.shown_to(&nina(), minutes)
        }
    }

    fn with_pin() -> Settings {
        let mut settings = Settings::default();
        settings.authentication.method = Method::Pin;
        settings.authentication.consent.required = true;
        settings
    }

    #[test]
    fn r14_authentication_and_consent_are_told_as_they_stand() {
        let mut case = Case::started(with_pin());
        let room = case.shown(1);
        assert_eq!((room.authentication, room.consent), (AuthState::PinWaiting, Consent::Waiting));
        assert!(room.has_pin && room.device_bound_at.is_none());
        case.enter("4711", 2);
        let room = case.shown(3);
        assert_eq!((room.authentication, room.consent), (AuthState::PinPassed, Consent::Given));
        assert!(room.device_bound_at.is_some() && room.joined_at.is_some());
        case.settings = Settings::default();
        assert_eq!(case.shown(3).authentication, AuthState::NotAsked);
    }

    #[test]
    fn r7_a_lock_is_shown_until_it_ends() {
        let mut case = Case::started(with_pin());
        for _ in 0..5 {
            case.enter("1111", 1);
        }
        let until = now() + SignedDuration::from_mins(16);
        assert_eq!(case.shown(15).lock, Some(PinLock::Until(until)));
        assert_eq!(case.shown(15).authentication, AuthState::Locked);
        assert_eq!(case.shown(16).lock, None);
        assert_eq!(case.shown(16).authentication, AuthState::PinWaiting);
    }

    #[test]
    fn r3_the_deadline_follows_the_agents_last_action() {
        let mut settings = Settings::default();
        settings.end.inactivity_minutes = Some(30);
        let mut case = Case::started(settings);
        assert_eq!(case.shown(1).deadline, Some(Deadline::new(now(), 30)));
        case.decide(Command::KeepOpen, &agent(10));
        assert_eq!(case.shown(11).deadline, Some(Deadline::new(now() + SignedDuration::from_mins(10), 30)));
        case.decide(Command::End, &agent(12));
        assert_eq!(case.shown(13).deadline, None);
    }

    #[test]
    fn r2_after_the_end_the_room_says_what_is_left() {
        let mut settings = Settings::default();
        settings.end.customer_access = CustomerAccess {
            level: AccessLevel::FullTimed,
            minutes: Some(60),
            then_limited_minutes: Some(30),
            ..CustomerAccess::default()
        };
        let mut case = Case::started(settings);
        assert_eq!(case.shown(0).end_effect, (AccessTier::Full, Some(60)));
        case.decide(Command::End, &agent(0));
        let stretch = |tier, minutes| Stretch { tier, until: Some(now() + SignedDuration::from_mins(minutes)) };
        let access = |minutes| case.shown(minutes).ended.unwrap().access;
        assert_eq!(access(0), [stretch(AccessTier::Full, 60), stretch(AccessTier::Limited, 90)]);
        assert_eq!(access(60), [stretch(AccessTier::Limited, 90)]);
        assert_eq!(access(90), []);
        assert_eq!(case.shown(0).ended.unwrap().by, EndedBy::Agent);
    }

    #[test]
    fn r4_renew_says_why_not() {
        let mut case = Case::started(Settings::default());
        case.settings.end.renew_window_minutes = Some(10);
        case.decide(Command::End, &agent(0));
        assert_eq!(case.shown(9).ended.unwrap().not_renewable, None);
        assert_eq!(
            case.shown(10).ended.unwrap().not_renewable.as_deref(),
            Some(words::console::not_renewable_window(Lang::En))
        );
    }

    #[test]
    fn r7_a_colleague_does_not_own_the_pin() {
        let case = Case::started(with_pin());
        assert!(case.shown(0).mine);
        assert!(!case.shown_to(&"2".repeat(16).parse().unwrap(), 0).mine);
    }

    #[test]
    fn earlier_events_are_offered_while_there_are_some() {
        let mut case = Case::started(Settings::default());
        assert_eq!(case.shown(0).earlier, None);
        case.events.remove(0);
        assert_eq!(case.shown(0).earlier, Some(format!("/console/s/{}?before=2", case.session.id)));
        assert_eq!(Window::of(None), Window { after: 0, limit: 200 });
        assert_eq!(Window::of(Some(501)).after, 300);
        assert_eq!(Window::of(Some(2)).after, 0);
    }
}
