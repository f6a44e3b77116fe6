//! The command that lays out the first admin's link on AWS: what it puts into the table opens the page that it prints.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::{
    collections::HashMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use aws_sdk_dynamodb::types::AttributeValue;
use parlor_tests::Installation;
use serde_json::Value;

/// Runs the command with an AWS CLI that only notes what it was asked, and answers with that and with what was printed.
fn run(folder: &Path) -> (Vec<String>, String) {
    let programs = folder.join("bin");
    fs::create_dir_all(&programs).unwrap();
    let (cli, noted) = (programs.join("aws"), folder.join("asked"));
    fs::write(&cli, format!("#!/bin/sh\nprintf '%s\\0' \"$@\" > '{}'\n", noted.display())).unwrap();
    fs::set_permissions(&cli, fs::Permissions::from_mode(0o700)).unwrap();
    let path = std::env::join_paths(
        std::iter::once(programs).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/first-admin.sh");
    let output = Command::new(script)
        .args(["Core", "https://parlor.example.com", "eu-central-1"])
        .env("PATH", path.unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let asked = fs::read_to_string(noted).unwrap();
    let asked = asked.split_terminator('\0').map(str::to_owned).collect();
    (asked, String::from_utf8(output.stdout).unwrap())
}

/// DynamoDB's JSON, of which the command uses texts and maps.
fn attribute(value: &Value) -> AttributeValue {
    match value["M"].as_object() {
        Some(map) => AttributeValue::M(map.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()),
        None => AttributeValue::S(value["S"].as_str().unwrap().to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_link_and_the_key_that_the_command_prints_open() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("first-admin");
    let (asked, printed) = run(&folder);
    assert_eq!(asked[..6], ["dynamodb", "put-item", "--region", "eu-central-1", "--table-name", "Core"]);
    let line = |name: &str| printed.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim();
    let link = line("link").strip_prefix("https://parlor.example.com").unwrap();
    let key = line("API key");
    // A secret may hold the sign that parts a key: it is all that comes after the fourth.
    let secrets = [link.strip_prefix("/setup/").unwrap(), key.splitn(5, '_').last().unwrap()];
    assert!(secrets.iter().all(|secret| secret.len() == 32), "{secrets:?}");
    assert!(secrets.iter().all(|secret| !asked.concat().contains(secret)), "the table gets hashes only");

    let installation = Installation::start().await;
    let browser = installation.browser();
    assert_eq!(browser.get(link).await.status, 410);
    lay_out(&installation, &asked[7]).await;
    assert_eq!(browser.get(link).await.status, 200);
    // The key is the first admin's, so it is good once there is one.
    let program = reqwest::Client::new();
    let ask = async |path: &str| {
        program.get(format!("{}{path}", installation.stack.url())).bearer_auth(key).send().await.unwrap().status()
    };
    assert_eq!(ask("/v1/settings").await, 401);
    let fields = [("name", "Omar Haddad"), ("email", "omar@example.com"), ("password", "a few unrelated words")];
    assert_eq!(browser.post(link, &fields).await.status, 303);
    assert_eq!(ask("/v1/settings").await, 200);
    let start = program
        .post(format!("{}/v1/sessions", installation.stack.url()))
        .bearer_auth(key)
        .header("idempotency-key", "first")
        .json(&serde_json::json!({"customer": {"name": "Mara Quist", "email": "mara@example.net"}}));
    assert_eq!(start.send().await.unwrap().status(), 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_link_that_the_command_prints_is_good_for_a_week() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("first-admin-week");
    let (asked, printed) = run(&folder);
    let link = printed.split_whitespace().find_map(|word| word.strip_prefix("https://parlor.example.com")).unwrap();
    let installation = Installation::start().await;
    let browser = installation.browser();
    lay_out(&installation, &asked[7]).await;
    assert_eq!(browser.get(link).await.status, 200);
    installation.stack.advance(8 * 24 * 3600).await;
    assert_eq!(browser.get(link).await.status, 410);
}

/// Puts what the command would have put.
async fn lay_out(installation: &Installation, item: &str) {
    let item: Value = serde_json::from_str(item).unwrap();
    let item: HashMap<_, _> =
        item.as_object().unwrap().iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
    let table = &installation.runtime.config.core_table;
    installation.runtime.aws.dynamodb().put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
}
