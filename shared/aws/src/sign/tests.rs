use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningParams, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_types::body::SdkBody;
use proptest::prelude::*;

use super::*;
use crate::clients::tests::{Capture, SECRET, aws};

fn credentials(token: Option<&str>) -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET, token.map(str::to_owned), None, "test")
}

fn request(method: &str, uri: &str, headers: &[(String, String)], body: &str) -> HttpRequest {
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method(method).unwrap();
    request.set_uri(uri).unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(name.clone(), value.clone());
    }
    request
}

/// What AWS's own crate makes of the same request.
fn theirs(request: &HttpRequest, credentials: &Credentials, region: &str, service: &str, time: SystemTime) -> String {
    let identity = credentials.clone().into();
    let mut settings = SigningSettings::default();
    // It would sign these, too, which is allowed and not asked for.
    settings.excluded_headers.get_or_insert_default().extend(["content-length".into(), "accept".into()]);
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(time)
        .settings(settings)
        .build()
        .unwrap();
    let ours = |name: &str| matches!(name, "x-amz-date" | "x-amz-security-token" | "authorization");
    let signable = SignableRequest::new(
        request.method(),
        request.uri(),
        request.headers().iter().filter(|(name, _)| !ours(name)),
        SignableBody::Bytes(request.body().bytes().unwrap()),
    );
    let (instructions, _) = sign(signable.unwrap(), &SigningParams::V4(params)).unwrap().into_parts();
    let mut headers = instructions.headers();
    headers.find_map(|(name, value)| (name == "authorization").then(|| value.to_owned())).unwrap()
}

/// Of AWS's published test suite: `get-vanilla` and `post-vanilla`.
#[test]
fn the_published_examples_come_out() {
    let time = "2015-08-30T12:36:00Z".parse::<Timestamp>().unwrap().into();
    for (method, signature) in [
        ("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ] {
        let mut request = request(method, "https://example.amazonaws.com/", &[], "");
        let signer = Signer::default();
        assert!(signer.sign(&mut request, &credentials(None), "us-east-1", "service", time).unwrap());
        assert_eq!(request.headers().get("x-amz-date"), Some("20150830T123600Z"));
        assert_eq!(
            request.headers().get("authorization").unwrap(),
            format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders=host;x-amz-date, Signature={signature}"
            )
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever the SDK may send is signed as AWS's crate signs it, again and again with the key that is kept, across days,
    /// regions, services and credentials.
    #[test]
    fn it_signs_as_the_sdk_does(
        requests in prop::collection::vec((
            prop_oneof!["GET", "POST", "DELETE"],
            prop::sample::select(vec!["https://dynamodb.eu-central-1.amazonaws.com", "https://a.example:443", "http://127.0.0.1:8000"]),
            "(/[a-zA-Z0-9_.~@:=$%-]{0,9}){0,3}",
            prop::collection::btree_map("content-type|x-amz-[a-z]{1,9}|x-amzn-trace-id|user-agent|accept", "[!-~]{1,9}( [!-~]{1,9})?", 0..4),
            ".{0,300}",
            prop::option::of("[!-~]{1,200}"),
            0_u64..4_000_000_000,
            prop_oneof!["eu-central-1", "us-east-1"],
            prop_oneof!["dynamodb", "execute-api"],
        ), 1..5),
    ) {
        let signer = Signer::default();
        for (method, host, path, headers, body, token, seconds, region, service) in requests {
            let headers: Vec<_> = headers.into_iter().filter(|(name, _)| name != "x-amz-date").collect();
            let uri = format!("{host}{path}");
            prop_assume!(uri.parse::<http::Uri>().is_ok(), "{}", uri);
            let mut request = request(&method, &uri, &headers, &body);
            let credentials = credentials(token.as_deref());
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            let before = request.headers().len();
            if signer.sign(&mut request, &credentials, &region, &service, time).unwrap() {
                let expected = theirs(&request, &credentials, &region, &service, time);
                prop_assert_eq!(request.headers().get("authorization"), Some(expected.as_str()));
                prop_assert_eq!(request.headers().get("x-amz-security-token"), token.as_deref());
            } else {
                // Left to the SDK as it was.
                prop_assert_eq!(request.headers().len(), before);
                prop_assert!(path.contains("//") || path.contains("/."), "{}", path);
            }
        }
    }
}

#[test]
fn what_it_does_not_know_is_left_alone() {
    let signer = Signer::default();
    let spaces = [("x-amz-target".to_owned(), "two  spaces".to_owned())];
    let mut twice = request("GET", "https://a.example/", &[], "");
    twice.headers_mut().append("x-amz-a", "1");
    twice.headers_mut().append("x-amz-a", "2");
    for mut request in [
        twice,
        request("GET", "https://a.example/?query=1", &[], ""),
        request("GET", "https://a.example/a//b", &[], ""),
        request("GET", "https://a.example/a/../b", &[], ""),
        request("GET", "ftp://a.example/", &[], ""),
        request("GET", "https://a.example/", &spaces, ""),
        HttpRequest::new(SdkBody::taken()),
    ] {
        assert!(!signer.sign(&mut request, &credentials(None), "r", "s", UNIX_EPOCH).unwrap(), "{request:?}");
        assert!(!request.headers().contains_key("authorization"));
    }
}

#[test]
fn a_key_is_kept_and_never_printed() {
    let signer = Signer::default();
    let day = ["20150830", "us-east-1", "service"];
    let key = signer.key("a/20150830", SECRET, day);
    assert!(Arc::ptr_eq(&key, &signer.key("a/20150830", "of no account now", day)));
    assert!(!Arc::ptr_eq(&key, &signer.key("b/20150830", SECRET, day)));
    assert!(!format!("{signer:?}").contains(SECRET));
}

/// Every client, through all of the SDK: the function says who it is, in one header, and AWS would find the signature
/// right.
#[tokio::test]
async fn every_client_names_the_function_and_signs() {
    let capture = Capture::default();
    let aws = aws(&capture);

    let _ = aws.dynamodb().get_item().table_name("t").send().await;
    let post = aws.live("https://live.example/live").post_to_connection().connection_id("a/b+c=");
    let _ = post.data(aws_smithy_types::Blob::new("x")).send().await;
    let _ = aws.sns().publish().phone_number("+41790000000").message("m").send().await;
    let text = |text: &str| Content::builder().data(text).build().unwrap();
    let message = Message::builder().subject(text("s")).body(Body::builder().text(text("t")).build()).build();
    let mail = aws.ses().send_email().destination(Destination::builder().to_addresses("a@example.org").build());
    let _ = mail.content(EmailContent::builder().simple(message).build()).send().await;

    let sent = capture.sent();
    let services = ["dynamodb", "execute-api", "sns", "ses"];
    assert_eq!(sent.len(), services.len());
    for (request, service) in sent.iter().zip(services) {
        let header = |name: &str| request.headers().get(name).unwrap_or_default().to_owned();
        assert!(header("user-agent").ends_with(" app/session-end"), "{service}: {}", header("user-agent"));
        assert!(request.headers().iter().all(|(name, _)| !name.starts_with("amz-sdk") && name != "x-amz-user-agent"));
        let at: jiff::civil::DateTime =
            jiff::fmt::strtime::parse("%Y%m%dT%H%M%SZ", header("x-amz-date")).unwrap().to_datetime().unwrap();
        let time = at.to_zoned(TimeZone::UTC).unwrap().timestamp();
        let expected = theirs(request, &credentials(Some("token")), "eu-central-1", service, time.into());
        assert_eq!(header("authorization"), expected, "{service}");
        assert!(expected.contains("host;x-amz-date;x-amz-security-token"), "{service}: {expected}");
    }
}

/// A path that would have to be made shorter first: not this signer's business, but the request must not go out unsigned.
#[tokio::test]
async fn what_it_does_not_know_the_sdk_signs() {
    let capture = Capture::default();
    let live = aws(&capture).live("https://live.example/a//b");
    let _ = live.post_to_connection().connection_id("c").data(aws_smithy_types::Blob::new("x")).send().await;
    let sent = capture.sent();
    assert_eq!(sent.len(), 1);
    for request in &sent {
        let header = |name: &str| request.headers().get(name).unwrap_or_default();
        assert!(request.uri().contains("//b/"), "{}", request.uri());
        assert!(header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{request:?}");
        assert_eq!(header("x-amz-security-token"), "token");
    }
}
