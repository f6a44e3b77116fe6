//! Sends what was committed to the outbox, right after it was (R23): the first attempt of every entry. Called by the
//! table's stream with the entries that are new, and with events that came while a guest was away, which may be news for them
//! ([`news`]).
//!
//! Whatever goes wrong here is not lost: a retry is armed with each entry from the start, and `retry-deliveries` goes on
//! with it. Reporting a record back to the stream only makes it come sooner, so that is done where nothing was sent yet.

mod news;

use futures_util::future::join_all;
use parlor_delivery::{Addresses, Delivered, Delivery, DeliveryError};
use parlor_live::Live;
use parlor_runtime::{Clock, EventFunction, Runtime};
use parlor_store::{
    Store, StoreError,
    stream::{Batch, Record, Unhandled},
};

use news::Image;

/// The function.
#[derive(Debug)]
pub struct Deliver {
    store: Store,
    delivery: Delivery,
    live: Live,
    clock: Clock,
}

/// Why a record was not handled.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The entry could not be read, or what became of it could not be written.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
}

impl DeliverError {
    /// Whether the stream may bring another result if it sends the record again.
    fn is_worth_repeating(&self) -> bool {
        match self {
            Self::Delivery(DeliveryError::Store(StoreError::Unavailable { .. }) | DeliveryError::Busy(_)) => true,
            Self::Delivery(DeliveryError::Store(StoreError::Condition(_) | StoreError::Item { .. })) => false,
        }
    }
}

impl Deliver {
    /// Sends the entries of one batch side by side: each attempt is bounded, and so is the batch. For each what
    /// [`Delivery::first`] costs, and one post to each connection in the room when it was settled. For what may be news what
    /// [`news::note`] costs.
    pub async fn deliver(&self, batch: &Batch<Image>) -> Unhandled {
        let outcomes = batch.records.iter().map(|record| async move {
            let error = Box::pin(self.one(record)).await.err()?;
            let repeat = error.is_worth_repeating();
            tracing::warn!(sequence_number = record.sequence_number(), repeat, %error, "not handled");
            repeat.then_some(record)
        });
        let told = batch.records.iter().filter_map(news::of);
        let noted = news::note(&self.store, &self.live, told, self.clock.now());
        let (outcomes, untold) = tokio::join!(join_all(outcomes), noted);
        let untold = batch.records.iter().filter(|record| news::of(record).is_some_and(|(id, _)| untold.contains(&id)));
        Unhandled::of(outcomes.into_iter().flatten().chain(untold))
    }

    async fn one(&self, record: &Record<Image>) -> Result<(), DeliverError> {
        let Some((owner, id)) = record.outbox_entry() else { return Ok(()) };
        if let Delivered::Settled(settled) = Box::pin(self.delivery.first(&owner, id, self.clock.now())).await? {
            let now = self.clock.now();
            self.live.announce(&settled.decision, &settled.presence, &settled.settings, now).await;
        }
        Ok(())
    }
}

impl EventFunction for Deliver {
    const NAME: &'static str = "deliver";
    /// Images of entries are not read: they may be older than the items.
    type Event = Batch<Image>;
    type Output = Unhandled;

    fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        let store = Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table);
        let addresses = Addresses {
            public_url: config.public_url.clone(),
            mail_from: config.mail_from.clone(),
            mail_events: config.mail_events.clone(),
            sms_sender: config.sms_sender.clone(),
        };
        Self {
            store: store.clone(),
            delivery: Delivery::new(
                store,
                runtime.aws.ses(),
                runtime.aws.sns(),
                runtime.keyring(),
                runtime.entropy.clone(),
                addresses,
            ),
            live: Live::new(runtime.live()),
            clock: runtime.clock.clone(),
        }
    }

    async fn handle(&self, batch: Self::Event) -> Result<Unhandled, lambda_runtime::Error> {
        Ok(self.deliver(&batch).await)
    }
}
