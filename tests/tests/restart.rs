//! `kill -9` in the middle of running starts: after a restart, every start that was answered 201 is there, and its
//! invitation was sent.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex},
};

use futures_util::{StreamExt, stream};
use parlor_tests::canary;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// The program as `cargo run` starts it.
struct Parlor {
    child: Child,
    ready: Value,
}

impl Parlor {
    async fn start(data: &Path) -> Self {
        let mut child = Command::new(program())
            .args(["--port", "0", "--ready-json", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .env("PARLOR_LOG", "info")
            .stderr(canary::log_file().map_or_else(Stdio::null, Stdio::from))
            .kill_on_drop(true)
            .spawn()
            .expect("build it first: cargo build -p parlor-local");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Ok(ready) = serde_json::from_str::<Value>(&line) {
                canary::token("an API key", ready["api_key"].as_str().unwrap());
                for login in ["admin", "supervisor", "agent", "agent2"] {
                    canary::body(&ready[login], "");
                }
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Self { child, ready };
            }
        }
        panic!("it ended before it was ready");
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.ready["url"].as_str().unwrap())
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// The program: named by `cargo xtask test`, or beside this test's own: `target/<profile>/deps/restart-…` ->
/// `target/<profile>/parlor`.
fn program() -> PathBuf {
    std::env::var_os("PARLOR_PROGRAM").map_or_else(
        || std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("parlor"),
        PathBuf::from,
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_was_answered_survives_a_kill() {
    let data = std::env::temp_dir().join(format!("parlor-restart-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&data);
    let parlor = Parlor::start(&data).await;
    let key = parlor.ready["api_key"].as_str().unwrap().to_owned();
    let http = reqwest::Client::new();

    // 200 starts, sixteen at a time; the program is killed when 60 have been answered, with others on their way.
    let answered: Arc<Mutex<BTreeMap<String, String>>> = Arc::default();
    let (sender, mut enough) = tokio::sync::mpsc::channel(200);
    let url = parlor.url("/v1/sessions");
    let starts = stream::iter(0..200).for_each_concurrent(16, {
        let (http, key, answered, url) = (http.clone(), key.clone(), answered.clone(), url.clone());
        move |n| {
            let (http, key, answered, url, sender) =
                (http.clone(), key.clone(), answered.clone(), url.clone(), sender.clone());
            async move {
                let email = format!("customer{n}@example.net");
                let body = json!({"customer": {"name": "Mara Quist", "email": email}});
                canary::body(&body, "");
                if let Ok(answer) = http.post(&url).bearer_auth(&key).json(&body).send().await
                    && answer.status() == StatusCode::CREATED
                    && let Ok(session) = answer.json::<Value>().await
                {
                    let id = session["id"].as_str().unwrap().to_owned();
                    answered.lock().unwrap().insert(id, email);
                    let _ = sender.send(()).await;
                }
            }
        }
    });
    let killed = async {
        for _ in 0..60 {
            enough.recv().await.unwrap();
        }
        parlor.kill().await;
    };
    tokio::join!(starts, killed);
    let answered = answered.lock().unwrap().clone();
    assert!((60..200).contains(&answered.len()), "the kill came in the middle: {}", answered.len());

    let parlor = Parlor::start(&data).await;
    for id in answered.keys() {
        let answer = http.get(parlor.url(&format!("/v1/sessions/{id}"))).bearer_auth(&key).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{id} is gone");
        assert_eq!(answer.json::<Value>().await.unwrap()["state"], "invited");
    }
    // What the stream had not delivered when the program died is due within the minute.
    let clock = parlor.url("/local/clock");
    http.post(clock).json(&json!({"advance_seconds": 90})).send().await.unwrap().error_for_status().unwrap();
    let mut missing = BTreeSet::new();
    for _ in 0..50 {
        let outbox: Value = http.get(parlor.url("/outbox.json")).send().await.unwrap().json().await.unwrap();
        let sent: BTreeSet<_> = outbox.as_array().unwrap().iter().filter_map(|mail| mail["to"].as_str()).collect();
        missing = answered.values().filter(|email| !sent.contains(email.as_str())).cloned().collect();
        if missing.is_empty() {
            break;
        }
        let run = parlor.url("/local/schedules/retry-deliveries/run");
        http.post(run).send().await.unwrap();
    }
    assert!(missing.is_empty(), "never sent: {missing:?}");
    parlor.kill().await;
    let _ = std::fs::remove_dir_all(&data);
}
