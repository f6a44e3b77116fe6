//! Dates, times and durations in words.
//!
//! In UTC: the reader's zone is known only to the reader's browser, whose script puts its own in place.

use jiff::{Timestamp, civil, tz::TimeZone};

use crate::lang::Lang;
use crate::words::times as words;

fn utc(at: Timestamp) -> civil::DateTime {
    TimeZone::UTC.to_datetime(at)
}

/// jiff's months run from 1 to 12, the catalogue's from 0.
fn month(of: civil::DateTime) -> usize {
    usize::from(of.month().unsigned_abs()).saturating_sub(1)
}

/// A date and a time of day, with its zone: `{date}, 14:05 UTC`.
fn with_time(lang: Lang, date: &str, at: Timestamp) -> String {
    let time = clock_utc(at);
    // The time runs from left to right whatever is around it.
    let time = if lang == Lang::Ar { format!("\u{2066}{time}\u{2069}") } else { time };
    words::date_and_time(lang, date, &time).plain()
}

/// A day and a time: "21 November 2026, 14:05 UTC".
pub fn moment(lang: Lang, at: Timestamp) -> String {
    let then = utc(at);
    let (day, year) = (then.day().to_string(), then.year().to_string());
    let date = words::date(lang, &day, words::months(lang, month(then)), &year).plain();
    with_time(lang, &date, at)
}

/// A day of the calendar: "21 November 2026".
pub fn calendar_day(lang: Lang, day: civil::Date) -> String {
    let (number, year) = (day.day().to_string(), day.year().to_string());
    words::date(lang, &number, words::months(lang, month(day.into())), &year).plain()
}

/// The same, as short as it can be: "21 Nov 2026, 14:05 UTC".
pub fn exact(lang: Lang, at: Timestamp) -> String {
    with_time(lang, &short_date(lang, utc(at), true), at)
}

/// A time of day: "14:05".
pub fn clock(at: Timestamp) -> String {
    let then = utc(at);
    format!("{:02}:{:02}", then.hour(), then.minute())
}

/// A time of day with its zone: "14:05 UTC".
pub fn clock_utc(at: Timestamp) -> String {
    format!("{} UTC", clock(at))
}

fn short_date(lang: Lang, then: civil::DateTime, with_year: bool) -> String {
    let (day, month) = (then.day().to_string(), words::short_months(lang, month(then)));
    if with_year {
        words::short_date_year(lang, &day, month, &then.year().to_string()).plain()
    } else {
        words::short_date(lang, &day, month).plain()
    }
}

/// A date, with its year only when it is not this one: "12 Nov", "12 Nov 2025".
pub fn date(lang: Lang, at: Timestamp, now: Timestamp) -> String {
    let (then, today) = (utc(at), utc(now));
    short_date(lang, then, then.year() != today.year())
}

/// How long ago, short enough for a list: "now", "5 min", "3 h", "yesterday", or the date.
pub fn ago(lang: Lang, at: Timestamp, now: Timestamp) -> String {
    let count = |seconds: i64| u64::try_from(seconds).unwrap_or(0);
    match now.as_second() - at.as_second() {
        s if s < 60 => words::ago_now(lang).to_owned(),
        s if s < 3600 => words::ago_minutes(lang, count(s / 60)).plain(),
        s if s < 86_400 => words::ago_hours(lang, count(s / 3600)).plain(),
        s if s < 172_800 => words::ago_yesterday(lang).to_owned(),
        _ => date(lang, at, now),
    }
}

/// The heading over one day: "Today", "Yesterday", or the date.
pub fn day(lang: Lang, at: Timestamp, now: Timestamp) -> String {
    let (then, today) = (utc(at).date(), utc(now).date());
    if then == today {
        words::today(lang).to_owned()
    } else if today.yesterday().is_ok_and(|yesterday| yesterday == then) {
        words::yesterday(lang).to_owned()
    } else {
        date(lang, at, now)
    }
}

/// A duration in whole minutes, the way one says it: "45 minutes", "2 hours", "7 days".
pub fn duration(lang: Lang, minutes: u64) -> String {
    match minutes {
        m if m >= 1440 && m % 1440 == 0 => words::days(lang, m / 1440).to_string(),
        m if m >= 60 && m % 60 == 0 => words::hours(lang, m / 60).to_string(),
        m => words::minutes(lang, m).to_string(),
    }
}

/// Minutes and seconds left, as a countdown shows them: "1:59". Never negative.
pub fn countdown(until: Timestamp, now: Timestamp) -> String {
    clock_of(u64::try_from(until.as_second() - now.as_second()).unwrap_or_default())
}

/// Seconds as a countdown shows them: "1:59".
pub fn clock_of(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn a_moment_is_absolute() {
        let at = at("2026-11-21T14:05:00Z");
        assert_eq!(moment(Lang::En, at), "21 November 2026, 14:05 UTC");
        assert_eq!(moment(Lang::Es, at), "21 de noviembre de 2026, 14:05 UTC");
        assert_eq!(moment(Lang::De, at), "21. November 2026, 14:05 UTC");
        assert_eq!(moment(Lang::Ar, at), "21 نوفمبر 2026، \u{2066}14:05 UTC\u{2069}");
        assert_eq!(exact(Lang::En, at), "21 Nov 2026, 14:05 UTC");
        assert_eq!(exact(Lang::De, at), "21. Nov. 2026, 14:05 UTC");
    }

    #[test]
    fn how_long_ago_is_as_short_as_it_can_be() {
        let now = at("2026-11-21T14:05:00Z");
        let said = |lang| {
            [
                "2026-11-21T14:05:30Z",
                "2026-11-21T14:00:00Z",
                "2026-11-21T11:00:00Z",
                "2026-11-20T11:00:00Z",
                "2025-11-12T11:00:00Z",
            ]
            .map(|then| ago(lang, at(then), now))
        };
        assert_eq!(said(Lang::En), ["now", "5 min", "3 h", "yesterday", "12 Nov 2025"]);
        assert_eq!(said(Lang::De), ["jetzt", "5 Min.", "3 Std.", "gestern", "12. Nov. 2025"]);
        assert_eq!(day(Lang::Fr, at("2026-11-20T23:59:59Z"), now), "Hier");
        assert_eq!(day(Lang::Fr, at("2026-11-19T23:59:59Z"), now), "19 nov.");
    }

    #[test]
    fn a_duration_is_told_in_its_largest_whole_unit() {
        let said = |lang| [1, 45, 60, 90, 1440, 10_080].map(|minutes| duration(lang, minutes));
        assert_eq!(said(Lang::En), ["1 minute", "45 minutes", "1 hour", "90 minutes", "1 day", "7 days"]);
        assert_eq!(said(Lang::De), ["1 Minute", "45 Minuten", "1 Stunde", "90 Minuten", "1 Tag", "7 Tage"]);
    }
}
