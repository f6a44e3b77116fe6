//! Every state of the room.

use jiff::SignedDuration;
use parlor_domain::{AccessTier as Tier, Attachment, Channel, EndedBy, Indicator, Sender, State, upload::FileType};

use super::content;
use super::model::{AfterEnd, AuthState, Consent, Ended, LinkLine, Ownership, PinLock, Room, Stretch};
use super::people::{Guest, GuestStanding};
use crate::components::{Icon, Tone};
use crate::console::frame::Frame;
use crate::console::sample;
use crate::console::stream::{Entry, EventLine, MessageLine};
use crate::deadline::Deadline;
use crate::lang::Lang;
use crate::layout::Live;
use crate::words::console as words;

/// Somebody of each standing (R22).
fn sample_people() -> Vec<Guest> {
    let person = |id: &str, name: &str, contact: Option<&str>, standing, lock| Guest {
        id: id.parse().expect("an id"),
        name: name.to_owned(),
        contact: contact.map(str::to_owned),
        standing,
        order: if standing == GuestStanding::Here { 1 } else { 2 },
        has_device: matches!(standing, GuestStanding::Here | GuestStanding::Away),
        has_pin: standing != GuestStanding::Removed,
        lock,
    };
    let until = Some(PinLock::Until(sample::ago(-12)));
    let long = "Wolfeschlegelsteinhausenbergerdorff Maria-Antonia von und zu Hohenstein";
    vec![
        person("p4rt1c1pant00001", "Ada Quist", Some("ada.quist@example.net"), GuestStanding::Here, None),
        person("p4rt1c1pant00002", long, Some("+49 30 1234567"), GuestStanding::Invited, until),
        person("p4rt1c1pant00003", "Jonas Berg", None, GuestStanding::Removed, None),
        person(
            "p4rt1c1pant00004",
            "Ida Park",
            Some("ida.park@example.net"),
            GuestStanding::Invited,
            Some(PinLock::Banned),
        ),
    ]
}

impl Room {
    /// Every state of the room, by name.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let event = |seq, minutes, icon, tone, text: &str| {
            Entry::Event(EventLine {
                seq,
                at: sample::ago(minutes),
                icon,
                tone,
                text: text.to_owned(),
                until: None,
                about: None,
                resend: None,
            })
        };
        let say = |seq, minutes, from, name: &str, text: &str| {
            Entry::Message(MessageLine {
                seq,
                at: sample::ago(minutes),
                id: format!("m{seq}"),
                from,
                name: name.to_owned(),
                text: text.to_owned(),
                attachment: None,
            })
        };
        let with_file = |entry: Entry, name: &str, pixels: Option<(u32, u32)>| {
            let Entry::Message(line) = entry else { return entry };
            let content_type = if pixels.is_some() { FileType::Jpeg } else { FileType::Pdf };
            let (width, height) = pixels.unzip();
            let id = "up_0000000000000000".parse().expect("an id");
            let file = Attachment { id, name: name.to_owned(), content_type, size: 482_130, width, height };
            let at = format!("/v1/sessions/k3j9d2m5n8/messages/{}", line.seq);
            Entry::Message(MessageLine { attachment: Some((file, at)), ..line })
        };
        let happened = |lang| {
            vec![
                event(1, 1470, Icon::Calendar, None, words::planned_by_you(lang)),
                event(2, 31, Icon::Mail, None, words::invited_by_email(lang)),
                event(3, 26, Icon::Pin, Some(Tone::Warn), words::pin_wrong(lang)),
                event(4, 24, Icon::Shield, None, &words::consented(lang, "Mara").to_string()),
                event(5, 24, Icon::Device, None, &words::bound(lang, "Mara").to_string()),
                event(6, 23, Icon::User, Some(Tone::Good), &words::joined(lang, "Mara").to_string()),
            ]
        };
        let mut frame = Frame::sample(Lang::En);
        frame.history.current = Some("k3j9d2m5n8".to_owned());
        let live = Live {
            url: "wss://live.example.net/live?ticket=sample".to_owned(),
            ticket_url: "/console/s/k3j9d2m5n8/live".to_owned(),
            session: "k3j9d2m5n8".to_owned(),
            seq: 12,
            who: "agent",
            seat: None,
            receipts: true,
        };
        let said = vec![
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
            with_file(
                say(12, 0, Sender::Customer, "Mara Quist", "Where do I find the number?"),
                "Letter.jpg",
                Some((480, 640)),
            ),
            with_file(
                say(13, 0, Sender::Customer, "Mara Quist", ""),
                "statement-of-account-2026-with-a-long-name.pdf",
                None,
            ),
        ];
        let active = Room {
            people: sample_people(),
            order: 1,
            turn: vec!["Mara Quist".to_owned()],
            asks_pin: false,
            frame,
            live: Some(live),
            id: "k3j9d2m5n8".to_owned(),
            state: State::Active,
            name: "Mara Quist".to_owned(),
            email: Some("mara@example.net".to_owned()),
            phone: Some("+44 7700 900123".to_owned()),
            language: None,
            channel: Channel::Email,
            sms: true,
            country: None,
            embedded: false,
            copy_url: false,
            indicator: Indicator::OnlineIncomplete,
            online_since: Some(sample::ago(23)),
            last_active: Some(sample::ago(0)),
            owner: "Nina Alder".to_owned(),
            mine: true,
            ownership: Ownership::Mine,
            team: "Mortgages".to_owned(),
            has_pin: true,
            authentication: AuthState::PinPassed,
            consent: Consent::Given,
            device_bound_at: Some(sample::ago(24)),
            lock: None,
            created_at: sample::ago(1470),
            invited_at: Some(sample::ago(31)),
            joined_at: Some(sample::ago(23)),
            deadline: Some(Deadline::new(sample::ago(2), 30)),
            writable: true,
            attach: true,
            ended: None,
            end_effect: (Tier::Full, Some(10_080)),
            after_end: AfterEnd::Welcome,
            stream: [happened(Lang::En), said.clone()].concat(),
            earlier: None,
            seen: Some(11),
            links: vec![
                LinkLine {
                    id: "p0fyNm2zUCuIvBEEFo6EJaLFF0TSbDJdW0r1sHLGlHY".to_owned(),
                    sent: true,
                    by: Some("Nina Okafor".to_owned()),
                    at: sample::ago(31),
                    expires_at: sample::ago(-10_080),
                    revoked: false,
                },
                LinkLine {
                    id: "q0fyNm2zUCuIvBEEFo6EJaLFF0TSbDJdW0r1sHLGlHY".to_owned(),
                    sent: false,
                    by: Some(words::another_system(Lang::En).to_owned()),
                    at: sample::ago(1_470),
                    expires_at: sample::ago(-8_000),
                    revoked: true,
                },
            ],
            work: content::sample(sample::ago(2)),
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
                    at: sample::ago(4),
                    icon: Icon::Alert,
                    tone: Some(Tone::Bad),
                    text: "The e-mail could not be delivered: the mailbox does not exist".to_owned(),
                    until: None,
                    about: None,
                    resend: Some("invite".to_owned()),
                }),
            ],
            seen: None,
            ..active.clone()
        };
        let ended = |by, access, not_renewable: Option<&str>| {
            Some(Ended { at: sample::ago(1), by, access, not_renewable: not_renewable.map(str::to_owned) })
        };
        let over = Room {
            state: State::Ended,
            indicator: Indicator::OfflineIncomplete,
            seen: Some(12),
            writable: false,
            attach: false,
            ..active.clone()
        };
        let in_language = |lang, room: &Room| Room {
            frame: Frame { lang, ..room.frame.clone() },
            live: None,
            stream: [happened(lang), said.clone()].concat(),
            ..room.clone()
        };
        let ended_now = Room {
            ended: ended(
                EndedBy::Agent,
                vec![
                    Stretch { tier: Tier::Full, until: Some(sample::ago(-10_080)) },
                    Stretch { tier: Tier::Limited, until: Some(sample::ago(-20_160)) },
                ],
                None,
            ),
            ..over.clone()
        };
        let theirs = |ownership| Room {
            mine: false,
            ownership,
            writable: false,
            attach: false,
            owner: "Omar Haddad".to_owned(),
            ..active.clone()
        };
        vec![
            ("active", active.clone()),
            ("active-de", in_language(Lang::De, &active)),
            ("active-ar", in_language(Lang::Ar, &active)),
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
                    deadline: Some(Deadline {
                        at: sample::ago(-1) + SignedDuration::from_secs(38),
                        warn_at: sample::ago(1),
                    }),
                    ..active.clone()
                },
            ),
            (
                "locked",
                Room {
                    authentication: AuthState::Locked,
                    lock: Some(PinLock::Until(sample::ago(-12))),
                    ..invited.clone()
                },
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
            ("ended", ended_now.clone()),
            ("ended-ar", in_language(Lang::Ar, &ended_now)),
            (
                "ended-for-good",
                Room {
                    writable: false,
                    attach: false,
                    ended: ended(EndedBy::Inactivity, Vec::new(), Some(words::not_renewable_inactivity(Lang::En))),
                    ..over
                },
            ),
            (
                "colleague",
                Room {
                    mine: false,
                    ownership: Ownership::Theirs,
                    writable: false,
                    attach: false,
                    owner: "Omar Haddad".to_owned(),
                    name: "ليلى حداد".to_owned(),
                    ..active.clone()
                },
            ),
            (
                "transfer-asked",
                Room {
                    ownership: Ownership::Asked {
                        name: "Sam Ode".to_owned(),
                        reason: Some("Mara called the front desk and asked for me.".to_owned()),
                        until: sample::ago(0) + SignedDuration::from_secs(42),
                    },
                    ..active.clone()
                },
            ),
            ("transfer-waiting", theirs(Ownership::Waiting { until: sample::ago(0) + SignedDuration::from_secs(42) })),
            ("transfer-declined", theirs(Ownership::Declined)),
            ("transfer-lapsed", theirs(Ownership::Lapsed)),
            ("transfer-other", theirs(Ownership::OtherAsks { name: "Sam Ode".to_owned() })),
        ]
    }
}
