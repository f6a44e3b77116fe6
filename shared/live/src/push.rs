//! The fan-out: frames to everybody in a room, through API Gateway.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_apigatewaymanagement::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{delete_connection::DeleteConnectionError, post_to_connection::PostToConnectionError},
    primitives::Blob,
};
use futures_util::future::{join, join_all};
use jiff::Timestamp;
use parlor_domain::{AccessTier, Decision, EventKind, Presence, Session, Settings, Who};

use crate::protocol::{Audience, Frame, FrameError, frames_for, presence_frame};

/// Live connections, reached through API Gateway. Cheap to clone; build it once.
///
/// Nothing here fails: what cannot be delivered is logged, and the client catches up by number.
#[derive(Debug, Clone)]
pub struct Live {
    client: Client,
}

impl Live {
    /// Of a client for the management endpoint.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Sends `frames` to one connection, one after the other so that they arrive in order. One request a frame. Says
    /// whether all of them went.
    pub async fn post(&self, connection: &str, frames: &[Frame]) -> bool {
        let texts: Vec<String> = frames.iter().map(to_text).collect();
        self.post_texts(connection, &texts).await == Posted::All
    }

    async fn post_texts(&self, connection: &str, texts: &[String]) -> Posted {
        for text in texts {
            let post = self.client.post_to_connection().connection_id(connection).data(Blob::new(text.as_bytes()));
            match post.send().await {
                Ok(_) => {}
                // `$disconnect` or the lease's end tidies up after it.
                Err(SdkError::ServiceError(error))
                    if matches!(error.err(), PostToConnectionError::GoneException(_)) =>
                {
                    return Posted::Gone;
                }
                Err(error) => {
                    tracing::warn!(reason = reason(&error), "a frame was not delivered");
                    return Posted::Failed;
                }
            }
        }
        Posted::All
    }

    /// Tells those who follow lists, side by side, each in the order of its frames. One request a frame. Answers with the
    /// connections that are gone.
    pub async fn tell(&self, told: BTreeMap<&str, Vec<&Frame>>) -> BTreeSet<String> {
        let posts = told.into_iter().map(|(connection, frames)| async move {
            let texts: Vec<String> = frames.into_iter().map(to_text).collect();
            let posted = self.post_texts(connection, &texts).await;
            (posted == Posted::Gone).then(|| connection.to_owned())
        });
        join_all(posts).await.into_iter().flatten().collect()
    }

    /// Sends everybody in the room but `except` what `frames` has for them, side by side. One request for each frame
    /// and connection; `frames` is asked once an audience. A connection that does not belong to `session` as it stands now
    /// hears nothing, whatever its lease says (R6, R20).
    pub async fn push(
        &self,
        session: &Session,
        presence: &Presence,
        now: Timestamp,
        except: Option<&str>,
        frames: impl Fn(Audience) -> Vec<Frame>,
    ) {
        let mut texts: HashMap<bool, Vec<String>> = HashMap::new();
        let receivers: Vec<(&str, bool)> = presence
            .alive(now)
            .filter(|(id, lease)| Some(*id) != except && lease.belongs_to(session))
            .map(|(id, lease)| (id, lease.who == Who::Customer))
            .collect();
        for (_, customer) in &receivers {
            texts.entry(*customer).or_insert_with(|| {
                let audience = if *customer { Audience::Customer } else { Audience::Staff };
                frames(audience).iter().map(to_text).collect()
            });
        }
        join_all(receivers.iter().map(|(id, customer)| self.post_texts(id, &texts[customer]))).await;
    }

    /// Ends a connection. One request. `$disconnect` runs for it, as for every other end.
    pub async fn close(&self, connection: &str) {
        match self.client.delete_connection().connection_id(connection).send().await {
            Ok(_) => {}
            Err(SdkError::ServiceError(error)) if matches!(error.err(), DeleteConnectionError::GoneException(_)) => {}
            Err(error) => tracing::warn!(reason = reason(&error), "a connection was not closed"),
        }
    }

    /// Ends connections, side by side. One request each.
    pub async fn close_all<'a>(&self, connections: impl IntoIterator<Item = &'a str>) {
        join_all(connections.into_iter().map(|id| self.close(id))).await;
    }

    /// Says `last` to a connection and ends it. Two requests.
    pub async fn dismiss(&self, connection: &str, last: Frame) {
        self.post(connection, &[last]).await;
        self.close(connection).await;
    }

    /// Newest wins (R15): tells `connections` that they are superseded and ends them, side by side. Two requests each.
    pub async fn supersede(&self, connections: &[String]) {
        join_all(connections.iter().map(|id| self.dismiss(id, Frame::Superseded))).await;
    }

    /// Tells the room who is in it (R14). One request a connection.
    pub async fn announce_presence(
        &self,
        session: &Session,
        presence: &Presence,
        except: Option<&str>,
        now: Timestamp,
    ) {
        self.push(session, presence, now, except, |audience| vec![presence_frame(session, presence, audience, now)])
            .await;
    }

    /// Tells the room what was decided: every operation calls this right after its commit, with the presence that came
    /// with its read. One request for each event and connection.
    ///
    /// Customers who are here at the end are told where to go (R18). With an end, a renewal and a device that is released
    /// or bound, every connection of the customer is closed, whatever its lease says: two requests more each. The commit
    /// has taken them out of the room. Who may still come comes back.
    pub async fn announce(&self, decision: &Decision, presence: &Presence, settings: &Settings, now: Timestamp) {
        if decision.events.is_empty() && decision.interactions.is_empty() {
            return;
        }
        join(self.tell_room(decision, presence, settings, now), self.part(decision, presence, now)).await;
    }

    /// R9: whoever owned the session until now hears whose it is, and where their role does not show it to them any more, that
    /// is the last that they hear. Two requests for each of their connections.
    async fn part(&self, decision: &Decision, presence: &Presence, now: Timestamp) {
        let session = &decision.session;
        let former = decision.events.iter().find_map(|event| match &event.kind {
            EventKind::Transferred { from, .. } => Some(from),
            _ => None,
        });
        let Some(former) = former else { return };
        let theirs = presence
            .alive(now)
            .filter(|(_, lease)| matches!(&lease.who, Who::Agent(id) if id == former) && !lease.belongs_to(session));
        join_all(theirs.map(|(id, _)| self.dismiss(id, Frame::transfer(session, true, now)))).await;
    }

    async fn tell_room(&self, decision: &Decision, presence: &Presence, settings: &Settings, now: Timestamp) {
        let Some(last_words) = LastWords::of(decision, now) else {
            let told = |audience| announcement(audience, decision, presence, settings, None, now);
            self.push(&decision.session, presence, now, None, told).await;
            return;
        };
        let staff = presence.without_customers();
        let told = |audience| announcement(audience, decision, &staff, settings, Some(last_words), now);
        let texts = |frames: &[Frame]| -> Vec<String> { frames.iter().map(to_text).collect() };
        let (farewell, device) = (texts(&told(Audience::Customer)), texts(&[FrameError::Device.frame(None)]));
        let customers = presence.customers().map(|(id, lease)| {
            let farewell = if lease.belongs_to(&decision.session) { &farewell } else { &device };
            async move {
                self.post_texts(id, farewell).await;
                self.close(id).await;
            }
        });
        join(self.push(&decision.session, &staff, now, None, told), join_all(customers)).await;
    }

    /// Tells the room of a chat message that somebody in it wrote. One request a connection.
    ///
    /// It needs no settings: only a program's message bears the company's name.
    pub async fn announce_message(&self, decision: &Decision, presence: &Presence, now: Timestamp) {
        let session = &decision.session;
        self.push(session, presence, now, None, |audience| {
            decision.events.iter().filter_map(|event| Frame::message(event, session, None, audience)).collect()
        })
        .await;
    }
}

/// What became of frames to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Posted {
    All,
    /// The connection is over.
    Gone,
    Failed,
}

/// Why the customer's connection ends with a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LastWords {
    /// Whoever is connected is on a device that is no longer the session's: it was released, or replaced. The device
    /// that took its place cannot be connected yet.
    Device,
    /// Nothing is left to the customer: tier `none`.
    Expired,
    /// The session ended or goes on, and the customer may come back.
    Turned,
}

impl LastWords {
    fn of(decision: &Decision, now: Timestamp) -> Option<Self> {
        let another_device = |kind: &EventKind| matches!(kind, EventKind::DeviceReleased | EventKind::DeviceBound);
        if decision.events.iter().any(|event| another_device(&event.kind)) {
            Some(Self::Device)
        } else if decision.session.access(now).tier == AccessTier::None {
            Some(Self::Expired)
        } else if decision.ends_customer_connections() {
            Some(Self::Turned)
        } else {
            None
        }
    }
}

fn announcement(
    audience: Audience,
    decision: &Decision,
    presence: &Presence,
    settings: &Settings,
    last_words: Option<LastWords>,
    now: Timestamp,
) -> Vec<Frame> {
    if audience == Audience::Customer && last_words == Some(LastWords::Device) {
        return vec![FrameError::Device.frame(None)];
    }
    let mut frames = frames_for(audience, &decision.events, &decision.session, presence, settings, now);
    if audience == Audience::Customer {
        for (event, frame) in decision.events.iter().zip(&mut frames) {
            if let (EventKind::Ended { .. }, Frame::Session(frame)) = (&event.kind, frame) {
                frame.redirect.clone_from(&settings.end.customer_redirect);
            }
        }
    }
    let transfers = |kind: &EventKind| {
        matches!(
            kind,
            EventKind::TransferRequested { .. }
                | EventKind::Transferred { .. }
                | EventKind::TransferDeclined { .. }
                | EventKind::TransferLapsed { .. }
        )
    };
    if audience == Audience::Staff && decision.events.iter().any(|event| transfers(&event.kind)) {
        frames.push(Frame::transfer(&decision.session, false, now));
    }
    // With tier `none` (R2) customers are told nothing.
    if audience == Audience::Staff || decision.session.access(now).tier != AccessTier::None {
        let interactions = decision.interactions.iter().map(|write| &write.interaction);
        frames.extend(interactions.filter_map(|interaction| Frame::interaction(interaction, audience)));
    }
    // Who is here is about the owner (R17), who is another one now.
    if decision.events.iter().any(|event| matches!(event.kind, EventKind::Transferred { .. })) {
        frames.push(presence_frame(&decision.session, presence, audience, now));
    }
    frames
}

fn to_text(frame: &Frame) -> String {
    // Frames are strings, numbers and times: there is nothing in them that JSON could not hold.
    serde_json::to_string(frame).unwrap_or_default()
}

/// What the log says of a failed post: the service's code or the kind of failure, never a frame.
fn reason<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::ServiceError(service) => service.err().code().unwrap_or("unknown").to_owned(),
        SdkError::TimeoutError(_) => "timed out".to_owned(),
        SdkError::DispatchFailure(_) => "not reached".to_owned(),
        _ => "no proper answer".to_owned(),
    }
}

#[cfg(test)]
mod tests;
