//! The table: what was measured, the bars, and which of them are missed.

use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;

use crate::cases::ASKS_NOTHING;
use crate::measure::{Figures, NO_REQUEST, Pair, Versus, YOUNG};
use crate::scale::Scale;

const BEGIN: &str = "<!-- bench: begin -->";
const END: &str = "<!-- bench: end -->";

/// Bytes of a zip.
const LARGEST_ZIP: u64 = 3_000_000;
/// Bytes in use.
const MOST_MEMORY: u64 = 12_000_000;
/// Instructions from exec to the first answer.
const START: u64 = 15_000_000;
/// Instructions of a customer's page in a process that runs.
const WARM_PAGE: u64 = 1_500_000;
/// How much less CPU than the peer: a start, a page, a relayed message.
const START_RATIO: u64 = 30;
const PAGE_RATIO: u64 = 6;
const RELAY_RATIO: u64 = 8;

/// Functions whose warm page is held to [`WARM_PAGE`].
const CUSTOMER_PAGES: [&str; 4] = ["customer-entry", "customer-pin", "customer-room", "customer-work"];

/// Steps about documents. Nobody waits for their start, and parsing, fonts and drawing have a size: they have a bar of their own
/// for the zip, and none for what a file takes.
const DOCUMENT_STEPS: [&str; 4] = ["document-read", "document-finish", "document-sign", "document-join"];
/// Bytes of a document step's zip.
const LARGEST_DOCUMENT_ZIP: u64 = 5_000_000;

/// Each invocation is measured in an instance that is new, whose first request with an API key in an hour notes its use beside all
/// else; `docs/budgets.md` has that once, for all operations.
const NOTED: &str = ", UpdateItem 1";

/// Everything that was measured.
pub(crate) struct Report {
    pub(crate) functions: Vec<Figures>,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) scales: Vec<Scale>,
    /// The peers' Node.
    pub(crate) node: String,
}

impl Report {
    /// The bars that are missed, one line each.
    pub(crate) fn missed(&self) -> Vec<String> {
        let functions = self.functions.iter().flat_map(|figures| self.missed_by(figures));
        let pairs = self.pairs.iter().flat_map(missed_by_pair);
        let scales = self.scales.iter().filter_map(|scale| {
            let [(few, one), (many, other)] = &scale.costs;
            (one != other).then(|| format!("{} {few}: `{one}`; {many}: `{other}`", scale.what))
        });
        functions.chain(pairs).chain(scales).collect()
    }

    /// A start in Node, where one was measured in this run.
    fn peer(&self) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.function == "customer-entry")
    }

    fn missed_by(&self, figures: &Figures) -> Vec<String> {
        let name = figures.function;
        let mut missed = Vec::new();
        let mut hold = |what: &str, value: u64, bar: u64| {
            if value > bar {
                missed.push(format!("{name}, {}: {what} {value}, at most {bar}", figures.what));
            }
        };
        if DOCUMENT_STEPS.contains(&name) {
            hold("bytes of its zip", figures.zip, LARGEST_DOCUMENT_ZIP);
            return missed;
        }
        hold("bytes of its zip", figures.zip, LARGEST_ZIP);
        hold("bytes of memory", figures.memory, MOST_MEMORY);
        hold("instructions to the first answer", figures.start, START);
        if CUSTOMER_PAGES.contains(&name) {
            hold("instructions of a warm page", figures.warm, WARM_PAGE);
        }
        if let Some(peer) = self.peer() {
            hold("a start's CPU nanoseconds", figures.cpu, peer.start.node / START_RATIO);
        }
        if figures.requests == NO_REQUEST && !ASKS_NOTHING.contains(&name) {
            missed.push(format!("{name}: its answer asks the database nothing, so it shows nothing"));
        }
        let is_kept = |budget: &str| figures.requests == budget || figures.requests == format!("{budget}{NOTED}");
        if let Some(budget) = figures.budget.filter(|budget| !is_kept(budget)) {
            missed.push(format!("{name}: `{}`, but docs/budgets.md has `{budget}`", figures.requests));
        }
        missed
    }

    /// Replaces what stands between the markers of the document at `path`.
    pub(crate) fn write(&self, path: &Path) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        let document = fs::read_to_string(path).map_err(failed)?;
        let parts = document.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
        let (head, tail) = parts.ok_or_else(|| format!("{}: the markers are missing", path.display()))?;
        fs::write(path, format!("{head}{BEGIN}\n\n{self}\n{END}{tail}")).map_err(failed)
    }
}

fn missed_by_pair(pair: &Pair) -> Vec<String> {
    let name = pair.function;
    let mut missed = Vec::new();
    let mut hold = |what: &str, versus: Versus, ratio: u64| {
        if versus.parlor * ratio > versus.node {
            missed.push(format!("{name}: {what} is {} of the peer's, at most 1/{ratio}", share(versus)));
        }
    };
    hold("a start's CPU time", pair.start, START_RATIO);
    hold("a warm invocation's CPU time", pair.warm, warm_ratio(name));
    let [parlor, node] = &pair.requests;
    if parlor != node {
        missed.push(format!("{name}: `{parlor}`, but its peer `{node}`: they cannot be compared"));
    }
    missed
}

fn warm_ratio(function: &str) -> u64 {
    if function == "live-message" { RELAY_RATIO } else { PAGE_RATIO }
}

/// `1/42`, and `1/7.6` where it is close to a bar.
fn share(versus: Versus) -> String {
    #[allow(clippy::cast_precision_loss, reason = "a ratio for people")]
    let ratio = versus.node as f64 / versus.parlor.max(1) as f64;
    if ratio < 20.0 { format!("1/{ratio:.1}") } else { format!("1/{ratio:.0}") }
}

#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
fn millions(count: u64) -> String {
    format!("{:.2}", count as f64 / 1e6)
}

#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
fn megabytes(bytes: u64) -> String {
    format!("{:.2}", bytes as f64 / 1e6)
}

fn verdict(holds: bool) -> &'static str {
    if holds { "yes" } else { "**no**" }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let peer = self.peer();
        let versus = peer.map_or_else(|| "start CPU".to_owned(), |_| "start CPU, of the page's peer".to_owned());
        writeln!(
            f,
            "| function | asked for | DynamoDB requests | zip, MB | memory, MB | start, M instr. | warm, M instr. | {versus} | within the bars |"
        )?;
        writeln!(f, "| --- | --- | --- | --- | --- | --- | --- | --- | --- |")?;
        for figures in &self.functions {
            let name = figures.function;
            let cpu = peer
                .map_or_else(|| "–".to_owned(), |peer| share(Versus { parlor: figures.cpu, node: peer.start.node }));
            writeln!(
                f,
                "| `{name}` | {} | {} | {} | {} | {} | {} | {cpu} | {} |",
                figures.what,
                figures.requests,
                megabytes(figures.zip),
                megabytes(figures.memory),
                millions(figures.start),
                millions(figures.warm),
                verdict(self.missed_by(figures).is_empty()),
            )?;
        }
        let mut bars = String::new();
        write!(bars, "| bar | | as budgeted | {} | {} |", megabytes(LARGEST_ZIP), megabytes(MOST_MEMORY))?;
        writeln!(f, "{bars} {} | {} (customer's pages) | | |", millions(START), millions(WARM_PAGE))?;
        if !self.pairs.is_empty() {
            writeln!(
                f,
                "\n| against Node {} | requests of both | body, bytes | its, bytes | start CPU | bar | start and first {YOUNG}, CPU | warm CPU | bar | within the bars |",
                self.node
            )?;
            writeln!(f, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")?;
        }
        for pair in &self.pairs {
            let ratio = warm_ratio(pair.function);
            let same = pair.requests[0] == pair.requests[1];
            writeln!(
                f,
                "| `{}`, {} | {} | {} | {} | {} | 1/{START_RATIO} | {} | {} | 1/{ratio} | {} |",
                pair.function,
                pair.what,
                if same { pair.requests[0].clone() } else { pair.requests.join(" but ") },
                pair.body.parlor,
                pair.body.node,
                share(pair.start),
                share(pair.young),
                share(pair.warm),
                verdict(missed_by_pair(pair).is_empty()),
            )?;
        }
        if !self.scales.is_empty() {
            writeln!(f, "\n| operation | among few | requests | among many | requests | the same |")?;
            writeln!(f, "| --- | --- | --- | --- | --- | --- |")?;
        }
        for scale in &self.scales {
            let [(few, one), (many, other)] = &scale.costs;
            writeln!(f, "| {} | {few} | {one} | {many} | {other} | {} |", scale.what, verdict(one == other))?;
        }
        Ok(())
    }
}
