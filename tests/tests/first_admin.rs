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
async fn the_link_that_the_command_prints_opens() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("first-admin");
    let (asked, printed) = run(&folder);
    assert_eq!(asked[..6], ["dynamodb", "put-item", "--region", "eu-central-1", "--table-name", "Core"]);
    let link = printed.trim().strip_prefix("https://parlor.example.com").unwrap();
    let secret = link.strip_prefix("/setup/").unwrap();
    assert!(!asked.concat().contains(secret), "the table gets the hash only");

    let installation = Installation::start().await;
    let browser = installation.browser();
    assert_eq!(browser.get(link).await.status, 410);
    let item: Value = serde_json::from_str(&asked[7]).unwrap();
    let item: HashMap<_, _> =
        item.as_object().unwrap().iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
    let table = &installation.runtime.config.core_table;
    installation.runtime.aws.dynamodb().put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
    assert_eq!(browser.get(link).await.status, 200);

    installation.stack.advance(8 * 24 * 3600).await;
    assert_eq!(browser.get(link).await.status, 410);
}
