//! `$disconnect`: notes that a live connection is gone.
//!
//! Best effort, as API Gateway's own call is: a lease that nobody takes out runs out by itself. One read (`GetItem`) and
//! one write (`DeleteItem` and `UpdateItem` side by side).

use aws_lambda_events::apigw::ApiGatewayProxyResponse;
use parlor_live::Live;
use parlor_runtime::{Clock, EventFunction, Runtime, SocketEvent};
use parlor_store::{Store, StoreError};

/// The function.
#[derive(Debug)]
pub struct LiveDisconnect {
    store: Store,
    live: Live,
    clock: Clock,
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
        let Some(connection) = self.store.connection(id).await? else { return Ok(()) };
        if let Some((session, presence)) = self.store.disconnect(&connection, id).await? {
            self.live.announce_presence(&session, &presence, Some(id), self.clock.now()).await;
        }
        Ok(())
    }
}
