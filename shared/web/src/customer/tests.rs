//! Which page each closed gate and each failure has.

use super::*;

fn answer(gate: Gate) -> (Closed, StatusCode, Option<i64>) {
    let host = Inviter { reachable: true, ..Inviter::default() };
    PageError::by(gate, host).problem("/s/token", Timestamp::UNIX_EPOCH)
}

#[test]
fn r15_each_closed_gate_has_its_page() {
    let until = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(61);
    for (gate, reason, status) in [
        (Gate::ServiceDown, "service-down", 503),
        (Gate::Unknown, "unknown", 403),
        (Gate::SessionExpired, "session-expired", 410),
        (Gate::LinkExpired, "link-expired", 410),
        (Gate::Cookies, "cookies", 403),
        (Gate::OtherDevice, "device", 403),
        (Gate::Released, "device", 403),
        (Gate::Locked(Lock::Until(until)), "locked", 403),
        (Gate::Locked(Lock::Banned), "locked", 403),
    ] {
        let (problem, answered, _) = answer(gate);
        assert_eq!((problem.reason(), answered.as_u16()), (Some(reason), status));
    }
    assert_eq!(answer(Gate::ServiceDown).2, Some(60));
    assert_eq!(answer(Gate::LinkExpired).0, Closed::LinkExpired { new_link: Some("/s/token/new-link".into()) });
    let locked = Closed::Locked { until, minutes: 2, retry: "/s/token".into() };
    assert_eq!(answer(Gate::Locked(Lock::Until(until))).0, locked);
}

#[test]
fn r15_a_platform_that_fails_is_service_down() {
    let error = StoreError::Unavailable { operation: "BatchGetItem", reason: "not reached".into() };
    let (problem, status, after) = PageError::from(error).problem("/s/token", Timestamp::UNIX_EPOCH);
    assert_eq!((problem.reason(), status.as_u16(), after), (Some("service-down"), 503, Some(5)));
    let (_, status, after) = PageError::from(Busy).problem("/s/token", Timestamp::UNIX_EPOCH);
    assert_eq!((status.as_u16(), after), (503, Some(5)));
}
