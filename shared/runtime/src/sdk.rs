use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::auth::sigv4::SCHEME_ID;
use aws_sdk_dynamodb::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use aws_sdk_dynamodb::config::{IdentityCache, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::endpoint::{EndpointFuture, EndpointResolverParams, ResolveEndpoint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::endpoint::Endpoint;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::app_name::AppName;
use aws_types::region::{Region, SigningRegion};
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use aws_types::{SdkConfig, SigningName};
use futures_util::FutureExt as _;
use parlor_aws::Service;

use crate::ConfigError;
use crate::entropy::Entropy;
use crate::https::AwsHttp;
use crate::sign::SigV4;
use crate::user_agent::UserAgent;

/// The longest pause before the second attempt.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);

/// Longer than any answer that is still worth having takes: a mail's, a text's. The SDK has no limit of its own.
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

/// A service, by its name and the one it has in signatures, as its client would reach it with this configuration, as far as
/// [`sdk_config`] makes one, and with these timeouts.
pub(crate) fn service(
    sdk: &SdkConfig,
    [name, signing_name]: [&'static str; 2],
    place: Place,
    user_agent: UserAgent,
    timeouts: TimeoutConfig,
) -> Service {
    let mut config = Layer::new(name);
    config
        .store_put(SigningName::from_static(signing_name))
        // Nobody reads it, and the orchestrator does not go on without.
        .store_put(EndpointResolverParams::new(()))
        .store_or_unset(sdk.region().cloned().map(SigningRegion::from))
        .store_or_unset(sdk.retry_config().cloned())
        .store_put(timeouts);
    let mut components = RuntimeComponentsBuilder::new(name)
        .with_http_client(sdk.http_client())
        .with_endpoint_resolver(Some(place))
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])))
        .with_auth_scheme(SigV4::default())
        .with_identity_cache(Some(IdentityCache::no_cache()))
        .with_interceptor(user_agent);
    if let Some(credentials) = sdk.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, credentials);
    }
    // As the client itself calls it.
    let partition = sdk.region().map_or_else(|| name.to_owned(), |region| format!("{name}-{region}"));
    Service::new(name, partition, config, components, || {
        data_encoding::HEXLOWER.encode(&Entropy::system().bytes::<16>())
    })
}

/// Where a service is: asked once, and the same for every request.
#[derive(Debug)]
pub(crate) struct Place(Result<Endpoint, String>);

impl Place {
    /// At this URL.
    pub(crate) fn at(url: &str) -> Self {
        Self(Ok(Endpoint::builder().url(url.to_owned()).build()))
    }

    /// Where DynamoDB is, by an override or by the SDK's rules for the region.
    pub(crate) fn of_dynamodb(sdk: &SdkConfig) -> Self {
        let key = ServiceConfigKey::builder().service_id("DynamoDB").env("AWS_ENDPOINT_URL").profile("endpoint_url");
        let overridden = sdk.service_config().and_then(|config| config.load_config(key.build().ok()?));
        let params = Params::builder()
            .set_region(sdk.region().map(ToString::to_string))
            .set_endpoint(overridden.or_else(|| sdk.endpoint_url().map(str::to_owned)))
            .build();
        let endpoint = params.map_err(|error| error.to_string()).and_then(|params| {
            let found = DefaultResolver::new().resolve_endpoint(&params).now_or_never();
            found.unwrap_or_else(|| Err("the rules ask somebody else".into())).map_err(|error| error.to_string())
        });
        Self(endpoint)
    }
}

impl ResolveEndpoint for Place {
    fn resolve_endpoint<'a>(&'a self, _: &'a EndpointResolverParams) -> EndpointFuture<'a> {
        EndpointFuture::ready(self.0.clone().map_err(Into::into))
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
