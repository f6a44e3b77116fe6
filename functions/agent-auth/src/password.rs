//! Passwords of staff: argon2id with 19 MiB, two passes and one lane, in its own string format.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use parlor_domain::Random;

/// Fewest characters of a password.
pub const MIN_CHARS: usize = 12;
/// Most characters of a password: as many as the form's field takes.
pub const MAX_CHARS: usize = 256;

/// What the password of an address that nobody has is checked against, so that it takes as long as any other. Nobody
/// knows a password for it, and nothing comes of guessing one: whatever the check says, there is nobody to sign in.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmU$4EpPWh0L5WZ6dFQkYPLMvSx0fUjPyTXeb6Zb2dHbRlk";

fn argon2() -> Argon2<'static> {
    // The crate's defaults are these very numbers; a test holds them to it.
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// Hashes a new password with a fresh salt. About 20 ms of CPU and 19 MiB of memory.
#[must_use]
pub fn hash(password: &str, random: &dyn Random) -> String {
    let mut salt = [0; 16];
    random.fill(&mut salt);
    let hashed: Result<PasswordHash, _> = argon2().hash_password_with_salt(password.as_bytes(), &salt);
    #[expect(clippy::expect_used, reason = "argon2 refuses only passwords over 4 GiB and salts under 8 bytes")]
    hashed.expect("a password of a request and a salt of 16 bytes").to_string()
}

/// Whether `password` is the one that `stored` was made from; for an address that nobody has, `stored` is `None`, which
/// takes as long and is never true. About 20 ms of CPU and 19 MiB of memory.
#[must_use]
pub fn is_right(password: &str, stored: Option<&str>) -> bool {
    let Ok(parsed) = PasswordHash::new(stored.unwrap_or(NOBODY)) else {
        tracing::error!("a stored password hash does not read");
        return false;
    };
    let matches = argon2().verify_password(password.as_bytes(), &parsed).is_ok();
    matches && stored.is_some()
}

#[cfg(test)]
mod tests {
    use parlor_runtime::Entropy;

    use super::*;

    #[test]
    fn a_password_opens_only_with_itself() {
        let stored = hash("correct horse battery", &Entropy::system());
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(is_right("correct horse battery", Some(&stored)));
        assert!(!is_right("correct horse batterz", Some(&stored)));
        assert_ne!(stored, hash("correct horse battery", &Entropy::system()));
    }

    #[test]
    fn nobody_costs_as_much_as_somebody_and_never_comes_in() {
        let nobody = PasswordHash::new(NOBODY).expect("reads");
        let somebody = hash("correct horse battery", &Entropy::system());
        let somebody = PasswordHash::new(&somebody).expect("reads");
        assert_eq!(nobody.params, somebody.params);
        assert_eq!(nobody.algorithm, somebody.algorithm);
        assert!(!is_right("nobody is here", None));
        assert!(!is_right("", Some("not a hash")));
    }
}
