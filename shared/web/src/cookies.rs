//! Cookies: all of them `__Host-`, `HttpOnly`, `Secure`, `SameSite=Lax`.

use lambda_http::{Request, http::header::COOKIE};

/// The staff's sign-in.
pub const STAFF: &str = "__Host-parlor_staff";
/// The customer's device (R6): outlives every tier.
pub const DEVICE: &str = "__Host-parlor_device";
/// Set by the GET, proves at the POST that cookies work (R6).
pub const PROBE: &str = "__Host-parlor_probe";

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

/// The device's cookie.
#[must_use]
pub fn set_device(device: &parlor_domain::Secret) -> String {
    set(DEVICE, &device.reveal(), Some(DEVICE_MAX_AGE))
}

/// Takes a cookie back.
#[must_use]
pub fn clear(name: &str) -> String {
    set(name, "", Some(0))
}
