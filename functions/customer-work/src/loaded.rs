//! What is read for one interaction, and the way it is changed.

use data_encoding::HEXLOWER;
use lambda_http::{Body, Response, http::StatusCode};
use parlor_domain::{
    AccessTier, Command, Decision, Interaction, InteractionId, InteractionState, Rejection, SessionId,
    interaction::{Asked, Document, PartOf, Refusal, Request, Task, WorkCommand, Workflow},
    names::short_name,
};
use parlor_store::{Changed, Extras, Learned, Race, ReadBatch, ReadResult, Step};
use parlor_templates::{
    Live,
    customer::{Around, NotTaken},
};
use parlor_web::{
    AppState,
    customer::{PageError, Visit},
    loaded_room::{LoadedRoom, session_id},
    redirect,
};

use sha2::{Digest as _, Sha256};

use crate::WorkState;

/// What the query calls the review of a document.
pub(crate) const REVIEW: &str = "review";
/// What follows a step's id in the query for the one behind it. No id has a full stop.
pub(crate) const BEHIND: &str = ".done";

/// An interaction that somebody asks for, with its room and what it asks.
pub(crate) struct Loaded<A> {
    pub(crate) room: LoadedRoom,
    pub(crate) interaction: Interaction,
    pub(crate) asked: A,
    /// Of a workflow: the documents of its steps, where they were read.
    pub(crate) parts: Vec<Interaction>,
}

/// An interaction by its kind.
pub(crate) enum Work {
    Workflow(Loaded<Workflow>),
    Document(Loaded<Document>),
    Request(Loaded<Request>),
}

impl Loaded<Asked> {
    /// Whoever is inside finds what was sent to them; a draft is not there.
    fn of(
        room: LoadedRoom,
        found: &ReadResult,
        visit: &Visit,
        session: &SessionId,
        id: &InteractionId,
    ) -> Result<Self, PageError> {
        room.must_be_inside(visit)?;
        let interaction = found.interaction(session, id)?.filter(|own| own.state != InteractionState::Draft);
        // R22: what is another's is not there.
        let interaction = interaction.filter(|own| own.assignee == room.stored.session.guest_assignee());
        let (Some(interaction), Some(asked)) = (interaction, found.asked(session, id)?) else {
            return Err(PageError::NotFound);
        };
        let parts = room.stored.session.parts_of(id).map(|task| found.interaction(session, &task.id));
        let parts = parts.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        Ok(Self { room, interaction, asked, parts })
    }

    fn batch(batch: ReadBatch, session: &SessionId, id: &InteractionId) -> ReadBatch {
        batch.interaction(session, id).asked(session, id)
    }

    /// For looking at. One `BatchGetItem`; where a workflow's steps have documents, one more for how far they are.
    pub(crate) async fn read(
        app: &AppState,
        visit: &Visit,
        session: &SessionId,
        id: &InteractionId,
    ) -> Result<Self, PageError> {
        let found = app.store.read(Self::batch(ReadBatch::new().room(session), session, id)).await?;
        let mut loaded = Self::of(LoadedRoom::looked_at(&found, session, visit)?, &found, visit, session, id)?;
        loaded.parts = app.store.parts(&loaded.room.stored.session, id).await?;
        Ok(loaded)
    }

    /// As [`Self::change`], for what ends a workflow, and those of its documents that were not needed go with it; or for what completes a
    /// document of a workflow, which counts it.
    pub(crate) async fn end(
        app: &AppState,
        visit: &Visit,
        session: &SessionId,
        id: &InteractionId,
        command: impl for<'a> Fn(&'a Self) -> Result<WorkCommand<'a>, Rejection> + Send,
    ) -> Result<(Self, Result<Option<Decision>, Rejection>), PageError> {
        let start = ReadBatch::new();
        Self::run(app, visit, session, id, (start, true), move |loaded, _| command(loaded)).await
    }

    /// Reads, decides and commits, again for as long as somebody else is first, and tells the open rooms.
    pub(crate) async fn change(
        app: &AppState,
        visit: &Visit,
        session: &SessionId,
        id: &InteractionId,
        command: impl for<'a> Fn(&'a Self) -> WorkCommand<'a> + Send,
    ) -> Result<(Self, Result<Option<Decision>, Rejection>), PageError> {
        let start = ReadBatch::new();
        Self::change_reading(app, visit, session, id, start, move |loaded, _| Ok(command(loaded))).await
    }

    /// As [`Self::change`], reading what `start` asks for in the same request.
    pub(crate) async fn change_reading(
        app: &AppState,
        visit: &Visit,
        session: &SessionId,
        id: &InteractionId,
        start: ReadBatch,
        command: impl for<'a> Fn(&'a Self, &ReadResult) -> Result<WorkCommand<'a>, Rejection> + Send,
    ) -> Result<(Self, Result<Option<Decision>, Rejection>), PageError> {
        Self::run(app, visit, session, id, (start, false), command).await
    }

    async fn run(
        app: &AppState,
        visit: &Visit,
        session: &SessionId,
        id: &InteractionId,
        (start, ends): (ReadBatch, bool),
        command: impl for<'a> Fn(&'a Self, &ReadResult) -> Result<WorkCommand<'a>, Rejection> + Send,
    ) -> Result<(Self, Result<Option<Decision>, Rejection>), PageError> {
        let learned = Learned::default();
        let step = |found: ReadResult| {
            let mut room = LoadedRoom::for_a_decision(&found, session, visit)?;
            room.stored.session.language = visit.language(&room.stored.session);
            let open = room.stored.session.parts_of(id).filter(|task| ends && task.state.is_open());
            if !learned.has(open.fold(ReadBatch::new(), |keys, task| keys.interaction(session, &task.id))) {
                return Ok(Step::Again);
            }
            let loaded = Self::of(room, &found, visit, session, id)?;
            let context = loaded.room.context(visit);
            let decided = command(&loaded, &found);
            // A workflow counts a document of its steps with the write that completes it.
            let whole = matches!(decided, Ok(WorkCommand::Complete(..))).then(|| loaded.whole()).flatten();
            if !learned
                .has(whole.iter().fold(ReadBatch::new(), |keys, part| Self::batch(keys, session, &part.interaction)))
            {
                return Ok(Step::Again);
            }
            let whole = whole.map(|part| Self::counting(&found, session, part)).transpose()?.flatten();
            let decided = decided.and_then(|command| {
                let command = match command {
                    command if !ends => command,
                    command => {
                        let parts = loaded.parts.iter().map(WorkCommand::LetGo);
                        let counts = whole
                            .iter()
                            .map(|(whole, workflow, step)| WorkCommand::Count(whole, workflow, Some(step.clone())));
                        WorkCommand::Together(std::iter::once(command).chain(parts).chain(counts).collect())
                    }
                };
                loaded.room.stored.session.decide(Command::Work(command), &loaded.room.settings, &context)
            });
            Ok::<_, PageError>(match decided {
                Ok(decision) => {
                    let seen = loaded.room.stored.presence.agent_online(&decision.session.agent, visit.now);
                    Step::Commit(decision, Extras { seen, ..Extras::default() }, (loaded, None))
                }
                Err(rejection) => Step::Done((loaded, Some(rejection))),
            })
        };
        let batch = Self::batch(start.session(session), session, id);
        let Changed { basis: (mut loaded, rejection), decision } =
            app.store.change(Race::new(&app.entropy), visit.now, |_| learned.keys(batch.clone()), step).await?;
        if let Some(decision) = &decision {
            app.live.announce(decision, &loaded.room.stored.presence, &loaded.room.settings, visit.now).await;
            if let Some(write) = decision.interactions.first() {
                loaded.interaction = write.interaction.clone();
            }
            let own = visit.presented.device.as_ref();
            loaded.room.stored.session = decision.session.clone().seated_by_device(own);
        }
        Ok((loaded, rejection.map_or(Ok(decision), Err)))
    }

    /// The workflow that counts what is completed in its step, with what it asks, and the step.
    fn counting(
        found: &ReadResult,
        session: &SessionId,
        part: &PartOf,
    ) -> Result<Option<(Interaction, Workflow, String)>, PageError> {
        let asked = found.asked(session, &part.interaction)?;
        let Some(Asked::Workflow(workflow)) = asked else { return Ok(None) };
        Ok(found.interaction(session, &part.interaction)?.map(|whole| (whole, workflow, part.step.clone())))
    }

    /// By its kind.
    pub(crate) fn by_kind(self) -> Work {
        let Self { room, interaction, asked, parts } = self;
        match asked {
            Asked::Workflow(asked) => Work::Workflow(Loaded { room, interaction, asked, parts }),
            Asked::Document(asked) => Work::Document(Loaded { room, interaction, asked, parts }),
            Asked::Request(asked) => Work::Request(Loaded { room, interaction, asked, parts }),
        }
    }
}

impl<A> Loaded<A> {
    pub(crate) fn may_write(&self, visit: &Visit) -> bool {
        self.room.stored.session.access(visit.now).tier == AccessTier::Full && !self.waits()
    }

    /// R22: whether others come first, while it is left to do.
    fn waits(&self) -> bool {
        self.interaction.state.is_open() && self.room.stored.session.waits(&self.interaction.assignee)
    }

    /// Those who come first, by their names; nobody where the customer may not write in any case.
    fn after(&self, visit: &Visit) -> Vec<String> {
        let session = &self.room.stored.session;
        if !self.waits() || session.access(visit.now).tier != AccessTier::Full {
            return vec![];
        }
        session.waits_for(&self.interaction.assignee).into_iter().map(|name| short_name(name).to_owned()).collect()
    }

    /// What stands for all that was entered, as a page shows it.
    fn seen(&self) -> String {
        let Interaction { values, entered, files, .. } = &self.interaction;
        let files: Vec<_> = files.iter().map(|file| &file.upload).collect();
        // Texts, numbers and ids: there is nothing in them that JSON could not hold.
        let entered = serde_json::to_vec(&(values, entered, files)).unwrap_or_default();
        HEXLOWER.encode(&Sha256::digest(entered))
    }

    /// What is completed is what its page showed: another tab, or a request that took long, may have changed it since. A form that does
    /// not say what it showed is taken as it comes.
    pub(crate) fn must_be_as_seen(&self, visit: &Visit) -> Result<(), Rejection> {
        let seen = visit.field("seen");
        let is_so = seen.is_empty() || !self.interaction.state.is_open() || seen == self.seen();
        if is_so { Ok(()) } else { Err(Refusal::Changed.into()) }
    }

    /// R16: what is to be done next, if anything is.
    pub(crate) fn next(&self, visit: &Visit) -> Option<(String, String)> {
        if let Some((title, step)) = self.within() {
            return Some((title.to_owned(), step_of(visit, &self.whole_path(), &format!("{step}{BEHIND}"))));
        }
        let session = &self.room.stored.session;
        let next = session.next_task().filter(|task| self.may_write(visit) && task.id != self.interaction.id)?;
        Some((next.title.clone(), visit.along(&format!("/r/{}/i/{}", session.id, next.id))))
    }

    /// Of a document of a workflow's step, while the workflow is open: which it is, and the step.
    fn whole(&self) -> Option<&PartOf> {
        let part = self.interaction.part_of.as_ref()?;
        self.whole_of(part).map(|_| part)
    }

    /// The same with the workflow's title, and the step.
    fn within(&self) -> Option<(&str, &str)> {
        let part = self.interaction.part_of.as_ref()?;
        Some((self.whole_of(part)?.title.as_str(), part.step.as_str()))
    }

    fn whole_of(&self, part: &PartOf) -> Option<&Task> {
        self.room.stored.session.within(part, &self.interaction.assignee)
    }

    /// The path of the workflow's page that it is a part of.
    fn whole_path(&self) -> String {
        let whole = self.interaction.part_of.as_ref().map_or(&self.interaction.id, |part| &part.interaction);
        format!("{}/i/{whole}", self.room_path())
    }

    /// Where whoever leaves its page goes: to the room, and from a document of a workflow's step to that step.
    pub(crate) fn back(&self, visit: &Visit) -> String {
        match self.within() {
            Some((_, step)) => step_of(visit, &self.whole_path(), step),
            None => home(&self.room_path(), &visit.along("")),
        }
    }

    /// The path of the room.
    pub(crate) fn room_path(&self) -> String {
        format!("/r/{}", self.room.stored.session.id)
    }

    /// The path of its page.
    pub(crate) fn path(&self) -> String {
        format!("{}/i/{}", self.room_path(), self.interaction.id)
    }

    /// The address of a part of its page, such as `page=2`.
    pub(crate) fn part(&self, visit: &Visit, name: &str, value: &str) -> String {
        let path = visit.along(&self.path());
        let join = if path.contains('?') { '&' } else { '?' };
        format!("{path}{join}{name}={value}")
    }

    /// What the page says of a refusal, and its status. Whoever is not inside any more is turned away.
    pub(crate) fn not_taken(&self, visit: &Visit, refused: &Rejection) -> Result<(NotTaken, StatusCode), PageError> {
        Ok(match refused {
            Rejection::Gate(gate) => return Err(self.room.turn_away(visit, gate.clone())),
            Rejection::Work(Refusal::ReadOnly) => (NotTaken::ReadOnly, StatusCode::CONFLICT),
            Rejection::Work(Refusal::NotYourTurn) => (NotTaken::NotYourTurn, StatusCode::CONFLICT),
            Rejection::Work(Refusal::Changed) => (NotTaken::Changed, StatusCode::CONFLICT),
            Rejection::Work(Refusal::TooMuch) => (NotTaken::TooMuch, StatusCode::UNPROCESSABLE_ENTITY),
            Rejection::Work(Refusal::InvalidReason) => (NotTaken::Reason, StatusCode::UNPROCESSABLE_ENTITY),
            _ => (NotTaken::Closed, StatusCode::CONFLICT),
        })
    }

    /// What every kind of page has.
    pub(crate) fn around(&self, app: &AppState, visit: &Visit) -> Around {
        let session = &self.room.stored.session;
        let query = visit.along("");
        Around {
            lang: visit.lang_for(session),
            brand: self.room.brand(),
            path: self.path(),
            room: self.back(visit),
            within: self.within().map(|(title, _)| title.to_owned()),
            query,
            csrf: Some(visit.csrf(app)),
            agent: session.agent_name.clone(),
            title: self.interaction.title.clone(),
            due: self.interaction.due_at,
            after: self.after(visit),
            seen: self.seen(),
            live: Some(self.live(app, visit)),
        }
    }

    /// 303 to an address where a PDF that was made of it is downloaded, good for a few minutes. No request.
    pub(crate) async fn download(
        &self,
        state: &WorkState,
        visit: &Visit,
        key: &str,
    ) -> Result<Response<Body>, PageError> {
        let name = format!("{}.pdf", self.interaction.title);
        let signed = state.bucket.download(key, "application/pdf", &name, visit.now).await;
        signed.map(|signed| redirect(&signed.url)).map_err(|error| {
            tracing::error!(%error, "download");
            PageError::Unable
        })
    }

    /// How its page goes live.
    fn live(&self, app: &AppState, visit: &Visit) -> Live {
        let session = &self.room.stored.session;
        Live {
            url: self.room.live_url(app, visit),
            ticket_url: format!("{}/live", self.room_path()),
            session: session.id.to_string(),
            seq: session.seq,
            who: "customer",
            seat: session.seat().map(ToString::to_string),
            receipts: false,
        }
    }

    /// R16: with auto-open the next thing to do, and the room once all is done; otherwise the page that says it is done.
    pub(crate) fn onward(&self, visit: &Visit) -> String {
        if !self.room.settings.session.auto_open {
            return visit.along(&self.path());
        }
        self.next(visit).map_or_else(|| self.back(visit), |(_, next)| next)
    }
}

/// The address of a workflow's step.
fn step_of(visit: &Visit, path: &str, step: &str) -> String {
    let path = visit.along(path);
    let join = if path.contains('?') { '&' } else { '?' };
    format!("{path}{join}step={step}")
}

/// The room itself, where auto-open leads on otherwise (R16).
pub(crate) fn home(room: &str, query: &str) -> String {
    if query.is_empty() { format!("{room}?home=1") } else { format!("{room}{query}&home=1") }
}

/// What a path names. Whether there is such a session is for its customer to know.
pub(crate) async fn ids(
    app: &AppState,
    visit: &Visit,
    session: &str,
    interaction: &str,
) -> Result<(SessionId, InteractionId), PageError> {
    let session = session_id(app, session).await?;
    if let Ok(id) = interaction.parse() {
        return Ok((session, id));
    }
    LoadedRoom::read(app, visit, &session).await?.must_be_inside(visit)?;
    Err(PageError::NotFound)
}
