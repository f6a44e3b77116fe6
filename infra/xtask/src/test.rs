//! `cargo xtask test`: every part that proves a change, each with its time, and one line at the end that counts.
//!
//! What does not need the same thing runs side by side: installing beside building, what waits beside what computes.

use std::path::PathBuf;
use std::thread::{self, ScopedJoinHandle};

use crate::api::{self, Effort};
use crate::browser::BrowserTests;
use crate::canaries::Watch;
use crate::platform::{self, Platform};
use crate::programs::{Building, Built, Kind, Program, Wanted, needed, run_programs};
use crate::tally::{Count, Tally, now, one, seconds};
use crate::{Failure, layers, lint, patient, rules, template, tools};

const PARTS: [&str; 10] =
    ["lint", "layers", "rules", "template", "unit", "documents", "integration", "platform", "api", "browser"];

/// What the command line asked for: these, or all.
#[derive(Clone, Copy)]
struct Parts<'a>(&'a [String]);

impl Parts<'_> {
    fn has(self, part: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|one| one == part)
    }

    /// What has to be built for them; nothing for those that look at sources only.
    fn programs(self) -> Option<Wanted> {
        let deployed = self.has("platform") || self.has("api");
        let wanted = Wanted {
            unit: self.has("unit"),
            integration: self.has("integration") || self.has("platform"),
            documents: self.has("documents"),
            functions: deployed,
            stack: self.has("integration") || deployed || self.has("browser"),
            samples: self.has("browser"),
        };
        (wanted.unit || wanted.documents || wanted.stack).then_some(wanted)
    }
}

/// Runs the parts that `only` names, or all; `false` when anything failed.
pub(crate) fn run(only: &[String]) -> Result<bool, Failure> {
    if let Some(unknown) = only.iter().find(|part| !PARTS.contains(&part.as_str())) {
        return Err(Failure::new(format!("there is no part `{unknown}`; there are {}", PARTS.join(", "))));
    }
    let (parts, count, since) = (Parts(only), Count::default(), now());
    let building = parts.programs().map(Building::start).transpose()?;
    // Beside the build, everything that needs none. What cannot be installed ends it: nobody waits for a build to learn that
    // there is no browser.
    let installed = match install(parts).and_then(|installed| sources(parts, &count).map(|()| installed)) {
        Ok(installed) => installed,
        Err(failure) => {
            building.into_iter().for_each(Building::stop);
            return Err(failure);
        }
    };
    let built = match building.map(Building::finish) {
        None => None,
        Some(built) => {
            let Some(built) = built? else {
                count.done("build", since, one(false));
                return Ok(count.close());
            };
            println!("build: {}", seconds(since.elapsed()));
            Some(built)
        }
    };
    thread::scope(|scope| {
        let clippy = parts.has("lint").then(|| {
            scope.spawn(|| {
                let since = now();
                // It has the whole of the tests' time, and takes what they leave.
                count.done("clippy", since, lint::clippy(patient(&crate::cargo()))?);
                Ok(())
            })
        });
        if let Some(built) = &built {
            programs(parts, &installed, built, &count, clippy)
        } else {
            clippy.map_or(Ok(()), join)
        }
    })?;
    Ok(count.close())
}

/// What the parts need that is not ours.
struct Installed {
    /// The Python of the second platform.
    python: Option<PathBuf>,
    chromium: Option<PathBuf>,
    /// The Python that checks signatures.
    documents: Option<PathBuf>,
}

/// Installs what is missing, side by side.
fn install(parts: Parts) -> Result<Installed, Failure> {
    thread::scope(|scope| {
        let chromium = parts.has("browser").then(|| scope.spawn(tools::chromium));
        let packages = parts.has("browser").then(|| scope.spawn(|| tools::browser_packages(&tools::browser_tests())));
        let lint = parts.has("lint").then(|| scope.spawn(|| tools::biome().and_then(|_| tools::cargo_deny())));
        let deployed = parts.has("platform") || parts.has("api");
        // The platform deploys with its `sam`.
        let template = (parts.has("template") || deployed).then(|| scope.spawn(template::python));
        let schemathesis = parts.has("api").then(|| scope.spawn(tools::schemathesis));
        let platform = deployed.then(|| scope.spawn(platform::python));
        let documents = parts.has("documents").then(|| scope.spawn(tools::documents));
        let reader = parts.has("browser").then(|| scope.spawn(tools::pdf_reader));
        packages.map(join).transpose()?;
        reader.map(join).transpose()?;
        for tool in [lint, template, schemathesis].into_iter().flatten() {
            join(tool)?;
        }
        Ok(Installed {
            python: platform.map(join).transpose()?,
            chromium: chromium.map(join).transpose()?,
            documents: documents.map(join).transpose()?,
        })
    })
}

/// The parts that look at sources.
fn sources(parts: Parts, count: &Count) -> Result<(), Failure> {
    if parts.has("lint") {
        count.done("lint", now(), lint::without_building()?);
    }
    for (part, check) in [("layers", layers::check as fn() -> _), ("rules", rules::check)] {
        if parts.has(part) {
            let since = now();
            let (checked, wrong): (usize, Vec<String>) = check()?;
            for line in &wrong {
                println!("  {line}");
            }
            count.done(part, since, Tally { passed: checked.saturating_sub(wrong.len()), failed: wrong.len() });
        }
    }
    if parts.has("template") {
        let since = now();
        let mut tally = Tally::default();
        for (name, wrong) in template::check()? {
            tally += one(wrong.is_none());
            if let Some(wrong) = wrong {
                println!("  {name}:\n{wrong}");
            }
        }
        count.done("template", since, tally);
    }
    Ok(())
}

/// The parts that run what was built. Clippy, which has been started, is waited for before what needs the machine for itself.
fn programs(
    parts: Parts,
    installed: &Installed,
    built: &Built,
    count: &Count,
    clippy: Option<ScopedJoinHandle<'_, Result<(), Failure>>>,
) -> Result<(), Failure> {
    let watch = Watch::start()?;
    let tests = |is_wanted: fn(&Program) -> bool| {
        built.tests.iter().filter(|program| is_wanted(program) && !program.is_document()).collect::<Vec<&Program>>()
    };
    if parts.has("unit") {
        let since = now();
        count.done("unit", since, run_programs(&tests(|program| program.kind == Kind::Unit), &[]));
    }
    if let Some(python) = &installed.documents {
        let since = now();
        let programs: Vec<&Program> = built.tests.iter().filter(|program| program.is_document()).collect();
        count.done("documents", since, run_programs(&programs, &[("DOCUMENTS_PYTHON", python.clone())]));
    }
    let integration = |part: &str, is_wanted| -> Result<(), Failure> {
        if !parts.has("integration") {
            return Ok(());
        }
        let since = now();
        let mut environment = vec![("PARLOR_PROGRAM", needed(built.parlor.as_ref(), "parlor")?.clone())];
        environment.extend(watch.environment("integration")?);
        count.done(part, since, run_programs(&tests(is_wanted), &environment));
        Ok(())
    };
    let browser = installed.chromium.as_ref().map(|chromium| BrowserTests::new(chromium, built, &watch)).transpose()?;
    thread::scope(|scope| {
        // The journeys wait for minutes to pass.
        let second = installed.python.as_ref().map(|python| {
            scope.spawn(|| {
                let since = now();
                let mut second = Platform::start(python, built)?;
                if parts.has("platform") {
                    count.done("platform", since, second.run(built, &watch)?);
                }
                Ok(second)
            })
        });
        integration("integration", |program| {
            program.kind == Kind::Integration && !program.is_crashes() && !program.is_storm()
        })?;
        let since = now();
        let first = browser.as_ref().map(|browser| scope.spawn(|| browser.work()));
        let second = second.map(join).transpose()?;
        if let Some(mut second) = second {
            if parts.has("api") {
                let since = now();
                // Whoever asks for this part alone has the time.
                let effort = if parts.0.is_empty() { Effort::SOME } else { Effort::MUCH };
                count.done("api", since, api::on_both(built, &second, &watch, effort)?);
            }
            second.keep_logs(&watch, parts.has("platform"))?;
        }
        integration("crashes", Program::is_crashes)?;
        if let Some(browser) = &browser {
            browser.work()?;
            first.map_or(Ok(()), join)?;
            count.done("browser", since, browser.tally());
        }
        Ok::<_, Failure>(())
    })?;
    clippy.map_or(Ok(()), join)?;
    integration("storms", Program::is_storm)?;
    if ["integration", "platform", "api", "browser"].into_iter().any(|part| parts.has(part)) {
        let since = now();
        count.done("canaries", since, watch.search()?);
    }
    Ok(())
}

fn join<T>(thread: ScopedJoinHandle<'_, Result<T, Failure>>) -> Result<T, Failure> {
    thread.join().unwrap_or_else(|_| Err(Failure::new("a part of the tests died (above)")))
}
