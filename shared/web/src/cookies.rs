//! Cookies: all of them `__Host-`, `HttpOnly`, `Secure`, `SameSite=Lax`.

use lambda_http::{Request, http::header::COOKIE};
use parlor_domain::{Secret, SessionId};

/// The staff's sign-in: agent, sign-in, teams and secret.
pub const STAFF: &str = "__Host-parlor_staff";
/// The customer's device (R6): outlives every tier.
pub const DEVICE: &str = "__Host-parlor_device";
/// Set by the GET, proves at the POST that cookies work (R6); holds the secret of a device that is not bound yet.
pub const PROBE: &str = "__Host-parlor_probe";
/// The sessions in whose rooms this browser was told what cookies are for (R17).
pub const NOTED: &str = "__Host-parlor_noted";

/// The session whose room this browser has been in for the last minutes (R16): coming back to it is no entry.
pub const INSIDE: &str = "__Host-parlor_inside";
/// Seconds for which it is kept after the last look at the room.
const INSIDE_MAX_AGE: i64 = 600;

/// Seconds that the device cookie lives: browsers keep no cookie longer than 400 days, and each entry renews it.
const DEVICE_MAX_AGE: i64 = 400 * 24 * 3600;

/// A cookie that the browser sent.
#[must_use]
pub fn read(request: &Request, name: &str) -> Option<String> {
    request
        .headers()
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| cookie::Cookie::split_parse(header.to_owned()))
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// The value of `Set-Cookie` for a cookie that goes with the browser's session, or after `max_age` seconds.
#[must_use]
pub fn set(name: &str, value: &str, max_age: Option<i64>) -> String {
    let age = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}")
}

/// The `Set-Cookie` that keeps a device's secret for as long as any tier can last (R6).
#[must_use]
pub fn set_device(device: &Secret) -> String {
    set(DEVICE, &device.reveal(), Some(DEVICE_MAX_AGE))
}

/// The note that a session's room told this browser what cookies are for, beside what was `noted`; the oldest of many are
/// forgotten. `None` when it was noted before.
#[must_use]
pub fn note(noted: &str, session: &SessionId) -> Option<String> {
    const MOST: usize = 8;
    let is_id = |id: &&str| id.parse::<SessionId>().is_ok();
    let known: Vec<&str> = noted.split('.').filter(is_id).collect();
    if known.contains(&session.as_str()) {
        return None;
    }
    let kept = known.iter().skip((known.len() + 1).saturating_sub(MOST)).copied();
    let noted: Vec<&str> = kept.chain([session.as_str()]).collect();
    Some(set(NOTED, &noted.join("."), Some(DEVICE_MAX_AGE)))
}

/// The `Set-Cookie` that notes that this browser is in a session's room (R16).
#[must_use]
pub fn set_inside(session: &SessionId) -> String {
    set(INSIDE, session.as_str(), Some(INSIDE_MAX_AGE))
}

/// The `Set-Cookie` that removes a cookie.
#[must_use]
pub fn clear(name: &str) -> String {
    set(name, "", Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r17_a_browser_is_told_once_a_session() {
        let session = |number: usize| format!("{number:026}").parse::<SessionId>().unwrap();
        let value = |cookie: &str| cookie.split_once('=').map(|(_, value)| value.to_owned()).unwrap_or_default();
        let mut cookie = String::new();
        for number in 0..20 {
            let noted = note(&value(&cookie), &session(number)).unwrap();
            cookie = noted.split(';').next().unwrap().to_owned();
            assert_eq!(note(&value(&cookie), &session(number)), None);
        }
        assert!(cookie.len() < 250, "{cookie}");
        assert!(note(&value(&cookie), &session(0)).is_some());
    }
}
