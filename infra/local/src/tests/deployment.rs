//! A deployment of its own: one function that writes and answers, one that hears of it, and others.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_apigatewaymanagement::primitives::Blob;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::{Body, Request, Response};
use parlor_runtime::{Clock, EventFunction, HttpFunction, Runtime};
use serde_json::{Value, json};

use crate::invoke::{Entry, event, http};

pub(super) const TEMPLATE: &str = r##"
Globals:
  Function:
    Timeout: 10
    Environment:
      Variables:
        PARLOR_PUBLIC_URL: !Ref PublicUrl
        PARLOR_LIVE_URL: !Sub wss://${SocketApi}
        PARLOR_LIVE_ENDPOINT: !Sub https://${SocketApi}
        PARLOR_CORE_TABLE: !Ref Things
        PARLOR_CONNECTIONS_TABLE: !Ref Things
        PARLOR_FILES_BUCKET: !Ref Files
        PARLOR_FILES_ORIGIN: !Sub "https://${Files.RegionalDomainName}"
        PARLOR_MAIL_FROM: !Ref MailFrom
        PARLOR_MASTER_KEY: !Sub "${Secret}"
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        paths:
          "/things/{id}":
            put: { x-amazon-apigateway-integration: { $ref: "#/components/x-amazon-apigateway-integrations/Web" } }
            get: { x-amazon-apigateway-integration: { $ref: "#/components/x-amazon-apigateway-integrations/Web" } }
          /crash:
            post: { x-amazon-apigateway-integration: { $ref: "#/components/x-amazon-apigateway-integrations/Web" } }
          "/forbidden/{id}":
            delete: { x-amazon-apigateway-integration: { $ref: "#/components/x-amazon-apigateway-integrations/Web" } }
          /sleep:
            post: { x-amazon-apigateway-integration: { $ref: "#/components/x-amazon-apigateway-integrations/Slow" } }
  Files: { Type: "AWS::S3::Bucket" }
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
  Slow:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: slow } }
    Properties:
      Timeout: 1
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
  SocketApi:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      Routes:
        $connect: { FunctionArn: !Ref TalkAliaslive }
        $default: { FunctionArn: !Ref TalkAliaslive }
        $disconnect: { FunctionArn: !Ref TalkAliaslive }
"##;

pub(super) fn registry() -> Vec<Entry> {
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
        let last = request.uri().path().rsplit('/').next().unwrap_or_default();
        let id = percent_encoding::percent_decode_str(last).decode_utf8_lossy().into_owned();
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
