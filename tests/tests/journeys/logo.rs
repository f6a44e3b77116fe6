//! A company's logo (R19): sent past the functions, written anew where nothing else can be reached, and served to anybody.

use data_encoding::HEXLOWER;
use parlor_tests::{Answer, Desk, Platform, documents};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What announces a logo.
fn announcement(bytes: &[u8], content_type: &str) -> Value {
    let sha256 = HEXLOWER.encode(&Sha256::digest(bytes));
    json!({"name": "logo.png", "size": bytes.len(), "content_type": content_type, "sha256": sha256})
}

/// Sends it as a picture of this kind, and asks until it was looked at.
async fn sent(platform: &Platform, desk: &Desk<'_>, bytes: Vec<u8>, content_type: &str) -> Answer {
    let announced = desk.post("/v1/logos", announcement(&bytes, content_type)).await;
    let mut put = reqwest::Client::new().put(announced["url"].as_str().unwrap()).body(bytes);
    for (name, value) in announced["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    assert_eq!(put.send().await.unwrap().status().as_u16(), 200);
    let path = format!("/v1/logos/{}", announced["id"].as_str().unwrap());
    let read = platform.until(async || {
        let answer = desk.call(Method::GET, &path, &[], None).await;
        (answer.body["code"] != "upload-not-read").then_some(answer)
    });
    read.await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_a_logo_is_uploaded_and_shown_to_anybody() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    // With a page behind it, which is nothing but a picture to whoever reads pictures.
    let polyglot = [documents::photo("logo").as_slice(), b"<html><script>alert(1)</script>"].concat();
    let key = [("idempotency-key", "logo-1")];
    let first = desk.call(Method::POST, "/v1/logos", &key, Some(announcement(&polyglot, "image/png"))).await;
    let again = desk.call(Method::POST, "/v1/logos", &key, Some(announcement(&polyglot, "image/png"))).await;
    assert_eq!((first.status, again.status, &again.body), (201, 201, &first.body), "{}", first.body);
    let early = format!("/v1/logos/{}", first.body["id"].as_str().unwrap());
    let early = desk.call(Method::GET, &early, &[], None).await;
    assert_eq!((early.status, &early.body["code"]), (409, &json!("upload-not-read")), "{}", early.body);
    assert_eq!(early.header("retry-after"), "1");

    let read = sent(&platform, &desk, polyglot, "image/png").await;
    assert_eq!(read.status, 200, "{}", read.body);
    let path = read.body["logo"].as_str().unwrap();
    let (width, height) = (read.body["width"].as_u64().unwrap(), read.body["height"].as_u64().unwrap());
    assert!((1..=640).contains(&width) && (1..=240).contains(&height), "{}", read.body);
    assert!(read.body["url"].as_str().unwrap().ends_with(path), "{}", read.body);

    // Anybody gets it, to keep: a picture and nothing else.
    let url = format!("{}{path}", platform.url);
    let served = reqwest::get(&url).await.unwrap();
    let header = |name: &str| served.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((served.status().as_u16(), json!(header("content-type"))), (200, read.body["content_type"].clone()));
    assert!(header("cache-control").contains("immutable") && header("x-content-type-options") == "nosniff");
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(header("cross-origin-resource-policy"), "cross-origin");
    let bytes = served.bytes().await.unwrap();
    assert_eq!(json!(bytes.len()), read.body["size"]);
    assert!(!bytes.windows(6).any(|window| window == b"script"), "nothing of what came with it");
    assert_eq!(reqwest::Client::new().head(&url).send().await.unwrap().status().as_u16(), 200);
    for none in [path.replace(".png", ".json").replace(".jpg", ".json"), format!("{path}x"), "/logo/x.png".into()] {
        assert_eq!(platform.call(Method::GET, &none, &[], None).await.status, 404, "{none}");
    }

    // Saved, it stands on the customer's page, and in mails by its whole address.
    desk.settings(json!({"branding": {"logo": path}})).await;
    let invited = desk.invited(json!({})).await;
    let opening = platform.browser().get(&invited.link).await;
    assert!(opening.text.contains(&format!("src=\"{path}\"")), "{}", opening.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_what_is_no_logo_is_refused_with_what_to_do() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let good = announcement(b"picture", "image/png");
    for (field, value, code, word) in [
        ("content_type", json!("image/svg+xml"), "unsupported-file-type", "PNG"),
        ("content_type", json!("application/pdf"), "unsupported-file-type", "PNG"),
        ("size", json!(5_000_001), "file-too-large", "640 by 240"),
        ("size", json!(0), "empty-file", "empty"),
        ("sha256", json!("abc"), "invalid-checksum", "64"),
    ] {
        let mut said = good.clone();
        said[field] = value;
        let answer = desk.call(Method::POST, "/v1/logos", &[], Some(said)).await;
        let refused = (answer.status, answer.body["code"].as_str(), answer.body["field"].as_str());
        assert_eq!(refused, (422, Some(code), Some(field)), "{}", answer.body);
        assert!(answer.body["detail"].as_str().unwrap().contains(word), "{}", answer.body);
    }
    // What calls itself a picture and is none; one that would be 400 million pixels; one that ends early.
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    let page = b"<!doctype html><script>alert(1)</script>".to_vec();
    let whole = documents::photo("logo");
    let cut = whole[..60].to_vec();
    for (bytes, kind, code) in [
        (svg, "image/png", "unsupported-file-type"),
        (page, "image/webp", "unsupported-file-type"),
        (documents::form(), "image/jpeg", "unsupported-file-type"),
        (bomb(), "image/png", "image-too-large"),
        (cut, "image/png", "damaged"),
    ] {
        let answer = sent(&platform, &desk, bytes, kind).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (422, Some(code)), "{}", answer.body);
    }
}

/// A PNG of 20,000 by 20,000 pixels in some bytes: its head says so, and its content is never inflated.
fn bomb() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        png.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        let body = [kind.as_slice(), data].concat();
        png.extend(&body);
        png.extend(crc32(&body).to_be_bytes());
    };
    let side = 20_000_u32.to_be_bytes();
    chunk(b"IHDR", &[side.as_slice(), &side, &[8, 2, 0, 0, 0]].concat());
    chunk(b"IDAT", &[0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01]);
    chunk(b"IEND", b"");
    png
}

/// The checksum of a PNG's chunk (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}
