//! The HTTP client below every AWS client.
//!
//! Three connectors, each built when first needed: plain HTTP (emulators), TLS that trusts only Amazon's own roots, and
//! TLS that trusts the system's. Parsing all of the system's roots is most of the cost of building a client, so the
//! pinned ones come first for `amazonaws.com`; should a handshake with them fail while warming up, the system's are used
//! from then on. Everything else (an endpoint override, other partitions) uses the system's at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::byte_stream::ByteStream;
use parlor_https::{Https, Trust};

/// Amazon Root CA 1 to 4 and the Starfield root that they are cross-signed by, from
/// <https://www.amazontrust.com/repository/>. The first expires in 2037.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// As long as the SDK itself waits for a connection. How long an answer may take is the clients' business.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);
/// How long warming up may take. Lambda ends an init phase after ten seconds.
const WARM_TIMEOUT: Duration = Duration::from_secs(5);

/// Hands the same connector to every client, so that all share connections.
#[derive(Debug, Default, Clone)]
pub(crate) struct AwsHttp(Arc<Connectors>);

impl AwsHttp {
    /// Opens a connection to the host of `url`. When Amazon's own roots do not vouch for it, tries the system's, and
    /// stays with those.
    pub(crate) async fn warm(&self, url: &str) {
        if self.get(url).await.is_err() && !self.0.pinned_failed.swap(true, Ordering::Relaxed) {
            tracing::warn!("no connection with the pinned roots, trying the system's");
            if let Err(error) = self.get(url).await {
                tracing::warn!(%error, "no connection to warm");
            }
        }
    }

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

#[derive(Debug, Default)]
struct Connectors {
    plain: OnceLock<Https>,
    pinned: OnceLock<Https>,
    system: OnceLock<Https>,
    pinned_failed: AtomicBool,
}

impl HttpClient for AwsHttp {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Shared(Arc::clone(&self.0)))
    }
}

#[derive(Debug)]
struct Shared(Arc<Connectors>);

impl HttpConnector for Shared {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.0.for_uri(request.uri()).call(request)
    }
}

impl Connectors {
    fn for_uri(&self, uri: &str) -> &Https {
        let Some(rest) = uri.strip_prefix("https://") else {
            return self.plain.get_or_init(|| Https::new(Trust::Nobody, CONNECT_TIMEOUT));
        };
        let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
        if host.ends_with(".amazonaws.com") && !self.pinned_failed.load(Ordering::Relaxed) {
            self.pinned.get_or_init(|| Https::new(Trust::Only(AMAZON_ROOTS), CONNECT_TIMEOUT))
        } else {
            self.system.get_or_init(|| Https::new(Trust::System, CONNECT_TIMEOUT))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_connector_can_be_built_and_is_built_once_and_only_when_needed() {
        let connectors = Connectors::default();
        let uri = "https://dynamodb.eu-central-1.amazonaws.com/";
        let pinned: *const Https = connectors.for_uri(uri);
        assert!(std::ptr::eq(pinned, connectors.for_uri("https://sns.us-east-1.amazonaws.com")));
        assert!(connectors.plain.get().is_none() && connectors.system.get().is_none());

        connectors.for_uri("http://127.0.0.1:8000/");
        assert!(connectors.plain.get().is_some() && connectors.system.get().is_none());
        // An attacker's host that only looks like Amazon's gets no special treatment.
        let system: *const Https = connectors.for_uri("https://amazonaws.com.example/x.amazonaws.com");
        assert!(!std::ptr::eq(pinned, system));

        connectors.pinned_failed.store(true, Ordering::Relaxed);
        assert!(std::ptr::eq(system, connectors.for_uri(uri)));
    }
}
