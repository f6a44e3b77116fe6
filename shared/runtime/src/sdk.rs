use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use aws_types::region::Region;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use crate::ConfigError;
use crate::https::AwsHttp;

/// The longest pause before the second attempt.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);

/// What all clients share.
///
/// There is no `aws-config` here. Its credential chain looks for profiles, web identities, container and instance
/// metadata, none of which a Lambda function has, and brings a second HTTP stack's worth of code for them. Lambda sets
/// three variables that hold for as long as the execution environment lives, so reading them once is all there is to do.
///
/// Region comes from `AWS_REGION`. `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL` override endpoints, with the SDKs'
/// own names and precedence. The behaviour version, and with it timeouts, is the latest. Retries are the standard ones, but
/// begin after 50 ms at most, as other SDKs do for DynamoDB: a second is most of what a person waits for a page. The
/// function's name is the application's name, so that it stands in the user agent of every request.
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
