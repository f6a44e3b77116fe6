//! PINs and one-time codes, their tries, lockouts and bans (R7).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::{Keyring, Random, SessionId, keyring::Sealed, settings::Authentication};

/// 4 to 12 digits that the agent chose. Never in an invitation, log, webhook, event or URL.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(redacted)")
    }
}

/// The text is no PIN of 4 to 12 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a PIN has 4 to 12 digits")]
pub struct InvalidPin;

/// A customer's keyboard may write digits of another script, and people group digits when they read them from paper.
fn digits(text: &str) -> Option<String> {
    text.chars()
        .filter(|c| !matches!(c, ' ' | '-' | '\u{a0}' | '\u{200e}' | '\u{200f}'))
        .map(|c| match c {
            '0'..='9' => Some(c),
            '\u{660}'..='\u{669}' => char::from_digit(u32::from(c) - 0x660, 10),
            '\u{6f0}'..='\u{6f9}' => char::from_digit(u32::from(c) - 0x6f0, 10),
            _ => None,
        })
        .collect()
}

impl Pin {
    /// The PIN in what somebody typed: digits of Arabic scripts, spaces and hyphens are understood.
    pub fn parse(text: &str) -> Result<Self, InvalidPin> {
        digits(text).filter(|digits| (4..=12).contains(&digits.len())).map(Self).ok_or(InvalidPin)
    }

    /// The digits, for the agent who owns the session.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Encrypts the PIN for its session.
    #[must_use]
    pub fn seal(&self, session: &SessionId, keyring: &Keyring, random: &dyn Random) -> Sealed {
        keyring.seal(&format!("pin {session}"), &self.0, random)
    }

    /// Decrypts a session's PIN.
    pub fn open(session: &SessionId, sealed: &Sealed, keyring: &Keyring) -> Result<Self, crate::keyring::CannotOpen> {
        keyring.open(&format!("pin {session}"), sealed).map(Self)
    }

    /// Whether `typed` is this PIN, in constant time for a given length.
    #[must_use]
    pub fn matches(&self, typed: &str) -> bool {
        digits(typed).is_some_and(|typed| typed.as_bytes().ct_eq(self.0.as_bytes()).into())
    }
}

/// A one-time code that was sent and waits (R7): sealed like a PIN, so that a short code cannot be guessed from a hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneTimeCode {
    /// The six digits, sealed.
    pub code: Sealed,
    /// From this moment on it is not taken any more.
    pub expires_at: Timestamp,
}

/// How long a one-time code is good.
pub const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// A new six-digit code, without modulo bias.
#[must_use]
pub fn generate_code(random: &dyn Random) -> Pin {
    loop {
        let mut bytes = [0; 4];
        random.fill(&mut bytes);
        let number = u32::from_le_bytes(bytes);
        if number < u32::MAX - u32::MAX % 1_000_000 {
            return Pin(format!("{:06}", number % 1_000_000));
        }
    }
}

/// The tries of one session: counted in the session's own conditional write, so that parallel guesses cannot exceed
/// the limit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tries {
    /// Wrong since the last right one, lockout or reset.
    pub wrong: u32,
    /// Lockouts since the last right one or reset.
    pub lockouts: u32,
    /// When the next try is taken, while a lock lasts.
    pub locked_until: Option<Timestamp>,
    /// Whether no try is taken until the agent resets them.
    pub banned: bool,
}

/// Whether the customer may try now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// A try is taken.
    Open {
        /// Tries left before the next lockout.
        left: u32,
    },
    /// Locked: no try is taken before this moment.
    Until(Timestamp),
    /// Banned: no try is taken until the agent resets them.
    Banned,
}

impl Tries {
    /// Whether the customer may try at `now`.
    #[must_use]
    pub fn lock(&self, settings: &Authentication, now: Timestamp) -> Lock {
        if self.banned {
            return Lock::Banned;
        }
        match self.locked_until {
            Some(until) if now < until => Lock::Until(until),
            _ => Lock::Open { left: settings.max_attempts.saturating_sub(self.wrong).max(1) },
        }
    }

    /// Counts a wrong try at `now`. Enough of them lock, and enough lockouts ban (R7).
    pub fn count_wrong(&mut self, settings: &Authentication, now: Timestamp) {
        self.locked_until = None;
        self.wrong += 1;
        if self.wrong >= settings.max_attempts {
            self.wrong = 0;
            self.lockouts += 1;
            if self.lockouts >= settings.max_lockouts {
                self.banned = true;
            } else {
                let lockout = SignedDuration::from_mins(i64::from(settings.lockout_minutes));
                self.locked_until = Some(now.checked_add(lockout).unwrap_or(Timestamp::MAX));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r7_digits_of_other_scripts_and_groups_are_read() {
        let pin = Pin::parse("12 34").unwrap();
        assert!(pin.matches("1234") && pin.matches("1 2-34") && pin.matches("١٢٣٤") && pin.matches("۱۲۳۴"));
        assert!(!pin.matches("12345") && !pin.matches("") && !pin.matches("abcd"));
        for text in ["123", "1234567890123", "12a4", ""] {
            assert_eq!(Pin::parse(text), Err(InvalidPin), "{text}");
        }
        assert!(!format!("{pin:?}").contains("1234"));
    }

    #[test]
    fn r7_five_wrong_lock_and_three_lockouts_ban() {
        let (settings, mut tries) = (Authentication::default(), Tries::default());
        let mut now = Timestamp::UNIX_EPOCH;
        for lockout in 1..=3 {
            for wrong in 0..5 {
                assert_eq!(tries.lock(&settings, now), Lock::Open { left: 5 - wrong });
                tries.count_wrong(&settings, now);
            }
            if lockout < 3 {
                let until = now + SignedDuration::from_mins(15);
                assert_eq!(tries.lock(&settings, now), Lock::Until(until));
                now = until;
            }
        }
        assert_eq!(tries.lock(&settings, now + SignedDuration::from_hours(1000)), Lock::Banned);
    }
}
