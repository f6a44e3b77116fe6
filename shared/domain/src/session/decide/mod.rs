//! The rules: what a command does to a session, or why it does not. One file for each concern, one function for each
//! command.

pub(super) mod chat;
mod delivery;
mod device;
mod draft;
mod end;
mod enter;
mod entered;
mod erase;
mod finished;
mod guard;
mod invite;
mod participants;
mod parts;
mod reengage;
mod remind;
mod renew;
mod review;
mod start;
mod sweep;
pub(super) mod transfer;
mod work;

use super::{
    command::{Command, Context, Decision, Outcome, Rejection},
    model::Session,
};
use crate::{Actor, ParticipantId, Settings};
use draft::Draft;

#[cfg(test)]
pub(super) use guard::REQUESTS_A_DAY;

impl Session {
    /// Decides one command. Pure: the same session, settings, command and context give the same answer.
    pub fn decide(&self, command: Command<'_>, settings: &Settings, context: &Context) -> Result<Decision, Rejection> {
        if self.erased.is_some()
            && let Some(answer) = erase::answer_of_an_erased(&command)
        {
            return answer.map(|()| self.unchanged());
        }
        // R22: guests act from their own seats, and staff about whom they say.
        match (command, &context.actor) {
            (Command::For(guest, command), actor) if !actor.is_guest() => {
                self.decide_about(Some(&guest), *command, settings, context)
            }
            (command, Actor::Participant { id, .. }) => self.decide_about(Some(id), command, settings, context),
            (command, _) => self.decide_about(None, command, settings, context),
        }
    }

    fn decide_about(
        &self,
        guest: Option<&ParticipantId>,
        command: Command<'_>,
        settings: &Settings,
        context: &Context,
    ) -> Result<Decision, Rejection> {
        let mut whole = self.clone();
        whole.unseat();
        let mut draft = Draft::new(whole, settings, context);
        draft.sit(guest)?;
        let outcome = match command {
            Command::For(..) => return Err(Rejection::NoParticipant),
            Command::AddParticipant(new, issued) => participants::add(&mut draft, new, &issued)?,
            Command::RemoveParticipant(id) => participants::remove(&mut draft, &id)?,
            Command::SetOrder(who, order) => participants::set_order(&mut draft, &who, order)?,
            Command::InviteEverybody { customer, channel, participants } => {
                let outcome = invite::invite(&mut draft, &customer, channel)?;
                participants::invite_all(&mut draft, &participants)?;
                outcome
            }
            Command::Invite(issued, channel) => invite::invite(&mut draft, &issued, channel)?,
            Command::GenerateLink(issued) => invite::generate_link(&mut draft, &issued)?,
            Command::RequestLink(issued) => invite::request_link(&mut draft, issued)?,
            Command::Continue { link, presented, device } => {
                enter::press_continue(&mut draft, link, presented, device)?
            }
            Command::Enter { link, presented, device, typed, keyring } => {
                enter::enter_digits(&mut draft, link, presented, device, typed, keyring)?
            }
            Command::SendCode { link, presented, code } => enter::send_code(&mut draft, link, presented, code)?,
            Command::End => end::end(&mut draft),
            Command::Renew(issued) => renew::renew(&mut draft, issued)?,
            Command::ReleaseDevice => device::release(&mut draft)?,
            Command::ReleaseAndReplaceLinks(issued) => device::release_and_replace_links(&mut draft, &issued)?,
            Command::RevokeLink(link) => device::revoke_link(&mut draft, link),
            Command::Reengage(correction, issued) => reengage::reengage(&mut draft, correction, &issued)?,
            Command::ResetPin => device::reset_pin(&mut draft)?,
            Command::KeepOpen => end::keep_open(&mut draft)?,
            Command::Post { id, text, attachment: None } => return self.post(&id, &text, context),
            Command::Post { id, text, attachment: Some(file) } => {
                return self.post_with_file(&id, &text, file, settings, context);
            }
            Command::Work(command) => return self.work(command, settings, context),
            Command::TakeOver(asked) => transfer::take_over(&mut draft, asked)?,
            Command::ApproveTransfer => transfer::approve(&mut draft)?,
            Command::DeclineTransfer => transfer::decline(&mut draft)?,
            Command::OwnerLeft { owner_until } => transfer::settle(&mut draft, owner_until),
            Command::GiveUpTransfer => transfer::give_up(&mut draft),
            Command::Sweep { owner_until } => sweep::sweep(&mut draft, owner_until),
            Command::Remind { issued, here } => remind::remind(&mut draft, &issued, &here)?,
            Command::NoteNews { interaction, here } => remind::note_news(&mut draft, interaction.as_ref(), &here),
            Command::Notify { issued, here } => remind::notify(&mut draft, &issued, &here)?,
            Command::Erase(by) => erase::erase(&mut draft, by)?,
            Command::FinishErasing => erase::finish(&mut draft),
            Command::DeliveryFailed { channel, reason } => delivery::failed(&mut draft, channel, reason),
            Command::DeliverySuppressed { channel } => delivery::suppressed(&mut draft, channel),
        };
        Ok(if outcome == Outcome::Unchanged { self.unchanged() } else { draft.finish(outcome) })
    }

    /// The decision that changes nothing.
    #[must_use]
    pub fn unchanged(&self) -> Decision {
        let mut session = self.clone();
        session.unseat();
        Decision {
            session,
            events: vec![],
            outbox: vec![],
            links: vec![],
            armed: vec![],
            disarmed: vec![],
            search: None,
            interactions: vec![],
            names_contact: false,
            locks: None,
            unlocks: None,
            outcome: Outcome::Unchanged,
        }
    }
}
