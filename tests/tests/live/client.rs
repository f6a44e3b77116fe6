//! A room of the tests.

use jiff::SignedDuration;
use parlor_domain::{
    Actor, Command, Decision, LinkToken, LoginId, Origin, Secret, SecretHash, Session, SessionId, Settings,
    gate::Presented, session::Context,
};
use parlor_live::{Holder, Ticket};
use parlor_store::{Extras, ReadBatch};
use parlor_tests::Installation;
pub(crate) use parlor_tests::Line;

/// A session whose customer has joined, with what its two sides connect with.
pub(crate) struct Room<'a> {
    pub(crate) installation: &'a Installation,
    pub(crate) session: SessionId,
    pub(crate) device: SecretHash,
    /// The agent's sign-in.
    pub(crate) login: LoginId,
}

impl<'a> Room<'a> {
    /// A new session. The customer's way through the gates is not what is tested here: the device is bound by the same
    /// commands, without their pages.
    pub(crate) async fn joined(installation: &'a Installation) -> Self {
        let session = installation.session(None).await;
        let login = installation.sign_in(&installation.agent).await.login;
        let device = Secret::generate(&installation.runtime.entropy).hash();
        let mut room = Self { installation, session, device, login };
        let (_, issued) = LinkToken::issue(&room.session, &installation.keyring, &installation.runtime.entropy);
        let (before, settings) = room.read().await;
        let invited = before.decide(Command::GenerateLink(issued), &settings, &room.context(room.nina())).unwrap();
        installation.store.commit(&invited, &Extras::default()).await.unwrap();

        let device = Secret::generate(&installation.runtime.entropy);
        let presented = Presented { posted: true, probe: true, ..Presented::default() };
        let command = Command::Continue { link: &invited.links[0], presented: &presented, device: &device };
        let joined = invited.session.decide(command, &settings, &room.context(Actor::Customer)).unwrap();
        installation.store.commit(&joined, &Extras::default()).await.unwrap();
        room.device = device.hash();
        room
    }

    async fn read(&self) -> (Session, Settings) {
        let found = self.installation.store.read(ReadBatch::new().session(&self.session)).await.unwrap();
        let (settings, _) = found.settings(&self.session.team()).unwrap();
        (found.session(&self.session).unwrap().unwrap().session, settings)
    }

    pub(crate) fn nina(&self) -> Actor {
        Actor::Agent { id: self.installation.agent.id.clone(), name: self.installation.agent.name.clone() }
    }

    fn context(&self, actor: Actor) -> Context {
        Context { actor, origin: Origin::default(), now: self.installation.runtime.clock.now() }
    }

    /// Commits what the agent wants without telling anybody, as if every hint of it were lost. The number of its event.
    pub(crate) async fn act(&self, command: Command<'_>) -> u64 {
        self.decide(self.nina(), command).await.session.seq
    }

    /// Commits what somebody wants without telling anybody.
    pub(crate) async fn decide(&self, actor: Actor, command: Command<'_>) -> Decision {
        let (session, settings) = self.read().await;
        let decision = session.decide(command, &settings, &self.context(actor)).unwrap();
        self.installation.store.commit(&decision, &Extras::default()).await.unwrap();
        decision
    }

    pub(crate) fn customer_holder(&self) -> Holder {
        Holder::Customer(self.device.clone())
    }

    pub(crate) fn agent_holder(&self) -> Holder {
        Holder::Agent(self.installation.agent.id.clone(), self.login.clone())
    }

    pub(crate) fn ticket(&self, holder: &Holder) -> String {
        self.ticket_of(holder, SignedDuration::ZERO)
    }

    /// A ticket that was issued `ago`.
    pub(crate) fn ticket_of(&self, holder: &Holder, ago: SignedDuration) -> String {
        let runtime = &self.installation.runtime;
        Ticket::issue(&self.installation.keyring, &runtime.entropy, &self.session, holder, runtime.clock.now() - ago)
    }

    pub(crate) async fn connect(&self, holder: &Holder) -> Result<Line, u16> {
        let line = Line::open(self.installation, &self.ticket(holder), Some(self.installation.stack.url())).await?;
        Ok(line.about(&self.session))
    }

    pub(crate) async fn customer(&self) -> Line {
        self.connect(&self.customer_holder()).await.unwrap()
    }

    pub(crate) async fn agent(&self) -> Line {
        self.connect(&self.agent_holder()).await.unwrap()
    }
}
