//! R11: going on with a customer who has a session already.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use lambda_http::http::StatusCode;
use parlor_domain::{
    Agent, Command, Contact, LinkToken, Presence, SessionId, Settings, State, TeamId, session::Session,
};
use parlor_store::{ContactKey, Extras, KnownContact, Locks, ReadBatch, ReadResult, Step, Stored, Summary};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Caller, Payload, SessionView, Time,
    api_request::room,
    operation::{keep, may_lock},
    problem::ProblemSession,
};

use crate::{Mode, Start};

/// What is read about the customer: what they are known by, and the session that was found by it.
#[derive(Debug)]
pub(crate) struct Contacts(Mutex<Known>);

#[derive(Debug)]
struct Known {
    keys: Vec<ContactKey>,
    session: Option<SessionId>,
}

/// Who the customer turned out to be.
pub(crate) enum Found {
    /// What was read does not say it: read again.
    Unread,
    /// Somebody without a session that the caller may see.
    Nobody(Vec<KnownContact>),
    /// Somebody with this one.
    Session(Vec<KnownContact>, Box<Stored>),
}

impl Contacts {
    pub(crate) fn new(keys: Vec<ContactKey>) -> Self {
        Self(Mutex::new(Known { keys, session: None }))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What to read: one item for each address and number, and the session that was found by them.
    pub(crate) fn keys(&self, batch: ReadBatch) -> ReadBatch {
        let known = self.known();
        let batch = known.keys.iter().fold(batch, ReadBatch::contact);
        known.session.iter().fold(batch, ReadBatch::session)
    }

    /// The newest session of `contact` that is there to go on with: by the e-mail address, and otherwise by the number.
    pub(crate) fn find(
        &self,
        team: &TeamId,
        contact: &Contact,
        found: &ReadResult,
        may_see: impl Fn(&Session) -> bool,
    ) -> Result<Found, ApiError> {
        let mut known = self.known();
        let keys = ContactKey::of(team, contact);
        if keys.iter().any(|key| !known.keys.contains(key)) {
            known.keys = keys;
            return Ok(Found::Unread);
        }
        let read = |key: ContactKey| Ok(KnownContact { session: found.contact(&key)?, key });
        let read: Vec<KnownContact> = keys.into_iter().map(read).collect::<Result<_, ApiError>>()?;
        let Some(newest) = read.iter().find_map(|known| known.session.clone()) else { return Ok(Found::Nobody(read)) };
        if known.session.as_ref() != Some(&newest) {
            known.session = Some(newest);
            return Ok(Found::Unread);
        }
        // Whose details were corrected is not this customer any more.
        let same = |session: &Session| {
            let theirs = &session.customer.contact;
            (theirs.email.is_some() && theirs.email == contact.email)
                || (theirs.phone.is_some() && theirs.phone == contact.phone)
        };
        let goes_on = |stored: &Stored| {
            let session = &stored.session;
            session.state != State::Discarded && same(session) && may_see(session)
        };
        Ok(match found.session(&newest)?.filter(goes_on) {
            Some(stored) => Found::Session(read, Box::new(stored)),
            None => Found::Nobody(read),
        })
    }
}

/// The room of a session that was renewed.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) presence: Presence,
    pub(crate) settings: Settings,
    pub(crate) now: Timestamp,
}

/// What becomes of a start for a customer who has a session.
pub(crate) enum GoesOn {
    Step(Box<Step<(ApiResponse, Option<Room>)>>),
    /// It is over for good.
    Cannot(SessionId),
}

/// A start for a customer who has a session.
pub(crate) struct Again<'a> {
    pub(crate) app: &'a AppState,
    pub(crate) request: &'a ApiRequest,
    pub(crate) start: &'a Start,
    pub(crate) caller: &'a Caller,
    pub(crate) owner: &'a Agent,
    pub(crate) now: Timestamp,
}

impl Again<'_> {
    /// Opens the session as it is, or renews it if it has ended and is the owner's (R4). Somebody else's is opened as it is:
    /// who enters it may take it over (R9). The console is told of it first, and opens the room by itself.
    pub(crate) fn go_on(
        &self,
        stored: Stored,
        settings: Settings,
        found: &ReadResult,
        locks: &Locks,
    ) -> Result<GoesOn, ApiError> {
        let Stored { session, presence, .. } = stored;
        let own = session.agent == self.owner.id;
        let renews = session.state == State::Ended && own;
        if renews && session.renewable(&settings, self.now).is_err() {
            return Ok(GoesOn::Cannot(session.id));
        }
        if matches!(self.request.payload, Payload::Form(_)) {
            let exists = ProblemSession::new(session.id, session.customer.name);
            return Err(ApiError::Exists(ProblemSession { created_at: Some(Time(session.created_at)), ..exists }));
        }
        let answer = |session: &Session| {
            let view = SessionView::of(&Summary::of(session), &presence, self.now);
            ApiResponse::new(StatusCode::OK, view, room(&session.id))
        };
        if !renews {
            return Ok(GoesOn::Step(Box::new(Step::Done((answer(&session), None)))));
        }
        let (app, id) = (self.app, session.id.clone());
        let tells = self.start.mode == Mode::Start && !settings.channels.embedded;
        let issued = tells.then(|| LinkToken::issue(&id, &app.keyring, &app.entropy).1);
        let context = self.caller.context(&self.request.origin, self.now);
        let decision = session.decide(Command::Renew(issued), &settings, &context)?;
        if !may_lock(locks, &decision, found, self.caller)? {
            return Ok(GoesOn::Step(Box::new(Step::Again)));
        }
        let answer = answer(&decision.session);
        let extras = Extras { keep: keep(self.request, app, &answer, self.now), ..Extras::default() };
        let room = Room { presence, settings, now: self.now };
        Ok(GoesOn::Step(Box::new(Step::Commit(decision, extras, (answer, Some(room))))))
    }
}
