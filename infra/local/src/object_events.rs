//! Tells functions that an object was written, as `EventBridge` does by the rules of the template.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc, watch};

use crate::clock::LocalClock;
use crate::invoke::Functions;
use crate::pattern::matches;
use crate::policy::{ACCOUNT, REGION};
use crate::template::ObjectRule;

/// The pause before an event is tried again; doubled every time. Lambda's is a minute, then two.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Functions that run at once because of objects: each may have a child that draws.
const AT_ONCE: usize = 4;

/// An object that was written.
#[derive(Debug, Clone)]
pub(crate) struct Created {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) size: usize,
}

/// Where the bucket says what was written.
#[derive(Debug, Clone)]
pub(crate) struct Announcer {
    pub(crate) created: mpsc::UnboundedSender<Created>,
    /// How many events are on their way.
    pub(crate) on_their_way: Arc<watch::Sender<usize>>,
}

impl Announcer {
    /// Says that an object was written, before whoever wrote it is answered.
    pub(crate) fn announce(&self, object: Created) {
        self.on_their_way.send_modify(|count| *count += 1);
        // Nobody listens once the stack stops.
        let _: Result<(), _> = self.created.send(object);
    }
}

/// The rules at work.
pub(crate) struct ObjectEvents {
    pub(crate) rules: Vec<ObjectRule>,
    pub(crate) functions: Arc<Functions>,
    pub(crate) clock: LocalClock,
    /// How many events are on their way.
    pub(crate) on_their_way: Arc<watch::Sender<usize>>,
}

impl ObjectEvents {
    /// Hands on what `created` says, until its other end is gone.
    pub(crate) async fn run(self, mut created: mpsc::UnboundedReceiver<Created>) {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        while let Some(object) = created.recv().await {
            let event = self.event(&object);
            for rule in self.rules.iter().filter(|rule| matches(&rule.pattern, &event)) {
                self.on_their_way.send_modify(|count| *count += 1);
                let (rule, event, turns) = (rule.clone(), event.clone(), Arc::clone(&turns));
                let (functions, on_their_way) = (Arc::clone(&self.functions), Arc::clone(&self.on_their_way));
                tokio::spawn(async move {
                    let turn = turns.acquire().await;
                    deliver(&rule, &event, &functions).await;
                    drop(turn);
                    on_their_way.send_modify(|count| *count -= 1);
                });
            }
            // What was counted when it was announced.
            self.on_their_way.send_modify(|count| *count -= 1);
        }
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>
    fn event(&self, object: &Created) -> Value {
        json!({
            "version": "0",
            "id": self.functions.request_id(),
            "detail-type": "Object Created",
            "source": "aws.s3",
            "account": ACCOUNT,
            "time": self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "region": REGION,
            "resources": [format!("arn:aws:s3:::{}", object.bucket)],
            "detail": {
                "version": "0",
                "bucket": { "name": object.bucket },
                "object": { "key": object.key, "size": object.size },
                "requester": ACCOUNT,
                "reason": "PutObject",
            },
        })
    }
}

/// Calls the function until it handled the event or has failed too often.
async fn deliver(rule: &ObjectRule, event: &Value, functions: &Functions) {
    let mut pause = FIRST_PAUSE;
    for attempt in 0.. {
        let Err(error) = functions.invoke(&rule.function, event).await else { return };
        tracing::error!(%error, "object event");
        if attempt >= rule.retries {
            tracing::error!(function = rule.function, "given up; on AWS this would be a dead letter");
            return;
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
}
