//! A customer's link and what is read for it in one trip: looked at, or changed.

use jiff::Timestamp;
use parlor_domain::{
    Decision, Gate, Link, LinkToken, Presence, Presented, Rejection, Secret, Session, SessionId, Settings, gate,
    keyring::Purpose,
    session::{Context, text_hash},
    settings::Method as Authentication,
};
use parlor_store::{Changed, Extras, Race, ReadBatch, ReadResult, Step, StoreError, Stored};
use parlor_templates::customer::Brand;

use crate::{
    AppState,
    customer::{Inviter, PageError, Visit, brand},
};

/// A customer at a link that is known: what was read for it.
#[derive(Debug)]
pub struct LoadedLink {
    /// The link. It may be revoked or over; the gates say so.
    pub link: Link,
    /// The session that the link opens.
    pub session: Session,
    /// Who is in the room.
    pub presence: Presence,
    /// The session's effective settings (R19).
    pub settings: Settings,
    team: String,
    now: Timestamp,
}

impl LoadedLink {
    /// What `token` leads to. A token that is none, or leads nowhere, is turned away as unknown, unless the service is
    /// down for everybody.
    fn of(
        found: &ReadResult,
        visit: &Visit,
        token: Option<&LinkToken>,
        stored: impl FnOnce(&SessionId) -> Result<Option<Stored>, StoreError>,
    ) -> Result<Self, PageError> {
        let turned_away = |settings: &Settings| {
            let gate = if settings.service.maintenance { Gate::ServiceDown } else { Gate::Unknown };
            PageError::by(gate, Inviter::nobody(settings))
        };
        let Some(token) = token else { return Err(turned_away(&found.system()?.0)) };
        let (settings, team) = found.settings(&token.session.team())?;
        match (stored(&token.session)?, found.link(&token.session, &token.secret.hash())?) {
            (Some(Stored { session, presence, .. }), Some(link)) => {
                // R22: a participant's link leads to that participant's seat, for as long as they are there.
                match session.seated(link.participant.as_ref()) {
                    Some(session) => Ok(Self { link, session, presence, settings, team, now: visit.now }),
                    None => Err(turned_away(&settings)),
                }
            }
            _ => Err(turned_away(&settings)),
        }
    }

    /// What to read beside what `token` leads to; for one that is none, whether the service is up at all.
    fn link(batch: ReadBatch, token: Option<&LinkToken>) -> ReadBatch {
        match token {
            None => batch.system(),
            Some(token) => batch.link(&token.session, &token.secret.hash()),
        }
    }

    /// Reads what `token` leads to, for looking at. One `BatchGetItem`.
    pub async fn read(app: &AppState, visit: &Visit, token: Option<&LinkToken>) -> Result<Self, PageError> {
        let session = token.map_or_else(ReadBatch::new, |token| ReadBatch::new().document(&token.session));
        let found = app.store.read(Self::link(session, token)).await?;
        Self::of(&found, visit, token, |id| found.room(id))
    }

    /// Reads, decides and commits, again for as long as somebody else is first, and tells the open rooms. What was read
    /// comes back with how it went. Cost: what [`parlor_store::Store::change`] costs.
    pub async fn change(
        app: &AppState,
        visit: &Visit,
        token: Option<&LinkToken>,
        mut decide: impl FnMut(&Self) -> Result<Decision, Rejection> + Send,
    ) -> Result<(Self, Result<Decision, Rejection>), PageError> {
        let step = |found: ReadResult| {
            let mut loaded = Self::of(&found, visit, token, |id| found.session(id))?;
            loaded.session.language = visit.language(&loaded.session);
            Ok::<_, PageError>(match decide(&loaded) {
                Ok(decision) => Step::Commit(decision.clone(), Extras::default(), (loaded, Ok(decision))),
                Err(rejection) => Step::Done((loaded, Err(rejection))),
            })
        };
        let session = token.map_or_else(ReadBatch::new, |token| ReadBatch::new().session(&token.session));
        let batch = Self::link(session, token);
        let Changed { basis: (loaded, result), decision } =
            app.store.change(Race::new(&app.entropy), visit.now, |_| batch.clone(), step).await?;
        if let Some(decision) = decision {
            app.live.announce(&decision, &loaded.presence, &loaded.settings, visit.now).await;
        }
        Ok((loaded, result))
    }

    /// What the browser brought, with the consent that it gave on the opening page and carries from there (R6).
    #[must_use]
    pub fn presented(&self, app: &AppState, visit: &Visit) -> Presented {
        let given = visit
            .presented
            .device
            .as_ref()
            .is_some_and(|device| app.keyring.verify(Purpose::Consent, &self.consented(device), &visit.carried));
        Presented { consent: given, ..visit.presented.clone() }
    }

    /// What carries consent from the opening page to the pages that follow it: a signature over this guest of the session, this
    /// browser, how many devices there were before and the text that was agreed to, so that nobody else's request, no other text, and
    /// nobody who comes after a release can use it. It is in addresses, and opens nothing.
    #[must_use]
    pub fn consent(&self, app: &AppState, device: &Secret) -> String {
        app.keyring.sign(Purpose::Consent, &self.consented(device))
    }

    fn consented(&self, device: &Secret) -> String {
        let guest = self.session.guest_assignee();
        let guest = guest.participant().map_or("", |participant| participant.as_str());
        // Two ways to tell one release from another: only code that knows the number keeps it.
        let released = self.session.released.as_ref().map_or("", |hash| hash.as_str());
        let released = format!("{} {released}", self.session.releases);
        format!("{} {guest} {released} {} {}", self.session.id, device.hash().as_str(), self.consent_text())
    }

    fn consent_text(&self) -> &str {
        self.settings.authentication.consent.text.as_deref().unwrap_or_default()
    }

    /// What stands on the opening page for the text that it asks consent to. It proves nothing.
    #[must_use]
    pub fn consent_shown(&self) -> String {
        text_hash(self.consent_text())
    }

    /// Whether the opening page that a form came from showed the text that is asked for now: somebody may have saved another one since.
    #[must_use]
    pub fn showed_consent(&self, shown: &str) -> bool {
        shown == self.consent_shown()
    }

    /// What a decision takes of a visit to this link: its guest as actor, origin and the time.
    #[must_use]
    pub fn context(&self, visit: &Visit) -> Context {
        visit.context(&self.session)
    }

    /// Where a browser that brings `presented` stands (R6).
    #[must_use]
    pub fn gate(&self, presented: &Presented) -> Gate {
        gate::at_link(&self.session, Some(&self.link), &self.settings, presented, self.now)
    }

    /// How the customer proves who they are before this browser gets in; on another device than the bound one by a code.
    #[must_use]
    pub fn method(&self, presented: &Presented) -> Authentication {
        if self.session.is_bound_to(presented.device.as_ref()) {
            Authentication::None
        } else if self.session.device.is_some() {
            Authentication::Otp
        } else {
            self.session.method(&self.settings)
        }
    }

    /// Whether a one-time code was sent that can still be entered.
    #[must_use]
    pub fn code_waits(&self) -> bool {
        self.session.code.as_ref().is_some_and(|code| self.now < code.expires_at)
    }

    /// Whether this link lives longer than the one that the device came by: going on then extends it (R5).
    #[must_use]
    pub fn extends(&self) -> bool {
        self.session.device.as_ref().is_some_and(|device| device.link_expires_at < self.link.expires_at)
    }

    /// The company as its customers see it.
    #[must_use]
    pub fn brand(&self) -> Brand {
        brand(&self.settings, &self.team)
    }

    /// In whose name pages at this link speak.
    #[must_use]
    pub fn host(&self) -> Inviter {
        Inviter::of(&self.session, &self.settings, &self.team)
    }

    /// Turns the customer away at `gate`.
    #[must_use]
    pub fn turn_away(&self, gate: Gate) -> PageError {
        PageError::by(gate, self.host())
    }
}
