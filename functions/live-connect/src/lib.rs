//! `$connect`: takes a ticket and opens a live connection, to a room or to lists.
//!
//! One read (`BatchGetItem`: session, settings, for staff the agent) and one write (`TransactWriteItems`: the ticket is
//! used up, the connection noted, its lease put into the room, or among those who follow lists). Where a sign-in has sixty connections, 35 of
//! them end first: a write and a read more. Lists are told of a
//! customer who came: one `BatchGetItem` more, beside what the room is told. Nothing can be sent to the connection itself yet: API
//! Gateway opens it when this has answered.

use std::collections::BTreeSet;

use aws_lambda_events::apigw::ApiGatewayProxyResponse;
use jiff::Timestamp;
use parlor_domain::{AccessTier, Agent, AgentId, Keyring, Lease, LoginId, Presence, Session, SessionId, Settings, Who};
use parlor_lists::Hint;
use parlor_live::{Holder, Live, Ticket, TicketError};
use parlor_runtime::{Clock, Entropy, EventFunction, Runtime, SocketEvent};
use parlor_store::{
    Admission, ConnectError, Connection, ListScope, Listener, Race, ReadBatch, ReadResult, SignIn, Store, StoreError,
};

/// At most this many connections are tidied away in one write, which may have a hundred items.
const TIDY_MAX: usize = 40;

/// At most this many connections of one member of staff are in a room, one for each of their tabs. The room's item, which every
/// connection and frame reads, stays small.
const TABS_MAX: usize = 12;

/// The function.
#[derive(Debug)]
pub struct LiveConnect {
    store: Store,
    live: Live,
    keyring: Keyring,
    clock: Clock,
    entropy: Entropy,
    /// The only origin whose pages may connect.
    origin: String,
}

/// Why a connection is not opened. The browser learns the status and nothing else.
#[derive(Debug, thiserror::Error)]
enum OpenError {
    #[error("the page is not from here")]
    Origin,
    #[error("no ticket, or no connection id")]
    Incomplete,
    #[error(transparent)]
    Ticket(#[from] TicketError),
    #[error("the ticket was used before")]
    TicketUsed,
    #[error("the connection is there already")]
    Known,
    #[error("the ticket's holder may not enter")]
    NotAllowed,
    #[error("the service is down")]
    Maintenance,
    #[error("the customer has opened another page since")]
    Superseded,
    #[error("the customer connects too often")]
    TooOften,
    #[error("the session is being changed all the time")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OpenError {
    fn status(&self) -> i64 {
        match self {
            Self::Maintenance | Self::Busy | Self::Store(_) => 503,
            Self::TooOften => 429,
            Self::Origin | Self::Incomplete | Self::Ticket(_) | Self::TicketUsed | Self::Known | Self::NotAllowed => {
                403
            }
            Self::Superseded => 409,
        }
    }

    /// Whether it is ours that it was not opened. All else is an answer as good as any, and no reason to wake anybody.
    fn is_failure(&self) -> bool {
        matches!(self, Self::Busy | Self::Store(_))
    }
}

impl EventFunction for LiveConnect {
    const NAME: &'static str = "live-connect";
    type Event = SocketEvent;
    type Output = ApiGatewayProxyResponse;

    fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        Self {
            store: Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table),
            live: Live::new(runtime.live()),
            keyring: runtime.keyring(),
            clock: runtime.clock.clone(),
            entropy: runtime.entropy.clone(),
            origin: config.public_url.clone(),
        }
    }

    async fn handle(&self, event: Self::Event) -> Result<Self::Output, lambda_runtime::Error> {
        let mut answer = ApiGatewayProxyResponse::default();
        // In a box: the compiler follows futures within futures to a depth that those of the SDK nearly reach.
        answer.status_code = match Box::pin(self.open(&event)).await {
            Ok(()) => 200,
            Err(failed) if failed.is_failure() => {
                tracing::error!(%failed, status = failed.status(), "a connection could not be opened");
                failed.status()
            }
            Err(refused) => {
                tracing::info!(%refused, status = refused.status(), "not connected");
                refused.status()
            }
        };
        Ok(answer)
    }
}

impl LiveConnect {
    async fn open(&self, event: &SocketEvent) -> Result<(), OpenError> {
        self.check_origin(event)?;
        let id = event.connection_id.as_deref().ok_or(OpenError::Incomplete)?;
        let ticket = event.ticket.as_deref().ok_or(OpenError::Incomplete)?;
        let ticket = Ticket::verify(ticket, &self.keyring, self.clock.now())?;
        match (&ticket.session, &ticket.holder) {
            (Some(session), _) => self.enter_room(id, session, &ticket).await,
            (None, Holder::Agent(agent, login)) => self.follow_lists(id, agent, login, &ticket.nonce).await,
            (None, Holder::Customer(_) | Holder::Participant(..)) => Err(OpenError::NotAllowed),
        }
    }

    /// Staff's lists (R20): whoever is signed in hears of the sessions that they may see now.
    async fn follow_lists(&self, id: &str, agent: &AgentId, login: &LoginId, nonce: &str) -> Result<(), OpenError> {
        let (mut race, mut counted) = (Race::new(&self.entropy), None);
        while race.goes_on().await {
            let now = self.clock.now();
            let found = self.store.read(ReadBatch::new().login(agent, login).rights_of(agent).system()).await?;
            if found.system()?.0.service.maintenance {
                return Err(OpenError::Maintenance);
            }
            let signed_in = found.login(agent, login)?.filter(|login| login.counts(now));
            let signed_in = signed_in.ok_or(OpenError::NotAllowed)?;
            let known = found.agent(agent)?.filter(Agent::is_active).ok_or(OpenError::NotAllowed)?;
            let Some(rights) = found.rights(&known, &mut counted, now)? else { continue };
            if let Some(full) = found.full_sign_in(agent, login) {
                self.end_some(agent, full).await?;
                continue;
            }
            let scopes = ListScope::seen_by(&known);
            let (agent, login) = (agent.clone(), login.clone());
            let listener = Listener { agent, login, scopes, last: signed_in.expires_at };
            match self.store.listen(id, &listener, &rights, nonce, now).await {
                Ok(()) => return Ok(()),
                Err(ConnectError::Conflict) => {}
                Err(ConnectError::TicketUsed) => return Err(OpenError::TicketUsed),
                Err(ConnectError::Known) => return Err(OpenError::Known),
                Err(ConnectError::Store(error)) => return Err(error.into()),
            }
        }
        Err(OpenError::Busy)
    }

    async fn enter_room(&self, id: &str, session: &SessionId, ticket: &Ticket) -> Result<(), OpenError> {
        // Of every try: the answer to one that got through may have been lost.
        let mut left = Leaving::default();
        let (mut race, mut counted) = (Race::new(&self.entropy), None);
        while race.goes_on().await {
            let now = self.clock.now();
            let mut keys = ReadBatch::new().room(session);
            if let Holder::Agent(agent, login) = &ticket.holder {
                keys = keys.login(agent, login).rights_of(agent);
            }
            let found = self.store.read(keys).await?;
            let stored = found.room(session)?.ok_or(OpenError::NotAllowed)?;
            let (settings, _) = found.settings(&session.team())?;
            let connection = admit(ticket, &stored.session, &settings, &found, now)?;

            let mut presence = stored.presence;
            if is_late(&presence, &connection, id, now) {
                return Err(OpenError::Superseded);
            }
            let leaving = Leaving::of(&presence, &connection.who, id, now);
            let gone: Vec<String> = leaving.superseded.union(&leaving.lapsed).cloned().collect();
            left.superseded.extend(leaving.superseded);
            left.lapsed.extend(leaving.lapsed);
            // It is there already when the answer to an earlier try got lost.
            if !presence.0.contains_key(id) {
                let arrivals = found.arrivals(session, &connection.who);
                if connection.who.is_guest() {
                    if !arrivals.admit(now) {
                        return Err(OpenError::TooOften);
                    }
                    if arrivals.stand_back(now) {
                        continue;
                    }
                }
                let rights = match &ticket.holder {
                    Holder::Agent(agent, login) => {
                        if let Some(full) = found.full_sign_in(agent, login) {
                            self.end_some(agent, full).await?;
                            continue;
                        }
                        let known = found.agent(agent)?.ok_or(OpenError::NotAllowed)?;
                        let Some(rights) = found.rights(&known, &mut counted, now)? else { continue };
                        Some(rights)
                    }
                    Holder::Customer(_) | Holder::Participant(..) => None,
                };
                let admission = Admission { version: stored.session.version, arrivals, rights };
                match self.store.connect(id, &connection, &ticket.nonce, &gone, admission, now).await {
                    Ok(()) => {}
                    Err(ConnectError::Conflict) => continue,
                    Err(ConnectError::TicketUsed) => return Err(OpenError::TicketUsed),
                    Err(ConnectError::Known) => return Err(OpenError::Known),
                    Err(ConnectError::Store(error)) => return Err(error.into()),
                }
            }

            for id in &gone {
                presence.0.remove(id);
            }
            presence.0.insert(id.to_owned(), connection.lease(now));
            // Where a lease ran out nobody is there to be told.
            let superseded: Vec<String> = left.superseded.into_iter().collect();
            let end = async {
                let closed = self.live.close_all(left.lapsed.iter().map(String::as_str));
                tokio::join!(self.live.supersede(&superseded), closed);
            };
            let room = self.live.announce_presence(&stored.session, &presence, Some(id), now);
            let lists = async {
                if connection.who == Who::Customer {
                    let hint = Hint::presence(&stored.session, &presence, now);
                    parlor_lists::tell(&self.store, &self.live, &[hint], now).await;
                }
            };
            tokio::join!(end, room, lists);
            return Ok(());
        }
        Err(OpenError::Busy)
    }

    /// Ends some connections of a sign-in that has too many.
    async fn end_some(&self, agent: &AgentId, full: SignIn) -> Result<(), OpenError> {
        let ended = self.store.end_some(agent, full).await?;
        self.live.close_all(ended.iter().map(String::as_str)).await;
        Ok(())
    }

    /// A page of another origin must not connect with a ticket that it got hold of. What is no browser sends no
    /// `Origin`, and has no pages to protect.
    fn check_origin(&self, event: &SocketEvent) -> Result<(), OpenError> {
        match &event.origin {
            Some(origin) if *origin != self.origin => Err(OpenError::Origin),
            _ => Ok(()),
        }
    }
}

/// Whether the ticket's holder may enter now: what the ticket says was true a minute ago.
fn admit(
    ticket: &Ticket,
    session: &Session,
    settings: &Settings,
    found: &ReadResult,
    now: Timestamp,
) -> Result<Connection, OpenError> {
    if settings.service.maintenance {
        return Err(OpenError::Maintenance);
    }
    let (session_id, who) = (session.id.clone(), ticket.holder.who());
    let of = |name, device| Connection {
        session: session_id,
        who,
        name,
        device,
        login: None,
        last: None,
        by_role: false,
        ticket: ticket.issued(),
    };
    match &ticket.holder {
        Holder::Customer(device) | Holder::Participant(_, device) => {
            let guest = ticket.holder.who().participant().cloned();
            let session = session.clone().seated(guest.as_ref()).ok_or(OpenError::NotAllowed)?;
            let bound = session.device.as_ref().is_some_and(|bound| bound.hash == *device);
            if !bound || session.access(now).tier == AccessTier::None {
                return Err(OpenError::NotAllowed);
            }
            Ok(of(session.customer.name.clone(), Some(device.clone())))
        }
        Holder::Agent(id, login) => {
            let signed_in = found.login(id, login)?.filter(|login| login.counts(now));
            let signed_in = signed_in.ok_or(OpenError::NotAllowed)?;
            let known = found.agent(id)?.filter(|agent| agent.is_active() && agent.may_see(session));
            let agent = known.ok_or(OpenError::NotAllowed)?;
            Ok(Connection {
                login: Some(login.clone()),
                last: Some(signed_in.expires_at),
                by_role: agent.may_see_by_role(session),
                ..of(agent.name, None)
            })
        }
    }
}

/// Whether a page of the same guest that was made later is here already: a page that was left before its connection came must
/// not take the place of the one that it was left for.
fn is_late(presence: &Presence, connection: &Connection, own: &str, now: Timestamp) -> bool {
    let Connection { who, ticket, .. } = connection;
    let later = |lease: &Lease| lease.who == *who && lease.counts(now) && lease.ticket > *ticket;
    who.is_guest() && presence.0.iter().any(|(id, lease)| id != own && later(lease))
}

/// The connections that leave the room with another's arrival, at most [`TIDY_MAX`].
#[derive(Debug, Default)]
struct Leaving {
    /// They hear why: every other connection of the same guest (R15: newest wins; R22: a participant's likewise), and of a member
    /// of staff the oldest beyond [`TABS_MAX`].
    superseded: BTreeSet<String>,
    /// Their lease ran out.
    lapsed: BTreeSet<String>,
}

impl Leaving {
    fn of(presence: &Presence, who: &Who, own: &str, now: Timestamp) -> Self {
        let others = || presence.0.iter().filter(|(id, _)| *id != own);
        let mut same: Vec<_> = others().filter(|(_, lease)| lease.who == *who).collect();
        if !who.is_guest() {
            same.retain(|(_, lease)| lease.counts(now));
            same.sort_by_key(|(_, lease)| lease.since);
            same.truncate((same.len() + 1).saturating_sub(TABS_MAX));
        }
        let superseded: BTreeSet<String> = same.into_iter().take(TIDY_MAX).map(|(id, _)| id.clone()).collect();
        let ran_out = others().filter(|(id, lease)| !lease.counts(now) && !superseded.contains(*id));
        let lapsed = ran_out.take(TIDY_MAX - superseded.len()).map(|(id, _)| id.clone()).collect();
        Self { superseded, lapsed }
    }
}
