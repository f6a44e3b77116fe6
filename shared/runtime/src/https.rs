//! The HTTP client below every AWS client.
//!
//! Three connectors, each built when first needed: plain HTTP (emulators), TLS that trusts only Amazon's own roots, and
//! TLS that trusts the system's. Parsing all of the system's roots is most of the cost of building a client, so the
//! pinned ones come first for `amazonaws.com`; should a handshake with them fail while warming up, the system's are used
//! from then on. Everything else (an endpoint override, other partitions) uses the system's at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::byte_stream::ByteStream;

/// Amazon Root CA 1 to 4 and the Starfield root that they are cross-signed by, from
/// <https://www.amazontrust.com/repository/>. The first expires in 2037.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// As long as the SDK itself waits for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);
/// Longer than any answer that is still worth having takes. The SDK has no limit of its own.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

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
        let response = self.0.for_uri(url).call(HttpRequest::get(url)?).await?;
        // Only a connection whose answer was read to the end goes back to the pool.
        ByteStream::new(response.into_body()).collect().await?;
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Connectors {
    plain: OnceLock<Connector>,
    pinned: OnceLock<Connector>,
    system: OnceLock<Connector>,
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
    fn for_uri(&self, uri: &str) -> &Connector {
        let Some(rest) = uri.strip_prefix("https://") else {
            return self.plain.get_or_init(|| builder().build_http());
        };
        let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
        if host.ends_with(".amazonaws.com") && !self.pinned_failed.load(Ordering::Relaxed) {
            self.pinned.get_or_init(|| tls(TrustStore::empty().with_pem_certificate(AMAZON_ROOTS)))
        } else {
            self.system.get_or_init(|| tls(TrustStore::default()))
        }
    }
}

fn builder() -> ConnectorBuilder {
    Connector::builder()
        .connector_settings(
            HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(READ_TIMEOUT).build(),
        )
        .sleep_impl(TokioSleep::new())
}

fn tls(trust: TrustStore) -> Connector {
    let builder = builder().tls_provider(Provider::rustls(CryptoMode::Ring));
    match TlsContext::builder().with_trust_store(trust).build() {
        Ok(context) => builder.tls_context(context).build(),
        // Certificates are not looked at here, so this cannot happen; the system's roots are the default.
        Err(_) => builder.build(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_connector_can_be_built_and_is_built_once_and_only_when_needed() {
        let connectors = Connectors::default();
        let uri = "https://dynamodb.eu-central-1.amazonaws.com/";
        let pinned: *const Connector = connectors.for_uri(uri);
        assert!(std::ptr::eq(pinned, connectors.for_uri("https://sns.us-east-1.amazonaws.com")));
        assert!(connectors.plain.get().is_none() && connectors.system.get().is_none());

        connectors.for_uri("http://127.0.0.1:8000/");
        assert!(connectors.plain.get().is_some() && connectors.system.get().is_none());
        // An attacker's host that only looks like Amazon's gets no special treatment.
        let system: *const Connector = connectors.for_uri("https://amazonaws.com.example/x.amazonaws.com");
        assert!(!std::ptr::eq(pinned, system));

        connectors.pinned_failed.store(true, Ordering::Relaxed);
        assert!(std::ptr::eq(system, connectors.for_uri(uri)));
    }
}
