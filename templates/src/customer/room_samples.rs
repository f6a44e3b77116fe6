//! Every kind of room.

use parlor_domain::{Access, AccessTier, Attachment, Sender, upload::FileType};

use super::room::{AfterEnd, Chat, ChatProblem, Message, Room, Work, WorkKind, WorkState};
use super::sample;
use crate::deadline::Deadline;
use crate::lang::Lang;
use crate::layout::Live;

impl Room {
    /// All of them.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let work = |title: &str, kind, state| Work {
            title: title.to_owned(),
            kind,
            state,
            reason: None,
            due: None,
            after: vec![],
            href: "/r/session/i/1".to_owned(),
            is_part: false,
        };
        let message = |seq, from, text: &str| Message {
            seq,
            id: format!("m{seq}"),
            from,
            name: "Nina Okafor".to_owned(),
            mine: from == Sender::Customer,
            text: text.to_owned(),
            at: sample::at(0),
            attachment: None,
        };
        let with_file =
            |mut message: Message, name: &str, content_type: FileType, size: u64, pixels: Option<(u32, u32)>| {
                let id = "up_0000000000000000".parse().expect("an id");
                let (width, height) = pixels.unzip();
                message.attachment = Some(Attachment { id, name: name.to_owned(), content_type, size, width, height });
                message
            };
        let empty = Self {
            lang: Lang::En,
            brand: sample::brand(),
            path: "/r/session".to_owned(),
            csrf: None,
            customer: "Mara Quist".to_owned(),
            agent: "Nina Okafor".to_owned(),
            agent_here: true,
            inactive_message: None,
            cookie_disclaimer: false,
            work: vec![],
            after_end: None,
            closes: None,
            now: sample::at(0),
            chat: Some(Chat { writable: true, attach: true, ..Chat::default() }),
            live: None,
        };
        let busy = Self {
            work: vec![
                work("Loan agreement", WorkKind::Document, WorkState::Started),
                Work {
                    reason: Some("The corner with the date is cut off.".to_owned()),
                    ..work("Photo of your ID", WorkKind::Request, WorkState::SentBack)
                },
                work("About your household", WorkKind::Workflow, WorkState::Open),
                work("Terms and conditions", WorkKind::Document, WorkState::Done),
            ],
            chat: Some(Chat {
                messages: vec![
                    message(1, Sender::Agent, "Good morning Mara. Start with the agreement, the rest can wait."),
                    message(2, Sender::Customer, "Thank you. Is page 3 the right rate?"),
                    message(3, Sender::Agent, "It is: 3.9 % for the first five years."),
                    with_file(
                        message(4, Sender::Customer, "And is this the right form?"),
                        "household-budget-2026-with-a-long-name-that-goes-on.pdf",
                        FileType::Pdf,
                        482_130,
                        None,
                    ),
                    with_file(message(5, Sender::Agent, ""), "Kitchen.jpg", FileType::Jpeg, 96_426, Some((640, 480))),
                ],
                writable: true,
                attach: true,
                ..Chat::default()
            }),
            ..empty.clone()
        };
        let ended = |tier, until, then_limited| {
            Some(AfterEnd { access: Access { tier, until, chat: false, attachments: false }, then_limited })
        };
        vec![
            // Only one goes live: looked at without a server, it says so.
            (
                "room-live",
                Self {
                    live: Some(Live {
                        url: "wss://live.example.net/live?ticket=sample".to_owned(),
                        ticket_url: "/r/session/live".to_owned(),
                        session: "session".to_owned(),
                        seq: 3,
                        who: "customer",
                        seat: None,
                        receipts: false,
                    }),
                    ..busy.clone()
                },
            ),
            ("room", busy.clone()),
            (
                "room-waits",
                Self {
                    customer: "Ada Quist".to_owned(),
                    work: vec![
                        Work {
                            after: vec!["Mara".to_owned(), "Jonas".to_owned()],
                            ..work("Guarantee", WorkKind::Document, WorkState::Started)
                        },
                        Work {
                            after: vec!["Mara".to_owned(), "Jonas".to_owned()],
                            ..work("Photo of your ID", WorkKind::Request, WorkState::Open)
                        },
                        work("About you", WorkKind::Workflow, WorkState::Done),
                    ],
                    ..busy.clone()
                },
            ),
            (
                "room-empty-away",
                Self {
                    agent_here: false,
                    inactive_message: Some("We answer between 9 and 17 o’clock, usually within an hour.".to_owned()),
                    cookie_disclaimer: true,
                    ..empty.clone()
                },
            ),
            (
                "room-all-done",
                Self {
                    work: vec![
                        work("Loan agreement", WorkKind::Document, WorkState::Done),
                        work("Photo of your ID", WorkKind::Request, WorkState::Done),
                    ],
                    chat: None,
                    ..busy.clone()
                },
            ),
            ("room-ended-full", Self { after_end: ended(AccessTier::Full, None, false), ..busy.clone() }),
            (
                "room-ended-timed",
                Self {
                    after_end: ended(AccessTier::Full, Some(sample::at(72)), true),
                    chat: Some(Chat {
                        draft: "One more thing: the address on page 1 is my old one.".to_owned(),
                        problem: Some(ChatProblem::Closed),
                        ..Chat::default()
                    }),
                    ..busy.clone()
                },
            ),
            (
                "room-ended-limited",
                Self {
                    after_end: ended(AccessTier::Limited, Some(sample::at(240)), false),
                    chat: None,
                    ..busy.clone()
                },
            ),
            (
                "room-ended-talk",
                Self { after_end: ended(AccessTier::Full, Some(sample::at(72)), true), work: vec![], ..busy.clone() },
            ),
            (
                "room-ended-read",
                Self {
                    after_end: ended(AccessTier::Limited, Some(sample::at(240)), false),
                    chat: busy.chat.clone().map(|chat| Chat { writable: false, ..chat }),
                    work: vec![],
                    ..busy.clone()
                },
            ),
            ("room-talk", Self { work: vec![], ..busy.clone() }),
            (
                "room-closing",
                Self {
                    closes: Some(Deadline { at: sample::at(0), warn_at: sample::at(0) }),
                    work: vec![],
                    ..busy.clone()
                },
            ),
            ("room-de", Self { lang: Lang::De, brand: sample::light(), ..busy.clone() }),
            ("room-es", Self { lang: Lang::Es, ..busy.clone() }),
            (
                "room-fr",
                Self { lang: Lang::Fr, after_end: ended(AccessTier::Full, Some(sample::at(72)), true), ..busy.clone() },
            ),
            (
                "room-ar",
                Self {
                    lang: Lang::Ar,
                    brand: sample::arabic(),
                    customer: "سلمى".to_owned(),
                    agent: "ليلى حداد".to_owned(),
                    ..busy
                },
            ),
            ("room-empty", empty),
        ]
    }
}
