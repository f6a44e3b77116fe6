//! One function's figures, and a function beside its peer in Node.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tokio::process::Command;

use crate::Options;
use crate::cases::{Case, Site};
use crate::process::Program;
use crate::remembered::Remembered;

/// Invocations that are counted for the cost of one: enough that what only the first ones do is lost in them.
const COUNTED: u64 = 20;
/// Starts whose median counts.
const STARTS: usize = 11;
/// Invocations before a warm one is timed: Node's compiler has then seen the code often enough.
const WARM_UP: u64 = 400;
/// Invocations that a process answers when it is young, the first among them.
pub(crate) const YOUNG: u64 = 100;
/// Invocations in a block whose CPU time is taken, and blocks for each process. The median of all blocks counts.
const BLOCK: u64 = 100;
const BLOCKS: usize = 5;
/// Processes of each that are warmed and timed: a single one may be lucky for all of its life.
const PROCESSES: usize = 7;

/// What stands in the table for no request at all.
pub(crate) const NO_REQUEST: &str = "none";

/// What one function costs.
pub(crate) struct Figures {
    pub(crate) function: &'static str,
    /// What it was asked.
    pub(crate) what: &'static str,
    /// What the first answer costs in requests to DynamoDB.
    pub(crate) requests: String,
    /// What it may cost, if `docs/budgets.md` has the operation.
    pub(crate) budget: Option<&'static str>,
    /// Bytes that are uploaded.
    pub(crate) zip: u64,
    /// Instructions from exec to the first answer.
    pub(crate) start: u64,
    /// Instructions of an invocation after the first.
    pub(crate) warm: u64,
    /// Bytes in use at most, after the first answer and the [`COUNTED`] after it.
    pub(crate) memory: u64,
    /// CPU time of a start to the first answer, in nanoseconds.
    pub(crate) cpu: u64,
}

/// A function and its peer in Node, CPU time in nanoseconds.
pub(crate) struct Pair {
    pub(crate) function: &'static str,
    pub(crate) what: &'static str,
    /// Exec to the first answer.
    pub(crate) start: Versus,
    /// Exec to the [`YOUNG`]th answer.
    pub(crate) young: Versus,
    /// An invocation after many.
    pub(crate) warm: Versus,
    /// Bytes of the answer's body.
    pub(crate) body: Versus,
    /// What one invocation costs in requests to DynamoDB, of each.
    pub(crate) requests: [String; 2],
}

/// The same figure of both.
#[derive(Clone, Copy)]
pub(crate) struct Versus {
    pub(crate) parlor: u64,
    pub(crate) node: u64,
}

/// Runs functions as processes.
pub(crate) struct Bench<'a> {
    options: &'a Options,
    site: &'a Site,
    scratch: PathBuf,
    number: u64,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(options: &'a Options, site: &'a Site) -> Result<Self, String> {
        let scratch = options.packages.join("scratch");
        fs::create_dir_all(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
        Ok(Self { options, site, scratch, number: 0 })
    }

    /// Whether there is a twin of `function` in Node.
    pub(crate) fn has_peer(&self, function: &str) -> bool {
        self.options.peers.join(format!("{function}.mjs")).is_file()
    }

    /// Which Node the peers run on.
    pub(crate) async fn node_version(&self) -> Result<String, String> {
        let node = &self.options.node;
        let output = Command::new(node).arg("--version").output().await;
        let output = output.map_err(|error| format!("{}: {error}", node.display()))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The environment that Lambda would give. The name in it is what roles are held to and requests counted by.
    fn environment(&self, name: &str) -> BTreeMap<String, String> {
        let mut environment = self.site.installation.stack.environment(name);
        let lambda = [
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("LAMBDA_TASK_ROOT", "."),
            ("LANG", "en_US.UTF-8"),
            ("TZ", ":UTC"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ];
        environment.extend(lambda.map(|(name, value)| (name.to_owned(), value.to_owned())));
        environment
    }

    /// The release program of `function`.
    pub(crate) fn program(&self, function: &str) -> Program {
        let folder = self.options.packages.join(function);
        let environment = self.environment(function);
        Program { command: vec![folder.join("bootstrap").into()], folder, environment }
    }

    /// Its twin in Node, started as the managed runtime's image starts a handler.
    fn peer(&self, function: &str) -> Program {
        let mut environment = self.environment(function);
        // The SDK for JavaScript takes the name from here.
        environment.insert("AWS_SDK_UA_APP_ID".to_owned(), function.to_owned());
        environment.insert("NODE_ENV".to_owned(), "production".to_owned());
        let command = vec![
            self.options.node.clone().into(),
            "node_modules/aws-lambda-ric/bin/index.mjs".into(),
            format!("{function}.handler").into(),
        ];
        Program { command, folder: self.options.peers.clone(), environment }
    }

    /// The next event of a case.
    pub(crate) fn event(&mut self, case: &Case) -> Value {
        self.number += 1;
        case.event(self.number)
    }

    /// `count` of them.
    fn events(&mut self, case: &Case, count: u64) -> Vec<Value> {
        (0..count).map(|_| self.event(case)).collect()
    }

    /// Requests to DynamoDB by `function`, since anybody's were last asked for.
    pub(crate) fn requests(&self, function: &str) -> String {
        let requests = self.site.installation.requests_of(function);
        self.site.installation.stack.reset_requests();
        if requests.is_empty() { NO_REQUEST.to_owned() } else { requests }
    }

    /// Has a function give its answer once.
    pub(crate) async fn rehearse(&mut self, case: &Case) -> Result<(), String> {
        self.site.stay().await?;
        let mut running = self.program(case.function).start().await?;
        let event = self.event(case);
        case.check(&running.answer(event).await?)?;
        running.stop().await
    }

    /// Everything about one function.
    pub(crate) async fn function(&mut self, case: &Case) -> Result<Figures, String> {
        let program = self.program(case.function);
        let zip = self.options.packages.join(case.function).join("bootstrap.zip");
        let zip = fs::metadata(&zip).map_err(|error| format!("{}: {error}", zip.display()))?.len();

        self.site.stay().await?;
        self.requests(case.function);
        let mut running = program.start().await?;
        let event = self.event(case);
        case.check(&running.answer(event).await?)?;
        let requests = self.requests(case.function);
        for event in self.events(case, COUNTED) {
            case.check(&running.answer(event).await?)?;
        }
        let memory = running.peak_memory()?;
        running.stop().await?;

        let valgrind = &self.options.valgrind.clone();
        let (one, more) = (self.events(case, 1), self.events(case, 1 + COUNTED));
        let start = program.instructions(one, valgrind, &self.scratch).await?;
        let more = program.instructions(more, valgrind, &self.scratch).await?;
        let warm = more.saturating_sub(start) / COUNTED;

        let mut times = Vec::new();
        for _ in 0..STARTS {
            times.push(self.start_time(&program, case).await?);
        }
        let cpu = median(times);
        let budget = case.budget();
        Ok(Figures { function: case.function, what: case.what, requests, budget, zip, start, warm, memory, cpu })
    }

    /// CPU time from exec to the first answer.
    async fn start_time(&mut self, program: &Program, case: &Case) -> Result<u64, String> {
        let mut running = program.start().await?;
        let event = self.event(case);
        case.check(&running.answer(event).await?)?;
        let time = running.cpu()?;
        running.stop().await?;
        Ok(time)
    }

    /// A function and its peer, in turns, so that whatever else the machine does meets both. Their starts are those that
    /// they have beside the stack; for what comes after, the services are [`Remembered`].
    pub(crate) async fn pair(&mut self, case: &Case) -> Result<Pair, String> {
        self.site.stay().await?;
        let (mut parlor, mut node) = (self.program(case.function), self.peer(case.function));
        let mut starts = [Vec::new(), Vec::new()];
        for _ in 0..STARTS {
            for (program, times) in [&parlor, &node].into_iter().zip(&mut starts) {
                times.push(self.start_time(program, case).await?);
            }
        }
        let _services =
            (Remembered::between(&mut parlor.environment).await, Remembered::between(&mut node.environment).await);
        let mut bodies = [0, 0];
        let mut requests = [None, None];
        let mut young = [Vec::new(), Vec::new()];
        let mut warm = [Vec::new(), Vec::new()];
        for _ in 0..PROCESSES {
            let mut running = [parlor.start().await?, node.start().await?];
            for (place, process) in running.iter_mut().enumerate() {
                self.requests(case.function);
                let event = self.event(case);
                let answer = process.answer(event).await?;
                bodies[place] = answer["body"].as_str().map_or(0, str::len) as u64;
                // Only the first time is there anything to count.
                requests[place].get_or_insert(self.requests(case.function));
                for event in self.events(case, YOUNG - 1) {
                    case.check(&process.answer(event).await?)?;
                }
                young[place].push(process.cpu()?);
                for event in self.events(case, WARM_UP) {
                    case.check(&process.answer(event).await?)?;
                }
            }
            for _ in 0..BLOCKS {
                for (process, times) in running.iter_mut().zip(&mut warm) {
                    let events = self.events(case, BLOCK);
                    let before = process.cpu()?;
                    for event in events {
                        process.answer(event).await?;
                    }
                    // A thread that ended takes its share along.
                    times.push(process.cpu()?.saturating_sub(before) / BLOCK);
                }
            }
            for process in running {
                process.stop().await?;
            }
        }
        let versus = |times: [Vec<u64>; 2]| {
            let [parlor, node] = times.map(median);
            Versus { parlor, node }
        };
        Ok(Pair {
            function: case.function,
            what: case.what,
            start: versus(starts),
            young: versus(young),
            warm: versus(warm),
            body: Versus { parlor: bodies[0], node: bodies[1] },
            requests: requests.map(Option::unwrap_or_default),
        })
    }
}

fn median(mut times: Vec<u64>) -> u64 {
    times.sort_unstable();
    times[times.len() / 2]
}
