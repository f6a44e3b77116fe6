//! The fan-out: frames to everybody in a room, through API Gateway.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use aws_sdk_apigatewaymanagement::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{delete_connection::DeleteConnectionError, post_to_connection::PostToConnectionError},
    primitives::Blob,
};
use futures_util::future::{join, join_all};
use jiff::Timestamp;
use parlor_domain::{
    AccessTier, Decision, EventKind, Interaction, InteractionState, Lease, Presence, Session, Settings, Who,
};

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
        let (guests, staff) = (OnceCell::new(), OnceCell::new());
        let receivers: Vec<(&str, Vec<String>)> = presence
            .alive(now)
            .filter(|(id, lease)| Some(*id) != except && lease.belongs_to(session))
            .map(|(id, lease)| {
                let audience = Audience::from(&lease.who);
                let told: &OnceCell<Vec<Frame>> = if audience == Audience::Staff { &staff } else { &guests };
                let told = told.get_or_init(|| frames(audience)).iter();
                let told = told.filter(|frame| frame.heard_by(&lease.who)).map(|frame| frame.told_to(&lease.who));
                (id, told.map(|frame| to_text(&frame)).collect())
            })
            .collect();
        join_all(receivers.iter().map(|(id, texts)| self.post_texts(id, texts))).await;
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
            let told = |audience| announcement(audience, decision, presence, settings, now);
            self.push(&decision.session, presence, now, None, told).await;
            return;
        };
        // R22: what ends one guest's connections leaves the others'.
        let ends =
            |who: &Who| who.is_guest() && (last_words == LastWords::Expired || decision.ends_connections_of(who));
        let rest = presence.without(ends);
        let told = |audience| announcement(audience, decision, &rest, settings, now);
        let farewell = told(Audience::Customer);
        let gone = presence.guests().filter(|(_, lease)| ends(&lease.who)).map(|(id, lease)| {
            let told = last_frames(lease, decision, &farewell, last_words);
            let texts: Vec<String> = told.iter().map(to_text).collect();
            async move {
                self.post_texts(id, &texts).await;
                self.close(id).await;
            }
        });
        join(self.push(&decision.session, &rest, now, None, told), join_all(gone)).await;
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
        let another_device = |kind: &EventKind| {
            matches!(kind, EventKind::DeviceReleased | EventKind::DeviceBound | EventKind::ParticipantRemoved { .. })
        };
        if decision.events.iter().any(|event| another_device(&event.kind)) {
            Some(Self::Device)
        } else if decision.session.access(now).tier == AccessTier::None {
            Some(Self::Expired)
        } else if decision.ends_guests_connections() {
            Some(Self::Turned)
        } else {
            None
        }
    }
}

/// What a guest's connection hears before it ends: why, and where the device is theirs no longer, only that.
fn last_frames(lease: &Lease, decision: &Decision, farewell: &[Frame], last_words: LastWords) -> Vec<Frame> {
    if last_words == LastWords::Device || !lease.belongs_to(&decision.session) {
        return vec![FrameError::Device.frame(None)];
    }
    let told = farewell.iter().filter(|frame| frame.heard_by(&lease.who));
    told.map(|frame| frame.told_to(&lease.who).into_owned()).collect()
}

fn announcement(
    audience: Audience,
    decision: &Decision,
    presence: &Presence,
    settings: &Settings,
    now: Timestamp,
) -> Vec<Frame> {
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
        frames.extend(decision.events.iter().filter_map(Frame::turn));
        let interactions = decision.interactions.iter().map(|write| &write.interaction);
        let moved = decision.events.iter().find_map(|event| match &event.kind {
            EventKind::InteractionAssigned { from, .. } => Some(from),
            _ => None,
        });
        for interaction in interactions {
            frames.extend(Frame::interaction(interaction, audience));
            // R22: whoever was to do it does not see it any more.
            if let (Some(from), Audience::Customer) = (moved, audience) {
                let gone =
                    Interaction { assignee: from.clone(), state: InteractionState::Withdrawn, ..interaction.clone() };
                frames.extend(Frame::interaction(&gone, audience));
            }
        }
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
