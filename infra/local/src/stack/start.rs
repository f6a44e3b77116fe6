//! Puts the parts together and starts them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::routing::any;
use data_encoding::BASE64URL_NOPAD;
use dynoxide::Database;
use parlor_runtime::Entropy;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::database::{create_table, open_database};
use super::error::{StackError, io_error};
use super::functions::{Environments, fill, runtime};
use super::local::{only_here, own_routes};
use super::{Inner, Ready, Stack, StackBuilder};
use crate::api::{self, Api};
use crate::clock::LocalClock;
use crate::crash::{self, Crashes};
use crate::data::Data;
use crate::demo;
use crate::develop;
use crate::dynamodb::{self, Observer};
use crate::fake_kms;
use crate::fake_ses_sns;
use crate::files;
use crate::invoke::Functions;
use crate::live::{self, Live};
use crate::object_events::{Announcer, ObjectEvents};
use crate::outbox::{self, Outbox};
use crate::policy::{self, ACCOUNT, REGION, Roles};
use crate::schedules::Schedules;
use crate::stale_reads::Lagging;
use crate::stream::Poller;
use crate::template::Template;

impl Stack {
    pub(super) async fn start(builder: StackBuilder) -> Result<Self, StackError> {
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
        let outbox_url = format!("{url}/outbox");

        // What stands for AWS listens apart from what stands for the public internet.
        let (dynamodb, dynamodb_url) = private_listener().await?;
        let (fake_ses_sns, catcher_url) = private_listener().await?;
        let (management, management_url) = private_listener().await?;
        let (kms, kms_url) = private_listener().await?;
        let (files, files_url) = private_listener().await?;

        let [per_key, per_person, per_address] = builder.rates.map(|rate| rate.to_string());
        let known = BTreeMap::from(
            [
                ("PublicUrl", url.as_str()),
                ("MailFrom", "hello@parlor.example"),
                ("SmsSender", "Parlor"),
                ("WebhookTargets", "loopback"),
                ("OutboxUrl", outbox_url.as_str()),
                ("RatePerKey", &per_key),
                ("RatePerPerson", &per_person),
                ("RatePerAddress", &per_address),
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
        let variables = Environments::of(&template);
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
        let guard = axum::middleware::from_fn_with_state(roles.clone(), policy::guard);
        let caught = fake_ses_sns::aws_router(outbox.clone(), Arc::new(move || outbox_clock.now()));
        serve(&mut tasks, fake_ses_sns, caught.layer(guard.clone()).layer(watch.clone()));

        let on_their_way = Arc::new(watch::Sender::new(0));
        let (created, objects) = mpsc::unbounded_channel();
        let temporary = match data.path("files") {
            None => Some(TempDir::with_prefix("parlor-files-").map_err(io_error("a folder for files"))?),
            Some(_) => None,
        };
        let folder = temporary.as_ref().map(|folder| folder.path().to_path_buf()).or_else(|| data.path("files"));
        if let (Some(bucket), Some(folder)) = (template.buckets.first(), folder) {
            let announcer = Announcer { created, on_their_way: Arc::clone(&on_their_way) };
            let bucket = files::router(&folder, bucket, roles, clock.clone(), announcer, observer.clone())
                .map_err(StackError::Files)?;
            serve(&mut tasks, files, bucket.layer(watch.clone()));
        }
        if let Some(id) = template.keys.first() {
            let key = data.signing_key().map_err(io_error("the signing key"))?;
            let router = fake_kms::kms_router(key, id.clone());
            serve(&mut tasks, kms, router.layer(guard.clone()).layer(watch.clone()));
        }

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
                ("PARLOR_FILES_ORIGIN", files_url.clone()),
                ("AWS_SECRET_ACCESS_KEY", files::SECRET.to_owned()),
                ("AWS_ENDPOINT_URL_S3", files_url),
                ("AWS_ENDPOINT_URL_KMS", kms_url),
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
        let functions = Arc::new(fill(
            empty,
            &(builder.registry)(),
            &template,
            &environment,
            &clock,
            builder.document_child.as_deref(),
        )?);
        let (jumps, jumped) = watch::channel(0);
        let jumps = Arc::new(jumps);
        let live =
            Arc::new(Live::new(template.live_routes.clone(), Arc::clone(&functions), clock.clone(), entropy, jumped));
        serve(&mut tasks, management, live::management(Arc::clone(&live)).layer(guard).layer(watch));

        let object_events = ObjectEvents {
            rules: template.object_rules,
            functions: Arc::clone(&functions),
            clock: clock.clone(),
            on_their_way: Arc::clone(&on_their_way),
        };
        tasks.spawn(object_events.run(objects));
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
            object_events: on_their_way,
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
            .merge(
                own_routes(Arc::clone(&inner))
                    .merge(outbox::routes(outbox.clone()))
                    .layer(axum::middleware::from_fn(only_here)),
            )
            .merge(
                Router::new()
                    .route("/local/functions/{function}/{*path}", any(api::handle_function_url))
                    .with_state(Arc::clone(&api)),
            )
            .fallback_service(Router::new().fallback(api::handle).with_state(api));
        let router = if builder.develop { develop::around(router) } else { router };
        let runtime = runtime("first-start", &environment, variables.of_function("first-start"), &inner.clock)?;
        let (demo, setup_url) = if builder.demo {
            if builder.brand {
                demo::brand(&runtime).await?;
            }
            (Some(Box::pin(demo::seed(&runtime, &data, builder.story)).await?), None)
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
        Ok(Self { ready, inner, outbox, environment, variables, with_url, jumps, live, tasks, _files: temporary })
    }
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
