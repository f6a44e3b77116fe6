//! A team's figures, a few items for each day (R20): what happened is counted once, as it happens, and read again for a month of
//! days in one request, however many sessions there were.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use parlor_domain::{
    EndedBy, SessionId, TeamId,
    figures::{Counted, DayFigures, Waits},
};

use crate::{
    Store, StoreError,
    commit::incomplete,
    keys::{Item, Key, number, shard_of, text},
};

/// Items a day of a team, so that a thousand sessions a minute do not wait for one of them.
const SHARDS: u32 = 4;

/// How long a day's figures are kept: two years, so that a month can be held beside the same one a year before.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24 * 731);

/// The most days that are read at once.
pub const FIGURES_DAYS: u16 = 92;

/// The attribute that counts a kind of thing.
const fn attribute(counted: Counted) -> &'static str {
    match counted {
        Counted::Started => "started",
        Counted::Joined(_) => "joined",
        Counted::Completed(_) => "completed",
        Counted::Ended(EndedBy::Agent) => "ended_by_agent",
        Counted::Ended(EndedBy::Inactivity) => "ended_by_inactivity",
        Counted::Ended(EndedBy::Api) => "ended_by_api",
    }
}

/// The attributes of a histogram: this, and the number of a class.
const TO_JOIN: &str = "to_join_";
const TO_COMPLETE: &str = "to_complete_";

/// The attribute of how long it took.
fn class(counted: Counted) -> Option<String> {
    match counted {
        Counted::Joined(Some(seconds)) => Some(format!("{TO_JOIN}{}", Waits::class(seconds))),
        Counted::Completed(Some(seconds)) => Some(format!("{TO_COMPLETE}{}", Waits::class(seconds))),
        _ => None,
    }
}

/// What an item counts.
fn read(item: &Item) -> DayFigures {
    let mut day = DayFigures::default();
    for (name, value) in item {
        let times = value.as_n().ok().and_then(|times| times.parse::<u64>().ok()).unwrap_or_default();
        match name.as_str() {
            "started" => day.started = times,
            "joined" => day.joined = times,
            "completed" => day.completed = times,
            "ended_by_agent" => day.ended_by_agent = times,
            "ended_by_inactivity" => day.ended_by_inactivity = times,
            "ended_by_api" => day.ended_by_api = times,
            _ => {
                let class = |prefix: &str| name.strip_prefix(prefix)?.parse().ok();
                if let Some(class) = class(TO_JOIN) {
                    day.to_join.add(class, times);
                } else if let Some(class) = class(TO_COMPLETE) {
                    day.to_complete.add(class, times);
                }
            }
        }
    }
    day
}

impl Store {
    /// Counts what event `seq` of a session says, in the figures of its team on the day of `at` (UTC). Counted again within ten
    /// minutes, as a stream does that is not sure, it counts once: so long DynamoDB remembers the token of a transaction
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>). One `TransactWriteItems`;
    /// [`StoreError::Condition`] where another count was under way.
    pub async fn count_in_figures(
        &self,
        session: &SessionId,
        seq: u64,
        at: Timestamp,
        counted: Counted,
    ) -> Result<(), StoreError> {
        let day = at.to_zoned(TimeZone::UTC).date();
        let key = Key::figures(&session.team(), day, shard_of(session.as_str(), SHARDS));
        let mut names = vec![attribute(counted).to_owned()];
        names.extend(class(counted));
        let add: Vec<String> = (0..names.len()).map(|at| format!("#c{at} :one")).collect();
        let mut update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(key.to_item()))
            .update_expression(format!("ADD {} SET #expires = :expires", add.join(", ")))
            .expression_attribute_names("#expires", "expires")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":expires", number((at + KEPT_FOR).as_second()));
        for (at, name) in names.into_iter().enumerate() {
            update = update.expression_attribute_names(format!("#c{at}"), name);
        }
        let update = update.build().map_err(|error| incomplete(&error))?;
        // 26 characters of the session and at most 10 of the number: a token has 36.
        let token = format!("{session}{seq}");
        self.transact_once(&token, vec![TransactWriteItem::builder().update(update).build()]).await
    }

    /// The figures of a team for each day from `from` to `to` on which something happened. One `Query`.
    pub async fn figures(&self, team: &TeamId, from: Date, to: Date) -> Result<BTreeMap<Date, DayFigures>, StoreError> {
        let (first, last) = (Key::figures(team, from, 0), Key::figures(team, to, SHARDS));
        let mut days: BTreeMap<Date, DayFigures> = BTreeMap::new();
        let mut start: Option<Item> = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.core)
                .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
                .expression_attribute_values(":pk", text(&first.pk))
                .expression_attribute_values(":first", text(&first.sk))
                .expression_attribute_values(":last", text(&last.sk))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| StoreError::from_sdk("Query figures", &error))?;
            for item in answer.items.unwrap_or_default() {
                if let Some(day) = Key::of(&item).and_then(|key| key.figures_day()) {
                    days.entry(day).or_default().join(&read(&item));
                }
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(days);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_what_is_counted_is_read_again() {
        let all = [
            Counted::Started,
            Counted::Joined(Some(240)),
            Counted::Completed(Some(3600)),
            Counted::Ended(EndedBy::Agent),
            Counted::Ended(EndedBy::Inactivity),
            Counted::Ended(EndedBy::Api),
        ];
        for counted in all {
            let mut day = DayFigures::default();
            day.count(counted);
            let names = std::iter::once(attribute(counted).to_owned()).chain(class(counted));
            assert_eq!(read(&names.map(|name| (name, number(1))).collect()), day, "{counted:?}");
        }
    }

    #[test]
    fn r20_days_are_in_their_order() {
        let team: TeamId = "222222".parse().unwrap();
        let key = |day: i8, shard| Key::figures(&team, jiff::civil::date(2026, 11, day), shard);
        assert!(key(2, 0).sk < key(2, 3).sk && key(2, SHARDS).sk < key(10, 0).sk);
        assert_eq!(key(2, 3).figures_day(), Some(jiff::civil::date(2026, 11, 2)));
    }
}
