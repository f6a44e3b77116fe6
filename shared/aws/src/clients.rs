//! The clients, built once, before a function's first invocation.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::{IdentityCache, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use aws_types::region::Region;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use crate::http::{Https, Trust};
use crate::sign::SigV4;
use crate::user_agent::{Spared, UserAgent};

/// The longest pause before the second attempt.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);

/// Longer than any answer that is still worth having takes: a mail's, a text's. The SDK has no limit of its own.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// What DynamoDB has not answered by then is asked again: it answers within milliseconds, and a function that people wait for
/// has ten seconds, in which all three tries of a request end.
const DYNAMODB_TIMEOUT: Duration = Duration::from_secs(3);

/// A request must not wait longer than this for a hint to a live connection to be taken, retries included.
const LIVE_TIMEOUT: Duration = Duration::from_secs(3);

/// As long as the SDK itself waits for a connection. How long an answer may take is the clients' business.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);

/// How long warming up may take. Lambda ends an init phase after ten seconds.
const WARM_TIMEOUT: Duration = Duration::from_secs(5);

/// A variable that Lambda sets and that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not set")]
pub struct MissingVariable(pub &'static str);

/// The way to AWS. Clones share connections.
#[derive(Debug, Clone)]
pub struct Aws {
    sdk: SdkConfig,
    connectors: Connectors,
    /// Where DynamoDB is, when it is DynamoDB and not a stand-in.
    warm_url: Option<String>,
    /// Whether a stand-in answers for S3.
    files_elsewhere: bool,
}

impl Aws {
    /// From environment variables, read through `env`. No request is made and no certificate is parsed before a client
    /// first needs one.
    pub fn from_env(env: &impl Fn(&str) -> Option<String>) -> Result<Self, MissingVariable> {
        let connectors = Connectors::default();
        let sdk = sdk_config(env, &connectors)?;
        let overridden = env("AWS_ENDPOINT_URL_DYNAMODB").is_some() || env("AWS_ENDPOINT_URL").is_some();
        let warm_url =
            sdk.region().filter(|_| !overridden).map(|region| format!("https://dynamodb.{region}.amazonaws.com/"));
        let files_elsewhere = env("AWS_ENDPOINT_URL_S3").is_some() || env("AWS_ENDPOINT_URL").is_some();
        Ok(Self { sdk, connectors, warm_url, files_elsewhere })
    }

    /// What every client is built from. For clients of services that few functions use, which are built where they are used,
    /// so that other functions do not link them; they take [`Aws::interceptors`], too.
    #[must_use]
    pub fn config(&self) -> &SdkConfig {
        &self.sdk
    }

    /// What each client says about itself: the function's name, and nothing else.
    pub fn interceptors(&self) -> [SharedInterceptor; 2] {
        [SharedInterceptor::new(Spared), SharedInterceptor::new(self.user_agent())]
    }

    /// Whether an endpoint override names a stand-in for S3. It has one name for all buckets, so that a bucket's stands in the
    /// path.
    #[must_use]
    pub fn files_elsewhere(&self) -> bool {
        self.files_elsewhere
    }

    /// A client for the tables.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.sdk)
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(DYNAMODB_TIMEOUT).build())
            .push_auth_scheme(SigV4::default())
            .interceptor(Spared)
            .interceptor(self.user_agent())
            .build();
        aws_sdk_dynamodb::Client::from_conf(config)
    }

    /// A client for sending mail.
    #[must_use]
    pub fn ses(&self) -> aws_sdk_sesv2::Client {
        let config = aws_sdk_sesv2::config::Builder::from(&self.sdk)
            .push_auth_scheme(SigV4::default())
            .interceptor(Spared)
            .interceptor(self.user_agent())
            .build();
        aws_sdk_sesv2::Client::from_conf(config)
    }

    /// A client for sending texts.
    #[must_use]
    pub fn sns(&self) -> aws_sdk_sns::Client {
        let config = aws_sdk_sns::config::Builder::from(&self.sdk)
            .push_auth_scheme(SigV4::default())
            .interceptor(Spared)
            .interceptor(self.user_agent())
            .build();
        aws_sdk_sns::Client::from_conf(config)
    }

    /// A client for live connections, at their management endpoint.
    #[must_use]
    pub fn live(&self, endpoint: &str) -> aws_sdk_apigatewaymanagement::Client {
        let timeouts = TimeoutConfig::builder().operation_timeout(LIVE_TIMEOUT).disable_operation_attempt_timeout();
        let config = aws_sdk_apigatewaymanagement::config::Builder::from(&self.sdk)
            .endpoint_url(endpoint)
            .timeout_config(timeouts.build())
            .push_auth_scheme(SigV4::default())
            .interceptor(Spared)
            .interceptor(self.user_agent())
            .build();
        aws_sdk_apigatewaymanagement::Client::from_conf(config)
    }

    /// What carries a request to `url`.
    pub(crate) fn connector(&self, url: &str) -> &Https {
        self.connectors.0.for_uri(url)
    }

    fn user_agent(&self) -> UserAgent {
        UserAgent::new(self.sdk.app_name().map_or("unknown", AsRef::as_ref))
    }

    /// Opens a connection to DynamoDB, TLS included, so that the first request does not wait for it. Lambda gives a
    /// starting function more CPU than it pays for; this moves the handshake there. Costs one `GET /`, which DynamoDB
    /// answers unsigned and uncharged. Failure is not an error: the first request will try again.
    pub async fn warm(&self) {
        if let Some(url) = &self.warm_url
            && let Err(error) = self.connectors.get(url).await
        {
            tracing::warn!(%error, "no connection to warm");
        }
    }
}

/// What all clients share.
///
/// There is no `aws-config` here. Its credential chain looks for profiles, web identities, container and instance
/// metadata, none of which a Lambda function has, and brings a second HTTP stack's worth of code for them. Lambda sets
/// three variables that hold for as long as the execution environment lives, so reading them once is all there is to do.
///
/// Region comes from `AWS_REGION`. `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL` override endpoints, with the SDKs'
/// own names and precedence. The behaviour version is the latest. Retries are the standard ones, but begin after 50 ms at
/// most, as other SDKs do for DynamoDB: a second is most of what a person waits for a page. The function's name is the
/// application's name, which [`UserAgent`](crate::user_agent::UserAgent) says with every request.
///
/// One timer watches an attempt, from sending to the last byte of its answer. The SDK's own watch two for the same: one for
/// the head of the answer, one for the throughput of bodies, which all fit into a packet or a few. Each timer wakes the
/// loop once for nothing. The credentials are known and stay, so there is no cache of them.
fn sdk_config(env: &impl Fn(&str) -> Option<String>, http: &Connectors) -> Result<SdkConfig, MissingVariable> {
    let required = |name: &'static str| env(name).ok_or(MissingVariable(name));
    let credentials = Credentials::new(
        required("AWS_ACCESS_KEY_ID")?,
        required("AWS_SECRET_ACCESS_KEY")?,
        env("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    let endpoints = Endpoints {
        services: ["DYNAMODB", "KMS", "S3", "SESV2", "SNS"]
            .into_iter()
            .filter_map(|service| Some((service, env(&format!("AWS_ENDPOINT_URL_{service}"))?)))
            .collect(),
    };
    let mut builder = SdkConfig::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(Region::new(required("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .identity_cache(IdentityCache::no_cache())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build())
        .retry_config(RetryConfig::standard().with_initial_backoff(FIRST_BACKOFF))
        .http_client(http.clone())
        .service_config(endpoints);
    builder.set_endpoint_url(env("AWS_ENDPOINT_URL"));
    builder.set_app_name(env("AWS_LAMBDA_FUNCTION_NAME").and_then(|name| AppName::new(name).ok()));
    Ok(builder.build())
}

/// The connectors, each built when first needed and handed to every client, so that all share connections: plain HTTP
/// (emulators), TLS to Amazon, and TLS to whoever else an endpoint override or another partition names. Parsing all of the
/// system's roots is most of the cost of building a client, so Amazon's own come first for `amazonaws.com`.
#[derive(Debug, Default, Clone)]
struct Connectors(Arc<Built>);

#[derive(Debug, Default)]
struct Built {
    plain: OnceLock<Https>,
    amazon: OnceLock<Https>,
    system: OnceLock<Https>,
}

impl Connectors {
    async fn get(&self, url: &str) -> Result<(), BoxError> {
        let exchange = async {
            let response = self.0.for_uri(url).call(HttpRequest::get(url)?).await?;
            // Only a connection whose answer was read to the end goes back to the pool.
            ByteStream::new(response.into_body()).collect().await?;
            Ok(())
        };
        tokio::time::timeout(WARM_TIMEOUT, exchange).await?
    }
}

impl HttpClient for Connectors {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connectors {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.0.for_uri(request.uri()).call(request)
    }
}

impl Built {
    fn for_uri(&self, uri: &str) -> &Https {
        let Some(rest) = uri.strip_prefix("https://") else {
            return self.plain.get_or_init(|| Https::new(Trust::Nobody, CONNECT_TIMEOUT));
        };
        let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
        if host.ends_with(".amazonaws.com") {
            self.amazon.get_or_init(|| Https::new(Trust::Amazon, CONNECT_TIMEOUT))
        } else {
            self.system.get_or_init(|| Https::new(Trust::System, CONNECT_TIMEOUT))
        }
    }
}

/// Endpoint overrides per service, found by the suffix that the SDK asks for.
#[derive(Debug)]
struct Endpoints {
    services: Vec<(&'static str, String)>,
}

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        if key.env() != "AWS_ENDPOINT_URL" {
            return None;
        }
        let service = key.service_id().replace(' ', "_").to_uppercase();
        self.services.iter().find(|(name, _)| *name == service).map(|(_, url)| url.clone())
    }
}

#[cfg(test)]
pub(crate) mod tests;
