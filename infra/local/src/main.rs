//! `cargo run`: all of Parlor on this machine.

use std::path::PathBuf;
use std::process::ExitCode;

use parlor_local::{Ready, Stack};
use tracing::Level;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

const USAGE: &str = "\
Usage: parlor [--port N] [--data DIR | --ephemeral] [--ready-json] [--no-demo] [--dev]

  --port N        the port to serve on, 3000 by default; 0 picks a free one
  --data DIR      where data is kept, .local by default
  --ephemeral     keeps nothing
  --ready-json    prints one line of JSON when it serves, instead of the welcome
  --no-demo       no demo teams and staff; prints a link to set up the first admin
  --dev           for `cargo xtask dev`: serves style sheets and scripts from their files, lets open pages load again
                  when something changes, and stops at the end of its standard input

PARLOR_LOG=info in the environment logs every request to standard error.
";

struct Options {
    port: u16,
    data: Option<PathBuf>,
    ready_json: bool,
    demo: bool,
    dev: bool,
}

fn options() -> Result<Option<Options>, lexopt::Error> {
    use lexopt::prelude::{Long, Short, ValueExt};
    let data = Some(PathBuf::from(".local"));
    let mut options = Options { port: 3000, data, ready_json: false, demo: true, dev: false };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => options.port = parser.value()?.parse()?,
            Long("data") => options.data = Some(parser.value()?.into()),
            Long("ephemeral") => options.data = None,
            Long("ready-json") => options.ready_json = true,
            Long("no-demo") => options.demo = false,
            Long("dev") => options.dev = true,
            Long("help") | Short('h') => return Ok(None),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(options))
}

/// For people, and to standard error: standard output is for the welcome, or for the program that started this one.
fn log() {
    let level = std::env::var("PARLOR_LOG").ok().and_then(|level| level.parse().ok()).unwrap_or(Level::WARN);
    tracing_subscriber::registry()
        // The database warns of each condition that does not hold. It is an answer: a function says what it makes of it.
        .with(parlor_runtime::log_targets(level).with_target("dynoxide", Level::ERROR))
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false))
        .init();
}

fn main() -> ExitCode {
    // As what reads a stranger's document, which is started from here.
    parlor_drawing::child_main().unwrap_or_else(serve)
}

#[tokio::main]
async fn serve() -> ExitCode {
    let options = match options() {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    log();
    let mut builder = Stack::builder()
        .port(options.port)
        .demo(options.demo)
        .brand(true)
        .story(!options.ready_json)
        .develop(options.dev);
    if let Some(data) = &options.data {
        builder = builder.data(data);
    }
    let stack = match builder.start().await {
        Ok(stack) => stack,
        Err(error) => {
            eprintln!("Parlor does not start. {error}");
            return ExitCode::FAILURE;
        }
    };
    if options.ready_json {
        match serde_json::to_string(stack.ready()) {
            Ok(line) => println!("{line}"),
            Err(error) => eprintln!("{error}"),
        }
    } else {
        welcome(stack.ready(), &options);
    }
    tokio::select! {
        () = stopped() => {}
        () = input_ended(), if options.dev => {}
    }
    stack.shutdown().await;
    ExitCode::SUCCESS
}

fn welcome(ready: &Ready, options: &Options) {
    let url = &ready.url;
    println!("\n  Parlor is running.\n");
    println!("  Console   {url}/console");
    println!("  Outbox    {}   every mail and text that it sent", ready.outbox_url);
    println!("  API       {url}/docs   how to start a session from a program");
    match &options.data {
        Some(data) => println!("  Data      {}", data.display()),
        None => println!("  Data      kept nowhere"),
    }
    if let Some(demo) = &ready.demo {
        println!("\n  Sign in as");
        for (role, login) in
            [("admin", &demo.admin), ("supervisor", &demo.supervisor), ("agent", &demo.agent), ("agent", &demo.agent2)]
        {
            println!("    {role:<11} {:<22} {}", login.email, login.password);
        }
        println!("\n  API key   {}", demo.api_key);
    }
    if let Some(setup) = &ready.setup_url {
        println!("\n  Nobody can sign in yet. Set up the first admin at\n    {setup}");
    }
    println!("\n  Ctrl-C stops it.\n");
}

/// Waits for Ctrl-C or for being told to end.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminated.recv() => return,
                pressed = tokio::signal::ctrl_c() => if pressed.is_ok() { return },
            }
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        // No such signal here: only a kill ends it.
        std::future::pending::<()>().await;
    }
}

/// Waits for the end of standard input: whoever started this is gone, or wants it to be.
async fn input_ended() {
    let (ended, end) = tokio::sync::oneshot::channel();
    // A thread of its own: nothing of the runtime waits for it when the program ends otherwise.
    std::thread::spawn(move || {
        let _: std::io::Result<u64> = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        ended.send(())
    });
    let _: Result<(), _> = end.await;
}
