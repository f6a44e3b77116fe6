//! What a team did, day by day (R20): the sums, a chart that is drawn here, and the same numbers as a table.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use maud::{Markup, html};
use parlor_domain::figures::DayFigures;

use super::frame::{Frame, InFrame, topbar};
use super::sample;
use crate::lang::Lang;
use crate::times;
use crate::words::{console, figures as words};

/// How many days the page shows, to choose from.
pub const FIGURES_SPANS: [u16; 3] = [7, 30, 90];

/// The figures of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// The console around it.
    pub frame: Frame,
    /// The teams that the reader may look at: id and name.
    pub teams: Vec<(String, String)>,
    /// The team's id.
    pub team: String,
    /// Every day of the span, the oldest first.
    pub days: Vec<(Date, DayFigures)>,
}

/// The way between the two pages about a team.
pub(super) fn tabs(lang: Lang, team: &str, figures: bool) -> Markup {
    html! {
        nav.segments.figures-tabs aria-label=(console::board_team(lang)) {
            a href={ "/console/team?team=" (team) } aria-current=[(!figures).then_some("page")] { (words::running(lang)) }
            a href={ "/console/team/figures?team=" (team) } aria-current=[figures.then_some("page")] { (words::figures(lang)) }
        }
    }
}

/// Steps of the chart: a day is this wide, a bar of it this, and the whole this high.
const DAY: usize = 24;
const BAR: usize = 5;
const HEIGHT: u64 = 120;

impl Figures {
    pub fn render(&self) -> Markup {
        let (frame, lang) = (&self.frame, self.frame.lang);
        let main = html! {
            (topbar(lang, frame.company.as_deref()))
            div.board {
                header.board-head {
                    div { h1 { (words::title(lang)) } p.muted { (words::lead(lang)) } }
                    (tabs(lang, &self.team, true))
                }
                (self.choice())
                @let sums = self.sums();
                dl.figures-sums {
                    @for (name, value, note) in tiles(lang, &sums) {
                        div.card.figures-sum { dt.small.muted { (name) } dd { span.stat-value { (value) } @if let Some(note) = note { " " span.small.muted { (note) } } } }
                    }
                }
                section.card.figures-card aria-labelledby="figures-chart" {
                    div.figures-head {
                        h2 id="figures-chart" { (words::by_day(lang)) }
                        ul.figures-key { @for (class, name) in series(lang) { li.small { span.{ "figures-mark figures-" (class) } aria-hidden="true" {} (name) } } }
                    }
                    @if sums == DayFigures::default() { p.muted.figures-none { (words::none(lang)) } }
                    @else { (self.chart()) }
                    (self.table())
                }
            }
        };
        frame.page(InFrame {
            title: words::title(lang),
            class: "page-figures",
            script: "console.js",
            live: None,
            data: &[],
            without_dialog: false,
            main,
        })
    }

    fn sums(&self) -> DayFigures {
        self.days.iter().fold(DayFigures::default(), |mut sums, (_, day)| {
            sums.join(day);
            sums
        })
    }

    fn choice(&self) -> Markup {
        let lang = self.frame.lang;
        let span = |days: u16| usize::from(days) == self.days.len();
        html! {
            div.board-filters {
                nav.segments aria-label=(words::span(lang)) {
                    @for days in FIGURES_SPANS {
                        a.segment href={ "/console/team/figures?team=" (self.team) "&days=" (days) } aria-current=[span(days).then_some("true")] { (words::days(lang, days.into())) }
                    }
                }
                @if self.teams.len() > 1 {
                    form.board-choice method="get" action="/console/team/figures" {
                        input type="hidden" name="days" value=(self.days.len());
                        label { span.unseen { (console::board_team(lang)) }
                            select.input name="team" { @for (id, name) in &self.teams { option value=(id) selected[*id == self.team] { (name) } } }
                        }
                        button.button type="submit" { (console::show(lang)) }
                    }
                }
            }
        }
    }

    /// Three bars a day. The table says the same, so it is hidden from those who hear the page.
    fn chart(&self) -> Markup {
        let top = self.days.iter().map(|(_, day)| shown(day).into_iter().max().unwrap_or_default()).max();
        let top = top.unwrap_or_default().max(1);
        let ends = [self.days.first(), self.days.last()];
        html! {
            div.figures-chart aria-hidden="true" {
                span.small.muted.figures-top { (top) }
                svg viewBox={ "0 0 " (self.days.len().max(1) * DAY) " " (HEIGHT) } preserveAspectRatio="none" {
                    @for line in 0..4_u64 { line.figures-line x1="0" x2="100%" y1=(HEIGHT * line / 4) y2=(HEIGHT * line / 4) vector-effect="non-scaling-stroke" {} }
                    @for (at, (_, day)) in self.days.iter().enumerate() {
                        @for (bar, (value, (class, _))) in shown(day).into_iter().zip(series(self.frame.lang)).enumerate() {
                            @if value > 0 {
                                @let height = (HEIGHT * value / top).max(1);
                                rect.{ "figures-" (class) } x=(at * DAY + 3 + bar * (BAR + 1)) y=(HEIGHT - height) width=(BAR) height=(height) {}
                            }
                        }
                    }
                }
                div.figures-days { @for (day, _) in ends.into_iter().flatten() { span.small.muted { (self.name(*day)) } } }
            }
        }
    }

    fn table(&self) -> Markup {
        let lang = self.frame.lang;
        let heads = [
            words::started(lang),
            words::joined(lang),
            words::completed(lang),
            words::ended_by_agent(lang),
            words::ended_by_inactivity(lang),
            words::ended_by_api(lang),
            words::to_join(lang),
            words::to_complete(lang),
        ];
        html! {
            div.table-frame tabindex="0" role="group" aria-label=(words::by_day(lang)) {
                table.table.figures-table {
                    caption.unseen { (words::by_day(lang)) }
                    thead { tr { th scope="col" { (words::day(lang)) } @for head in heads { th scope="col" { (head) } } } }
                    tbody {
                        @for (day, figures) in self.days.iter().rev() {
                            tr {
                                th scope="row" { (self.name(*day)) }
                                @for value in [figures.started, figures.joined, figures.completed, figures.ended_by_agent, figures.ended_by_inactivity, figures.ended_by_api] {
                                    td { @if value == 0 { span.muted { "0" } } @else { (value) } }
                                }
                                @for wait in [&figures.to_join, &figures.to_complete] { td { (took(lang, wait.median())) } }
                            }
                        }
                    }
                }
            }
            p.small.muted { (words::utc(lang)) }
        }
    }

    /// A day, with its year only when it is not this one.
    fn name(&self, day: Date) -> String {
        let at = day.to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp());
        times::date(self.frame.lang, at, self.frame.now)
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let frame = Frame::sample_supervisor();
        let last = sample::ago(0).to_zoned(TimeZone::UTC).date();
        let days = |of: i32| -> Vec<(Date, DayFigures)> {
            let day = |before: i32| {
                let busy = u64::try_from((before * 7 + before % 5 * 3) % 19).unwrap_or_default();
                let mut figures = DayFigures {
                    started: busy,
                    joined: busy * 4 / 5,
                    completed: busy / 2,
                    ended_by_agent: busy / 2,
                    ended_by_inactivity: busy / 6,
                    ended_by_api: u64::from(before % 9 == 4),
                    ..DayFigures::default()
                };
                figures.to_join.add(33, figures.joined);
                figures.to_complete.add(47, figures.completed);
                (last.checked_sub(jiff::Span::new().days(before)).unwrap_or(last), figures)
            };
            (0..of).rev().map(day).collect()
        };
        let of = |frame: Frame, days| Self {
            teams: vec![("h4rb0r".into(), "Harbour Loans".into()), ("c1t1es".into(), "City Branch".into())],
            team: "h4rb0r".into(),
            days,
            frame,
        };
        let nothing = days(30).into_iter().map(|(day, _)| (day, DayFigures::default())).collect();
        vec![
            ("month", of(frame.clone(), days(30))),
            ("week-de", of(Frame { lang: Lang::De, ..frame.clone() }, days(7))),
            ("quarter-ar", of(Frame { lang: Lang::Ar, ..frame.clone() }, days(90))),
            ("none", of(frame, nothing)),
        ]
    }
}

/// What the chart shows of a day, in the order of [`series`].
fn shown(day: &DayFigures) -> [u64; 3] {
    [day.started, day.joined, day.completed]
}

/// The chart's bars: their class and name.
fn series(lang: Lang) -> [(&'static str, &'static str); 3] {
    [("started", words::started(lang)), ("joined", words::joined(lang)), ("completed", words::completed(lang))]
}

/// The sums of the span, with a note where there is one.
fn tiles(lang: Lang, sums: &DayFigures) -> [(&'static str, String, Option<String>); 6] {
    let share = |of: u64| {
        let share = (of * 100).checked_div(sums.started)?;
        Some(words::share(lang, &share.to_string()).plain())
    };
    let by_itself =
        (sums.ended_by_inactivity > 0).then(|| words::of_them_inactive(lang, sums.ended_by_inactivity).plain());
    [
        (words::started(lang), sums.started.to_string(), None),
        (words::joined(lang), sums.joined.to_string(), share(sums.joined)),
        (words::completed(lang), sums.completed.to_string(), share(sums.completed)),
        (words::ended(lang), sums.ended().to_string(), by_itself),
        (words::to_join(lang), took(lang, sums.to_join.median()), None),
        (words::to_complete(lang), took(lang, sums.to_complete.median()), None),
    ]
}

/// A time that is known to a tenth, so in one unit: "45 s", "12 min", "3 h", "4 d".
fn took(lang: Lang, seconds: Option<u64>) -> String {
    match seconds {
        None => "–".to_owned(),
        Some(s) if s < 90 => words::seconds(lang, &s.to_string()).plain(),
        Some(s) if s < 90 * 60 => words::minutes(lang, &((s + 30) / 60).to_string()).plain(),
        Some(s) if s < 48 * 3600 => words::hours(lang, &((s + 1800) / 3600).to_string()).plain(),
        Some(s) => words::long_days(lang, &((s + 43_200) / 86_400).to_string()).plain(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_a_time_is_said_in_one_unit() {
        let said = |seconds| took(Lang::En, Some(seconds));
        assert_eq!([45, 240, 7200, 400_000].map(said), ["45 s", "4 min", "2 h", "5 d"]);
        assert_eq!(took(Lang::En, None), "–");
    }

    #[test]
    fn r20_the_chart_and_the_table_say_the_same() {
        let (_, figures) = Figures::samples().remove(0);
        let page = figures.render().into_string();
        let bars: usize = figures.days.iter().flat_map(|(_, day)| shown(day)).filter(|value| *value > 0).count();
        assert_eq!(page.matches("<rect class=\"figures-").count(), bars);
        assert_eq!(page.matches("<th scope=\"row\"").count(), figures.days.len());
    }
}
