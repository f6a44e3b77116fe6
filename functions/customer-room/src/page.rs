//! The room's page, made of what was read.

use data_encoding::HEXLOWER;
use parlor_domain::{
    AccessTier, Event, InteractionState, ParticipantId, Random, Sender, Session, Settings,
    interaction::{Assignee, Kind, Task},
    names::short_name,
};
use parlor_live::{Audience, Frame, frames_for};
use parlor_templates::{
    Live,
    customer::{AfterEnd, Chat, ChatProblem, Message, Room, Work, WorkKind, WorkState},
    deadline::Deadline,
};
use parlor_web::{AppState, customer::Visit, loaded_room::LoadedRoom};

/// A message that was not taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refusal<'a> {
    /// What was typed.
    pub(crate) text: &'a str,
    /// Why.
    pub(crate) problem: ChatProblem,
}

/// A new message's id, 128 random bits.
pub(crate) fn message_id(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    HEXLOWER.encode(&bytes)
}

/// The page for somebody inside. `events` were read beside the session and can be older or newer than it.
pub(crate) fn page(
    room: &LoadedRoom,
    app: &AppState,
    visit: &Visit,
    events: &[Event],
    refusal: Option<Refusal<'_>>,
) -> Room {
    let (session, presence, settings) = (&room.stored.session, &room.stored.presence, &room.settings);
    let access = session.access(visit.now);
    let agent_here = presence.agent_online(&session.agent, visit.now);
    let path = format!("/r/{}", session.id);
    // What the two reads have in common is what the page shows for certain; the live connection sends the rest.
    let seq = events.last().map_or(0, |event| event.seq).min(session.seq);
    Room {
        lang: visit.lang_for(session),
        brand: room.brand(),
        csrf: Some(visit.csrf(app)),
        customer: session.customer.name.clone(),
        agent: session.agent_name.clone(),
        agent_here,
        inactive_message: settings.session.inactive_agent_message.clone().filter(|_| !agent_here && access.chat),
        cookie_disclaimer: false,
        work: work(session, visit),
        after_end: after_end(session, visit),
        closes: closes(session, events, settings),
        now: visit.now,
        chat: chat(room, app, visit, events, refusal),
        live: Some(Live {
            url: room.live_url(app, visit),
            ticket_url: format!("{path}/live"),
            session: session.id.to_string(),
            seq,
            who: "customer",
            seat: session.seat().map(ToString::to_string),
            receipts: settings.session.read_receipts,
        }),
        path,
    }
}

/// R16: where a customer who enters goes straight away: to what is to be done first, if they may do it and have not just been
/// here. Whoever goes back finds the room.
pub(crate) fn first_task(room: &LoadedRoom, visit: &Visit) -> Option<String> {
    let session = &room.stored.session;
    let enters = !visit.home && visit.inside != session.id.as_str();
    let may = session.access(visit.now).tier == AccessTier::Full;
    let first = session.next_task().filter(|_| enters && may)?;
    Some(visit.along(&format!("/r/{}/i/{}", session.id, first.id)))
}

/// The chat: while it is open; after it closed what was said in it, for as long as the room can be entered (R2); and to
/// give back what was not taken.
fn chat(
    room: &LoadedRoom,
    app: &AppState,
    visit: &Visit,
    events: &[Event],
    refusal: Option<Refusal<'_>>,
) -> Option<Chat> {
    let (session, presence, settings) = (&room.stored.session, &room.stored.presence, &room.settings);
    let access = session.access(visit.now);
    let frames = frames_for(Audience::Customer, events, session, presence, settings, visit.now);
    let messages: Vec<Message> = frames.into_iter().filter_map(|frame| message(frame, session.seat())).collect();
    (access.chat || refusal.is_some() || !messages.is_empty()).then(|| Chat {
        messages,
        writable: access.chat,
        attach: session.customer_may_attach(settings, visit.now),
        draft: refusal.map_or_else(String::new, |refusal| refusal.text.to_owned()),
        problem: refusal.map(|refusal| refusal.problem),
        next_id: message_id(&app.entropy),
        query: visit.along(""),
    })
}

fn message(frame: Frame, seat: Option<&ParticipantId>) -> Option<Message> {
    match frame {
        Frame::Message { seq, from, name, text, at, id, attachment, participant, .. } => {
            let mine = matches!(from, Sender::Customer | Sender::Participant) && participant.as_ref() == seat;
            Some(Message { seq, id, from, name, mine, text, at, attachment })
        }
        _ => None,
    }
}

/// R3, R27: when inactivity ends the session, and from when on the customer is warned.
fn closes(session: &Session, events: &[Event], settings: &Settings) -> Option<Deadline> {
    session.inactivity_deadline(settings)?;
    // Messages leave the session's document as it is.
    let said = events.iter().filter(|event| event.actor.is_agent_side()).map(|event| event.at).max();
    let last = said.map_or(session.last_agent_action_at, |at| at.max(session.last_agent_action_at));
    settings.end.inactivity_minutes.map(|minutes| Deadline::new(last, minutes))
}

/// R21: what was sent to the customer and not taken back.
fn work(session: &Session, visit: &Visit) -> Vec<Work> {
    let card = |task: &Task| Work {
        title: task.title.clone(),
        kind: match task.kind {
            Kind::Document => WorkKind::Document,
            Kind::Request => WorkKind::Request,
            Kind::Workflow => WorkKind::Workflow,
        },
        state: match task.state {
            InteractionState::InProgress => WorkState::Started,
            InteractionState::SentBack => WorkState::SentBack,
            InteractionState::Completed | InteractionState::Accepted => WorkState::Done,
            InteractionState::Declined => WorkState::Declined,
            InteractionState::Draft | InteractionState::Sent | InteractionState::Withdrawn => WorkState::Open,
        },
        reason: None,
        due: task.due_at,
        after: if session.is_waiting(task) { names(session, &task.assignee) } else { vec![] },
        href: visit.along(&format!("/r/{}/i/{}", session.id, task.id)),
        is_part: !task.is_whole(),
    };
    session.shown_tasks().into_iter().map(card).collect()
}

/// R22: whom somebody's turn comes after, as they know them.
fn names(session: &Session, own: &Assignee) -> Vec<String> {
    session.waits_for(own).into_iter().map(|name| short_name(name).to_owned()).collect()
}

/// What the customer may still do after the end (R2).
fn after_end(session: &Session, visit: &Visit) -> Option<AfterEnd> {
    let end = session.ended.as_ref()?;
    let access = session.access(visit.now);
    let then_limited =
        access.tier == AccessTier::Full && end.plan.steps.iter().any(|step| step.tier == AccessTier::Limited);
    Some(AfterEnd { access, then_limited })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::cell::Cell<u8>);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0.set(self.0.get().wrapping_add(1));
                *byte = self.0.get();
            }
        }
    }

    #[test]
    fn a_message_id_is_one_that_is_taken_back() {
        let id = message_id(&Counting(std::cell::Cell::new(0)));
        assert_eq!(id, "0102030405060708090a0b0c0d0e0f10");
    }
}
