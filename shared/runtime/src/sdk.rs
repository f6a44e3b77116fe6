use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::{IdentityCache, StalledStreamProtectionConfig};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use aws_types::region::Region;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use crate::ConfigError;
use crate::https::AwsHttp;

/// The longest pause before the second attempt.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);

/// Longer than any answer that is still worth having takes. The SDK has no limit of its own.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

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
pub(crate) fn sdk_config(env: &impl Fn(&str) -> Option<String>, http: &AwsHttp) -> Result<SdkConfig, ConfigError> {
    let required = |name: &'static str| env(name).ok_or(ConfigError::Missing(name));
    let credentials = Credentials::new(
        required("AWS_ACCESS_KEY_ID")?,
        required("AWS_SECRET_ACCESS_KEY")?,
        env("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    let endpoints = Endpoints {
        services: ["DYNAMODB", "SESV2", "SNS"]
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
mod tests {
    use super::*;

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
        let config = sdk_config(&env, &AwsHttp::default()).unwrap();
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
        let error = sdk_config(&without, &AwsHttp::default()).unwrap_err();
        assert_eq!(error.to_string(), "AWS_SECRET_ACCESS_KEY is not set");
    }
}
