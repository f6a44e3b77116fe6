//! The second platform: the functions' own `bootstrap`s, deployed from the template to ministack, and the journeys there.
//! See docs/platforms.md.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::canaries::Watch;
use crate::programs::{Building, Built, Wanted, needed, run_program};
use crate::tally::Tally;
use crate::{Failure, root, target, template, tools};

const JOURNEYS: &str = "tests/journeys";

/// What this part of the tests is called.
const PART: &str = "platform";

/// The variable that names the file which says where a platform is.
const DESCRIBED: &str = "PARLOR_PLATFORM";

/// Wrong answers that the platform can be made to give, and a journey that has to fail by each.
const PLANTED: [(&str, &str); 5] = [
    ("no-cookies", "staff::an_agent_signs_in_and_out"),
    ("no-refusals", "customer::r6_an_invitation_opens_on_one_device"),
    ("no-versions", "staff::r19_settings_are_saved_over_what_was_seen"),
    ("no-conditions", "rooms::a_live_connection_takes_a_fresh_ticket_of_ours"),
    ("no-rest", "program::r1_a_start_is_repeated_by_its_key"),
];

/// Some journeys wait for a minute to pass; the others go on beside them.
const AT_ONCE: &str = "--test-threads=4";

/// The Python that runs the platform, with its packages.
pub(crate) fn python() -> Result<PathBuf, Failure> {
    tools::python("platform", &root().join("tests/platform/requirements.txt"))
}

/// Which journeys use a function, those first that say soonest what it misses.
const USED_BY: [(&str, &[&str]); 43] = [
    ("admin-console", &["staff::r19_an_admin_opens_the_settings_and_nobody_else"]),
    ("first-steps", &["first_run::a_first_admin_is_led_through_what_is_left_to_do"]),
    ("settings", &["staff::r19_settings_are_saved_over_what_was_seen"]),
    ("agent-auth", &["staff::an_agent_signs_in_and_out", "staff::the_first_admin_comes_in_by_a_link_that_opens_once"]),
    (
        "agent-console",
        &[
            "staff::r1_the_console_starts_a_session_by_text",
            "rooms::r14_two_rooms_chat_and_catch_up_and_the_end_is_heard",
        ],
    ),
    ("customer-entry", &["customer::r6_an_invitation_opens_on_one_device", ROOMS[1]]),
    (
        "customer-pin",
        &["customer::r7_a_pin_lets_in_locks_and_is_reset", "customer::r7_a_code_and_a_consent_let_in", HEARD],
    ),
    (
        "customer-room",
        &[
            "customer::r2_what_is_left_after_the_end_and_after_the_renewal",
            "rooms::r14_two_rooms_chat_and_catch_up_and_the_end_is_heard",
        ],
    ),
    (
        "customer-work",
        &[
            "workflow::r21_a_workflow_is_filled_in_step_by_step",
            "workflow::r21_a_draft_is_sent_reminded_of_declined_and_withdrawn",
        ],
    ),
    (
        "deliver",
        &[
            "program::r1_a_start_is_repeated_by_its_key",
            "staff::r1_the_console_starts_a_session_by_text",
            "rooms::r23_a_message_that_is_refused_is_said_in_the_room",
        ],
    ),
    ("deliver-webhooks", HOOKS),
    ("customer-files", &["files::r21_a_customer_sends_a_file_while_they_may_fill_in"]),
    ("document-file", &["document::r21_a_document_is_sent_filled_in_signed_and_downloaded_by_both"]),
    ("verify-document", &["document::r21_a_document_is_sent_filled_in_signed_and_downloaded_by_both"]),
    ("document-finish", &["files::r21_a_task_becomes_a_signed_document_whose_first_signature_stays"]),
    ("document-join", &["request::r21_a_request_is_fulfilled_sent_back_fulfilled_and_accepted"]),
    ("pack-files", &["archive::r21_all_finished_files_of_a_session_are_downloaded_as_one"]),
    ("document-read", &["files::r21_a_file_is_sent_past_the_functions_and_read"]),
    ("document-sign", &["files::r21_a_task_becomes_a_signed_document_whose_first_signature_stays"]),
    ("logo-file", &["logo::r19_a_logo_is_uploaded_and_shown_to_anybody"]),
    ("files", &["files::r21_a_file_is_sent_past_the_functions_and_read"]),
    (
        "interactions",
        &[
            "workflow::r21_a_workflow_is_filled_in_step_by_step",
            "workflow::r21_a_draft_is_sent_reminded_of_declined_and_withdrawn",
        ],
    ),
    ("live-connect", ROOMS),
    ("live-disconnect", ROOMS),
    ("live-message", ROOMS),
    (
        "retry-deliveries",
        &[
            "clock::r23_a_message_that_the_stream_lost_is_sent_by_the_schedule",
            "clock::r23_what_the_schedule_sends_in_vain_is_said_in_the_room",
        ],
    ),
    ("people", &["staff::r27_an_invited_person_comes_in_and_is_deactivated"]),
    ("retry-webhooks", HOOKS),
    ("keys", &["program::r20_a_key_is_made_used_for_what_it_is_for_and_revoked"]),
    ("library", &["library::r21_a_document_of_the_library_is_sent_to_a_customer"]),
    ("session-messages", &["program::r24_the_timeline_says_what_happened", ROOMS[0]]),
    ("session-customer", &["customer::r7_a_pin_lets_in_locks_and_is_reset", HEARD]),
    ("session-end", &["program::r24_the_timeline_says_what_happened", ROOMS[0]]),
    ("session-invite", &["program::r1_a_planned_session_is_invited_later_and_again", HEARD]),
    ("session-read", &["program::r1_a_start_is_repeated_by_its_key", "program::r24_the_timeline_says_what_happened"]),
    (
        "session-renew",
        &[
            "customer::r2_what_is_left_after_the_end_and_after_the_renewal",
            HEARD,
            "rooms::r9_a_supervisor_asks_and_the_owner_answers",
        ],
    ),
    ("session-start", &["program::r1_a_start_is_repeated_by_its_key"]),
    ("static-files", &["program::pages_load_our_own_files_and_keep_them"]),
    (
        "apply-retention",
        &[
            "clock::r25_a_schedule_that_comes_late_erases_what_was_kept_for_its_time",
            "erasing::r25_an_erased_session_leaves_a_note_and_nothing_else",
        ],
    ),
    (
        "send-reminders",
        &[
            "clock::r23_a_schedule_that_comes_late_reminds_of_unfinished_work",
            "clock::r23_who_is_away_is_told_once_that_something_is_new",
        ],
    ),
    ("sweep-access", &["clock::r2_a_schedule_that_comes_late_notes_what_the_clock_decided", MINUTE]),
    ("sweep-inactivity", &["clock::r3_a_schedule_that_comes_late_ends_what_was_left_alone", MINUTE]),
    ("webhooks", HOOKS),
];

const ROOMS: &[&str] =
    &["rooms::r14_two_rooms_chat_and_catch_up_and_the_end_is_heard", "rooms::r14_who_comes_and_leaves_is_seen_to"];
const HOOKS: &[&str] = &[
    "webhooks::r24_events_come_signed_in_order_and_again_when_asked_for",
    "webhooks::r24_a_test_event_tries_an_endpoint",
    "webhooks::r24_an_endpoint_that_is_gone_is_disabled_and_hears_the_rest_when_it_is_back",
    "webhooks::r24_a_failing_endpoint_is_tried_again_and_nothing_overtakes",
];
const HEARD: &str = "rooms::r14_what_others_do_is_heard_in_the_room";
/// Waits for a minute, so it comes last.
const MINUTE: &str = "clock::r2_r3_r5_a_minute_passes";

/// Takes every action of every role (or of those of `functions`) away, one at a time, and says which journey missed it:
/// rows of a table for docs/platforms.md. `false` when an action is missed by none.
pub(crate) fn remove_each(functions: &[String]) -> Result<bool, Failure> {
    let python = python()?;
    let wanted =
        Wanted { unit: false, integration: true, documents: false, functions: true, stack: true, samples: false };
    let Some(built) = Building::start(wanted)?.finish()? else { return Ok(false) };
    let journeys = built.test(JOURNEYS)?;
    let mut platform = Platform::start(&python, &built)?;
    let described = platform.described.clone();
    let red = |journey: &str| {
        let (tally, _) = run_program(journeys, &["--exact", journey], &[(DESCRIBED, described.clone())]);
        if tally == Tally::default() {
            return Err(Failure::new(format!("there is no journey `{journey}`")));
        }
        Ok(tally.failed > 0)
    };
    let cuts: Value = serde_json::from_str(&platform.tell("roles")?)
        .map_err(|error| Failure::new(format!("the platform's roles: {error}")))?;
    let cuts = cuts.as_array().cloned().unwrap_or_default();
    let mut all_missed = true;
    println!("| function | action | on | without it |\n| --- | --- | --- | --- |");
    for (number, cut) in cuts.iter().enumerate() {
        let text = |name: &str| cut[name].as_str().unwrap_or_default();
        let function = text("function");
        if !functions.is_empty() && !functions.iter().any(|wanted| wanted == function) {
            continue;
        }
        let users = USED_BY.iter().find(|(name, _)| *name == function).map_or(&[][..], |(_, users)| users);
        platform.tell(&format!("remove {number}"))?;
        let mut missed = None;
        for journey in users {
            if red(journey)? {
                missed = Some(journey);
                break;
            }
        }
        platform.tell(&format!("restore {number}"))?;
        let verdict = match missed {
            None => "**no journey fails**".to_owned(),
            // What fails with the action, too, says nothing about it.
            Some(journey) if red(journey)? => {
                missed = None;
                format!("**`{journey}` fails with it, too**")
            }
            Some(journey) => format!("`{journey}` fails"),
        };
        println!("| `{function}` | `{}` | {} | {verdict} |", text("action"), text("on"));
        all_missed &= missed.is_some();
    }
    Ok(all_missed)
}

/// An installation to try.
#[derive(Debug)]
pub(crate) struct Target {
    /// What it is called in what is printed.
    pub(crate) name: String,
    /// Its origin, without a slash at the end.
    pub(crate) url: String,
    /// An API key.
    pub(crate) key: String,
    /// Address and password of the agent whose key it is, for what only the console may do.
    pub(crate) agent: Option<(String, String)>,
}

/// A running platform; it ends when this is dropped.
pub(crate) struct Platform {
    child: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// The file that says where it is, for the journeys.
    described: PathBuf,
}

impl Platform {
    /// Deploys.
    pub(crate) fn start(python: &Path, built: &Built) -> Result<Self, Failure> {
        let root = root();
        let programs = needed(built.parlor.as_ref(), "parlor")?.parent().unwrap_or(&root);
        let folder = target()?.join("platform");
        let lost = |error| Failure::new(format!("{}: {error}", folder.display()));
        fs::create_dir_all(&folder).map_err(lost)?;
        let mut child = Command::new(python)
            .arg(root.join("tests/platform"))
            .arg("--template")
            .arg(root.join("infra/template.yaml"))
            .arg("--sam")
            .arg(template::python()?.with_file_name("sam"))
            .arg("--programs")
            .arg(programs)
            .arg("--zips")
            .arg(&folder)
            .arg("--log")
            .arg(folder.join("ministack.log"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::new(format!("{} cannot be started: {error}", python.display())))?;
        let (Some(commands), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::new("the platform has no standard input and output"));
        };
        let described = folder.join("ready.json");
        let mut platform = Self { child, commands: Some(commands), answers: BufReader::new(answers), described };
        let ready = platform.answer()?;
        fs::write(&platform.described, ready).map_err(lost)?;
        Ok(platform)
    }

    /// Runs all journeys, then those that have to notice each planted difference, then an operator's day.
    pub(crate) fn run(&mut self, built: &Built, watch: &Watch) -> Result<Tally, Failure> {
        let journeys = built.test(JOURNEYS)?;
        let mut environment = vec![(DESCRIBED, self.described.clone())];
        environment.extend(watch.environment(PART)?);
        let (mut total, report) = run_program(journeys, &[AT_ONCE], &environment);
        print!("{report}");
        for (plant, journey) in PLANTED {
            self.tell(&format!("plant {plant}"))?;
            let (tally, report) = run_program(journeys, &["--exact", journey], &environment);
            if tally == (Tally { passed: 0, failed: 1 }) {
                println!("  planted {plant}: {journey} is red, as it has to be");
                total.passed += 1;
            } else {
                println!("  planted {plant}: {journey} did not notice\n{report}");
                total.failed += 1;
            }
        }
        self.tell("plant nothing")?;
        let day: Value = serde_json::from_str(&self.tell("operate")?)
            .map_err(|error| Failure::new(format!("an operator's day: {error}")))?;
        match day["failed"].as_str() {
            None => total.passed += 1,
            Some(failed) => {
                println!("  an operator's day: {failed}");
                total.failed += 1;
            }
        }
        Ok(total)
    }

    /// Keeps what the functions wrote to CloudWatch Logs. After the journeys each of them has written something.
    pub(crate) fn keep_logs(&mut self, watch: &Watch, after_journeys: bool) -> Result<(), Failure> {
        // JSON with a text for each function.
        let logs: BTreeMap<String, String> = serde_json::from_str(&self.tell("logs")?)
            .map_err(|error| Failure::new(format!("the platform's logs: {error}")))?;
        for (function, log) in logs {
            if after_journeys || !log.is_empty() {
                let path = watch.log(PART, &format!("{function}.log"))?;
                fs::write(&path, log).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
            }
        }
        Ok(())
    }

    /// A new team's agent and key, for whoever calls the API here.
    pub(crate) fn target(&self, built: &Built, watch: &Watch) -> Result<Target, Failure> {
        let desk = needed(built.desk.as_ref(), "desk")?;
        let output = Command::new(desk)
            .env(DESCRIBED, &self.described)
            .envs(watch.environment(PART)?)
            .stderr(Stdio::inherit())
            .output();
        let output = output.map_err(|error| Failure::new(format!("{}: {error}", desk.display())))?;
        let said: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| Failure::new(format!("{} says nothing: {error}", desk.display())))?;
        let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        let agent = Some((text("email"), text("password")));
        Ok(Target { name: "second platform".to_owned(), url: text("url"), key: text("api_key"), agent })
    }

    /// Gives a command, and waits until it is done.
    fn tell(&mut self, command: &str) -> Result<String, Failure> {
        if let Some(commands) = &mut self.commands {
            writeln!(commands, "{command}").map_err(|error| Failure::new(format!("the platform is gone: {error}")))?;
        }
        self.answer()
    }

    fn answer(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        match self.answers.read_line(&mut line) {
            Ok(length) if length > 0 => Ok(line),
            _ => {
                let log = self.described.with_file_name("ministack.log");
                Err(Failure::new(format!("the platform ended early (above, and in {})", log.display())))
            }
        }
    }
}

impl Drop for Platform {
    /// Its end of input is its end.
    fn drop(&mut self) {
        self.commands = None;
        let _ = self.child.wait();
    }
}
