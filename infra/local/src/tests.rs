//! The stack with a deployment of its own: one function that writes and answers, and one that hears of it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;
use aws_sdk_apigatewaymanagement::primitives::Blob;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::{SinkExt, StreamExt};
use lambda_http::{Body, Request, RequestExt, Response};
use parlor_runtime::{Clock, EventFunction, HttpFunction, Runtime};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{self, Message};

use crate::invoke::{Entry, event, http};
use crate::{Fault, Stack};

const TEMPLATE: &str = r#"
Globals:
  Function:
    Timeout: 10
    Environment:
      Variables:
        PARLOR_PUBLIC_URL: !Ref PublicUrl
        PARLOR_LIVE_URL: !Sub wss://${LiveApi}
        PARLOR_LIVE_ENDPOINT: !Sub https://${LiveApi}
        PARLOR_CORE_TABLE: !Ref Things
        PARLOR_CONNECTIONS_TABLE: !Ref Things
        PARLOR_MAIL_FROM: !Ref MailFrom
        PARLOR_MASTER_KEY: !Sub "${Secret}"
Resources:
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }, { AttributeName: sk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }, { AttributeName: sk, KeyType: RANGE }]
      StreamSpecification: { StreamViewType: NEW_IMAGE }
      TimeToLiveSpecification: { AttributeName: expires, Enabled: true }
  Web:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: web } }
    Properties:
      Policies:
        - Statement: { Effect: Allow, Action: ["dynamodb:PutItem", "dynamodb:GetItem"], Resource: !GetAtt Things.Arn }
      Events:
        Put: { Type: HttpApi, Properties: { Method: PUT, Path: "/things/{id}" } }
        Get: { Type: HttpApi, Properties: { Method: GET, Path: "/things/{id}" } }
        Crash: { Type: HttpApi, Properties: { Method: POST, Path: "/crash" } }
        Delete: { Type: HttpApi, Properties: { Method: DELETE, Path: "/forbidden/{id}" } }
  Slow:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: slow } }
    Properties:
      Timeout: 1
      Events:
        Sleep: { Type: HttpApi, Properties: { Method: POST, Path: "/sleep" } }
  Hear:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: hear } }
    Properties:
      Policies:
        - Statement: { Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Things.Arn }
      Events:
        Things:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Things.StreamArn
            MaximumRetryAttempts: 3
            FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"O#"}]}}}}' }] }
  Tick:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: tick } }
    Properties:
      Events:
        Minute: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 minute) } }
  Talk:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: talk } }
    Properties:
      Policies: [{ Statement: { Effect: Allow, Action: "execute-api:ManageConnections", Resource: "*" } }]
  ConnectRoute: { Type: "AWS::ApiGatewayV2::Route", Properties: { RouteKey: $connect, Target: !Sub "integrations/${Integration}" } }
  DefaultRoute: { Type: "AWS::ApiGatewayV2::Route", Properties: { RouteKey: $default, Target: !Sub "integrations/${Integration}" } }
  DisconnectRoute: { Type: "AWS::ApiGatewayV2::Route", Properties: { RouteKey: $disconnect, Target: !Sub "integrations/${Integration}" } }
  Integration: { Type: "AWS::ApiGatewayV2::Integration", Properties: { IntegrationUri: !Sub "functions/${Talk.Arn}/invocations" } }
"#;

fn registry() -> Vec<Entry> {
    vec![http::<Web>(), http::<Slow>(), event::<Hear>(), event::<Tick>(), event::<Talk>()]
}

fn text(status: u16, body: String) -> Response<Body> {
    Response::builder().status(status).body(body.into()).unwrap()
}

struct Web {
    dynamodb: aws_sdk_dynamodb::Client,
    table: String,
}

impl HttpFunction for Web {
    const NAME: &'static str = "web";

    fn new(runtime: &Runtime) -> Self {
        Self { dynamodb: runtime.aws.dynamodb(), table: runtime.config.core_table.clone() }
    }

    async fn handle(&self, request: Request) -> Response<Body> {
        assert_ne!(request.uri().path(), "/crash", "as asked");
        let id = request.path_parameters().first("id").unwrap().to_owned();
        let key = AttributeValue::S(id);
        let sort = AttributeValue::S("O#1".to_owned());
        if request.method() == "DELETE" {
            let delete = self.dynamodb.delete_item().table_name(&self.table).key("pk", key).key("sk", sort);
            return text(200, delete.send().await.err().and_then(|e| e.code().map(str::to_owned)).unwrap_or_default());
        }
        if request.method() == "PUT" {
            let what = String::from_utf8(request.body().to_vec()).unwrap();
            self.dynamodb
                .put_item()
                .table_name(&self.table)
                .item("pk", key)
                .item("sk", sort)
                .item("what", AttributeValue::S(what))
                .send()
                .await
                .unwrap();
            return text(204, String::new());
        }
        let item = self.dynamodb.get_item().table_name(&self.table).key("pk", key).key("sk", sort).send().await;
        match item.unwrap().item {
            Some(item) => text(200, item["what"].as_s().unwrap().clone()),
            None => text(404, "none".to_owned()),
        }
    }
}

/// Never answers.
struct Slow;

impl HttpFunction for Slow {
    const NAME: &'static str = "slow";

    fn new(_: &Runtime) -> Self {
        Self
    }

    async fn handle(&self, _: Request) -> Response<Body> {
        std::future::pending().await
    }
}

/// Fails the first time, then keeps what it heard.
struct Hear {
    calls: AtomicU32,
    dynamodb: aws_sdk_dynamodb::Client,
    table: String,
}

impl EventFunction for Hear {
    const NAME: &'static str = "hear";
    type Event = aws_lambda_events::event::dynamodb::Event;
    type Output = Value;

    fn new(runtime: &Runtime) -> Self {
        Self { calls: AtomicU32::new(0), dynamodb: runtime.aws.dynamodb(), table: runtime.config.core_table.clone() }
    }

    async fn handle(&self, event: Self::Event) -> Result<Value, lambda_runtime::Error> {
        if self.calls.fetch_add(1, Ordering::SeqCst) == 0 {
            return Err("not in the mood".into());
        }
        for record in event.records {
            let image = serde_json::to_string(&record.change.new_image)?;
            self.dynamodb
                .put_item()
                .table_name(&self.table)
                .item("pk", AttributeValue::S("heard".to_owned()))
                .item("sk", AttributeValue::S("H".to_owned()))
                .item("what", AttributeValue::S(image))
                .send()
                .await?;
        }
        Ok(json!({ "batchItemFailures": [] }))
    }
}

/// Answers with the time, how often it was called, and how many calls were over before this one. Takes a moment.
struct Tick {
    calls: AtomicU32,
    over: AtomicU32,
    clock: Clock,
}

impl EventFunction for Tick {
    const NAME: &'static str = "tick";
    type Event = Value;
    type Output = Value;

    fn new(runtime: &Runtime) -> Self {
        Self { calls: AtomicU32::new(0), over: AtomicU32::new(0), clock: runtime.clock.clone() }
    }

    async fn handle(&self, event: Self::Event) -> Result<Value, lambda_runtime::Error> {
        let calls = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let over = self.over.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(100)).await;
        self.over.fetch_add(1, Ordering::SeqCst);
        let now = self.clock.now().as_second();
        Ok(json!({ "calls": calls, "over": over, "now": now, "source": event["source"] }))
    }
}

/// Refuses who has no ticket; sends back what it hears; keeps who left.
struct Talk {
    live: aws_sdk_apigatewaymanagement::Client,
    left: Mutex<Vec<Value>>,
}

impl EventFunction for Talk {
    const NAME: &'static str = "talk";
    type Event = Value;
    type Output = Value;

    fn new(runtime: &Runtime) -> Self {
        Self { live: runtime.live(), left: Mutex::new(Vec::new()) }
    }

    async fn handle(&self, event: Value) -> Result<Value, lambda_runtime::Error> {
        let context = &event["requestContext"];
        let id = context["connectionId"].as_str().unwrap_or_default();
        match context["eventType"].as_str() {
            Some("CONNECT") => {
                // The typed event reads it, too.
                serde_json::from_value::<aws_lambda_events::event::apigw::ApiGatewayWebsocketProxyRequest>(
                    event.clone(),
                )?;
                let ticket = &event["queryStringParameters"]["ticket"];
                if ticket == "late" {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                let known = (ticket == "good" || ticket == "late") && event["headers"]["Origin"] == "http://o";
                Ok(json!({ "statusCode": if known { 200 } else { 401 } }))
            }
            Some("DISCONNECT") => {
                self.left.lock().unwrap_or_else(PoisonError::into_inner).push(context.clone());
                Ok(json!({ "statusCode": 200 }))
            }
            _ => {
                let answer = match event["body"].as_str() {
                    Some("who left") => json!(*self.left.lock().unwrap_or_else(PoisonError::into_inner)).to_string(),
                    Some("who am I") => id.to_owned(),
                    Some("fail") => return Err("as asked".into()),
                    other => format!("you said {}", other.unwrap_or_default()),
                };
                self.live.post_to_connection().connection_id(id).data(Blob::new(answer)).send().await?;
                Ok(json!({ "statusCode": 200 }))
            }
        }
    }
}

async fn stack() -> Stack {
    Stack::builder().deployment(TEMPLATE, registry).demo(false).count_requests(true).await.unwrap()
}

#[tokio::test]
async fn a_function_is_refused_what_its_role_does_not_allow() {
    let stack = stack().await;
    let client = reqwest::Client::new();
    let answer = client.delete(format!("{}/forbidden/a", stack.url())).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "AccessDeniedException");
}

#[tokio::test]
async fn a_route_that_the_template_lacks_is_not_found() {
    let stack = stack().await;
    for path in ["/", "/things", "/things/a/b", "/local/nothing"] {
        let answer = reqwest::get(format!("{}{path}", stack.url())).await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(answer.text().await.unwrap(), r#"{"message":"Not Found"}"#);
    }
    let client = reqwest::Client::new();
    let wrong_method = client.delete(format!("{}/things/a", stack.url())).send().await.unwrap();
    assert_eq!(wrong_method.status(), 404);
    stack.shutdown().await;
}

#[tokio::test]
async fn functions_answer_crash_and_time_out_apart() {
    let stack = stack().await;
    let client = reqwest::Client::new();
    let url = |path: &str| format!("{}{path}", stack.url());
    let put = client.put(url("/things/a%20b")).body("hello").send().await.unwrap();
    assert_eq!(put.status(), 204);
    for path in ["/crash", "/sleep"] {
        let answer = client.post(url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 500, "{path}");
        assert_eq!(answer.text().await.unwrap(), r#"{"message":"Internal Server Error"}"#);
    }
    let large = client.put(url("/things/c")).body(vec![b'x'; 7 << 20]).send().await.unwrap();
    assert_eq!(large.status(), 413);
    let got = client.get(url("/things/a%20b")).send().await.unwrap();
    assert_eq!(got.text().await.unwrap(), "hello");

    let requests: Value = client.get(url("/local/requests")).send().await.unwrap().json().await.unwrap();
    assert_eq!(requests["web"], json!({ "PutItem": 1, "GetItem": 1 }));
    stack.reset_requests();
    assert!(!stack.requests().contains_key("web"));
    stack.shutdown().await;
}

#[tokio::test]
async fn requests_fail_as_the_test_decides() {
    use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
    use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
    let stack = stack().await;
    let mut faults = vec![Fault::None, Fault::Failed, Fault::LostAnswer, Fault::Throttled];
    stack.inject(move |function, operation| match operation {
        "TransactWriteItems" => Fault::Conflict,
        _ if function == "web" => faults.pop().unwrap_or(Fault::None),
        _ => Fault::None,
    });
    // The SDK tries three times: throttled, then written but not told so, then refused.
    let client = reqwest::Client::new();
    let url = format!("{}/things/a", stack.url());
    assert_eq!(client.put(&url).body("x").send().await.unwrap().status(), 500);
    assert_eq!(client.get(&url).send().await.unwrap().text().await.unwrap(), "x");
    assert_eq!(stack.requests()["web"]["PutItem"], 3);

    let runtime = stack.runtime("test").unwrap();
    let put = Put::builder()
        .table_name(&runtime.config.core_table)
        .item("pk", AttributeValue::S("p".to_owned()))
        .item("sk", AttributeValue::S("s".to_owned()))
        .build()
        .unwrap();
    let write = runtime.aws.dynamodb().transact_write_items();
    let error = write.transact_items(TransactWriteItem::builder().put(put).build()).send().await.unwrap_err();
    match error.into_service_error() {
        TransactWriteItemsError::TransactionCanceledException(canceled) => {
            assert_eq!(canceled.cancellation_reasons()[0].code(), Some("TransactionConflict"));
        }
        other => panic!("{other:?}"),
    }
    stack.shutdown().await;
}

#[tokio::test]
async fn a_stale_read_shows_the_past_for_so_long_and_a_consistent_one_never_does() {
    let builder = Stack::builder().count_requests(true).stale_reads(true).demo(false);
    let stack = builder.deployment(TEMPLATE, registry).start().await.unwrap();
    let runtime = stack.runtime("test").unwrap();
    let read = async |consistent: bool| {
        let get = runtime.aws.dynamodb().get_item().table_name(&runtime.config.core_table).consistent_read(consistent);
        let get = get.key("pk", AttributeValue::S("a".to_owned())).key("sk", AttributeValue::S("O#1".to_owned()));
        get.send().await.unwrap().item.map(|item| item["what"].as_s().unwrap().clone())
    };
    let write = async |body: &'static str| {
        let put = reqwest::Client::new().put(format!("{}/things/a", stack.url()));
        assert_eq!(put.body(body).send().await.unwrap().status(), 204);
    };
    stack.inject(|_, _| Fault::Stale(Duration::from_secs(30)));
    write("old").await;
    assert_eq!((read(false).await, read(true).await), (None, Some("old".to_owned())));
    stack.advance(31).await;
    assert_eq!(read(false).await.as_deref(), Some("old"));
    write("new").await;
    assert_eq!((read(false).await.as_deref(), read(true).await.as_deref()), (Some("old"), Some("new")));
    stack.advance(31).await;
    assert_eq!(read(false).await.as_deref(), Some("new"));
    stack.inject(|_, _| Fault::None);
    write("newest").await;
    assert_eq!(read(false).await.as_deref(), Some("newest"));
    stack.shutdown().await;
}

#[tokio::test]
async fn the_stream_is_heard_and_tried_again() {
    let stack = stack().await;
    let client = reqwest::Client::new();
    client.put(format!("{}/things/a", stack.url())).body("hello").send().await.unwrap();
    stack.settle().await;
    let runtime = stack.runtime("test").unwrap();
    let heard = runtime
        .aws
        .dynamodb()
        .get_item()
        .table_name(&runtime.config.core_table)
        .key("pk", AttributeValue::S("heard".to_owned()))
        .key("sk", AttributeValue::S("H".to_owned()))
        .send()
        .await
        .unwrap();
    assert!(heard.item.unwrap()["what"].as_s().unwrap().contains("hello"));
    stack.shutdown().await;
}

#[tokio::test]
async fn a_jump_of_the_clock_runs_what_is_due_once() {
    let stack = stack().await;
    let client = reqwest::Client::new();
    let before = stack.clock().now().as_second();
    stack.advance(30).await;
    stack.advance(3600).await;
    let tick = stack.run_schedule("tick").await.unwrap();
    assert_eq!(tick["calls"], 2);
    assert_eq!(tick["source"], "aws.scheduler");
    assert!(tick["now"].as_i64().unwrap() >= before + 3630);

    let post = |path: &str, body: &'static str| client.post(format!("{}{path}", stack.url())).body(body).send();
    let clock: Value = post("/local/clock", r#"{"advance_seconds":70}"#).await.unwrap().json().await.unwrap();
    assert_eq!(clock["offset_seconds"], 3700);
    assert_eq!(post("/local/clock", r#"{"advance_seconds":-1}"#).await.unwrap().status(), 422);
    let run: Value = post("/local/schedules/tick/run", "").await.unwrap().json().await.unwrap();
    assert_eq!(run["answer"]["calls"], 4);
    assert_eq!(post("/local/schedules/web/run", "").await.unwrap().status(), 404);
    stack.shutdown().await;
}

#[tokio::test]
async fn a_jump_of_the_clock_waits_for_what_was_under_way() {
    let stack = stack().await;
    let during = async {
        stack.advance(1).await;
        stack.run_schedule("tick").await.unwrap()
    };
    // The first begins a run and waits for it; the second finds nothing due.
    let ((), tick) = tokio::join!(stack.advance(60), during);
    assert_eq!((&tick["calls"], &tick["over"]), (&json!(2), &json!(1)));
    stack.shutdown().await;
}

#[tokio::test]
async fn a_restart_keeps_data_clock_and_place_in_the_stream() {
    let directory = std::env::temp_dir().join(format!("parlor-stack-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    let start = || Stack::builder().deployment(TEMPLATE, registry).demo(false).data(&directory).start();
    let client = reqwest::Client::new();
    let stack = start().await.unwrap();
    let key = stack.runtime("test").unwrap().config.master_key;
    client.put(format!("{}/things/a", stack.url())).body("kept").send().await.unwrap();
    stack.advance(100).await;
    // No farewell: as after a kill.
    drop(stack);

    let stack = start().await.unwrap();
    let got = client.get(format!("{}/things/a", stack.url())).send().await.unwrap();
    assert_eq!(got.text().await.unwrap(), "kept");
    assert!(stack.runtime("test").unwrap().config.master_key == key);
    let clock: Value = reqwest::get(format!("{}/local/clock", stack.url())).await.unwrap().json().await.unwrap();
    assert_eq!(clock["offset_seconds"], 100);
    // Nothing is waiting: what was heard is not heard again.
    stack.settle().await;
    stack.shutdown().await;
    std::fs::remove_dir_all(&directory).unwrap();
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn open(url: &str, ticket: &str) -> Result<Socket, tungstenite::Error> {
    use tungstenite::client::IntoClientRequest;
    let url = url.replace("http", "ws");
    let mut request = format!("{url}/live?ticket={ticket}").into_client_request()?;
    request.headers_mut().insert("origin", "http://o".parse().unwrap());
    Ok(tokio_tungstenite::connect_async(request).await?.0)
}

async fn say(socket: &mut Socket, what: &str) -> String {
    socket.send(Message::text(what)).await.unwrap();
    loop {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            return text.to_string();
        }
    }
}

/// Who has left, when `id` is among them.
async fn until_left(staying: &mut Socket, id: &str) -> Value {
    for _ in 0..250 {
        let seen = say(staying, "who left").await;
        if seen.contains(id) {
            return serde_json::from_str(&seen).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{id} is still here");
}

#[tokio::test]
async fn a_refused_connect_keeps_its_status() {
    let stack = stack().await;
    match open(stack.url(), "bad").await {
        Err(tungstenite::Error::Http(response)) => assert_eq!(response.status(), 401),
        other => panic!("{other:?}"),
    }
    stack.shutdown().await;
}

#[tokio::test]
async fn a_connection_can_be_posted_to_before_its_client_knows_that_it_is_open() {
    let stack = Stack::builder().deployment(TEMPLATE, registry).demo(false).keep_events(true).await.unwrap();
    let (talk, poster) = (Arc::clone(&stack.live.functions), stack.runtime("test").unwrap().live());
    // In front of the API: when `$connect` has agreed, and the client has not heard of it.
    let agreed = move |answer: axum::response::Response| {
        let (event, poster) = (talk.last_event("talk").unwrap(), poster.clone());
        async move {
            let id = event["requestContext"]["connectionId"].as_str().unwrap();
            let post = poster.post_to_connection().connection_id(id).data(Blob::new("welcome"));
            post.send().await.unwrap();
            answer
        }
    };
    let front = axum::Router::new()
        .route("/live", axum::routing::any(crate::live::connect))
        .layer(axum::middleware::map_response(agreed))
        .with_state(Arc::clone(&stack.live));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        axum::serve(listener, front.into_make_service_with_connect_info::<std::net::SocketAddr>()).await
    });

    let mut socket = open(&url, "good").await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("welcome"));
    assert_eq!(say(&mut socket, "hi").await, "you said hi");
    serving.abort();
}

#[tokio::test]
async fn who_hangs_up_before_the_connection_is_open_leaves_it() {
    let stack = Stack::builder().deployment(TEMPLATE, registry).demo(false).keep_events(true).await.unwrap();
    let mut staying = open(stack.url(), "good").await.unwrap();
    let asked = || stack.last_event("talk").unwrap()["requestContext"].clone();
    let first = asked();
    {
        let mut opening = std::pin::pin!(open(stack.url(), "late"));
        while asked()["connectionId"] == first["connectionId"] {
            let opened = tokio::time::timeout(Duration::from_millis(1), opening.as_mut()).await;
            assert!(opened.is_err(), "it takes a moment");
        }
    }
    let left = asked()["connectionId"].as_str().unwrap().to_owned();
    let seen = until_left(&mut staying, &left).await;
    assert_eq!((seen.as_array().unwrap().len(), &seen[0]["disconnectStatusCode"]), (1, &json!(1006)));
    stack.shutdown().await;
}

#[tokio::test]
async fn a_connection_talks_and_leaving_is_noticed() {
    let stack = stack().await;
    let mut leaving = open(stack.url(), "good").await.unwrap();
    assert_eq!(say(&mut leaving, "hi").await, "you said hi");
    assert!(say(&mut leaving, "fail").await.contains("Internal server error"));
    let left = say(&mut leaving, "who am I").await;
    // Without a goodbye.
    drop(leaving);

    let mut staying = open(stack.url(), "good").await.unwrap();
    let seen = until_left(&mut staying, &left).await;
    assert_eq!(seen[0]["disconnectStatusCode"], 1006);

    // Who left is gone for those who post, too.
    let connections = stack.runtime("test").unwrap().live();
    let live = &connections;
    let post = async |id: &str, data: Vec<u8>| {
        let post = connections.post_to_connection().connection_id(id).data(Blob::new(data));
        post.send().await
    };
    let gone = post(&left, b"?".to_vec()).await.unwrap_err().into_service_error();
    assert!(matches!(gone, PostToConnectionError::GoneException(_)), "{gone:?}");
    let id = say(&mut staying, "who am I").await;
    let large = post(&id, vec![b'x'; 129 * 1024]).await.unwrap_err().into_service_error();
    assert!(matches!(large, PostToConnectionError::PayloadTooLargeException(_)), "{large:?}");
    live.get_connection().connection_id(&id).send().await.unwrap().identity().unwrap();

    live.delete_connection().connection_id(&id).send().await.unwrap();
    assert!(matches!(staying.next().await, Some(Ok(Message::Close(_)))));
    assert!(post(&id, b"?".to_vec()).await.is_err());
    stack.shutdown().await;
}

#[tokio::test]
async fn silence_and_age_end_a_connection_by_the_clock() {
    let stack = stack().await;
    let mut socket = open(stack.url(), "good").await.unwrap();
    for _ in 0..13 {
        stack.advance(9 * 60).await;
        assert_eq!(say(&mut socket, "hi").await, "you said hi");
    }
    // Two hours, although it was never silent.
    stack.advance(9 * 60).await;
    assert!(matches!(socket.next().await, Some(Ok(Message::Close(_)))));

    let mut socket = open(stack.url(), "good").await.unwrap();
    assert_eq!(say(&mut socket, "hi").await, "you said hi");
    stack.advance(10 * 60).await;
    match socket.next().await {
        Some(Ok(Message::Close(Some(frame)))) => assert_eq!(u16::from(frame.code), 1001),
        other => panic!("{other:?}"),
    }
    stack.shutdown().await;
}

#[tokio::test]
async fn a_message_that_is_too_large_ends_the_connection() {
    let stack = stack().await;
    let mut socket = open(stack.url(), "good").await.unwrap();
    let _: Result<(), _> = socket.send(Message::text("x".repeat(129 * 1024))).await;
    loop {
        match socket.next().await {
            Some(Ok(Message::Close(_)) | Err(_)) | None => break,
            Some(Ok(_)) => {}
        }
    }
    stack.shutdown().await;
}

#[tokio::test]
async fn the_demo_is_the_same_after_a_restart_and_its_setup_link_works_until_used() {
    use parlor_domain::EmailAddress;
    use parlor_store::{ReadBatch, Store};
    let directory = std::env::temp_dir().join(format!("parlor-demo-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    let start = |demo| Stack::builder().data(&directory).demo(demo).start();
    let stack = start(true).await.unwrap();
    let first = stack.ready().demo.clone().unwrap();
    stack.shutdown().await;
    let stack = start(true).await.unwrap();
    assert_eq!(stack.ready().demo.as_ref(), Some(&first));
    let line = serde_json::to_value(stack.ready()).unwrap();
    for key in ["url", "admin", "supervisor", "agent", "agent2", "api_key", "outbox_url", "clock_url"] {
        assert!(line.get(key).is_some(), "{key}");
    }

    let runtime = stack.runtime("test").unwrap();
    let config = &runtime.config;
    let store = Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table);
    let email: EmailAddress = first.agent.email.parse().unwrap();
    let found = store.read(ReadBatch::new().credentials(&email)).await.unwrap();
    assert_eq!(found.credentials(&email).unwrap().unwrap().agent.name, "Nina Berg");
    stack.shutdown().await;

    let stack = start(false).await.unwrap();
    let setup = stack.ready().setup_url.clone().unwrap();
    let path = setup.strip_prefix(stack.url()).unwrap().to_owned();
    stack.shutdown().await;
    let stack = start(false).await.unwrap();
    assert!(stack.ready().setup_url.as_ref().unwrap().ends_with(&path));
    stack.shutdown().await;
    std::fs::remove_dir_all(&directory).unwrap();
}
