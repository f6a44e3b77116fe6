//! What is left to do in a new installation (`/admin/start`).

use maud::{Markup, html};

use super::frame::{Frame, InFrame, Section};
use crate::components::{Banner, Button, Icon, Tone, chip, progress};
use crate::lang::Lang;
use crate::words::first as words;

/// As many teams, and people, as a step names.
const MOST: usize = 5;

/// A team that was named by somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedTeam {
    pub id: String,
    pub name: String,
}

/// Somebody else who is or will be staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    pub name: String,
    /// Whether they chose a password; otherwise they were invited, or are let in no longer.
    pub came_in: bool,
}

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Whether mail goes to everybody.
    MailAccount,
    /// Whether the sender's address is verified.
    MailSender,
    /// Whether texts go to everybody.
    TextAccount,
    /// What may be spent on texts.
    TextSpend,
    /// Whom texts come from.
    TextSender,
    /// How many functions run at once.
    AtOnce,
}

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// Mail goes to verified addresses only.
    MailSandbox,
    /// AWS paused mail.
    MailPaused,
    /// This address is not verified, nor its domain.
    MailSender(String),
    /// Texts go to verified numbers only.
    TextSandbox,
    /// So many US dollars a month.
    TextSpend(String),
    /// There is no sender id and no number.
    TextSender,
    /// So many functions at once.
    FewAtOnce(u64),
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unasked {
    /// Nobody answered in time.
    NoAnswer,
    /// AWS refused, with this word.
    Refused(String),
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    Ready,
    NotReady {
        gap: Gap,
        /// What mends it on a command line, where something does.
        command: Option<String>,
        /// The page of AWS's console where it is mended.
        page: String,
    },
    NotAsked(Unasked),
}

/// One question with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub subject: Subject,
    pub finding: Finding,
}

/// How mails and texts go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Channels {
    /// They go nowhere; they are read at this address.
    Outbox(String),
    /// AWS was asked.
    Asked(Vec<Answer>),
}

/// The session with oneself, by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestSession {
    None,
    /// Started; its link was not opened yet.
    Waiting(String),
    Joined(String),
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstStepsPage {
    pub frame: Frame,
    /// The company's name of the branding settings.
    pub company: Option<String>,
    /// The teams that do not have the name which a first team is given.
    pub teams: Vec<NamedTeam>,
    pub channels: Channels,
    /// Whether texts are on (R13).
    pub sms: bool,
    pub colleagues: Vec<Colleague>,
    pub test: TestSession,
}

/// One step.
struct Step {
    id: &'static str,
    title: &'static str,
    done: bool,
    /// How it stands, and what leads on.
    body: Markup,
}

impl Channels {
    fn ready(&self) -> bool {
        match self {
            Self::Outbox(_) => true,
            Self::Asked(answers) => answers.iter().all(|answer| answer.finding == Finding::Ready),
        }
    }
}

impl FirstStepsPage {
    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        let steps = self.steps();
        let done = steps.iter().filter(|step| step.done).count();
        let all = done == steps.len();
        self.frame.page(InFrame {
            title: words::first_steps(lang),
            class: "page-first",
            script: "new-key.js",
            main: html! {
                div.people {
                    header {
                        h1 { (words::first_steps(lang)) }
                        p.muted { (words::lead(lang)) }
                    }
                    div.first-progress {
                        p { (words::so_many_done(lang, done, steps.len())) }
                        (progress(done, steps.len(), words::first_steps(lang)))
                    }
                    @if all {
                        (Banner { icon: Some(Icon::CheckCircle), ..Banner::new(Tone::Good, html! { p { (words::all_done(lang)) } }) })
                    }
                    ol.first-list { @for (at, step) in steps.iter().enumerate() { (self.step(at, step)) } }
                    @if self.frame.first_steps {
                        form.first-away method="post" action="/me/first-steps/away" {
                            (self.frame.forms.hidden("away"))
                            p.small.muted { (words::put_away_help(lang)) }
                            @if all { (Button::primary(words::put_away(lang))) } @else { (Button::quiet(words::put_away(lang))) }
                        }
                    }
                    div id="words" hidden data-copied=(crate::words::console::copied(lang)) data-copy-failed=(crate::words::keys::copy_failed(lang)) {}
                }
            },
        })
    }

    fn step(&self, at: usize, step: &Step) -> Markup {
        let lang = self.frame.lang;
        let title = format!("first-{}", step.id);
        html! {
            li.card.first-step id=(step.id) aria-labelledby=(title) {
                span.first-mark.first-mark-done[step.done] aria-hidden="true" { @if step.done { (Icon::Check) } @else { (at + 1) } }
                div.first-body {
                    div.first-title {
                        h2 id=(title) { (step.title) }
                        @if step.done { (chip(Some(Tone::Good), Some(Icon::Check), words::done(lang))) }
                        @else { (chip(None, None, words::not_yet(lang))) }
                    }
                    (step.body)
                }
            }
        }
    }

    fn steps(&self) -> [Step; 5] {
        let lang = self.frame.lang;
        let step = |id, title, done, body| Step { id, title, done, body };
        [
            step("company", words::company(lang), self.company.is_some(), self.of_company()),
            step("team", words::team(lang), !self.teams.is_empty(), self.of_team()),
            step("channels", words::channels(lang), self.channels.ready(), self.of_channels()),
            step("agent", words::agent(lang), !self.colleagues.is_empty(), self.of_agent()),
            step("test", words::test(lang), matches!(self.test, TestSession::Joined(_)), self.of_test()),
        ]
    }

    /// The button that leads on: the one to press while its step is not done.
    fn leads(done: bool, label: &str, href: &str) -> Markup {
        if done {
            html! { (Button::plain(label).href(href)) }
        } else {
            html! { (Button::primary(label).href(href)) }
        }
    }

    fn of_company(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            p.muted {
                @match &self.company { Some(name) => { (words::company_is(lang, name)) } None => { (words::company_help(lang)) } }
            }
            div.row { (Self::leads(self.company.is_some(), words::company_go(lang), "/admin/settings#group-branding")) }
        }
    }

    fn of_team(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @if self.teams.is_empty() {
                p.muted { (words::team_help(lang)) }
            } @else {
                p.muted { (words::team_settings_help(lang)) }
                ul.first-teams {
                    @for team in self.teams.iter().take(MOST) {
                        li { a href={ "/admin/teams/" (team.id) } { (words::team_settings(lang, &team.name)) } }
                    }
                }
            }
            div.row { (Self::leads(!self.teams.is_empty(), words::team_go(lang), "/admin/teams")) }
        }
    }

    fn of_channels(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @match &self.channels {
                Channels::Outbox(url) => {
                    p.muted { (words::outbox_help(lang)) }
                    div.row {
                        a.button href=(url) target="_blank" rel="noopener" { (Icon::External) span { (words::outbox_go(lang)) } }
                        (Self::channels_settings(lang))
                    }
                }
                Channels::Asked(answers) => {
                    p.muted { @if self.channels.ready() { (words::ready_help(lang)) } @else { (words::asked_help(lang)) } }
                    ul.first-answers { @for answer in answers { (self.answer(answer)) } }
                    @if !self.sms { p.small.muted { (words::texts_off(lang)) } }
                    div.row { (Self::channels_settings(lang)) }
                }
            }
        }
    }

    fn channels_settings(lang: Lang) -> Button<'static> {
        Button::plain(words::channels_go(lang)).href("/admin/settings#group-channels")
    }

    fn answer(&self, answer: &Answer) -> Markup {
        let lang = self.frame.lang;
        let subject = match answer.subject {
            Subject::MailAccount => words::mail_account(lang),
            Subject::MailSender => words::mail_sender(lang),
            Subject::TextAccount => words::text_account(lang),
            Subject::TextSpend => words::text_spend(lang),
            Subject::TextSender => words::text_sender(lang),
            Subject::AtOnce => words::at_once(lang),
        };
        let (tone, icon, state) = match &answer.finding {
            Finding::Ready => (Tone::Good, Icon::Check, words::ready(lang)),
            Finding::NotReady { .. } => (Tone::Warn, Icon::Alert, words::not_ready(lang)),
            Finding::NotAsked(_) => (Tone::Info, Icon::Info, words::not_asked(lang)),
        };
        html! {
            li.first-answer {
                div.first-title { h3 { (subject) } (chip(Some(tone), Some(icon), state)) }
                @match &answer.finding {
                    Finding::Ready => {}
                    Finding::NotAsked(why) => { p.small.muted { (self.unasked(why)) } }
                    Finding::NotReady { gap, command, page } => {
                        p.small { (self.gap(gap)) }
                        @if let Some(command) = command {
                            @let id = format!("command-{:?}", answer.subject).to_lowercase();
                            div.copy-row {
                                label.unseen for=(id) { (words::command(lang)) }
                                input.input id=(id) type="text" readonly dir="ltr" value=(command);
                                button.button type="button" data-do="copy" data-copy=(id) { (Icon::Copy) span { (words::copy(lang)) } }
                            }
                        }
                        p.small { a href=(page) target="_blank" rel="noopener noreferrer" { (words::aws_page(lang)) } }
                    }
                }
            }
        }
    }

    fn gap(&self, gap: &Gap) -> String {
        let lang = self.frame.lang;
        match gap {
            Gap::MailSandbox => words::mail_sandbox(lang).to_owned(),
            Gap::MailPaused => words::mail_paused(lang).to_owned(),
            Gap::MailSender(address) => words::mail_unverified(lang, address).to_string(),
            Gap::TextSandbox => words::text_sandbox(lang).to_owned(),
            Gap::TextSpend(limit) => words::text_little(lang, limit).to_string(),
            Gap::TextSender => words::text_nobody(lang).to_owned(),
            Gap::FewAtOnce(limit) => words::few_at_once(lang, *limit).to_string(),
        }
    }

    fn unasked(&self, why: &Unasked) -> String {
        let lang = self.frame.lang;
        match why {
            Unasked::NoAnswer => words::no_answer(lang).to_owned(),
            Unasked::Refused(code) => words::refused_with(lang, code).to_string(),
        }
    }

    fn of_agent(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @if self.colleagues.is_empty() {
                p.muted { (words::agent_help(lang)) }
            } @else {
                ul.first-teams {
                    @for one in self.colleagues.iter().take(MOST) {
                        li { bdi { (one.name) } " " (if one.came_in { chip(Some(Tone::Good), Some(Icon::Check), words::came_in(lang)) } else { chip(None, Some(Icon::Mail), words::invited(lang)) }) }
                    }
                }
            }
            div.row { (Self::leads(!self.colleagues.is_empty(), words::agent_go(lang), "/admin/people/new")) }
        }
    }

    /// The New Session dialog for a session with oneself, under the settings of a team that somebody named where there is one.
    fn test_address(&self) -> String {
        let team = self.teams.first().map(|team| format!("&team={}", team.id));
        format!("/console?new=me{}", team.unwrap_or_default())
    }

    fn of_test(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @match &self.test {
                TestSession::None => {
                    p.muted { (words::test_help(lang)) }
                    div.row { (Button::primary(words::test_go(lang)).href(&self.test_address())) }
                }
                TestSession::Waiting(id) => {
                    p.muted { (words::test_waiting(lang)) }
                    div.row {
                        form method="post" action={ "/v1/sessions/" (id) "/links" } target="_blank" {
                            (self.frame.forms.hidden("link"))
                            (Button::primary(words::test_link(lang)).icon(Icon::External))
                        }
                        (Button::plain(words::test_room(lang)).href(&format!("/console/s/{id}")))
                    }
                }
                TestSession::Joined(id) => {
                    p.muted { (words::test_joined(lang)) }
                    div.row {
                        (Button::plain(words::test_room(lang)).href(&format!("/console/s/{id}")))
                        (Button::plain(words::test_go(lang)).href(&self.test_address()))
                    }
                }
            }
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let frame = |lang| Frame { first_steps: true, ..Frame::sample(lang, Section::FirstSteps) };
        let empty = Self {
            frame: Frame { company: None, ..frame(Lang::En) },
            company: None,
            teams: vec![],
            channels: Channels::Outbox("http://localhost:3000/outbox".to_owned()),
            sms: true,
            colleagues: vec![],
            test: TestSession::None,
        };
        let page = "https://eu-central-1.console.aws.amazon.com/ses/home?region=eu-central-1#/account".to_owned();
        let missing = |subject, gap, command: Option<&str>| Answer {
            subject,
            finding: Finding::NotReady { gap, command: command.map(str::to_owned), page: page.clone() },
        };
        let asked = vec![
            missing(
                Subject::MailAccount,
                Gap::MailSandbox,
                Some(
                    "aws sesv2 put-account-details --region eu-central-1 --production-access-enabled --mail-type TRANSACTIONAL --website-url https://parlor.example.com",
                ),
            ),
            missing(
                Subject::MailSender,
                Gap::MailSender("hello@parlor.example.com".to_owned()),
                Some("aws sesv2 create-email-identity --region eu-central-1 --email-identity hello@parlor.example.com"),
            ),
            missing(Subject::TextAccount, Gap::TextSandbox, None),
            Answer {
                subject: Subject::TextSpend,
                finding: Finding::NotAsked(Unasked::Refused("AuthorizationError".to_owned())),
            },
            missing(Subject::TextSender, Gap::TextSender, None),
            missing(Subject::AtOnce, Gap::FewAtOnce(10), Some("aws service-quotas request-service-quota-increase")),
        ];
        let under_way = Self {
            frame: frame(Lang::En),
            company: Some("Northwind Mutual".to_owned()),
            teams: vec![NamedTeam { id: "1end1n".to_owned(), name: "Lending".to_owned() }],
            channels: Channels::Asked(asked),
            colleagues: vec![Colleague { name: "Tom Reed".to_owned(), came_in: false }],
            test: TestSession::Waiting("k3j9d2m5n8".to_owned()),
            ..empty.clone()
        };
        let ready = |subject| Answer { subject, finding: Finding::Ready };
        let done = Self {
            channels: Channels::Asked(vec![
                ready(Subject::MailAccount),
                ready(Subject::MailSender),
                ready(Subject::AtOnce),
            ]),
            sms: false,
            colleagues: vec![Colleague { name: "Tom Reed".to_owned(), came_in: true }],
            test: TestSession::Joined("k3j9d2m5n8".to_owned()),
            ..under_way.clone()
        };
        let unanswered = Channels::Asked(vec![Answer {
            subject: Subject::MailAccount,
            finding: Finding::NotAsked(Unasked::NoAnswer),
        }]);
        vec![
            ("empty", empty.clone()),
            ("under-way", under_way.clone()),
            ("done", done),
            ("unanswered", Self { channels: unanswered, ..empty }),
            ("ar", Self { frame: frame(Lang::Ar), ..under_way }),
        ]
    }
}
