use super::*;
use crate::{Actor, EventKind, Keyring, Origin, random::Seeded};

fn event(seq: u64) -> Event {
    Event {
        seq,
        at: "2026-01-02T03:04:05.678Z".parse().unwrap(),
        actor: Actor::Customer,
        participant: None,
        origin: Origin::default(),
        kind: EventKind::Joined { after_seconds: None },
    }
}

fn session() -> SessionId {
    "1end1n0123456789abcdefghjk".parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn attempt(begun: Timestamp, status: u16) -> Attempt {
    Attempt { at: begun, status: Some(status), error: None, took: Took::Under1s }
}

#[test]
fn r24_the_payload_has_type_timestamp_and_data() {
    let payload: Value = serde_json::from_str(&payload(&session(), &event(4))).unwrap();
    assert_eq!(
        payload,
        json!({
            "type": "customer.joined",
            "timestamp": "2026-01-02T03:04:05.678Z",
            "data": {"session": session(), "team": "1end1n", "seq": 4, "actor": {"type": "customer"}, "origin": {}},
        })
    );
}

#[test]
fn r24_a_signature_is_the_standards_own_example() {
    // The specification's example has a key of 24 bytes; ours have 32, so this one was computed with its reference library.
    let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=").unwrap();
    let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
    assert_eq!(signature, "v1,455+aOk04wwxufzYeT7AdJGy67Jm9L1UV9h0WvJANVo=");
    assert!(!format!("{secret:?}").contains("MfKQ"));
}

#[test]
fn r24_a_delivery_is_tried_for_a_day_at_most_and_then_given_up() {
    let random = Seeded::new(5);
    let start = at("2026-01-01T00:00:00Z");
    let mut delivery = Delivery::new(&"w000000000000001".parse().unwrap(), &session(), &event(1), start);
    let mut now = start;
    let mut pauses = vec![];
    loop {
        match delivery.record(attempt(now, 500), &random) {
            Verdict::Again(next) => {
                pauses.push(next.duration_since(now).as_secs());
                now = next;
            }
            Verdict::GivenUp => break,
            Verdict::Delivered => panic!("500 is no success"),
        }
    }
    assert_eq!((delivery.state, delivery.tries, delivery.attempts.len()), (DeliveryState::Failed, MAX_ATTEMPTS, 12));
    let minutes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360];
    for (pause, minutes) in pauses.iter().zip(minutes) {
        assert!((minutes * 54..=minutes * 60).contains(pause), "{pause} s after {minutes} min");
    }
    assert!(now.duration_since(start) < SignedDuration::from_hours(24));
    assert_eq!(delivery.first_try(), Some(start));
    delivery.replay(now);
    assert_eq!((delivery.state, delivery.tries, delivery.first_try()), (DeliveryState::Pending, 0, None));
}

#[test]
fn r24_only_2xx_is_success_and_410_ends_it() {
    for (status, verdict) in
        [(200, Some(Verdict::Delivered)), (204, Some(Verdict::Delivered)), (410, Some(Verdict::GivenUp))]
    {
        let mut delivery = Delivery::new(&"w000000000000001".parse().unwrap(), &session(), &event(1), event(1).at);
        assert_eq!(Some(delivery.record(attempt(event(1).at, status), &Seeded::new(1))), verdict, "{status}");
    }
    for status in [100, 199, 301, 302, 307, 400, 404, 429, 500, 503] {
        let mut delivery = Delivery::new(&"w000000000000001".parse().unwrap(), &session(), &event(1), event(1).at);
        let verdict = delivery.record(attempt(event(1).at, status), &Seeded::new(1));
        assert!(matches!(verdict, Verdict::Again(_)), "{status}");
    }
}

#[test]
fn r24_rotation_lets_the_earlier_secret_sign_for_a_while() {
    let (ring, random) = (Keyring::new([7; 32]), Seeded::new(3));
    let sealed = |text: &str| ring.seal("here", text, &random);
    let start = at("2026-01-01T00:00:00Z");
    let mut endpoint = Endpoint {
        id: "w000000000000001".parse().unwrap(),
        url: "https://example.com/".into(),
        description: None,
        team: None,
        events: vec![],
        secrets: vec![StoredSecret { sealed: sealed("a"), created_at: start, until: None }],
        created_at: start,
    };
    let signing = |endpoint: &Endpoint, now: Timestamp| -> Vec<String> {
        endpoint.signing(now).map(|secret| ring.open("here", &secret.sealed).unwrap()).collect()
    };
    endpoint.rotate(sealed("b"), SignedDuration::from_hours(1), start);
    assert_eq!(signing(&endpoint, start), ["b", "a"]);
    assert_eq!(signing(&endpoint, start + SignedDuration::from_hours(1)), ["b"]);
    endpoint.rotate(sealed("c"), SignedDuration::from_hours(24), start);
    assert_eq!(signing(&endpoint, start), ["c", "b", "a"]);
    assert_eq!(
        signing(&endpoint, start + SignedDuration::from_hours(1)),
        ["c", "b"],
        "no time is added to an earlier one"
    );
    endpoint.rotate(sealed("d"), SignedDuration::ZERO, start);
    assert_eq!(signing(&endpoint, start), ["d"]);
}

#[test]
fn r24_ids_are_read_as_they_are_written() {
    assert_eq!(parse_message_id(&message_id(&session(), 12)), Some((session(), 12)));
    for text in
        ["", "x-1", "1end1n0123456789abcdefghjk", "1end1n0123456789abcdefghjk-", "1end1n0123456789abcdefghjk-012"]
    {
        assert_eq!(parse_message_id(text), None, "{text}");
    }
}

#[test]
fn r24_a_test_event_is_tried_once_and_is_no_sessions() {
    let (endpoint, random, now) = ("w000000000000001".parse().unwrap(), Seeded::new(5), at("2026-01-02T03:04:05.678Z"));
    let mut test = Delivery::test(&endpoint, &session().team(), &random, now);
    assert!(test.is_test() && !crate::event::is_type(TEST), "a filter cannot choose it");
    assert_eq!(parse_message_id(&test.message_id()), Some((test.session.clone(), 0)));
    let payload: Value = serde_json::from_str(&test_payload(&test)).unwrap();
    let said = json!({"type": TEST, "timestamp": "2026-01-02T03:04:05.678Z", "data": {"webhook": endpoint}});
    assert_eq!(payload, said);
    assert_eq!(test.record(attempt(now, 500), &random), Verdict::GivenUp);
    assert_eq!((test.state, test.next_at), (DeliveryState::Failed, None));
    test.replay(now);
    assert_eq!(test.record(attempt(now, 204), &random), Verdict::Delivered);
}
