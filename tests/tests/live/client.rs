//! A room of the tests.

use parlor_domain::{
    Actor, Command, LinkToken, Origin, Secret, SecretHash, Session, SessionId, Settings, gate::Presented,
    session::Context,
};
use parlor_live::{Holder, Ticket};
use parlor_store::{Extras, ReadBatch};
use parlor_tests::House;
pub(crate) use parlor_tests::Line;

/// A session whose customer has joined, with what its two sides connect with.
pub(crate) struct Room<'a> {
    pub(crate) house: &'a House,
    pub(crate) session: SessionId,
    pub(crate) device: SecretHash,
}

impl<'a> Room<'a> {
    /// A new session. The customer's way through the gates is not what is tested here: the device is bound by the same
    /// commands, without their pages.
    pub(crate) async fn joined(house: &'a House) -> Self {
        let session = house.session(None).await;
        let mut room = Self { house, session, device: Secret::generate(&house.runtime.entropy).hash() };
        let (_, issued) = LinkToken::issue(&room.session, &house.keyring, &house.runtime.entropy);
        let (before, settings) = room.read().await;
        let invited = before.decide(Command::GenerateLink(issued), &settings, &room.context(room.nina())).unwrap();
        house.store.commit(&invited, &Extras::default()).await.unwrap();

        let device = Secret::generate(&house.runtime.entropy);
        let presented = Presented { posted: true, probe: true, ..Presented::default() };
        let command = Command::Continue { link: &invited.links[0], presented: &presented, device: &device };
        let joined = invited.session.decide(command, &settings, &room.context(Actor::Customer)).unwrap();
        house.store.commit(&joined, &Extras::default()).await.unwrap();
        room.device = device.hash();
        room
    }

    async fn read(&self) -> (Session, Settings) {
        let found = self.house.store.read(ReadBatch::new().session(&self.session)).await.unwrap();
        let (settings, _) = found.settings(&self.session.team()).unwrap();
        (found.session(&self.session).unwrap().unwrap().session, settings)
    }

    fn nina(&self) -> Actor {
        Actor::Agent { id: self.house.agent.id.clone(), name: self.house.agent.name.clone() }
    }

    fn context(&self, actor: Actor) -> Context {
        Context { actor, origin: Origin::default(), now: self.house.runtime.clock.now() }
    }

    /// Commits what the agent wants without telling anybody, as if every hint of it were lost. The number of its event.
    pub(crate) async fn act(&self, command: Command<'_>) -> u64 {
        let (session, settings) = self.read().await;
        let decision = session.decide(command, &settings, &self.context(self.nina())).unwrap();
        self.house.store.commit(&decision, &Extras::default()).await.unwrap();
        decision.session.seq
    }

    pub(crate) fn customer_holder(&self) -> Holder {
        Holder::Customer(self.device.clone())
    }

    pub(crate) fn agent_holder(&self) -> Holder {
        Holder::Agent(self.house.agent.id.clone())
    }

    pub(crate) fn ticket(&self, holder: &Holder) -> String {
        let runtime = &self.house.runtime;
        Ticket::issue(&self.house.keyring, &runtime.entropy, &self.session, holder, runtime.clock.now())
    }

    pub(crate) async fn connect(&self, holder: &Holder) -> Result<Line, u16> {
        let line = Line::open(self.house, &self.ticket(holder), Some(self.house.stack.url())).await?;
        Ok(line.about(&self.session))
    }

    pub(crate) async fn customer(&self) -> Line {
        self.connect(&self.customer_holder()).await.unwrap()
    }

    pub(crate) async fn agent(&self) -> Line {
        self.connect(&self.agent_holder()).await.unwrap()
    }
}
