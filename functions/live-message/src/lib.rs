//! `$default`: hears what a page says over its live connection. The protocol stands in `docs/live-protocol.md`.
//!
//! | frame | reads | writes |
//! | --- | --- | --- |
//! | `hello` | one `BatchGetItem` and one `Query`, side by side | none |
//! | `message` | two `Query`, side by side | one `TransactWriteItems` |
//! | `ping` | one `BatchGetItem` and one `Query`, beside the write; they may be late | one `UpdateItem` |
//! | `typing` | one `Query`, which may be late | none |
//! | `seen` | two `Query`, side by side | one `UpdateItem`, where it is news |
//! | `listen` | one `GetItem` | an `UpdateItem` for each scope of the lists |
//!
//! The page names its session in every frame, so that session and room are read at once. The connection's lease in the
//! room's item proves that it is there, and whose it is; each frame is judged by it and by the session as it is now. A
//! lease that ran out is over. Answers go through the management endpoint: the route has no response.

mod pace;

use jiff::Timestamp;
use parlor_domain::{
    AccessTier, Actor, Event, EventKind, Lease, Origin, Presence, Rejection, Sender, Session, SessionId, Who,
    session::{Context, message_text},
};
use parlor_live::{
    Audience, ClientFrame, Frame, FrameError, Live, MAX_MISSED, MISSED_PAGE, frames_for, posted_mark, presence_frame,
    state_frame,
};
use parlor_runtime::{Clock, Entropy, EventFunction, Runtime, SocketEvent};
use parlor_store::{
    Busy, Changed, Connected, Extras, PostedMark, Race, ReadBatch, ReadResult, Step, Store, StoreError, Stored,
};
use serde::Serialize;

use crate::pace::{EXCESS, Pace, Verdict};

/// API Gateway ends a connection after two hours. From ten minutes before that on, a ping is answered with the wish that
/// the page opens a new one.
const OLD_AGE_MS: i64 = 110 * 60 * 1000;

/// The longest user agent that an event keeps.
const USER_AGENT_MAX: usize = 200;

/// What API Gateway hears: that the frame was heard. What there is to say is posted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Acknowledged {
    status_code: u16,
}

/// The function.
#[derive(Debug)]
pub struct LiveMessage {
    store: Store,
    live: Live,
    clock: Clock,
    entropy: Entropy,
    pace: Pace,
}

impl EventFunction for LiveMessage {
    const NAME: &'static str = "live-message";
    type Event = SocketEvent;
    type Output = Acknowledged;

    fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        Self {
            store: Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table),
            live: Live::new(runtime.live()),
            clock: runtime.clock.clone(),
            entropy: runtime.entropy.clone(),
            pace: Pace::default(),
        }
    }

    async fn handle(&self, event: Self::Event) -> Result<Self::Output, lambda_runtime::Error> {
        let answer = Acknowledged { status_code: 200 };
        let Some(connection) = event.connection_id.as_deref() else { return Ok(answer) };
        let frame = event.text.as_deref().map_or(Err(FrameError::Malformed), ClientFrame::parse);
        match self.pace.see(connection, received(&event, self.clock.now())) {
            Verdict::Work => {}
            excess => {
                let id = frame.as_ref().ok().and_then(ClientFrame::message_id);
                self.slow_down(connection, excess, id).await;
                return Ok(answer);
            }
        }
        let (outcome, id) = match frame {
            Ok(ClientFrame::Hello { session, since }) => (self.hello(connection, &session, since).await, None),
            Ok(ClientFrame::Message { session, id, text }) => {
                let post = Post { connection, session, id, text, origin: origin(&event) };
                (self.message(&post).await, Some(post.id))
            }
            Ok(ClientFrame::Ping { session }) => (self.ping(connection, &session, &event).await, None),
            Ok(ClientFrame::Typing { session }) => (self.typing(connection, &session).await, None),
            Ok(ClientFrame::Seen { session, last }) => (self.seen(connection, &session, last).await, None),
            Ok(ClientFrame::Listen) => (self.listen(connection, &event).await, None),
            Err(refusal) => (Err(refusal), None),
        };
        if let Err(refusal) = outcome {
            tracing::info!(code = refusal.code(), "refused");
            let frame = refusal.frame(id.as_deref());
            if refusal.closes() {
                self.live.dismiss(connection, frame).await;
            } else {
                self.live.post(connection, &[frame]).await;
            }
        }
        Ok(answer)
    }
}

/// A chat message on its way in.
struct Post<'a> {
    connection: &'a str,
    session: SessionId,
    id: String,
    text: String,
    origin: Origin,
}

/// A room as one of its connections enters it with a frame.
struct Room {
    /// Of the connection that enters.
    lease: Lease,
    session: Session,
    presence: Presence,
    now: Timestamp,
}

impl Room {
    fn audience(&self) -> Audience {
        Audience::from(&self.lease.who)
    }

    fn actor(&self) -> Actor {
        match &self.lease.who {
            Who::Customer => Actor::Customer,
            Who::Participant(id) => Actor::Participant { id: id.clone(), name: self.lease.name.clone() },
            Who::Agent(id) => Actor::Agent { id: id.clone(), name: self.lease.name.clone() },
        }
    }

    fn sender(&self) -> Sender {
        match self.lease.who {
            Who::Customer => Sender::Customer,
            Who::Participant(_) => Sender::Participant,
            Who::Agent(_) => Sender::Agent,
        }
    }
}

/// Why a message was not posted.
#[derive(Debug, thiserror::Error)]
enum PostError {
    /// It is refused.
    #[error(transparent)]
    Refused(#[from] FrameError),
    /// The tables cannot be reached, or refuse.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others were first each time.
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl PostError {
    /// As the page hears it.
    fn into_frame(self) -> FrameError {
        match self {
            Self::Refused(error) => error,
            Self::Store(error) => unavailable(error),
            Self::Busy(_) => FrameError::Unavailable,
        }
    }
}

/// Which failure it was is for the log; the page tries again.
fn unavailable(error: StoreError) -> FrameError {
    tracing::error!(%error, "the tables");
    FrameError::Unavailable
}

/// R2, R6, R20: whether whoever holds the lease still may be here: the customer on the device that the connection was opened
/// for, staff who see the session.
fn admit(lease: &Lease, session: &Session, now: Timestamp) -> Result<(), FrameError> {
    match &lease.who {
        _ if !lease.counts(now) => Err(FrameError::NotConnected),
        Who::Customer | Who::Participant(_) if !lease.belongs_to(session) => Err(FrameError::Device),
        Who::Customer | Who::Participant(_) if session.access(now).tier == AccessTier::None => {
            Err(FrameError::SessionExpired)
        }
        Who::Agent(_) if !lease.belongs_to(session) => Err(FrameError::NotConnected),
        Who::Customer | Who::Participant(_) | Who::Agent(_) => Ok(()),
    }
}

fn origin(event: &SocketEvent) -> Origin {
    Origin {
        ip: event.source_ip.clone(),
        user_agent: event.user_agent.as_ref().map(|name| name.chars().take(USER_AGENT_MAX).collect()),
    }
}

/// Whether the connection will soon be as old as it may become.
fn is_old(event: &SocketEvent) -> bool {
    event.request_time_epoch.saturating_sub(event.connected_at) >= OLD_AGE_MS
}

/// When the platform received a frame; `now` when it does not say.
fn received(event: &SocketEvent, now: Timestamp) -> Timestamp {
    match Timestamp::from_millisecond(event.request_time_epoch) {
        Ok(at) if event.request_time_epoch > 0 => at,
        _ => now,
    }
}

impl LiveMessage {
    /// Answers a frame that is one too many. A message is answered each time, because it has to be sent again; all else
    /// when the frames are counted, with one `UpdateItem`.
    async fn slow_down(&self, connection: &str, excess: Verdict, id: Option<&str>) {
        let refusal = match excess {
            Verdict::Count(frames) => match self.store.count_frames(connection, frames).await {
                Ok(Some(all)) if all < EXCESS => FrameError::TooOften,
                Ok(_) => FrameError::CutOff,
                Err(error) => unavailable(error),
            },
            Verdict::Wait if id.is_some() => FrameError::TooOften,
            Verdict::Work | Verdict::Wait | Verdict::Ignore => return,
        };
        tracing::info!(code = refusal.code(), "too many frames");
        if refusal.closes() {
            self.pace.cut_off(connection);
            self.live.dismiss(connection, refusal.frame(id)).await;
        } else {
            self.live.post(connection, &[refusal.frame(id)]).await;
        }
    }

    /// Whether the connection is in the room that was read, and whether whoever it is may still be there.
    fn enter(&self, stored: Result<Option<Stored>, StoreError>, id: &str) -> Result<Room, FrameError> {
        let now = self.clock.now();
        let stored = stored.map_err(unavailable)?.ok_or(FrameError::NotConnected)?;
        let lease = stored.presence.0.get(id).cloned().ok_or(FrameError::NotConnected)?;
        admit(&lease, &stored.session, now)?;
        Ok(Room { lease, session: stored.session, presence: stored.presence, now })
    }

    /// A page of what was missed since event `since`, then how things stand and who is here.
    async fn hello(&self, id: &str, session: &SessionId, since: u64) -> Result<(), FrameError> {
        let batch = ReadBatch::new().room(session);
        let (found, events) =
            tokio::join!(self.store.read(batch), self.store.events_page(session, since, i32::from(MISSED_PAGE)));
        let found = found.map_err(unavailable)?;
        let stored = found.room(session);
        let seen = stored.as_ref().ok().and_then(Option::as_ref).map(|stored| stored.seen).unwrap_or_default();
        let mut room = self.enter(stored, id)?;
        let (settings, _) = found.settings(&session.team()).map_err(unavailable)?;
        if settings.service.maintenance {
            return Err(FrameError::ServiceDown);
        }
        let (events, more) = events.map_err(unavailable)?;
        let gap = events.first().is_some_and(|first| first.seq != since.saturating_add(1));
        // R25: of an erased session nothing is told, also as long as its events are still to be deleted.
        let erased = room.session.erased.is_some() && since < room.session.seq;
        if gap || erased || room.session.seq.saturating_sub(since) > u64::from(MAX_MISSED) {
            self.live.post(id, &[Frame::Reload]).await;
            return Ok(());
        }
        // Messages leave the document as it is, and the two reads are not one moment: the session must not look older than
        // its events...
        for event in &events {
            if event.seq > room.session.seq {
                room.session.apply(event);
            }
        }
        let (session, presence, audience) = (&room.session, &room.presence, room.audience());
        let mut frames = frames_for(audience, &events, session, presence, &settings, room.now);
        // ... and must not claim a number whose event was not sent.
        let sent = events.last().map_or(since.min(session.seq), |event| event.seq);
        let mut state = state_frame(session, presence, &settings, audience, room.now);
        if let Frame::Session(state) = &mut state {
            state.seq = sent;
            state.caught_up = true;
            state.more = more;
        }
        frames.push(state);
        if settings.session.read_receipts {
            let other = match audience {
                Audience::Customer => Frame::Seen { by: Sender::Agent, last: seen.by_staff },
                Audience::Staff => Frame::Seen { by: Sender::Customer, last: seen.by_customer },
            };
            frames.push(other);
        }
        frames.push(presence_frame(session, presence, audience, room.now).told_to(&room.lease.who).into_owned());
        self.live.post(id, &frames).await;
        Ok(())
    }

    /// Posts a chat message and tells the room, the writer included: that is the writer's confirmation.
    async fn message(&self, post: &Post<'_>) -> Result<(), FrameError> {
        let Post { connection, session, id, .. } = post;
        // The domain says so too, but only after the id has been part of a key.
        let text = message_text(id, &post.text)?;
        // Whether it was posted before is asked only when that may be so: when the mark was in the way, or when it is to
        // be refused. Which side the connection is on comes with the same read, so both sides' marks are asked for.
        let batch = ReadBatch::new().chat(session);
        let read = |attempt: u32| {
            let sides = [Sender::Customer, Sender::Agent];
            let sides = sides.iter().filter(|_| attempt > 0);
            sides.fold(batch.clone(), |batch, side| batch.posted(session, &posted_mark(*side, id)))
        };
        let mut first = true;
        let step = |found: ReadResult| {
            let first = std::mem::replace(&mut first, false);
            let room = self.enter(found.session(session), connection)?;
            let mark = posted_mark(room.sender(), id);
            match found.posted(session, &mark)? {
                Some(posted) if posted.is_of(&room.actor(), &text) => return Ok(Step::Done((room, Some(posted)))),
                Some(_) => return Err(FrameError::from(Rejection::MessageIdReused).into()),
                None => {}
            }
            let context = Context { actor: room.actor(), origin: post.origin.clone(), now: room.now };
            let decision = match room.session.post(id, &post.text, &context) {
                Ok(decision) => decision,
                Err(_) if first => return Ok(Step::Again),
                Err(rejection) => return Err(FrameError::from(rejection).into()),
            };
            Ok::<_, PostError>(Step::Commit(decision, Extras { posted: Some(mark), ..Extras::default() }, (room, None)))
        };
        let changed = self.store.change(Race::new(&self.entropy), self.clock.now(), read, step).await;
        let Changed { basis: (room, posted), decision } = changed.map_err(PostError::into_frame)?;
        if let Some(decision) = decision {
            self.live.announce_message(&decision, &room.presence, room.now).await;
        }
        if let Some(posted) = posted {
            self.confirm(&room, post, text, &posted).await;
        }
        Ok(())
    }

    /// The message was posted before, and its confirmation got lost: says it again, to the writer. Perhaps nobody was
    /// told, because the invocation that posted it died; so the others hear what is newest, and ask if they missed it.
    async fn confirm(&self, room: &Room, post: &Post<'_>, text: String, posted: &PostedMark) {
        let event = Event {
            seq: posted.seq,
            at: posted.at,
            actor: room.actor(),
            origin: Origin::default(),
            participant: room.lease.who.participant().cloned(),
            kind: EventKind::Message { id: post.id.clone(), from: room.sender(), text, attachment: None },
        };
        let own: Vec<Frame> = Frame::message(&event, &room.session, None, room.audience()).into_iter().collect();
        tokio::join!(
            self.live.post(post.connection, &own),
            self.live.push(&room.session, &room.presence, room.now, Some(post.connection), |audience| {
                vec![Frame::pong(&room.session, &room.presence, audience, room.now)]
            }),
        );
    }

    /// Renews the lease, and says what is newest and who is here: whoever missed a hint learns of it within a ping.
    async fn ping(&self, id: &str, session: &SessionId, event: &SocketEvent) -> Result<(), FrameError> {
        let now = self.clock.now();
        let batch = ReadBatch::new().session_alone(session).newest_event(session);
        let hint = self.store.read(batch.clone().eventually());
        let (presence, found) = tokio::join!(self.store.renew_lease(session, id, now), hint);
        let Some(presence) = presence.map_err(unavailable)? else { return Err(FrameError::NotConnected) };
        let Some(lease) = presence.0.get(id) else { return Err(FrameError::NotConnected) };
        let here = |found: ReadResult| {
            let stored = found.session(session).map_err(unavailable)?;
            let Some(Stored { session, .. }) = stored else { return Err(FrameError::NotConnected) };
            admit(lease, &session, now)?;
            Ok(session)
        };
        let session = match here(found.map_err(unavailable)?) {
            Ok(session) => session,
            // What was true a moment ago is good enough to answer, and not to turn anybody out.
            Err(_) => here(self.store.read(batch).await.map_err(unavailable)?)?,
        };
        let audience = Audience::from(&lease.who);
        let mut frames = vec![Frame::pong(&session, &presence, audience, now).told_to(&lease.who).into_owned()];
        frames.extend(is_old(event).then_some(Frame::Reconnect));
        self.live.post(id, &frames).await;
        Ok(())
    }

    /// Notes how far this side has seen the chat, and tells the other side, if that is news (R21). Nothing beyond the newest event
    /// can have been seen.
    async fn seen(&self, id: &str, session: &SessionId, seq: u64) -> Result<(), FrameError> {
        let found = self.store.read(ReadBatch::new().chat(session)).await.map_err(unavailable)?;
        let stored = found.session(session);
        let before = stored.as_ref().ok().and_then(Option::as_ref).map(|stored| stored.seen).unwrap_or_default();
        let room = self.enter(stored, id)?;
        let (who, seq) = (&room.lease.who, seq.min(room.session.seq));
        if seq <= before.by(who) || !self.store.note_seen(session, who, seq).await.map_err(unavailable)? {
            return Ok(());
        }
        let tell = |audience| if audience == room.audience() { vec![] } else { vec![Frame::seen(who, seq)] };
        self.live.push(&room.session, &room.presence, room.now, Some(id), tell).await;
        Ok(())
    }

    /// Renews the lease of a page whose lists are open.
    async fn listen(&self, id: &str, event: &SocketEvent) -> Result<(), FrameError> {
        let Some(Connected::Lists(listener)) = self.store.connection(id).await.map_err(unavailable)? else {
            return Err(FrameError::NotConnected);
        };
        if !self.store.renew_listening(id, &listener, self.clock.now()).await.map_err(unavailable)? {
            return Err(FrameError::NotConnected);
        }
        let frames: Vec<Frame> =
            [Frame::Listening].into_iter().chain(is_old(event).then_some(Frame::Reconnect)).collect();
        self.live.post(id, &frames).await;
        Ok(())
    }

    /// Tells the other side that this one is writing. Nothing is kept, and nothing but session and room is read.
    async fn typing(&self, id: &str, session: &SessionId) -> Result<(), FrameError> {
        let batch = ReadBatch::new().neighbours(session);
        let hint = self.store.read(batch.clone().eventually()).await.map_err(unavailable)?;
        let room = match self.enter(hint.room(session), id) {
            Ok(room) => room,
            // As with a ping: what was true a moment ago turns nobody out.
            Err(_) => self.enter(self.store.read(batch).await.map_err(unavailable)?.room(session), id)?,
        };
        let Lease { who, name, .. } = &room.lease;
        self.live
            .push(&room.session, &room.presence, room.now, Some(id), |audience| {
                if audience == room.audience() { vec![] } else { vec![Frame::typing(who, name, audience)] }
            })
            .await;
        Ok(())
    }
}
