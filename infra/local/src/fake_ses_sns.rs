//! The other end of the SES and SNS calls on one machine: answers in their wire protocols and keeps what they carried.
//!
//! The product sends with the AWS SDK as it does on AWS; only the endpoint differs (`AWS_ENDPOINT_URL_SESV2`,
//! `AWS_ENDPOINT_URL_SNS`). Answered are SES v2 `SendEmail` with simple content and SNS `Publish` to a phone number, which is
//! all that Parlor calls; anything else is refused as AWS refuses an unknown operation, so that a new call cannot pass unseen.
//!
//! What a test can provoke: [`REFUSED_DOMAIN`] and [`REFUSED_PHONE`] are refused for good, and `POST /local/outbox/fail`
//! makes the next sends fail for a while.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use jiff::Timestamp;
use serde::Deserialize;

use crate::outbox::{Channel, Message, Outbox};

/// Mail to this domain is refused with SES's `MessageRejected`.
pub const REFUSED_DOMAIN: &str = "bounce.example";

/// Texts to this number are refused with SNS's `InvalidParameter`.
pub const REFUSED_PHONE: &str = "+15005550001";

/// SNS splits a long text into parts and takes at most this many characters in all.
const LONGEST_TEXT: usize = 1600;

/// Reads the clock that the rest of the stack reads, so that a mail is dated after a test moved the time.
pub type ClockNow = Arc<dyn Fn() -> Timestamp + Send + Sync>;

#[derive(Clone)]
struct FakeSesSns {
    outbox: Outbox,
    clock_now: ClockNow,
}

/// Answers SES v2 and SNS.
pub(crate) fn aws_router(outbox: Outbox, clock_now: ClockNow) -> Router {
    Router::new()
        .route("/v2/email/outbound-emails", post(send_email))
        .route("/", post(sns))
        .fallback(async || SesRefusal::unknown_operation().into_response())
        .with_state(FakeSesSns { outbox, clock_now })
}

// --- SES v2: REST with JSON -----------------------------------------------------------------------------------------

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: Option<String>,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    #[serde(default)]
    destination: Destination,
    content: EmailContent,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Destination {
    #[serde(rename = "ToAddresses")]
    to: Vec<String>,
    #[serde(rename = "CcAddresses")]
    cc: Vec<String>,
    #[serde(rename = "BccAddresses")]
    bcc: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EmailContent {
    simple: Option<SimpleEmail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SimpleEmail {
    subject: Data,
    body: EmailBody,
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EmailBody {
    text: Option<Data>,
    html: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Header {
    name: String,
    value: String,
}

/// An error as SES v2 words it: the type in a header, the message in the body.
struct SesRefusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl SesRefusal {
    fn bad_request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "BadRequestException", message: message.into() }
    }

    fn rejected(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "MessageRejected", message: message.into() }
    }

    fn internal() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "InternalServiceErrorException",
            message: "The request processing has failed because of an unknown error.".into(),
        }
    }

    fn unknown_operation() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            code: "UnknownOperationException",
            message: "The fake SES and SNS answer SES v2 SendEmail and SNS Publish only.".into(),
        }
    }
}

impl IntoResponse for SesRefusal {
    fn into_response(self) -> Response {
        let body = serde_json::json!({ "message": self.message }).to_string();
        (self.status, [("content-type", "application/json"), ("x-amzn-errortype", self.code)], body).into_response()
    }
}

async fn send_email(
    State(fake_ses_sns): State<FakeSesSns>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, SesRefusal> {
    if !signed_for(&headers, "ses") {
        return Err(SesRefusal {
            status: StatusCode::FORBIDDEN,
            code: "MissingAuthenticationTokenException",
            message: "Missing Authentication Token".into(),
        });
    }
    if fake_ses_sns.outbox.takes_failure() {
        return Err(SesRefusal::internal());
    }
    let request: SendEmail =
        serde_json::from_slice(&body).map_err(|error| SesRefusal::bad_request(error.to_string()))?;
    let Some(simple) = request.content.simple else {
        return Err(SesRefusal::bad_request("The fake SES reads simple content only."));
    };
    if simple.body.text.is_none() && simple.body.html.is_none() {
        return Err(SesRefusal::bad_request("Missing required message body: text or html."));
    }
    let from = request
        .from_email_address
        .filter(|from| !from.is_empty())
        .ok_or_else(|| SesRefusal::bad_request("FromEmailAddress is required."))?;
    let to: Vec<String> = [request.destination.to, request.destination.cc, request.destination.bcc].concat();
    if to.is_empty() {
        return Err(SesRefusal::bad_request("At least one recipient is required."));
    }
    for address in to.iter().chain([&from]) {
        check_address(address)?;
    }

    let message = Message {
        channel: Channel::Email,
        to,
        from: Some(from),
        reply_to: request.reply_to_addresses.into_iter().next(),
        subject: Some(simple.subject.data),
        text: simple.body.text.map(|part| part.data),
        html: simple.body.html.map(|part| part.data),
        headers: simple.headers.into_iter().map(|header| (header.name, header.value)).collect(),
    };
    let id = fake_ses_sns.outbox.push(message, (fake_ses_sns.clock_now)()).map_err(|error| {
        tracing::error!(%error, "the outbox cannot be written");
        SesRefusal::internal()
    })?;
    Ok(([(header::CONTENT_TYPE, "application/json")], serde_json::json!({ "MessageId": id }).to_string())
        .into_response())
}

/// Refuses what SES refuses about an address (`ana@acme.example` or `Ana <ana@acme.example>`).
fn check_address(written: &str) -> Result<(), SesRefusal> {
    let address = match written.split_once('<') {
        Some((_name, rest)) => rest.strip_suffix('>').unwrap_or(rest),
        None => written,
    };
    if written.contains(['\r', '\n']) {
        return Err(SesRefusal::bad_request("Illegal address"));
    }
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Err(SesRefusal::bad_request("Missing final '@domain'"));
    };
    if local.is_empty() || !local.is_ascii() {
        return Err(SesRefusal::bad_request("Local address contains control or whitespace, or is not ASCII"));
    }
    if domain.is_empty() {
        return Err(SesRefusal::bad_request("Missing final '@domain'"));
    }
    if domain.eq_ignore_ascii_case(REFUSED_DOMAIN) {
        return Err(SesRefusal::rejected(format!("Address is on the suppression list: {address}")));
    }
    Ok(())
}

// --- SNS: the query protocol, forms in and XML out ------------------------------------------------------------------

/// An error as SNS words it.
struct SnsRefusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl SnsRefusal {
    fn sender(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }

    fn internal() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "InternalError",
            message: "Internal service error".into(),
        }
    }
}

impl IntoResponse for SnsRefusal {
    fn into_response(self) -> Response {
        let fault = if self.status.is_server_error() { "Receiver" } else { "Sender" };
        let xml = format!(
            "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>{fault}</Type><Code>{}</Code>\
             <Message>{}</Message></Error><RequestId>{NO_REQUEST_ID}</RequestId></ErrorResponse>",
            self.code,
            xml_text(&self.message),
        );
        (self.status, [(header::CONTENT_TYPE, "text/xml")], xml).into_response()
    }
}

/// SNS gives every answer an identifier; nothing here looks one up, so all share this one.
const NO_REQUEST_ID: &str = "00000000-0000-4000-8000-000000000000";

async fn sns(State(fake_ses_sns): State<FakeSesSns>, headers: HeaderMap, body: Bytes) -> Result<Response, SnsRefusal> {
    if !signed_for(&headers, "sns") {
        return Err(SnsRefusal {
            status: StatusCode::FORBIDDEN,
            code: "MissingAuthenticationToken",
            message: "Request is missing Authentication Token".into(),
        });
    }
    let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if field("Action") != Some("Publish") {
        return Err(SnsRefusal::sender(
            "InvalidAction",
            "The fake SES and SNS answer SES v2 SendEmail and SNS Publish only.",
        ));
    }
    if fake_ses_sns.outbox.takes_failure() {
        return Err(SnsRefusal::internal());
    }
    let Some(phone) = field("PhoneNumber") else {
        return Err(SnsRefusal::sender(
            "InvalidParameter",
            "Invalid parameter: TopicArn or TargetArn Reason: this fake publishes to phone numbers only",
        ));
    };
    if !is_e164(phone) || phone == REFUSED_PHONE {
        return Err(SnsRefusal::sender(
            "InvalidParameter",
            format!("Invalid parameter: PhoneNumber Reason: {phone} is not valid to publish to"),
        ));
    }
    let text = field("Message").unwrap_or_default();
    if text.is_empty() {
        return Err(SnsRefusal::sender("InvalidParameter", "Invalid parameter: Empty message"));
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(SnsRefusal::sender("InvalidParameter", "Invalid parameter: Message too long"));
    }
    let message = Message {
        channel: Channel::Sms,
        to: vec![phone.to_owned()],
        from: attribute(&form, "AWS.SNS.SMS.SenderID"),
        reply_to: None,
        subject: None,
        text: Some(text.to_owned()),
        html: None,
        headers: Vec::new(),
    };
    let id = fake_ses_sns.outbox.push(message, (fake_ses_sns.clock_now)()).map_err(|error| {
        tracing::error!(%error, "the outbox cannot be written");
        SnsRefusal::internal()
    })?;
    let xml = format!(
        "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>{id}</MessageId>\
         </PublishResult><ResponseMetadata><RequestId>{NO_REQUEST_ID}</RequestId></ResponseMetadata></PublishResponse>"
    );
    Ok(([(header::CONTENT_TYPE, "text/xml")], xml).into_response())
}

/// A message attribute, which the query protocol numbers: `MessageAttributes.entry.1.Name`, `….Value.StringValue`.
fn attribute(form: &[(String, String)], wanted: &str) -> Option<String> {
    let (name, _) = form.iter().find(|(key, value)| {
        key.starts_with("MessageAttributes.entry.") && key.ends_with(".Name") && value == wanted
    })?;
    let value = format!("{}.Value.StringValue", name.strip_suffix(".Name")?);
    form.iter().find(|(key, _)| *key == value).map(|(_, value)| value.clone())
}

/// Whether `phone` has the shape of E.164: a plus sign, then 7 to 15 digits that do not start with zero.
fn is_e164(phone: &str) -> bool {
    phone.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Whether the request carries a version 4 signature whose scope names `service`.
///
/// The keys are anybody's on one machine, so the signature itself proves nothing; its absence would show that the
/// product no longer signs for the right service.
fn signed_for(headers: &HeaderMap, service: &str) -> bool {
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        value.starts_with("AWS4-HMAC-SHA256 ") && value.contains(&format!("/{service}/aws4_request"))
    })
}

fn xml_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_credential_types::Credentials;
    use aws_sdk_sesv2::error::{ProvideErrorMetadata as _, SdkError};
    use aws_sdk_sesv2::operation::send_email::SendEmailError;
    use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader};
    use aws_sdk_sns::operation::publish::PublishError;
    use aws_sdk_sns::types::MessageAttributeValue;
    use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
    use aws_smithy_http_client::tls::{self};
    use aws_smithy_types::retry::RetryConfig;
    use aws_types::SdkConfig;
    use aws_types::region::Region;

    use super::*;
    use tokio::net::TcpListener;

    /// A fake SES and SNS on a free port, and the configuration that leads both SDK clients to it.
    async fn fake_ses_sns(retries: RetryConfig) -> (Outbox, SdkConfig) {
        let outbox = Outbox::in_memory();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let noon: Timestamp = "2026-01-02T12:00:00Z".parse().unwrap();
        tokio::spawn(axum::serve(listener, aws_router(outbox.clone(), Arc::new(move || noon))).into_future());
        let config = SdkConfig::builder()
            .region(Region::from_static("eu-central-1"))
            .endpoint_url(format!("http://{address}"))
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(Credentials::new(
                "local", "local", None, None, "tests",
            )))
            .http_client(
                aws_smithy_http_client::Builder::new()
                    .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
                    .build_https(),
            )
            .sleep_impl(aws_smithy_async::rt::sleep::default_async_sleep().unwrap())
            .retry_config(retries)
            .behavior_version(aws_sdk_sesv2::config::BehaviorVersion::latest())
            .build();
        (outbox, config)
    }

    fn content(data: &str) -> Content {
        Content::builder().data(data).charset("UTF-8").build().unwrap()
    }

    async fn send(config: &SdkConfig, to: &[&str]) -> Result<String, SdkError<SendEmailError>> {
        let message = Message::builder()
            .subject(content("Zoë’s session"))
            .body(
                Body::builder()
                    .text(content("Open https://acme.example/s/abc.\nmerci"))
                    .html(content("<p>Open <a href=\"https://acme.example/s/abc\">it</a></p>"))
                    .build(),
            )
            .headers(MessageHeader::builder().name("Auto-Submitted").value("auto-generated").build().unwrap())
            .build();
        aws_sdk_sesv2::Client::new(config)
            .send_email()
            .from_email_address("Acme <hello@acme.example>")
            .reply_to_addresses("team@acme.example")
            .destination(
                Destination::builder().set_to_addresses(Some(to.iter().map(ToString::to_string).collect())).build(),
            )
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await
            .map(|answer| answer.message_id.unwrap())
    }

    async fn publish(config: &SdkConfig, to: &str, text: &str) -> Result<String, SdkError<PublishError>> {
        aws_sdk_sns::Client::new(config)
            .publish()
            .phone_number(to)
            .message(text)
            .message_attributes(
                "AWS.SNS.SMS.SMSType",
                MessageAttributeValue::builder().data_type("String").string_value("Transactional").build().unwrap(),
            )
            .message_attributes(
                "AWS.SNS.SMS.SenderID",
                MessageAttributeValue::builder().data_type("String").string_value("ACME").build().unwrap(),
            )
            .send()
            .await
            .map(|answer| answer.message_id.unwrap())
    }

    #[tokio::test]
    async fn a_mail_from_the_sdk_is_kept_whole() {
        let (outbox, config) = fake_ses_sns(RetryConfig::disabled()).await;
        let id = send(&config, &["Mara <mara@example.net>", "b@example.net"]).await.unwrap();
        let items = outbox.items();
        assert_eq!(items.len(), 2);
        let item = &items[0];
        assert_eq!(item.message_id, id);
        assert_eq!(item.channel, Channel::Email);
        assert_eq!(item.to, "Mara <mara@example.net>");
        assert_eq!(item.from.as_deref(), Some("Acme <hello@acme.example>"));
        assert_eq!(item.reply_to.as_deref(), Some("team@acme.example"));
        assert_eq!(item.subject.as_deref(), Some("Zoë’s session"));
        assert_eq!(item.links(), ["https://acme.example/s/abc"]);
        assert_eq!(item.html.as_deref(), Some("<p>Open <a href=\"https://acme.example/s/abc\">it</a></p>"));
        assert_eq!(item.headers, [("Auto-Submitted".to_owned(), "auto-generated".to_owned())]);
        assert_eq!(item.at.to_string(), "2026-01-02T12:00:00Z");
    }

    #[tokio::test]
    async fn a_text_from_the_sdk_is_kept_whole() {
        let (outbox, config) = fake_ses_sns(RetryConfig::disabled()).await;
        let text = "ACME: für dich & <alle> https://acme.example/s/abc?x=1+2";
        let id = publish(&config, "+4915112345678", text).await.unwrap();
        let items = outbox.items();
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].message_id, id);
        assert_eq!(items[0].channel, Channel::Sms);
        assert_eq!(items[0].to, "+4915112345678");
        assert_eq!(items[0].from.as_deref(), Some("ACME"));
        assert_eq!(items[0].text.as_deref(), Some(text));
        assert_eq!((&items[0].subject, &items[0].html), (&None, &None));
    }

    #[tokio::test]
    async fn refusals_have_the_types_that_the_sdk_knows() {
        let (outbox, config) = fake_ses_sns(RetryConfig::disabled()).await;
        let error = send(&config, &["who@bounce.example"]).await.unwrap_err();
        assert!(error.as_service_error().unwrap().is_message_rejected(), "{error:?}");
        let error = send(&config, &["nobody"]).await.unwrap_err();
        assert!(error.as_service_error().unwrap().is_bad_request_exception(), "{error:?}");
        assert_eq!(error.message(), Some("Missing final '@domain'"));

        for (phone, text) in [(REFUSED_PHONE, "x"), ("0151 1234", "x"), ("+4915112345678", "")] {
            let error = publish(&config, phone, text).await.unwrap_err();
            assert!(error.as_service_error().unwrap().is_invalid_parameter_exception(), "{error:?}");
        }
        assert!(outbox.items().is_empty());

        let error = aws_sdk_sns::Client::new(&config).list_topics().send().await.unwrap_err();
        assert_eq!(error.code(), Some("InvalidAction"));
    }

    #[tokio::test]
    async fn provoked_failures_are_internal_errors_and_then_over() {
        let (outbox, config) = fake_ses_sns(RetryConfig::disabled()).await;
        outbox.fail_next(2);
        let error = send(&config, &["mara@example.net"]).await.unwrap_err();
        assert_eq!(error.raw_response().unwrap().status().as_u16(), 500);
        let error = publish(&config, "+4915112345678", "x").await.unwrap_err();
        assert_eq!(error.raw_response().unwrap().status().as_u16(), 500);
        assert_eq!(error.code(), Some("InternalError"));
        assert!(outbox.items().is_empty());
        send(&config, &["mara@example.net"]).await.unwrap();
        assert_eq!(outbox.items().len(), 1);
    }

    #[tokio::test]
    async fn the_sdks_own_retries_get_over_a_failure() {
        let (outbox, config) =
            fake_ses_sns(RetryConfig::standard().with_initial_backoff(std::time::Duration::from_millis(1))).await;
        outbox.fail_next(2);
        publish(&config, "+4915112345678", "x").await.unwrap();
        assert_eq!(outbox.items().len(), 1);
    }
}
