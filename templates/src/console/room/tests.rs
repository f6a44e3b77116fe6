//! What the room shows, in every state.

use jiff::SignedDuration;

use super::*;
use crate::console::sample::ago;
use crate::deadline::Deadline;
use crate::lang::Lang;
use crate::words::console as words;

fn sample(name: &str) -> Room {
    Room::samples()
        .into_iter()
        .find(|(sample, _)| *sample == name)
        .map(|(_, room)| room)
        .expect("a sample of this name")
}

#[test]
fn r7_the_pin_is_fetched_and_never_in_the_page() {
    let text = sample("active").render().into_string();
    assert!(text.contains("data-pin=\"/v1/sessions/k3j9d2m5n8/pin\""));
    let colleague = sample("colleague").render().into_string();
    assert!(!colleague.contains("data-pin=\"/v1") && colleague.contains(words::pin_not_yours(Lang::En)));
}

#[test]
fn r1_a_room_that_is_over_takes_nothing() {
    for name in ["ended", "ended-for-good"] {
        let text = sample(name).render().into_string();
        assert!(text.contains("required readonly placeholder") && text.contains("type=\"submit\" disabled"), "{name}");
        assert!(!text.contains("data-writable"), "{name}");
        assert!(!text.contains("data-opens=\"end\""), "{name}");
    }
}

#[test]
fn r2_the_banner_says_what_the_customer_can_do_and_until_when() {
    let text = sample("ended").render().into_string();
    assert!(text.contains("Mara can still view, fill in and complete everything until"), "{text}");
    assert!(text.contains("28 Nov 2026") && text.contains("then reviewing and downloading only"));
}

#[test]
fn r4_renew_is_disabled_with_its_reason() {
    let text = sample("ended-for-good").render().into_string();
    assert!(
        text.contains(words::not_renewable_inactivity(Lang::En))
            && text.contains("disabled aria-describedby=\"renew-why\"")
    );
}

#[test]
fn r3_the_warning_comes_two_minutes_before_or_halfway() {
    let start = ago(0);
    assert_eq!(Deadline::new(start, 30).warn_at, start + SignedDuration::from_mins(28));
    assert_eq!(Deadline::new(start, 4).warn_at, start + SignedDuration::from_mins(2));
    assert_eq!(Deadline::new(start, 3).warn_at, start + SignedDuration::from_secs(90));
    assert_eq!(Deadline::new(start, 1).warn_at, start + SignedDuration::from_secs(30));
    assert!(sample("active").render().into_string().contains("id=\"inactivity\" role=\"alert\" hidden"));
    assert!(!sample("about-to-end").render().into_string().contains("id=\"inactivity\" role=\"alert\" hidden"));
}

#[test]
fn the_fragment_has_every_part_of_the_page() {
    let room = sample("active");
    let (page, fragment) = (room.render().into_string(), room.fragment().into_string());
    for part in page.split("data-part=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(fragment.contains(&format!("data-part=\"{part}\"")), "{part}");
    }
}

#[test]
fn r14_the_indicator_is_said_in_words() {
    let text = sample("active").render().into_string();
    assert!(
        text.contains("<span class=\"who-indicator\" data-indicator-words=\"k3j9d2m5n8\">Online, incomplete</span>"),
        "{text}"
    );
}

#[test]
fn r8_the_menu_corrects_until_somebody_joined_and_then_offers_a_new_session() {
    let invited = sample("invited-failed").render().into_string();
    assert!(invited.contains("id=\"correct\"") && invited.contains("data-fill=\"correct\" data-name=\"Mara Quist\""));
    assert!(invited.contains(words::correct_and_invite(Lang::En)));
    let planned = sample("planned").render().into_string();
    assert!(
        planned.contains(words::correct_planned(Lang::En)) && !planned.contains(words::correct_and_invite(Lang::En))
    );
    let active = sample("active").render().into_string();
    assert!(
        !active.contains("id=\"correct\"") && active.contains(&words::correct_joined(Lang::En, "Mara").to_string())
    );
    assert!(active.contains("data-fill=\"new-session\" data-name=\"Mara Quist\" data-email=\"mara@example.net\""));
}

#[test]
fn r8_r13_without_text_messages_no_number_can_be_corrected() {
    let room = Room { sms: false, ..sample("invited-failed") };
    let text = room.render().into_string();
    assert!(!text.contains("id=\"correct-phone\"") && text.contains("id=\"correct-email\""));
}

#[test]
fn r14_the_card_says_all_that_is_known() {
    let text = sample("active").render().into_string();
    for part in [
        words::fact_status(Lang::En),
        words::fact_online_since(Lang::En),
        words::fact_last_active(Lang::En),
        words::authentication(Lang::En),
        words::consent(Lang::En),
        words::fact_link_until(Lang::En),
    ] {
        assert!(text.contains(part), "{part}");
    }
    let invited = Room { online_since: None, last_active: None, links: vec![], ..sample("invited-failed") };
    let text = invited.render().into_string();
    assert!(!text.contains(words::fact_link_until(Lang::En)) && text.contains(words::device_free(Lang::En)));
}

#[test]
fn r1_r13_the_invitation_goes_by_each_address_and_not_by_texts_that_are_off() {
    let text = sample("invited-failed").render().into_string();
    let goes_by = |channel: &str| format!("type=\"hidden\" name=\"channel\" value=\"{channel}\"");
    assert!(text.contains(&goes_by("email")) && text.contains(&goes_by("sms")));
    let off = Room { sms: false, ..sample("invited-failed") }.render().into_string();
    assert!(!off.contains(&goes_by("sms")) && off.contains(crate::words::refusal::sms_off(Lang::En)));
}
