use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::operation::query::QueryError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use super::*;

pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// Keeps what would have been sent. It answers what it was told to, one after the other, and then nothing that anybody
/// could use.
#[derive(Debug, Clone, Default)]
pub(crate) struct Capture {
    sent: Arc<Mutex<Vec<HttpRequest>>>,
    answers: Arc<Mutex<VecDeque<(u16, &'static str)>>>,
}

impl Capture {
    fn answering(answers: impl IntoIterator<Item = (u16, &'static str)>) -> Self {
        Self { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Self::default() }
    }

    pub(crate) fn sent(&self) -> Vec<HttpRequest> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }
}

impl HttpClient for Capture {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Capture {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.sent.lock().unwrap().push(request);
        let (status, body) = self.answers.lock().unwrap().pop_front().unwrap_or((400, "{}"));
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))))
    }
}

/// Clients whose requests go nowhere but into `capture`.
pub(crate) fn aws(capture: &Capture) -> Aws {
    let env = |name: &str| {
        let value = match name {
            "AWS_REGION" => "eu-central-1",
            "AWS_ACCESS_KEY_ID" => "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY" => SECRET,
            "AWS_SESSION_TOKEN" => "token",
            "AWS_LAMBDA_FUNCTION_NAME" => "session-end",
            _ => return None,
        };
        Some(value.to_owned())
    };
    let mut aws = Aws::from_env(&env).unwrap();
    aws.sdk = aws.sdk.into_builder().http_client(capture.clone()).build();
    aws
}

fn env(name: &str) -> Option<String> {
    let value = match name {
        "AWS_REGION" => "eu-central-1",
        "AWS_ACCESS_KEY_ID" => "id",
        "AWS_SECRET_ACCESS_KEY" => "canary",
        "AWS_ENDPOINT_URL_SESV2" => "http://127.0.0.1:1",
        "AWS_LAMBDA_FUNCTION_NAME" => "session-end",
        _ => return None,
    };
    Some(value.to_owned())
}

#[test]
fn the_environment_decides_region_endpoints_and_name() {
    let config = sdk_config(&env, &Connectors::default()).unwrap();
    assert_eq!(config.region().map(Region::as_ref), Some("eu-central-1"));
    assert_eq!(config.app_name().map(AsRef::as_ref), Some("session-end"));
    let endpoint = |service, variable| {
        let key = ServiceConfigKey::builder().service_id(service).env(variable).profile("endpoint_url").build();
        config.service_config().unwrap().load_config(key.unwrap())
    };
    assert_eq!(endpoint("SESv2", "AWS_ENDPOINT_URL").as_deref(), Some("http://127.0.0.1:1"));
    assert_eq!(endpoint("DynamoDB", "AWS_ENDPOINT_URL"), None);
    assert_eq!(endpoint("SESv2", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), None);
    assert!(!format!("{config:?}").contains("canary"));
}

#[test]
fn credentials_that_are_missing_are_named() {
    let without = |name: &str| (name != "AWS_SECRET_ACCESS_KEY").then(|| env(name)).flatten();
    let error = sdk_config(&without, &Connectors::default()).unwrap_err();
    assert_eq!(error.to_string(), "AWS_SECRET_ACCESS_KEY is not set");
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn write() -> TransactWriteItem {
    let put = Put::builder().table_name("t").item("pk", text("p")).build().unwrap();
    TransactWriteItem::builder().put(put).build()
}

/// Retries are the SDK's: what may pass is tried again, three times in all; what will not pass is not.
#[tokio::test]
async fn what_may_pass_is_tried_again() {
    type Answer = (u16, &'static str);
    const THROTTLED: Answer = (400, r#"{"__type": "ProvisionedThroughputExceededException"}"#);
    const FAILED: Answer = (500, "{}");
    const REFUSED: Answer = (400, r#"{"__type": "ResourceNotFoundException"}"#);
    const DONE: Answer = (200, "{}");
    let cases: [(&[Answer], usize, bool); 4] = [
        (&[FAILED, THROTTLED, DONE], 3, true),
        (&[THROTTLED, FAILED, FAILED, DONE], 3, false),
        (&[REFUSED, DONE], 1, false),
        (&[DONE, DONE], 1, true),
    ];
    for (answers, requests, done) in cases {
        let capture = Capture::answering(answers.iter().copied());
        let answer = aws(&capture).dynamodb().query().table_name("t").send().await;
        assert_eq!((capture.sent().len(), answer.is_ok()), (requests, done), "{answers:?}");
        if let (REFUSED, Err(error)) = (answers[0], answer) {
            assert!(matches!(error.into_service_error(), QueryError::ResourceNotFoundException(_)));
        }
    }
}

/// A transaction whose answer was lost is not done again: each try has the token of the first, and no other request has it.
#[tokio::test]
async fn a_transaction_keeps_its_token_through_all_tries() {
    let capture = Capture::answering([(500, "{}"), (200, "{}"), (200, "{}")]);
    let dynamodb = aws(&capture).dynamodb();
    for _ in 0..2 {
        dynamodb.transact_write_items().transact_items(write()).send().await.unwrap();
    }
    let token = |request: &HttpRequest| {
        let body: serde_json::Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        body["ClientRequestToken"].as_str().unwrap().to_owned()
    };
    let tokens: Vec<String> = capture.sent().iter().map(token).collect();
    assert_eq!(tokens.len(), 3);
    assert_eq!(tokens[0], tokens[1]);
    assert_ne!(tokens[1], tokens[2]);
}

#[tokio::test]
async fn an_override_moves_a_client() {
    let capture = Capture::default();
    let env = |name: &str| match name {
        "AWS_ENDPOINT_URL" => Some("http://127.0.0.1:1/all".to_owned()),
        "AWS_ENDPOINT_URL_DYNAMODB" => Some("http://127.0.0.1:2/db".to_owned()),
        name => env(name),
    };
    let mut aws = Aws::from_env(&env).unwrap();
    aws.sdk = aws.sdk.into_builder().http_client(capture.clone()).build();
    let _ = aws.dynamodb().query().table_name("t").send().await;
    assert_eq!(capture.sent()[0].uri(), "http://127.0.0.1:2/db/");
}

/// Somebody who takes requests and never answers.
#[derive(Debug, Clone, Default)]
struct Silent(Arc<Mutex<u32>>);

impl HttpClient for Silent {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Silent {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        *self.0.lock().unwrap() += 1;
        HttpConnectorFuture::new(std::future::pending())
    }
}

/// The limit of an attempt ends each of three, that of an operation all of them.
#[tokio::test]
async fn nobody_waits_for_an_answer_that_does_not_come() {
    const LIMIT: Duration = Duration::from_millis(20);
    let limits = [
        (TimeoutConfig::builder().operation_attempt_timeout(LIMIT).build(), 3),
        (TimeoutConfig::builder().operation_timeout(LIMIT).build(), 1),
    ];
    for (limit, requests) in limits {
        let silent = Silent::default();
        let aws = aws(&Capture::default());
        let config = aws.dynamodb().config().to_builder().http_client(silent.clone()).timeout_config(limit).build();
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(config);
        let error = dynamodb.query().table_name("t").send().await.unwrap_err();
        assert!(matches!(error, aws_sdk_dynamodb::error::SdkError::TimeoutError(_)), "{error:?}");
        assert_eq!(*silent.0.lock().unwrap(), requests);
    }
}

#[test]
fn each_connector_is_built_once_and_only_when_needed() {
    let connectors = Built::default();
    let uri = "https://dynamodb.eu-central-1.amazonaws.com/";
    let amazon: *const Https = connectors.for_uri(uri);
    assert!(std::ptr::eq(amazon, connectors.for_uri("https://sns.us-east-1.amazonaws.com")));
    assert!(connectors.plain.get().is_none() && connectors.system.get().is_none());

    connectors.for_uri("http://127.0.0.1:8000/");
    assert!(connectors.plain.get().is_some() && connectors.system.get().is_none());
    // An attacker's host that only looks like Amazon's gets no special treatment.
    let system: *const Https = connectors.for_uri("https://amazonaws.com.example/x.amazonaws.com");
    assert!(!std::ptr::eq(amazon, system));
}
