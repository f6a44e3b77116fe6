//! When customers and participants are told by a message that something waits for them (R23): reminders of unfinished work, and notices of
//! what came while they were away.

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

use crate::{
    Channel, Session, Settings,
    settings::{Reminders, Weekday},
};

/// How long news waits for the customer to come by themselves, and for more of it.
const NEWS_WAITS: SignedDuration = SignedDuration::from_mins(3);
/// The shortest time between two notices: one that was not followed is enough for a while.
const BETWEEN_NOTICES: SignedDuration = SignedDuration::from_hours(1);

impl Session {
    /// R23: when the guest in this seat is to be reminded next of what they have not finished; `None` while nothing is to be done, and where the
    /// settings send no more reminders. What was due before `now`, and may go now, is due when it was.
    #[must_use]
    pub fn reminder_due(&self, settings: &Settings, now: Timestamp) -> Option<Timestamp> {
        let reminders = &settings.channels.reminders;
        let wanted = reminders.enabled && self.reminded.count < reminders.max;
        if !wanted || !self.is_open() || self.next_task().is_none() || !self.can_be_sent_to(settings) {
            return None;
        }
        let waits = |since: Timestamp, minutes: u32| {
            since.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX)
        };
        let first = waits(self.reminded.waiting_since.unwrap_or(self.last_event_at), reminders.first_after_minutes);
        let next = self.reminded.last_at.map(|last| waits(last, reminders.every_minutes));
        let due = reminders.next_moment(next.map_or(first, |next| next.max(first)))?;
        if due > now || reminders.next_moment(now)? == now { Some(due) } else { reminders.next_moment(now) }
    }

    /// R23: when the guest in this seat is to be told that something is new; `None` while nothing is, or where the settings send no notices.
    #[must_use]
    pub fn notice_due(&self, settings: &Settings) -> Option<Timestamp> {
        let since = self.news.since.filter(|_| self.can_be_told(settings))?;
        let next = self.news.told_at.map(|told| told + BETWEEN_NOTICES);
        let due = since + NEWS_WAITS;
        Some(next.map_or(due, |next| next.max(due)))
    }

    /// Whether a guest who is away is told of news: one who was in the room before. Before that, the invitation says all.
    pub(crate) fn takes_notices(&self, settings: &Settings) -> bool {
        self.joined_at.is_some() && self.can_be_told(settings)
    }

    /// Whether a guest who was invited or came by themselves can be told of anything at all.
    pub(crate) fn can_be_told(&self, settings: &Settings) -> bool {
        let invited = self.is_open() && self.invited_at.or(self.joined_at).is_some();
        settings.channels.update_notices && invited && self.can_be_sent_to(settings)
    }

    /// R13: whether a message would reach the guest by their channel.
    fn can_be_sent_to(&self, settings: &Settings) -> bool {
        let allowed = self.channel != Channel::Sms || settings.channels.sms;
        allowed && self.customer.contact.address(self.channel).is_some()
    }
}

impl Reminders {
    /// The first moment from `at` on at which a reminder may go: on one of the days, between the two times of day, in the time zone.
    fn next_moment(&self, at: Timestamp) -> Option<Timestamp> {
        // What was saved is a zone that is known; should a later version not know it any more, UTC is what is left.
        let zone = TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC);
        let [from, to] = [&self.from, &self.to].map(|text| text.parse::<civil::Time>().ok());
        let (from, to) = (from?, to?);
        let first = at.to_zoned(zone.clone()).date();
        first
            .series(jiff::Span::new().days(1))
            .take(8)
            .filter(|day| self.weekdays.contains(&day.weekday().into()))
            .find_map(|day| {
                let moment = |time| Some(day.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp());
                let (opens, closes) = (moment(from)?, moment(to)?);
                (at < closes).then_some(at.max(opens))
            })
    }
}

impl From<civil::Weekday> for Weekday {
    fn from(day: civil::Weekday) -> Self {
        match day {
            civil::Weekday::Monday => Self::Mon,
            civil::Weekday::Tuesday => Self::Tue,
            civil::Weekday::Wednesday => Self::Wed,
            civil::Weekday::Thursday => Self::Thu,
            civil::Weekday::Friday => Self::Fri,
            civil::Weekday::Saturday => Self::Sat,
            civil::Weekday::Sunday => Self::Sun,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn r23_a_reminder_goes_on_the_days_and_at_the_hours_of_the_companys_zone() {
        let berlin = Reminders { time_zone: "Europe/Berlin".into(), ..Reminders::default() };
        let next = |from| berlin.next_moment(at(from)).unwrap();
        // A Monday in summer: Berlin is two hours ahead.
        assert_eq!(next("2026-06-01T06:59:00Z"), at("2026-06-01T07:00:00Z"));
        assert_eq!(next("2026-06-01T07:30:00Z"), at("2026-06-01T07:30:00Z"));
        assert_eq!(next("2026-06-01T16:00:00Z"), at("2026-06-02T07:00:00Z"), "until six, and not at six");
        assert_eq!(next("2026-06-05T16:00:00Z"), at("2026-06-08T07:00:00Z"), "not at the weekend");
        // The clocks go back on Sunday, 25 October.
        assert_eq!(next("2026-10-23T17:00:00Z"), at("2026-10-26T08:00:00Z"));
        assert_eq!(Reminders { weekdays: vec![], ..berlin }.next_moment(at("2026-06-01T06:59:00Z")), None);
    }

    proptest! {
        #[test]
        fn r23_the_next_moment_is_the_first_that_is_allowed(
            seconds in 0_i64..2_000_000_000,
            zone in prop::sample::select(&["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Kolkata"][..]),
            days in prop::collection::vec(prop::sample::select(&[Weekday::Mon, Weekday::Wed, Weekday::Sun][..]), 1..3),
            from in 0_u32..1439,
            length in 1_u32..1440,
        ) {
            let text = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
            let to = (from + length).min(1439);
            let reminders = Reminders {
                weekdays: days, from: text(from), to: text(to), time_zone: zone.into(), ..Reminders::default()
            };
            let start = Timestamp::from_second(seconds).unwrap();
            let next = reminders.next_moment(start).unwrap();
            prop_assert!(next >= start);
            prop_assert_eq!(reminders.next_moment(next), Some(next), "what is allowed stays where it is");
            let there = next.to_zoned(TimeZone::get(zone).unwrap());
            prop_assert!(reminders.weekdays.contains(&there.weekday().into()));
            if next > start {
                // Nothing between was allowed: a minute before is not.
                prop_assert_eq!(reminders.next_moment(start.max(next - SignedDuration::from_secs(60))), Some(next));
            }
        }
    }
}
