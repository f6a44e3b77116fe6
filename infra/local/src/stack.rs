//! Puts the parts together and starts them.

use std::collections::{BTreeMap, BTreeSet};
use std::future::IntoFuture;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use data_encoding::BASE64URL_NOPAD;
use dynoxide::storage::Storage;
use dynoxide::{Database, DynoxideError};
use http::StatusCode;
use jiff::Timestamp;
use parlor_runtime::{Clock, ConfigError, Entropy, Runtime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::api::{self, Api};
use crate::clock::LocalClock;
use crate::crash::{self, Crash, Crashes};
use crate::data::Data;
use crate::demo::{self, Demo, DemoError};
use crate::develop;
use crate::dynamodb::{self, Capacity, Fault, Observer, Requests};
use crate::fake_ses_sns;
use crate::invoke::{Entry, Functions, InvokeError};
use crate::live::{self, Live};
use crate::outbox::{self, Outbox};
use crate::policy::{self, ACCOUNT, REGION, Roles};
use crate::registry;
use crate::schedules::Schedules;
use crate::stale_reads::Lagging;
use crate::stream::{self, Poller};
use crate::template::{self, StreamMapping, Table, Template, TemplateError, Variables};

/// How long [`Stack::settle`] waits for the stream.
const SETTLE_LIMIT: Duration = Duration::from_secs(15);
/// How long [`Stack::shutdown`] waits for live connections to be told goodbye.
const GOODBYE_LIMIT: Duration = Duration::from_secs(3);
/// How often expired items are removed, in seconds of real time.
const EXPIRY_EVERY: Duration = Duration::from_mins(1);

/// Why the stack does not start.
#[derive(Debug, Error)]
pub enum StackError {
    /// The template cannot be used.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A file or a socket cannot be used.
    #[error("{what}: {source}")]
    Io {
        /// Which one.
        what: String,
        /// Why not.
        source: io::Error,
    },
    /// The embedded database cannot be used.
    #[error("the database: {0}")]
    Database(#[from] DynoxideError),
    /// A table of the template is not one that DynamoDB could make.
    #[error("the table {0}: {1}")]
    Table(String, serde_json::Error),
    /// There is nobody to sign in.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// A function refuses its environment.
    #[error("{function}: {source}")]
    Config {
        /// Which one.
        function: String,
        /// Why.
        source: ConfigError,
    },
}

/// Why a schedule did not run.
#[derive(Debug, Error)]
pub enum ScheduleError {
    /// There is no such schedule in the template.
    #[error("there is no schedule for {0}")]
    Unknown(String),
    /// It ran and failed.
    #[error("it failed: {0}")]
    Failed(InvokeError),
}

/// Says how a [`Stack`] is to be. Unless told otherwise nothing is kept, the port is a free one, nothing is counted, and there
/// are demo teams and staff.
#[derive(Debug, Clone)]
#[must_use = "it does nothing before it is started"]
pub struct StackBuilder {
    data: Option<PathBuf>,
    port: u16,
    observe: bool,
    stale_reads: bool,
    keep_events: bool,
    demo: bool,
    story: bool,
    develop: bool,
    template: String,
    registry: fn() -> Vec<Entry>,
}

impl StackBuilder {
    /// Keeps everything in `directory`, which is made if it is not there.
    pub fn data(mut self, directory: impl Into<PathBuf>) -> Self {
        self.data = Some(directory.into());
        self
    }

    /// Keeps nothing.
    pub fn ephemeral(mut self) -> Self {
        self.data = None;
        self
    }

    /// Serves on this port; 0 takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Counts the functions' requests to DynamoDB, see [`Stack::requests`], and lets them fail, see [`Stack::inject`].
    pub fn count_requests(mut self, count: bool) -> Self {
        self.observe = count;
        self
    }

    /// Keeps a copy of the tables that lags behind, for [`Fault::Stale`]. Only for a stack that keeps nothing.
    pub fn stale_reads(mut self, stale: bool) -> Self {
        self.stale_reads = stale;
        self
    }

    /// Keeps what each function was last called with, see [`Stack::last_event`].
    pub fn keep_events(mut self, keep: bool) -> Self {
        self.keep_events = keep;
        self
    }

    /// With demo teams, staff and API key, or with a link to set up the first admin.
    pub fn demo(mut self, demo: bool) -> Self {
        self.demo = demo;
        self
    }

    /// With a session in the middle of it, too: something to look at for people. Programs get a demo without any session, so
    /// that what they count is theirs.
    pub fn story(mut self, story: bool) -> Self {
        self.story = story;
        self
    }

    /// For those who change pages: style sheets and scripts come from their files as they are now, and open pages load
    /// again by themselves.
    pub fn develop(mut self, develop: bool) -> Self {
        self.develop = develop;
        self
    }

    /// Another deployment than the one of this repository, for tests of the stack itself.
    #[cfg(test)]
    pub(crate) fn deployment(mut self, template: &str, registry: fn() -> Vec<Entry>) -> Self {
        template.clone_into(&mut self.template);
        self.registry = registry;
        self
    }

    /// Starts everything. When this returns, it serves.
    pub async fn start(self) -> Result<Stack, StackError> {
        Stack::start(self).await
    }
}

impl IntoFuture for StackBuilder {
    type Output = Result<Stack, StackError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.start())
    }
}

/// Where everything is, and who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// The origin.
    pub url: String,
    /// Who can sign in, if there is a demo.
    #[serde(flatten)]
    pub demo: Option<Demo>,
    /// The link that sets up the first admin, if there is no demo and it was not used yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup_url: Option<String>,
    /// The page that shows every mail and text.
    pub outbox_url: String,
    /// The clock that can be moved.
    pub clock_url: String,
}

/// All of Parlor, running in this process until it is dropped or [shut down](Stack::shutdown).
pub struct Stack {
    ready: Ready,
    inner: Arc<Inner>,
    outbox: Outbox,
    environment: BTreeMap<String, String>,
    variables: Variables,
    /// The functions that have a URL of their own.
    with_url: BTreeSet<String>,
    /// Dropping it tells live connections to close.
    jumps: Arc<watch::Sender<u64>>,
    pub(crate) live: Arc<Live>,
    tasks: JoinSet<()>,
}

/// What the one-machine stack's own routes need, too.
struct Inner {
    clock: LocalClock,
    schedules: Schedules,
    db: Database,
    streams: Vec<(String, watch::Receiver<String>)>,
    wake: Arc<watch::Sender<()>>,
    observer: Option<Observer>,
    crashes: Crashes,
    jumps: std::sync::Weak<watch::Sender<u64>>,
}

impl Stack {
    /// How it is to be.
    pub fn builder() -> StackBuilder {
        StackBuilder {
            data: None,
            port: 0,
            observe: false,
            stale_reads: false,
            keep_events: false,
            demo: true,
            story: false,
            develop: false,
            template: template::EMBEDDED.to_owned(),
            registry: registry::entries,
        }
    }

    async fn start(builder: StackBuilder) -> Result<Self, StackError> {
        let mut tasks = JoinSet::new();
        let entropy = Entropy::system();
        let data = match &builder.data {
            None => Data::ephemeral(),
            Some(directory) => Data::open(directory).map_err(io_error(directory.display()))?,
        };
        let clock = LocalClock::new(data.clone());

        let (listener, second_listener) = public_listeners(builder.port).await?;
        let port = listener.local_addr().map_err(io_error("the port"))?.port();
        let url = format!("http://localhost:{port}");

        // What stands for AWS listens apart from what stands for the public internet.
        let (dynamodb, dynamodb_url) = private_listener().await?;
        let (fake_ses_sns, catcher_url) = private_listener().await?;
        let (management, management_url) = private_listener().await?;

        let known = BTreeMap::from(
            [
                ("PublicUrl", url.as_str()),
                ("MailFrom", "hello@parlor.example"),
                ("SmsSender", "Parlor"),
                ("WebhookTargets", "loopback"),
                ("AWS::Region", REGION),
                ("AWS::Partition", "aws"),
                ("AWS::URLSuffix", "amazonaws.com"),
                ("AWS::AccountId", ACCOUNT),
                ("AWS::StackName", "parlor"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        let template = Template::parse(&builder.template, &known)?;

        let db = open_database(&data, &clock, &template.streams)?;
        for table in &template.tables {
            create_table(&db, table)?;
        }
        serve_database(&mut tasks, dynamodb, db.clone());
        let copy = if builder.stale_reads {
            let copy = Database::memory_with_clock(Arc::new(clock.clone()))?;
            for table in &template.tables {
                create_table(&copy, table)?;
            }
            let (listener, url) = private_listener().await?;
            serve_database(&mut tasks, listener, copy.clone());
            let lagging = Arc::new(Lagging::new(db.clone(), copy, &template.tables, clock.clone()));
            Some(dynamodb::StaleCopy { lagging, url })
        } else {
            None
        };
        let policies = template.functions.iter().map(|(name, function)| (name.clone(), function.policy.clone()));
        let roles = Roles::new(policies.collect());
        let observer = Observer::default();
        let (front, front_url) = private_listener().await?;
        let crashes = Crashes::new();
        let watch = axum::middleware::from_fn_with_state(crashes.clone(), crash::watch);
        let passed = dynamodb::proxy(observer.clone(), roles.clone(), dynamodb_url, copy);
        serve(&mut tasks, front, passed.layer(watch.clone()));

        let outbox = match data.path("outbox.jsonl") {
            None => Outbox::in_memory(),
            Some(path) => Outbox::open(&path).map_err(io_error(path.display()))?,
        };
        let outbox_clock = clock.clone();
        let guard = axum::middleware::from_fn_with_state(roles, policy::guard);
        let caught = fake_ses_sns::aws_router(outbox.clone(), Arc::new(move || outbox_clock.now()));
        serve(&mut tasks, fake_ses_sns, caught.layer(guard.clone()).layer(watch.clone()));

        // What only AWS can know, and what stands for AWS.
        let master_key = data.master_key(&entropy).map_err(io_error("the master key"))?;
        let origin_secret = BASE64URL_NOPAD.encode(&entropy.bytes::<32>());
        let environment: BTreeMap<String, String> = BTreeMap::from(
            [
                ("PARLOR_LIVE_URL", format!("ws://localhost:{port}/live")),
                ("PARLOR_LIVE_ENDPOINT", format!("{management_url}/live")),
                ("PARLOR_MASTER_KEY", master_key),
                ("PARLOR_ORIGIN_SECRET", origin_secret.clone()),
                ("AWS_REGION", REGION.to_owned()),
                ("AWS_ACCESS_KEY_ID", "local".to_owned()),
                ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
                ("AWS_ENDPOINT_URL_DYNAMODB", front_url),
                ("AWS_ENDPOINT_URL_SESV2", catcher_url.clone()),
                ("AWS_ENDPOINT_URL_SNS", catcher_url),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );

        let wake = Arc::new(watch::Sender::new(()));
        let mut empty = Functions::new(clock.clock.clone(), Arc::clone(&wake), crashes.clone());
        if builder.keep_events {
            empty.keep_events();
        }
        let functions = Arc::new(fill(empty, &(builder.registry)(), &template, &environment, &clock)?);
        let (jumps, jumped) = watch::channel(0);
        let jumps = Arc::new(jumps);
        let live =
            Arc::new(Live::new(template.live_routes.clone(), Arc::clone(&functions), clock.clone(), entropy, jumped));
        serve(&mut tasks, management, live::management(Arc::clone(&live)).layer(guard).layer(watch));

        let mut streams = Vec::new();
        for mapping in template.streams {
            let (position, at) = watch::channel(String::new());
            streams.push((mapping.table.clone(), at));
            let poller = Poller {
                mapping,
                db: db.clone(),
                functions: Arc::clone(&functions),
                data: data.clone(),
                wake: wake.subscribe(),
                position,
            };
            tasks.spawn(poller.run());
        }
        let inner = Arc::new(Inner {
            schedules: Schedules::new(template.schedules, Arc::clone(&functions), clock.clone()),
            clock: clock.clone(),
            db,
            streams,
            wake,
            observer: builder.observe.then_some(observer),
            crashes,
            jumps: Arc::downgrade(&jumps),
        });
        let ticking = Arc::clone(&inner);
        tasks.spawn(async move { ticking.schedules.run().await });
        tasks.spawn(Arc::clone(&inner).expire());

        let with_url = template.functions.into_iter().filter(|(_, function)| function.url).map(|(name, _)| name);
        let with_url: BTreeSet<String> = with_url.collect();
        let api =
            Arc::new(Api { routes: template.routes, functions, clock, origin_secret, with_url: with_url.clone() });
        let router = Router::new()
            .route("/live", any(live::connect))
            .with_state(Arc::clone(&live))
            .merge(own_routes(Arc::clone(&inner)))
            .merge(outbox::routes(outbox.clone()))
            .merge(
                Router::new()
                    .route("/local/functions/{function}/{*path}", any(api::handle_function_url))
                    .with_state(Arc::clone(&api)),
            )
            .fallback_service(Router::new().fallback(api::handle).with_state(api));
        let router = if builder.develop { develop::around(router) } else { router };
        let runtime = runtime("first-start", &environment, &template.environment, &inner.clock)?;
        let (demo, setup_url) = if builder.demo {
            (Some(demo::seed(&runtime, &data, builder.story).await?), None)
        } else {
            (None, demo::setup(&runtime, &data).await?)
        };
        if let Some(second) = second_listener {
            serve(&mut tasks, second, router.clone());
        }
        serve(&mut tasks, listener, router);
        let ready = Ready {
            outbox_url: format!("{url}/outbox"),
            clock_url: format!("{url}/local/clock"),
            url,
            demo,
            setup_url,
        };
        Ok(Self { ready, inner, outbox, environment, variables: template.environment, with_url, jumps, live, tasks })
    }

    /// Where it serves: `http://localhost:3000`.
    pub fn url(&self) -> &str {
        &self.ready.url
    }

    /// Where everything is, and who can sign in.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The functions' own URLs, by function, of those that have one.
    pub fn function_urls(&self) -> BTreeMap<String, String> {
        let url = |name: &String| (name.clone(), format!("{}/local/functions/{name}", self.ready.url));
        self.with_url.iter().map(url).collect()
    }

    /// Every mail and text that was sent.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The clock that the functions read.
    pub fn clock(&self) -> Clock {
        self.inner.clock.clock.clone()
    }

    /// A runtime like the functions have, for demo data and for tests that look into the tables. Requests through it are
    /// counted under `name`.
    ///
    /// # Errors
    /// The environment that the template describes is not one that functions accept.
    pub fn runtime(&self, name: &str) -> Result<Runtime, StackError> {
        runtime(name, &self.environment, &self.variables, &self.inner.clock)
    }

    /// The environment that a function of this name would have as a process of its own: its own variables and those that
    /// Lambda sets. Its requests to DynamoDB are counted under `name`.
    pub fn environment(&self, name: &str) -> BTreeMap<String, String> {
        let names = self.environment.keys().chain(self.variables.keys()).map(String::as_str);
        names
            .chain(["AWS_LAMBDA_FUNCTION_NAME"])
            .filter_map(|variable| {
                let value = variable_of(name, variable, &self.environment, &self.variables)?;
                Some((variable.to_owned(), value))
            })
            .collect()
    }

    /// What `function` was last called with, if the builder was told to keep events and it was called.
    pub fn last_event(&self, function: &str) -> Option<Value> {
        self.live.functions.last_event(function)
    }

    /// Waits for the schedules that the clock has set going, makes it jump, runs those that are due then, and waits until
    /// everything that follows from them was delivered.
    pub async fn advance(&self, seconds: u32) {
        self.inner.advance(seconds).await;
    }

    /// Runs a scheduled function now, by its name, and waits for it and for what it caused to be delivered.
    pub async fn run_schedule(&self, function: &str) -> Result<Value, ScheduleError> {
        self.inner.run_schedule(function).await
    }

    /// Waits until `deliver` has heard of everything that was written before this call, 15 seconds at most.
    pub async fn settle(&self) {
        self.inner.settle().await;
    }

    /// Requests to DynamoDB so far, by function and operation. Empty unless the builder was told to count.
    pub fn requests(&self) -> Requests {
        self.inner.observer.as_ref().map(Observer::requests).unwrap_or_default()
    }

    /// The capacity that DynamoDB said these requests consumed. Empty unless the builder was told to count.
    pub fn capacity(&self) -> Capacity {
        self.inner.observer.as_ref().map(Observer::capacity).unwrap_or_default()
    }

    /// Starts counting from nothing.
    pub fn reset_requests(&self) {
        if let Some(observer) = &self.inner.observer {
            observer.reset();
        }
    }

    /// Puts items, in DynamoDB's own JSON, into a table as if they had always been there: nothing is counted, and the
    /// stream says nothing of them. For those who need a table that is large.
    ///
    /// # Errors
    /// There is no such table, or an item is none of its.
    pub fn fill(&self, table: &str, items: Vec<Value>) -> Result<(), StackError> {
        let items: Result<Vec<dynoxide::Item>, _> = items.into_iter().map(serde_json::from_value).collect();
        let items = items.map_err(|error| StackError::Table(table.to_owned(), error))?;
        self.inner.db.import_items(table, items, dynoxide::ImportOptions::default())?;
        Ok(())
    }

    /// Asks `decide`, with the function and the operation (`session-end`, `TransactWriteItems`), about every request to
    /// DynamoDB from now on, in the order in which they come. Without effect unless the builder was told to count.
    pub fn inject(&self, decide: impl FnMut(&str, &str) -> Fault + Send + 'static) {
        if let Some(observer) = &self.inner.observer {
            observer.inject(Box::new(decide));
        }
    }

    /// Asks `decide`, with the function and the operation (`deliver`, `SendEmail`), about every request to AWS from now
    /// on, whether the invocation that sent it dies there.
    pub fn crash(&self, decide: impl FnMut(&str, &str) -> Crash + Send + 'static) {
        self.inner.crashes.decide(Box::new(decide));
    }

    /// Closes live connections, as API Gateway does before it goes away, and stops. What was answered is kept.
    pub async fn shutdown(mut self) {
        drop(self.jumps);
        let gone = async {
            while self.live.count() > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let _: Result<(), _> = tokio::time::timeout(GOODBYE_LIMIT, gone).await;
        self.tasks.shutdown().await;
    }
}

impl Inner {
    async fn advance(&self, seconds: u32) {
        self.schedules.jump(seconds).await;
        self.settle().await;
        // Only now do connections look at the clock: what the schedules told them is on its way.
        if let Some(jumps) = self.jumps.upgrade() {
            jumps.send_modify(|count| *count += 1);
        }
    }

    async fn run_schedule(&self, function: &str) -> Result<Value, ScheduleError> {
        let answer = match self.schedules.run_one(function).await {
            None => return Err(ScheduleError::Unknown(function.to_owned())),
            Some(Err(error)) => return Err(ScheduleError::Failed(error)),
            Some(Ok(answer)) => answer,
        };
        self.settle().await;
        Ok(answer)
    }

    async fn settle(&self) {
        let settled = async {
            for (table, position) in &self.streams {
                let last = stream::last_record(&self.db, table);
                self.wake.send_replace(());
                // Numbers have the same length, so text compares as numbers do. An error means that the poller is gone.
                let _ = position.clone().wait_for(|at| *at >= last).await;
            }
        };
        if tokio::time::timeout(SETTLE_LIMIT, settled).await.is_err() {
            tracing::warn!("the stream has not settled");
        }
    }

    async fn expire(self: Arc<Self>) {
        let mut tick = tokio::time::interval(EXPIRY_EVERY);
        loop {
            tick.tick().await;
            let db = self.db.clone();
            match tokio::task::spawn_blocking(move || db.sweep_ttl()).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::error!(%error, "expiry"),
                Err(error) => tracing::error!(%error, "expiry"),
            }
        }
    }
}

fn io_error(what: impl std::fmt::Display) -> impl FnOnce(io::Error) -> StackError {
    let what = what.to_string();
    move |source| StackError::Io { what, source }
}

/// `localhost` is two addresses and browsers try the second first. Where there is no IPv6, one has to do.
async fn public_listeners(port: u16) -> Result<(TcpListener, Option<TcpListener>), StackError> {
    let first = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .await
        .map_err(io_error(format!("port {port}")))?;
    let port = first.local_addr().map_err(io_error("the port"))?.port();
    let second = TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await.ok();
    Ok((first, second))
}

async fn private_listener() -> Result<(TcpListener, String), StackError> {
    let listener =
        TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.map_err(io_error("a free port"))?;
    let address = listener.local_addr().map_err(io_error("a free port"))?;
    Ok((listener, format!("http://{address}")))
}

fn serve(tasks: &mut JoinSet<()>, listener: TcpListener, router: Router) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tasks.spawn(async move {
        // It only returns when accepting fails for good, and then says so itself.
        let _: io::Result<()> = axum::serve(listener, service).await;
    });
}

fn serve_database(tasks: &mut JoinSet<()>, listener: TcpListener, db: Database) {
    tasks.spawn(async move {
        let stopped = dynoxide::server::serve_with_shutdown(listener, db, std::future::pending());
        if let Err(error) = stopped.await {
            tracing::error!(error, "the database's server stopped");
        }
    });
}

fn open_database(data: &Data, clock: &LocalClock, streams: &[StreamMapping]) -> Result<Database, StackError> {
    static NAMES: AtomicU64 = AtomicU64::new(0);
    if let Some(path) = data.path("parlor.sqlite") {
        let path = path.to_string_lossy();
        forget_heard(&prepare(&path)?, data, streams)?;
        return Ok(Database::new(&path)?);
    }
    let db = Database::memory_with_clock(Arc::new(clock.clone()))?;
    // Two connections see the same of SQLite's databases in memory by its name, for as long as one is open.
    let name = format!("file:/parlor-{}?vfs=memdb", NAMES.fetch_add(1, Ordering::Relaxed));
    let prepared = prepare(&name)?;
    db.restore_from(&name)?;
    drop(prepared);
    Ok(db)
}

/// Makes an empty database, or takes the one that is there, and lets it find a stream's records in order. Without that each
/// write, and each look at the stream, goes through all records that there ever were.
fn prepare(name: &str) -> Result<Storage, StackError> {
    let storage = Storage::new(name)?;
    let index = "CREATE INDEX IF NOT EXISTS parlor_stream_order
        ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";
    storage.conn().execute_batch(index).map_err(DynoxideError::from)?;
    Ok(storage)
}

/// Removes the stream's records before the last one that all its functions have heard. AWS removes them after a day; the
/// database keeps them for ever, images and all. One that nobody heard waits for as long as the laptop is closed.
fn forget_heard(storage: &Storage, data: &Data, streams: &[StreamMapping]) -> Result<(), StackError> {
    let mut heard: BTreeMap<&str, i64> = BTreeMap::new();
    for mapping in streams {
        let position = data.stream_position(&mapping.function).and_then(|position| position.parse().ok()).unwrap_or(0);
        heard.entry(&mapping.table).and_modify(|least| *least = position.min(*least)).or_insert(position);
    }
    for (table, position) in heard {
        let remove = "DELETE FROM _stream_records WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) < ?2";
        storage.conn().execute(remove, (table, position)).map_err(DynoxideError::from)?;
    }
    Ok(())
}

/// Makes the table unless it is there from last time.
fn create_table(db: &Database, table: &Table) -> Result<(), StackError> {
    let invalid = |error| StackError::Table(table.name.clone(), error);
    if db.get_table_metadata(&table.name)?.is_some() {
        return Ok(());
    }
    db.create_table(serde_json::from_value(table.create.clone()).map_err(invalid)?)?;
    if let Some(attribute) = &table.ttl {
        let request = json!({
            "TableName": table.name,
            "TimeToLiveSpecification": { "AttributeName": attribute, "Enabled": true },
        });
        db.update_time_to_live(serde_json::from_value(request).map_err(invalid)?)?;
    }
    Ok(())
}

/// Adds every function that is in both the template and the registry.
fn fill(
    mut functions: Functions,
    registry: &[Entry],
    template: &Template,
    environment: &BTreeMap<String, String>,
    clock: &LocalClock,
) -> Result<Functions, StackError> {
    for entry in registry {
        let Some(function) = template.functions.get(entry.name) else {
            tracing::warn!(function = entry.name, "not in the template, so not deployed");
            continue;
        };
        let runtime = runtime(entry.name, environment, &function.environment, clock)?;
        functions.add(entry, &runtime, Duration::from_secs(function.timeout));
    }
    Ok(functions)
}

/// A variable of a function: the template's, with what only AWS can know filled in. One that the template does not list is
/// not there, except for those that Lambda itself sets.
fn variable_of(
    function: &str,
    variable: &str,
    environment: &BTreeMap<String, String>,
    template: &Variables,
) -> Option<String> {
    if variable == "AWS_LAMBDA_FUNCTION_NAME" {
        return Some(function.to_owned());
    }
    match template.get(variable) {
        Some(Some(value)) => Some(value.clone()),
        Some(None) => environment.get(variable).cloned(),
        None if variable.starts_with("AWS_") => environment.get(variable).cloned(),
        None => None,
    }
}

/// A function's runtime: built from its variables as its process would be.
fn runtime(
    name: &str,
    environment: &BTreeMap<String, String>,
    template: &Variables,
    clock: &LocalClock,
) -> Result<Runtime, StackError> {
    let env = |variable: &str| variable_of(name, variable, environment, template);
    let runtime = Runtime::from_env(&env).map_err(|source| StackError::Config { function: name.to_owned(), source })?;
    Ok(runtime.with_clock(clock.clock.clone()))
}

/// What only the one-machine stack serves.
fn own_routes(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/local/clock", get(show_clock).post(move_clock))
        .route("/local/schedules/{function}/run", post(run_schedule))
        .route("/local/requests", get(show_requests).delete(reset_requests))
        .with_state(inner)
}

#[derive(Deserialize)]
struct Jump {
    advance_seconds: u32,
}

async fn show_clock(State(inner): State<Arc<Inner>>) -> Response {
    let now: Timestamp = inner.clock.now();
    axum::Json(json!({ "now": now.to_string(), "offset_seconds": inner.clock.offset() })).into_response()
}

async fn move_clock(State(inner): State<Arc<Inner>>, body: axum::body::Bytes) -> Response {
    let Ok(jump) = serde_json::from_slice::<Jump>(&body) else {
        let message = "a body like {\"advance_seconds\":60} is expected; time does not go back";
        return (StatusCode::UNPROCESSABLE_ENTITY, axum::Json(json!({ "message": message }))).into_response();
    };
    inner.advance(jump.advance_seconds).await;
    show_clock(State(inner)).await
}

async fn run_schedule(State(inner): State<Arc<Inner>>, Path(function): Path<String>) -> Response {
    match inner.run_schedule(&function).await {
        Ok(answer) => axum::Json(json!({ "function": function, "answer": answer })).into_response(),
        Err(error) => {
            let status = match error {
                ScheduleError::Unknown(_) => StatusCode::NOT_FOUND,
                ScheduleError::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
            };
            (status, axum::Json(json!({ "message": error.to_string() }))).into_response()
        }
    }
}

async fn show_requests(State(inner): State<Arc<Inner>>) -> Response {
    match &inner.observer {
        Some(observer) => axum::Json(observer.requests()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn reset_requests(State(inner): State<Arc<Inner>>) -> StatusCode {
    match &inner.observer {
        Some(observer) => {
            observer.reset();
            StatusCode::NO_CONTENT
        }
        None => StatusCode::NOT_FOUND,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use dynoxide::actions::put_item::PutItemRequest;

    use super::*;

    fn create_things(db: &Database) {
        let table = json!({
            "TableName": "Things",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
            "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" },
        });
        db.create_table(serde_json::from_value(table).unwrap()).unwrap();
    }

    fn put_thing(number: u32) -> PutItemRequest {
        let put = json!({ "TableName": "Things", "Item": { "pk": { "S": format!("{number}") } } });
        serde_json::from_value(put).unwrap()
    }

    /// What costs the more the more was written makes a stack slow that is used all day.
    #[test]
    #[allow(clippy::disallowed_methods, reason = "two times of one run are compared")]
    fn a_write_costs_the_same_after_many_others() {
        let data = Data::ephemeral();
        let db = open_database(&data, &LocalClock::new(data.clone()), &[]).unwrap();
        create_things(&db);
        let fastest_of = |writes: u32| {
            let write = |number| {
                let put = put_thing(number);
                let since = Instant::now();
                db.put_item(put).unwrap();
                since.elapsed()
            };
            (0..writes).map(write).min().unwrap()
        };
        let among_few = fastest_of(100);
        fastest_of(5_000);
        let among_many = fastest_of(100);
        assert!(among_many < among_few * 4, "{among_few:?}, then {among_many:?}");
    }

    #[test]
    fn what_all_have_heard_is_forgotten_at_the_next_start() {
        let directory = std::env::temp_dir().join(format!("parlor-stream-test-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&directory);
        let data = Data::open(&directory).unwrap();
        let clock = LocalClock::new(data.clone());
        let mapping = |function: &str| StreamMapping {
            function: function.to_owned(),
            table: "Things".to_owned(),
            batch_size: 10,
            retries: 0,
            filters: vec![],
        };
        let both = [mapping("one"), mapping("two")];
        let numbers = || {
            let storage = prepare(&data.path("parlor.sqlite").unwrap().to_string_lossy()).unwrap();
            let mut numbers = storage
                .conn()
                .prepare("SELECT CAST(sequence_number AS INTEGER) FROM _stream_records ORDER BY 1")
                .unwrap();
            numbers.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect::<Vec<i64>>()
        };

        let db = open_database(&data, &clock, &both).unwrap();
        create_things(&db);
        for number in 0..4 {
            db.put_item(put_thing(number)).unwrap();
        }
        drop(db);
        let all = numbers();
        assert_eq!(all.len(), 4);
        data.keep_stream_position("one", &all[3].to_string());
        open_database(&data, &clock, &both).unwrap();
        assert_eq!(numbers(), all, "the other one has heard nothing yet");
        data.keep_stream_position("two", &all[2].to_string());
        let db = open_database(&data, &clock, &both).unwrap();
        assert_eq!(numbers(), all[2..], "the last one that both heard is where they go on");
        db.put_item(put_thing(4)).unwrap();
        drop(db);
        assert!(numbers()[2] > all[3]);
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
