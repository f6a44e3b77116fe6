//! What is read for a customer in front of their room, and the way it is changed.

use parlor_domain::{
    Attachment, Decision, EventKind, Gate, Rejection, Sender, SessionId, Settings, Upload, UploadId, UploadRefusal,
    gate, session::Context, upload::Announced,
};
use parlor_live::{Holder, Ticket};
use parlor_store::{Changed, Extras, PostedMark, Race, ReadBatch, ReadResult, Step, StoreError, Stored};
use parlor_templates::customer::Brand;

use crate::{
    AppState,
    customer::{self, Inviter, PageError, Visit},
};

/// A session whose room somebody asks for. Whether it is theirs the gates say.
#[derive(Debug)]
pub struct LoadedRoom {
    /// The session, with what stands beside it.
    pub stored: Stored,
    /// The session's effective settings (R19).
    pub settings: Settings,
    team: String,
    /// The mark of the message that is to be posted, if it is there.
    pub posted: Option<PostedMark>,
    /// The upload that the message names, if it is there.
    pub upload: Option<Upload>,
}

/// A message that is about to be posted.
#[derive(Debug, Clone, Copy)]
pub struct Posting<'a> {
    /// The mark that it is posted under.
    pub mark: &'a str,
    /// The upload that goes with it.
    pub upload: Option<&'a UploadId>,
}

/// A message that is posted, by this request or by an earlier one with the same id.
#[derive(Debug)]
pub struct Posted {
    /// Which message it is among the session's events, and when it was posted.
    pub mark: PostedMark,
    /// The text as it was taken; not known of an earlier request's.
    pub text: Option<String>,
    /// The file that went with it; not known of an earlier request's.
    pub attachment: Option<Attachment>,
}

/// Why a guest's file is not announced.
#[derive(Debug, thiserror::Error)]
pub enum NotAnnounced {
    /// R2: not now, or not so many.
    #[error("not now")]
    Rejected(#[from] Rejection),
    /// R21: not this file.
    #[error(transparent)]
    Refused(#[from] UploadRefusal),
    /// The tables.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The session that a path names; whoever asks for one that is none is turned away.
pub async fn session_id(app: &AppState, text: &str) -> Result<SessionId, PageError> {
    match text.parse() {
        Ok(id) => Ok(id),
        Err(_) => Err(unknown(app).await),
    }
}

/// Turns away somebody whose path names no session: one `BatchGetItem`, to say whether the service is up at all.
async fn unknown(app: &AppState) -> PageError {
    let found = app.store.read(ReadBatch::new().system()).await;
    match found.and_then(|found| found.system()) {
        Ok((settings, _)) => nobody(&settings),
        Err(error) => error.into(),
    }
}

fn nobody(settings: &Settings) -> PageError {
    let gate = if settings.service.maintenance { Gate::ServiceDown } else { Gate::Unknown };
    PageError::by(gate, Inviter::nobody(settings))
}

impl LoadedRoom {
    fn of(
        found: &ReadResult,
        id: &SessionId,
        visit: &Visit,
        posting: Option<Posting<'_>>,
        stored: Option<Stored>,
    ) -> Result<Self, PageError> {
        let (settings, team) = found.settings(&id.team())?;
        let posted = posting.map(|posting| found.posted(id, posting.mark)).transpose()?.flatten();
        let named = posting.and_then(|posting| posting.upload);
        let upload = named.map(|upload| found.upload(id, upload)).transpose()?.flatten();
        match stored {
            Some(mut stored) => {
                // R22: the device says who it is.
                stored.session = stored.session.seated_by_device(visit.presented.device.as_ref());
                Ok(Self { stored, settings, team, posted, upload })
            }
            None => Err(nobody(&settings)),
        }
    }

    /// As it was read for looking at: with [`ReadBatch::room`].
    pub fn looked_at(found: &ReadResult, id: &SessionId, visit: &Visit) -> Result<Self, PageError> {
        Self::of(found, id, visit, None, found.room(id)?)
    }

    /// As it was read for a decision: with [`ReadBatch::session`].
    pub fn for_a_decision(found: &ReadResult, id: &SessionId, visit: &Visit) -> Result<Self, PageError> {
        Self::of(found, id, visit, None, found.session(id)?)
    }

    /// For looking at. One `BatchGetItem`.
    pub async fn read(app: &AppState, visit: &Visit, id: &SessionId) -> Result<Self, PageError> {
        let found = app.store.read(ReadBatch::new().room(id)).await?;
        Self::of(&found, id, visit, None, found.room(id)?)
    }

    /// Reads, decides and commits, again for as long as somebody else is first, and tells the open rooms. When `posting`
    /// it posts a message, once however often it is asked: of a message that was posted before, nothing is decided.
    pub async fn change(
        app: &AppState,
        visit: &Visit,
        id: &SessionId,
        posting: Option<Posting<'_>>,
        mut decide: impl FnMut(&Self) -> Result<Result<Decision, Rejection>, PageError> + Send,
    ) -> Result<(Self, Result<Option<Decision>, Rejection>), PageError> {
        let step = |found: ReadResult| {
            let mut loaded = Self::of(&found, id, visit, posting, found.session(id)?)?;
            loaded.stored.session.language = visit.language(&loaded.stored.session);
            let decided = decide(&loaded)?;
            Ok::<_, PageError>(match decided {
                Err(Rejection::MessageIdReused) => Step::Done((loaded, Some(Rejection::MessageIdReused))),
                _ if loaded.posted.is_some() => Step::Done((loaded, None)),
                Ok(decision) => {
                    let extras = Extras { posted: posting.map(|posting| posting.mark.to_owned()), ..Extras::default() };
                    Step::Commit(decision, extras, (loaded, None))
                }
                Err(rejection) => Step::Done((loaded, Some(rejection))),
            })
        };
        let mut batch = ReadBatch::new().session(id);
        if let Some(Posting { mark, upload }) = posting {
            batch = upload.into_iter().fold(batch.posted(id, mark), |batch, upload| batch.upload(id, upload));
        }
        let Changed { basis: (loaded, rejection), decision } =
            app.store.change(Race::new(&app.entropy), visit.now, |_| batch.clone(), step).await?;
        if let Some(decision) = &decision {
            app.live.announce(decision, &loaded.stored.presence, &loaded.settings, visit.now).await;
        }
        Ok((loaded, rejection.map_or(Ok(decision), Err)))
    }

    /// Posts a message under its mark, from inside the room only. Posting it again changes nothing and answers the same; another
    /// one under the same mark is refused.
    pub async fn post(
        app: &AppState,
        visit: &Visit,
        id: &SessionId,
        posting: Posting<'_>,
        mut decide: impl FnMut(&Self) -> Result<Decision, Rejection> + Send,
    ) -> Result<(Self, Result<Posted, Rejection>), PageError> {
        let (loaded, result) = Self::change(app, visit, id, Some(posting), |loaded| {
            loaded.must_be_inside(visit)?;
            Ok(decide(loaded))
        })
        .await?;
        let posted = match (result, &loaded.posted) {
            (Err(rejection), _) => Err(rejection),
            (Ok(Some(decision)), _) => {
                let mark = PostedMark { seq: decision.session.seq, at: visit.now, digest: None };
                let said = decision.events.into_iter().find_map(|event| match event.kind {
                    EventKind::Message { text, attachment, .. } => Some((text, attachment)),
                    _ => None,
                });
                let (text, attachment) = said.map_or((None, None), |(text, attachment)| (Some(text), attachment));
                Ok(Posted { mark, text, attachment })
            }
            (Ok(None), Some(mark)) => Ok(Posted { mark: mark.clone(), text: None, attachment: None }),
            (Ok(None), None) => return Err(PageError::Stale),
        };
        Ok((loaded, posted))
    }

    /// Notes a file that whoever is inside is about to send (R21). One `TransactWriteItems`.
    pub async fn announce(&self, app: &AppState, visit: &Visit, said: &Announced<'_>) -> Result<Upload, NotAnnounced> {
        let session = &self.stored.session;
        session.takes_files_of_customer(visit.now)?;
        let upload = Upload::announced(UploadId::generate(&app.entropy), said, session.guest(), visit.now)?;
        let bound_at = session.device.as_ref().map_or(visit.now, |device| device.bound_at);
        match app.store.announce_customers_upload(&session.id, bound_at, &upload).await {
            Err(StoreError::Condition(_)) => Err(Upload::too_many(visit.now).into()),
            written => Ok(written.map(|()| upload)?),
        }
    }

    /// Where the live connection opens, with a ticket for this device: good once, for a minute.
    #[must_use]
    pub fn live_url(&self, app: &AppState, visit: &Visit) -> String {
        // Whoever is inside has a device; without one the ticket would open nothing.
        let Some(device) = &visit.presented.device else { return app.live_url.clone() };
        let holder = match self.stored.session.seat() {
            None => Holder::Customer(device.hash()),
            Some(participant) => Holder::Participant(participant.clone(), device.hash()),
        };
        let ticket = Ticket::issue(&app.keyring, &app.entropy, &self.stored.session.id, &holder, visit.now);
        format!("{}?ticket={ticket}", app.live_url)
    }

    /// What a decision takes of a visit to this room: whose device it is as actor, origin and the time.
    #[must_use]
    pub fn context(&self, visit: &Visit) -> Context {
        visit.context(&self.stored.session)
    }

    /// Which side writes what is written from this seat.
    #[must_use]
    pub fn sender(&self) -> Sender {
        if self.stored.session.seat().is_none() { Sender::Customer } else { Sender::Participant }
    }

    /// Where the visitor stands (R6).
    #[must_use]
    pub fn gate(&self, visit: &Visit) -> Gate {
        let session = &self.stored.session;
        // A browser that saw an opening page and was never let in anywhere is nobody's device, not another one.
        let device = visit.presented.device.as_ref().filter(|own| visit.has_device || session.is_bound_to(Some(own)));
        gate::at_room(session, &self.settings, device, &self.stored.presence, visit.now)
    }

    /// Turns away whoever is not inside.
    pub fn must_be_inside(&self, visit: &Visit) -> Result<(), PageError> {
        match self.gate(visit) {
            Gate::Inside => Ok(()),
            closed => Err(self.turn_away(visit, closed)),
        }
    }

    /// Turns the visitor away at `gate`.
    #[must_use]
    pub fn turn_away(&self, visit: &Visit, gate: Gate) -> PageError {
        PageError::by(gate, self.host(visit))
    }

    /// Who speaks: to whoever cannot show that the session is theirs, nobody does.
    #[must_use]
    pub fn host(&self, visit: &Visit) -> Inviter {
        let (session, device) = (&self.stored.session, visit.presented.device.as_ref());
        if session.is_bound_to(device) || session.was_bound_to(device) {
            Inviter::of(session, &self.settings, &self.team)
        } else {
            Inviter::nobody(&self.settings)
        }
    }

    /// The company.
    #[must_use]
    pub fn brand(&self) -> Brand {
        customer::brand(&self.settings, &self.team)
    }
}
