//! The ticket that opens a live connection: signed, single-use, good for a minute.
//!
//! It travels in the address, because a browser can send neither headers nor a body when it opens a WebSocket. So it is
//! worth little to whoever reads it in a log: it is over in 60 s, opens once, and only from the product's own origin.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use parlor_domain::{AgentId, Keyring, LoginId, ParticipantId, Random, SecretHash, SessionId, Who, keyring::Purpose};
use serde::{Deserialize, Serialize};

/// How long a ticket is good for.
pub const TICKET_LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// Whom a ticket lets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Holder {
    /// The customer, on the device whose secret has this hash: a device that was released, or replaced by another, does
    /// not get in any more (R6).
    Customer(SecretHash),
    /// A participant, in the same way (R22).
    Participant(ParticipantId, SecretHash),
    /// A member of staff, by a sign-in: who signed out does not get in any more (R27). Their name and whether they may see
    /// the session are read when they connect.
    Agent(AgentId, LoginId),
}

impl Holder {
    /// Whose connection it will be.
    #[must_use]
    pub fn who(&self) -> Who {
        match self {
            Self::Customer(_) => Who::Customer,
            Self::Participant(id, _) => Who::Participant(id.clone()),
            Self::Agent(id, _) => Who::Agent(id.clone()),
        }
    }
}

/// Why a ticket does not open anything. The browser hears 403 in each case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// Not a ticket, or not signed by this deployment.
    #[error("not a ticket of this deployment")]
    Forged,
    /// It is older than [`TICKET_LIFETIME`].
    #[error("the ticket has expired")]
    Expired,
}

/// What a ticket says: which session (or lists), who, until when, and a number that is used once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The session whose live connection it opens; none for the lists of a member of staff.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// Whom it lets in.
    #[serde(rename = "h")]
    pub holder: Holder,
    /// 128 random bits; written down when it is used, so that it opens once.
    #[serde(rename = "n")]
    pub nonce: String,
    /// Good until (exclusive), in seconds since 1970.
    #[serde(rename = "e")]
    expires: i64,
    /// When it was issued, in milliseconds since 1970. Those from before have none.
    #[serde(rename = "i", default)]
    issued: i64,
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").field("session", &self.session).field("holder", &self.holder).finish_non_exhaustive()
    }
}

impl Ticket {
    /// A new ticket as it stands in `wss://…/live?ticket=…`: letters, digits, `-`, `_` and one `.`.
    #[must_use]
    pub fn issue(
        keyring: &Keyring,
        random: &dyn Random,
        session: &SessionId,
        holder: &Holder,
        now: Timestamp,
    ) -> String {
        Self::issue_for(keyring, random, Some(session.clone()), holder, now)
    }

    /// A ticket to the lists of whoever holds it (R20), in the same form.
    #[must_use]
    pub fn issue_for_lists(keyring: &Keyring, random: &dyn Random, holder: &Holder, now: Timestamp) -> String {
        Self::issue_for(keyring, random, None, holder, now)
    }

    fn issue_for(
        keyring: &Keyring,
        random: &dyn Random,
        session: Option<SessionId>,
        holder: &Holder,
        now: Timestamp,
    ) -> String {
        let mut nonce = [0; 16];
        random.fill(&mut nonce);
        let ticket = Self {
            session,
            holder: holder.clone(),
            nonce: BASE64URL_NOPAD.encode(&nonce),
            expires: now.as_second().saturating_add(TICKET_LIFETIME.as_secs()),
            issued: now.as_millisecond(),
        };
        // Strings and a number in a struct: there is nothing in it that JSON could not hold.
        let claims = BASE64URL_NOPAD.encode(&serde_json::to_vec(&ticket).unwrap_or_default());
        let signature = keyring.sign(Purpose::Ticket, &claims);
        format!("{claims}.{signature}")
    }

    /// When it was issued, to the millisecond; nothing for those from before. Of two pages the later one has the later ticket,
    /// whichever connects first.
    #[must_use]
    pub fn issued(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.issued).ok().filter(|issued| *issued > Timestamp::UNIX_EPOCH)
    }

    /// Reads a ticket that [`Ticket::issue`] wrote with the same master key. Whether it was used before only the store
    /// knows.
    pub fn verify(text: &str, keyring: &Keyring, now: Timestamp) -> Result<Self, TicketError> {
        let (claims, signature) = text.split_once('.').ok_or(TicketError::Forged)?;
        if !keyring.verify(Purpose::Ticket, claims, signature) {
            return Err(TicketError::Forged);
        }
        let claims = BASE64URL_NOPAD.decode(claims.as_bytes()).map_err(|_| TicketError::Forged)?;
        let ticket: Self = serde_json::from_slice(&claims).map_err(|_| TicketError::Forged)?;
        if now.as_second() < ticket.expires { Ok(ticket) } else { Err(TicketError::Expired) }
    }
}

#[cfg(test)]
mod tests {
    use parlor_domain::{Secret, TeamId};
    use proptest::prelude::*;

    use super::*;

    struct Counting(std::cell::Cell<u8>);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0.set(self.0.get().wrapping_mul(31).wrapping_add(7));
                *byte = self.0.get();
            }
        }
    }

    fn issued() -> (Keyring, String, SessionId, Holder, Timestamp) {
        let random = Counting(std::cell::Cell::new(1));
        let keyring = Keyring::new([5; 32]);
        let session = SessionId::generate_for(&TeamId::generate(&random), &random);
        let holder = Holder::Customer(Secret::generate(&random).hash());
        let now: Timestamp = "2026-01-05T10:00:00Z".parse().unwrap();
        let text = Ticket::issue(&keyring, &random, &session, &holder, now);
        (keyring, text, session, holder, now)
    }

    #[test]
    fn a_ticket_says_what_it_was_issued_for() {
        let (keyring, text, session, holder, now) = issued();
        let ticket = Ticket::verify(&text, &keyring, now).unwrap();
        assert_eq!(ticket.issued(), Some(now));
        assert_eq!((ticket.session, &ticket.holder), (Some(session), &holder));
        let text = Ticket::issue_for_lists(&keyring, &Counting(std::cell::Cell::new(3)), &holder, now);
        assert_eq!(Ticket::verify(&text, &keyring, now).unwrap().session, None);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)), "{text}");
    }

    #[test]
    fn a_ticket_is_good_for_a_minute_and_not_a_second_longer() {
        let (keyring, text, _, _, now) = issued();
        let almost = now + SignedDuration::from_secs(59);
        assert!(Ticket::verify(&text, &keyring, almost).is_ok());
        assert_eq!(Ticket::verify(&text, &keyring, now + TICKET_LIFETIME).unwrap_err(), TicketError::Expired);
    }

    #[test]
    fn another_deployments_ticket_is_forged() {
        let (_, text, _, _, now) = issued();
        assert_eq!(Ticket::verify(&text, &Keyring::new([6; 32]), now).unwrap_err(), TicketError::Forged);
    }

    #[test]
    fn what_else_the_keyring_signs_is_no_ticket() {
        let (keyring, text, _, _, now) = issued();
        let claims = text.split_once('.').unwrap().0;
        let csrf = format!("{claims}.{}", keyring.sign(Purpose::Csrf, claims));
        assert_eq!(Ticket::verify(&csrf, &keyring, now).unwrap_err(), TicketError::Forged);
    }

    #[test]
    fn debug_shows_no_nonce() {
        let (keyring, text, _, _, now) = issued();
        let ticket = Ticket::verify(&text, &keyring, now).unwrap();
        assert!(!format!("{ticket:?}").contains(&ticket.nonce));
    }

    proptest! {
        #[test]
        fn a_changed_ticket_is_forged(place in 0_usize..300, byte in any::<char>()) {
            let (keyring, text, _, _, now) = issued();
            let mut chars: Vec<char> = text.chars().collect();
            let place = place % chars.len();
            prop_assume!(chars[place] != byte);
            chars[place] = byte;
            let changed: String = chars.into_iter().collect();
            prop_assert_eq!(Ticket::verify(&changed, &keyring, now).unwrap_err(), TicketError::Forged);
        }

        #[test]
        fn no_text_is_too_strange(text in ".*") {
            let (keyring, _, _, _, now) = issued();
            prop_assert!(Ticket::verify(&text, &keyring, now).is_err());
        }
    }
}
