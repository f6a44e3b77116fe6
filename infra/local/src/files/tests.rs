//! The bucket, through S3's client and through addresses, in a deployment of its own.

use std::path::PathBuf;

use parlor_buckets::{Bucket, Signed, Upload};
use parlor_objects::{ObjectError, Objects as _};
use reqwest::{Method, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;
use crate::Stack;

async fn stack() -> Stack {
    Stack::builder().demo(false).start().await.unwrap()
}

fn bucket(stack: &Stack, function: &str) -> Bucket {
    let runtime = stack.runtime(function).unwrap();
    Bucket::new(&runtime.aws, &runtime.config.files_bucket)
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

async fn send(signed: &Signed, url: &str, body: &'static [u8]) -> StatusCode {
    let mut put = reqwest::Client::new().put(url).body(body);
    for (name, value) in &signed.headers {
        put = put.header(name, value);
    }
    put.send().await.unwrap().status()
}

const FILE: &[u8] = b"%PDF-1.7 not much of one";

fn announced(bytes: &[u8]) -> Upload<'static> {
    Upload { size: bytes.len() as u64, content_type: "application/pdf", sha256: digest(bytes) }
}

#[tokio::test]
async fn only_the_announced_file_is_taken_at_an_address() {
    let stack = stack().await;
    let files = bucket(&stack, "test");
    let now = stack.clock().now();
    let signed = files.upload("uploads/up_1", &announced(FILE), now).await.unwrap();
    let stored = async || files.get("uploads/up_1", 100).await;
    // Another content of the same size; another size; another address; a longer time; another type; another checksum.
    assert_eq!(send(&signed, &signed.url, b"%PDF-1.7 not much of two").await, StatusCode::BAD_REQUEST);
    assert!(matches!(stored().await, Err(ObjectError::Missing)), "what was refused is not stored");
    assert_eq!(send(&signed, &signed.url, b"%PDF-1.7").await, StatusCode::FORBIDDEN);
    assert_eq!(send(&signed, &signed.url.replace("up_1", "up_2"), FILE).await, StatusCode::FORBIDDEN);
    assert_eq!(send(&signed, &signed.url.replace("Expires=300", "Expires=900"), FILE).await, StatusCode::FORBIDDEN);
    let two = b"%PDF-1.7 not much of two";
    let checksum = data_encoding::BASE64.encode(&digest(two));
    for (header, said, file) in [("content-type", "text/html", FILE), ("x-amz-checksum-sha256", &checksum, two)] {
        let mut other = signed.clone();
        for (_, value) in other.headers.iter_mut().filter(|(name, _)| name == header) {
            said.clone_into(value);
        }
        assert_ne!(other, signed, "{header}");
        assert_eq!(send(&other, &signed.url, file).await, StatusCode::FORBIDDEN, "{header}");
    }
    let mut without = signed.clone();
    without.headers.retain(|(name, _)| name != "x-amz-checksum-sha256");
    assert_eq!(send(&without, &signed.url, FILE).await, StatusCode::FORBIDDEN);
    assert!(matches!(stored().await, Err(ObjectError::Missing)));

    assert_eq!(send(&signed, &signed.url, FILE).await, StatusCode::OK);
    assert_eq!(stored().await.unwrap(), FILE);
    assert!(matches!(files.get("uploads/up_1", 10).await, Err(ObjectError::TooLarge)));

    let late = files.upload("uploads/up_3", &announced(FILE), now).await.unwrap();
    stack.advance(301).await;
    assert_eq!(send(&late, &late.url, FILE).await, StatusCode::FORBIDDEN);
    let again = files.upload("uploads/up_3", &announced(FILE), stack.clock().now()).await.unwrap();
    assert_eq!(send(&again, &again.url, FILE).await, StatusCode::OK, "the clock that is ahead signs, too");
    stack.shutdown().await;
}

/// What is sent over and over until there are so many bytes of it.
const PIECE: &[u8] = &[b'x'; 64 * 1024];
const TWO_HUNDRED_MEGABYTES: u64 = 200_000_000;
/// What may be on its way when the answer comes: what the sockets of both ends hold, and not what was read.
const ON_ITS_WAY: u64 = 32_000_000;

/// PUTs 200 MB to an address, a piece at a time, until it is answered: the status, and how many bytes had gone by then. `said` is the
/// header that tells how much comes.
async fn pour(signed: &Signed, said: &str) -> (u16, u64) {
    let (host, path) = signed.url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let headers: Vec<_> = signed.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let head = format!("PUT /{path} HTTP/1.1\r\nhost: {host}\r\n{}\r\n{said}\r\n\r\n", headers.join("\r\n"));
    let piece = match said {
        "transfer-encoding: chunked" => [format!("{:x}\r\n", PIECE.len()).as_bytes(), PIECE, b"\r\n"].concat(),
        _ => PIECE.to_vec(),
    };
    let (mut reading, mut writing) = TcpStream::connect(host).await.unwrap().into_split();
    writing.write_all(head.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    let (mut sent, mut is_open) = (0, true);
    let mut answer = Box::pin(reading.read_exact(&mut status));
    loop {
        tokio::select! {
            biased;
            _ = &mut answer => break,
            // An end that is closed takes no more; what it answered is there.
            taken = writing.write_all(&piece), if is_open && sent < TWO_HUNDRED_MEGABYTES => match taken {
                Ok(()) => sent += PIECE.len() as u64,
                Err(_) => is_open = false,
            },
        }
    }
    drop(answer);
    (String::from_utf8_lossy(&status[9..]).parse().unwrap(), sent)
}

#[tokio::test]
async fn r21_two_hundred_megabytes_are_refused_unread_at_the_address_of_a_small_file() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::builder().data(folder.path()).demo(false).start().await.unwrap();
    let (files, now) = (bucket(&stack, "test"), stack.clock().now());
    let signed = files.upload("uploads/up_1", &announced(FILE), now).await.unwrap();
    let large = Upload { size: TWO_HUNDRED_MEGABYTES, ..announced(FILE) };
    let larger = files.upload("uploads/up_2", &large, now).await.unwrap();
    let length = format!("content-length: {TWO_HUNDRED_MEGABYTES}");
    let small = format!("content-length: {}", FILE.len());
    for (what, address, said, status) in [
        ("a length that was not announced", &signed, length.as_str(), 403),
        ("no length", &signed, "transfer-encoding: chunked", 403),
        ("the length that was announced, and more behind it", &signed, small.as_str(), 400),
        ("a length that is announced nowhere, and was signed", &larger, length.as_str(), 400),
    ] {
        let (answered, sent) = pour(address, said).await;
        assert_eq!(answered, status, "{what}");
        assert!(sent < ON_ITS_WAY, "{what}: {sent} bytes were taken");
    }
    assert_eq!(kept(&folder.path().join("files")), Vec::<PathBuf>::new());
    assert_eq!(send(&signed, &signed.url, FILE).await, StatusCode::OK, "the address is as good as before");
    stack.shutdown().await;
}

/// All files in a folder and in those within it.
fn kept(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { kept(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn a_download_is_what_the_address_says_and_nothing_without_a_signature() {
    let stack = stack().await;
    let files = bucket(&stack, "test");
    files.put("signed/s/i.pdf", FILE.to_vec(), "text/html").await.unwrap();
    let now = stack.clock().now();
    let signed = files.download("signed/s/i.pdf", "application/pdf", "Loan.pdf", now).await.unwrap();
    let answer = reqwest::get(&signed.url).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"Loan.pdf\""));
    assert_eq!(answer.bytes().await.unwrap(), FILE);
    let (bare, _) = signed.url.split_once('?').unwrap();
    assert_eq!(reqwest::get(bare).await.unwrap().status(), StatusCode::FORBIDDEN);
    let missing = files.download("signed/s/other.pdf", "application/pdf", "x", now).await.unwrap();
    assert_eq!(reqwest::get(&missing.url).await.unwrap().status(), StatusCode::FORBIDDEN);
    // Another file, another kind, another name, a longer time.
    files.put("signed/s/j.pdf", FILE.to_vec(), "application/pdf").await.unwrap();
    for (part, other) in [
        ("i.pdf", "j.pdf"),
        ("application%2Fpdf", "text%2Fhtml"),
        ("attachment", "inline"),
        ("Expires=300", "Expires=900"),
    ] {
        let tampered = signed.url.replacen(part, other, 1);
        assert_ne!(tampered, signed.url, "{part}");
        assert_eq!(reqwest::get(&tampered).await.unwrap().status(), StatusCode::FORBIDDEN, "{other}");
    }
    stack.advance(301).await;
    assert_eq!(reqwest::get(&signed.url).await.unwrap().status(), StatusCode::FORBIDDEN, "its time is over");
    stack.shutdown().await;
}

#[tokio::test]
async fn an_object_that_is_new_is_written_once() {
    let stack = stack().await;
    let files = bucket(&stack, "test");
    let writes = (0..8u8).map(|number| {
        let files = files.clone();
        tokio::spawn(async move { files.put_new("certificate/a.der", vec![number], "").await.is_ok() })
    });
    let mut first = 0;
    for write in writes.collect::<Vec<_>>() {
        first += u32::from(write.await.unwrap());
    }
    assert_eq!(first, 1);
    assert!(matches!(files.put_new("certificate/a.der", vec![9], "").await, Err(ObjectError::Exists)));
    stack.shutdown().await;
}

#[tokio::test]
async fn a_function_and_its_addresses_reach_their_own_prefixes_only() {
    let stack = stack().await;
    let now = stack.clock().now();
    let everybodys = bucket(&stack, "test");
    everybodys.put("signed/s/i.pdf", FILE.to_vec(), "application/pdf").await.unwrap();
    let files = bucket(&stack, "files");
    let signed = files.upload("signed/s/i.pdf", &announced(FILE), now).await.unwrap();
    assert_eq!(send(&signed, &signed.url, FILE).await, StatusCode::FORBIDDEN);
    let signed = files.download("signed/s/i.pdf", "application/pdf", "x", now).await.unwrap();
    assert_eq!(reqwest::get(&signed.url).await.unwrap().status(), StatusCode::FORBIDDEN);
    let reads = bucket(&stack, "document-read");
    assert!(reads.put("read/up_1/form.json", vec![1], "").await.is_ok());
    assert!(reads.put("finished/s/i.json", vec![1], "").await.is_err());
    assert!(reads.get("read/up_1/form.json", 10).await.is_err(), "it writes there, and does not read");
    let signs = bucket(&stack, "document-sign");
    assert!(signs.get("signed/s/i.pdf", 100).await.is_ok() && signs.get("read/up_1/form.json", 10).await.is_err());
    stack.shutdown().await;
}

#[tokio::test]
async fn no_key_leads_out_of_the_folder() {
    let stack = stack().await;
    let runtime = stack.runtime("test").unwrap();
    let base = format!("{}/{}", runtime.config.files_origin, runtime.config.files_bucket);
    let files = bucket(&stack, "test");
    assert!(matches!(files.put("../../x", vec![1], "").await, Err(ObjectError::BadKey)));
    // As a client would that asks nobody whether it is one.
    for key in ["..%2F..%2Fx", "%2e%2e/%2e%2e/x", "uploads/..%2F..%2Fx", "a%00b", "%C3%A4"] {
        let answer = reqwest::Client::new().put(format!("{base}/{key}")).body("x").send().await.unwrap();
        assert!(answer.status().is_client_error(), "{key}: {}", answer.status());
    }
    assert!(check_key("../../x").is_err() && check_key("uploads/../x").is_err() && check_key("uploads/x").is_ok());
    stack.shutdown().await;
}

#[tokio::test]
async fn a_page_of_ours_may_send_and_get_files_and_no_other_page() {
    let stack = stack().await;
    let files = bucket(&stack, "test");
    let signed = files.upload("uploads/up_1", &announced(FILE), stack.clock().now()).await.unwrap();
    let ask = async |origin: &str, method: &str, headers: &str| {
        let ask = reqwest::Client::new().request(Method::OPTIONS, &signed.url).header("origin", origin);
        let ask = ask.header("access-control-request-method", method).header("access-control-request-headers", headers);
        ask.send().await.unwrap()
    };
    let answer = ask(stack.url(), "PUT", "content-type, x-amz-checksum-sha256").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["access-control-allow-origin"], stack.url());
    assert_eq!(answer.headers()["access-control-allow-headers"], "content-type, x-amz-checksum-sha256");
    for (origin, method, headers) in [
        ("https://elsewhere.example", "PUT", "content-type"),
        (stack.url(), "DELETE", "content-type"),
        (stack.url(), "PUT", "x-amz-acl"),
    ] {
        let answer = ask(origin, method, headers).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{origin} {method} {headers}");
        assert!(answer.headers().get("access-control-allow-origin").is_none());
    }
    let get =
        async |origin: &str| reqwest::Client::new().get(&signed.url).header("origin", origin).send().await.unwrap();
    assert_eq!(get(stack.url()).await.headers()["access-control-allow-origin"], stack.url());
    assert!(get("https://elsewhere.example").await.headers().get("access-control-allow-origin").is_none());
    stack.shutdown().await;
}

#[tokio::test]
async fn files_are_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let start = async || Stack::builder().data(folder.path()).demo(false).start().await.unwrap();
    let first = start().await;
    bucket(&first, "test").put("uploads/up_1", FILE.to_vec(), "application/pdf").await.unwrap();
    first.shutdown().await;
    let second = start().await;
    assert_eq!(bucket(&second, "test").get("uploads/up_1", 100).await.unwrap(), FILE);
    second.shutdown().await;
}
