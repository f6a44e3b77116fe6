//! How a connection comes about: name, address, TCP, TLS, all of it within a time.

use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::dns::{ResolveDns, ResolveDnsError};
use hyper::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tower_service::Service;

type BoxFuture<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotConnected {
    /// It took longer than this.
    #[error("not connected within {0:?}")]
    TimedOut(Duration),
    /// Something on the way refused or failed.
    #[error(transparent)]
    Failed(BoxError),
}

/// Connects to hosts.
#[derive(Debug, Clone)]
pub(crate) struct Connect {
    inner: Connector,
    fallback: Option<Arc<Fallback>>,
    timeout: Duration,
}

/// Reads authorities.
pub(crate) type Roots = Box<dyn Fn() -> RootCertStore + Send + Sync>;

type Connector = HttpsConnector<HttpConnector<Resolver>>;
type Connection = <Connector as Service<Uri>>::Response;

/// Other authorities, for the day on which a host shows a certificate that the first ones do not know. They are read when
/// they are first needed, and asked alone from then on.
struct Fallback {
    roots: Roots,
    resolver: Arc<dyn ResolveDns>,
    connector: OnceLock<Connector>,
}

impl std::fmt::Debug for Fallback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fallback").field("in_use", &self.connector.get().is_some()).finish_non_exhaustive()
    }
}

fn connector(tls: ClientConfig, resolver: Arc<dyn ResolveDns>) -> Connector {
    let mut tcp = HttpConnector::new_with_resolver(Resolver(resolver));
    tcp.enforce_http(false);
    // A request is one write, which is not to wait for the acknowledgement of another.
    tcp.set_nodelay(true);
    HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp)
}

impl Connect {
    pub(crate) fn new(
        tls: ClientConfig,
        others: Option<Roots>,
        timeout: Duration,
        resolver: Arc<dyn ResolveDns>,
    ) -> Self {
        let fallback = others
            .map(|roots| Arc::new(Fallback { roots, resolver: Arc::clone(&resolver), connector: OnceLock::new() }));
        Self { inner: connector(tls, resolver), fallback, timeout }
    }

    async fn connect(mut self, uri: Uri) -> Result<Connection, BoxError> {
        let Some(fallback) = &self.fallback else { return self.inner.call(uri).await };
        if let Some(connector) = fallback.connector.get() {
            return connector.clone().call(uri).await;
        }
        match self.inner.call(uri.clone()).await {
            Err(error) if is_unknown(&*error) => {
                tracing::warn!(host = uri.host(), "its authority is not one of those that stand in the program");
                let others = || connector(super::tls((fallback.roots)()), Arc::clone(&fallback.resolver));
                fallback.connector.get_or_init(others).clone().call(uri).await
            }
            connected => connected,
        }
    }
}

/// Whether a handshake failed because nobody known vouches for the certificate.
fn is_unknown(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(reason)) = error.downcast_ref() {
            // An authority that has a new key under its old name does not vouch for what it signed: the signature is bad.
            return matches!(reason, CertificateError::UnknownIssuer | CertificateError::BadSignature);
        }
        // What an error of input and output holds is not what it calls its source.
        next = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

impl Service<Uri> for Connect {
    type Response = Connection;
    type Error = NotConnected;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(NotConnected::Failed)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let (connected, limit) = (self.clone().connect(uri), self.timeout);
        Box::pin(async move {
            match tokio::time::timeout(limit, connected).await {
                Ok(connected) => connected.map_err(NotConnected::Failed),
                Err(_) => Err(NotConnected::TimedOut(limit)),
            }
        })
    }
}

/// hyper's view of a resolver.
#[derive(Debug, Clone)]
pub(crate) struct Resolver(Arc<dyn ResolveDns>);

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = ResolveDnsError;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolver = Arc::clone(&self.0);
        Box::pin(async move {
            let found = resolver.resolve_dns(name.as_str()).await?;
            // hyper puts the port in place.
            Ok(found.into_iter().map(|address| SocketAddr::new(address, 0)).collect::<Vec<_>>().into_iter())
        })
    }
}
