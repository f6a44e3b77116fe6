//! `$disconnect`: notes that a live connection is gone.
//!
//! Best effort, as API Gateway's own call is: a lease that nobody takes out runs out by itself. One read (`GetItem`) and
//! one write (`DeleteItem` and `UpdateItem` side by side). Lists are told of a customer who went: one `BatchGetItem` more,
//! beside what the room is told. Where a transfer waits for the owner's answer, their going is decided about: a read and a write
//! more (R9).

use aws_lambda_events::apigw::ApiGatewayProxyResponse;
use jiff::SignedDuration;
use parlor_domain::Who;
use parlor_lists::Hint;
use parlor_live::Live;
use parlor_runtime::{Clock, Entropy, EventFunction, Runtime, SocketEvent};
use parlor_store::{Connected, Connection, Departure, Store, StoreError};
use parlor_sweep::owner_left;

/// How long after its time the sweep has noted that a transfer lapsed: some runs of it.
const NOTED_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// The function.
#[derive(Debug)]
pub struct LiveDisconnect {
    store: Store,
    live: Live,
    clock: Clock,
    entropy: Entropy,
}

impl EventFunction for LiveDisconnect {
    const NAME: &'static str = "live-disconnect";
    type Event = SocketEvent;
    type Output = ApiGatewayProxyResponse;

    fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        Self {
            store: Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table),
            live: Live::new(runtime.live()),
            clock: runtime.clock.clone(),
            entropy: runtime.entropy.clone(),
        }
    }

    async fn handle(&self, event: Self::Event) -> Result<Self::Output, lambda_runtime::Error> {
        if let Some(id) = event.connection_id.as_deref() {
            self.leave(id).await?;
        }
        let mut answer = ApiGatewayProxyResponse::default();
        answer.status_code = 200;
        Ok(answer)
    }
}

impl LiveDisconnect {
    async fn leave(&self, id: &str) -> Result<(), StoreError> {
        // A connection that was superseded is forgotten already, and the room was told.
        match self.store.connection(id).await? {
            None => Ok(()),
            Some(Connected::Lists(listener)) => self.store.stop_listening(id, &listener).await,
            Some(Connected::Room(connection)) => self.leave_room(id, &connection).await,
        }
    }

    async fn leave_room(&self, id: &str, connection: &Connection) -> Result<(), StoreError> {
        let Some(departure) = self.store.disconnect(connection, id).await? else { return Ok(()) };
        let Departure { session, presence, asked_until } = departure;
        let now = self.clock.now();
        let room = self.live.announce_presence(&session, &presence, Some(id), now);
        let lists = async {
            if connection.who == Who::Customer {
                parlor_lists::tell(&self.store, &self.live, &[Hint::presence(&session, &presence, now)], now).await;
            }
        };
        tokio::join!(room, lists);
        // R9: the owner is asked for the session, or was, and nobody noted yet that the time is over.
        let asked = asked_until.is_some_and(|until| now < until + NOTED_WITHIN);
        if asked && !connection.who.is_guest() {
            owner_left(&self.store, &self.live, &self.entropy, &session.id, || self.clock.now()).await?;
        }
        Ok(())
    }
}
