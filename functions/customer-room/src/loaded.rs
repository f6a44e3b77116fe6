//! What is read for a customer in front of their room, and the way it is changed.

use parlor_domain::{Decision, EventKind, Gate, Rejection, SessionId, Settings, gate};
use parlor_store::{Extras, PostedMark, Race, ReadBatch, Stored};
use parlor_templates::customer::Brand;
use parlor_web::{
    AppState,
    customer::{self, Inviter, PageError, Visit, commit},
};

/// A session whose room somebody asks for. Whether it is theirs the gates say.
#[derive(Debug)]
pub(crate) struct LoadedRoom {
    pub(crate) stored: Stored,
    pub(crate) settings: Settings,
    team: String,
    posted: Option<PostedMark>,
}

/// A message that is posted, by this request or by an earlier one with the same id.
#[derive(Debug)]
pub(crate) struct Posted {
    pub(crate) mark: PostedMark,
    /// The text as it was taken; not known of an earlier request's.
    pub(crate) text: Option<String>,
}

/// Turns away somebody whose path names no session: one `BatchGetItem`, to say whether the service is up at all.
pub(crate) async fn unknown(app: &AppState) -> PageError {
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
    /// One `BatchGetItem`; with `mark` it also tells whether a message was posted before.
    pub(crate) async fn read(app: &AppState, id: &SessionId, mark: Option<&str>) -> Result<Self, PageError> {
        let keys = ReadBatch::new().session(id);
        let found = app.store.read(mark.into_iter().fold(keys, |keys, mark| keys.posted(id, mark))).await?;
        let (settings, team) = found.settings(&id.team())?;
        let posted = mark.map(|mark| found.posted(id, mark)).transpose()?.flatten();
        match found.session(id)? {
            Some(stored) => Ok(Self { stored, settings, team, posted }),
            None => Err(nobody(&settings)),
        }
    }

    /// Reads, decides and commits, again for as long as somebody else is first.
    pub(crate) async fn change(
        app: &AppState,
        visit: &Visit,
        id: &SessionId,
        mut decide: impl FnMut(&Self) -> Result<Decision, Rejection> + Send,
    ) -> Result<(Self, Result<Decision, Rejection>), PageError> {
        let mut race = Race::new(&app.entropy);
        while race.goes_on().await {
            let loaded = Self::read(app, id, None).await?;
            let decision = match decide(&loaded) {
                Ok(decision) => decision,
                Err(rejection) => return Ok((loaded, Err(rejection))),
            };
            if loaded.commit(app, visit, &decision, Extras::default()).await? {
                return Ok((loaded, Ok(decision)));
            }
        }
        Err(PageError::Busy)
    }

    /// Posts a message under `mark`, from inside the room only. Posting it again changes nothing and answers the same.
    pub(crate) async fn post(
        app: &AppState,
        visit: &Visit,
        id: &SessionId,
        mark: &str,
        mut decide: impl FnMut(&Self) -> Result<Decision, Rejection> + Send,
    ) -> Result<(Self, Result<Posted, Rejection>), PageError> {
        let mut race = Race::new(&app.entropy);
        while race.goes_on().await {
            let loaded = Self::read(app, id, Some(mark)).await?;
            loaded.must_be_inside(visit)?;
            if let Some(mark) = loaded.posted.clone() {
                return Ok((loaded, Ok(Posted { mark, text: None })));
            }
            let decision = match decide(&loaded) {
                Ok(decision) => decision,
                Err(rejection) => return Ok((loaded, Err(rejection))),
            };
            let extras = Extras { posted: Some(mark), ..Extras::default() };
            if loaded.commit(app, visit, &decision, extras).await? {
                let mark = PostedMark { seq: decision.session.seq, at: visit.now };
                let text = decision.events.into_iter().find_map(|event| match event.kind {
                    EventKind::Message { text, .. } => Some(text),
                    _ => None,
                });
                return Ok((loaded, Ok(Posted { mark, text })));
            }
        }
        Err(PageError::Busy)
    }

    async fn commit(
        &self,
        app: &AppState,
        visit: &Visit,
        decision: &Decision,
        extras: Extras<'_>,
    ) -> Result<bool, PageError> {
        commit(app, decision, &self.stored.presence, &self.settings, extras, visit.now).await
    }

    /// Where the visitor stands (R6).
    pub(crate) fn gate(&self, visit: &Visit) -> Gate {
        let session = &self.stored.session;
        // A browser that saw an opening page and was never let in anywhere is nobody's device, not another one.
        let device = visit.presented.device.as_ref().filter(|own| visit.has_device || session.is_bound_to(Some(own)));
        gate::at_room(session, &self.settings, device, &self.stored.presence, visit.now)
    }

    /// Turns away whoever is not inside.
    pub(crate) fn must_be_inside(&self, visit: &Visit) -> Result<(), PageError> {
        match self.gate(visit) {
            Gate::Inside => Ok(()),
            closed => Err(self.turn_away(visit, closed)),
        }
    }

    /// Turns the visitor away at `gate`.
    pub(crate) fn turn_away(&self, visit: &Visit, gate: Gate) -> PageError {
        PageError::by(gate, self.host(visit))
    }

    /// Who speaks: to whoever cannot show that the session is theirs, nobody does.
    pub(crate) fn host(&self, visit: &Visit) -> Inviter {
        let session = &self.stored.session;
        if session.is_bound_to(visit.presented.device.as_ref()) {
            Inviter::of(session, &self.settings, &self.team)
        } else {
            Inviter::nobody(&self.settings)
        }
    }

    /// The company.
    pub(crate) fn brand(&self) -> Brand {
        customer::brand(&self.settings, &self.team)
    }
}
