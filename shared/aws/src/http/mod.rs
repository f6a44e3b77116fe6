//! HTTP/1.1, with and without TLS, as the functions speak it to AWS and to webhook endpoints: hyper and rustls with ring,
//! as a connector that the AWS SDK takes.
//!
//! The SDK has a connector of its own. It brings HTTP/2, which DynamoDB does not speak, and proxies, which Lambda does not
//! have: a tenth of each function's zip. This one is the same two libraries without them.
mod connect;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use self::connect::{Connect, NotConnected, Roots};

/// Amazon Root CA 1 to 4 and the Starfield root that they are cross-signed by, from
/// <https://www.amazontrust.com/repository/>. The first expires in 2037.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// Whom a client believes.
#[derive(Debug, Clone, Copy)]
pub enum Trust {
    /// Those who show a certificate of one of Amazon's authorities, which stand in the program; should one not be known to
    /// them, those whom the system believes, from that connection on.
    Amazon,
    /// Those whom the system believes. Reading its certificates takes longer than anything else in a function's start.
    System,
    /// Nobody: for plain HTTP.
    Nobody,
    /// Those who show a certificate of one of these authorities, given as PEM, and then those of the others: what `Amazon`
    /// is, with certificates that a test has keys for.
    #[cfg(test)]
    First(&'static [u8], &'static [u8]),
}

/// Sends requests, and keeps connections for those to come. Clones share them.
#[derive(Debug, Clone)]
pub struct Https {
    client: Client<Connect, SdkBody>,
}

impl Https {
    /// Believes whom `trust` says. Connecting, TLS included, ends after `connect_timeout`; everything after that is the
    /// caller's to limit.
    pub fn new(trust: Trust, connect_timeout: Duration) -> Self {
        Self::with_resolver(trust, connect_timeout, SystemDns)
    }

    /// As [`Https::new`], with names resolved by `resolver`. An address that stands in a URL itself is asked of nobody.
    pub fn with_resolver(trust: Trust, connect_timeout: Duration, resolver: impl ResolveDns + 'static) -> Self {
        let (first, others): (_, Option<Roots>) = match trust {
            Trust::Amazon => (pinned(AMAZON_ROOTS), Some(Box::new(system))),
            Trust::System => (system(), None),
            Trust::Nobody => (RootCertStore::empty(), None),
            #[cfg(test)]
            Trust::First(first, then) => (pinned(first), Some(Box::new(move || pinned(then)))),
        };
        let resolver: Arc<dyn ResolveDns> = Arc::new(resolver);
        let connect = Connect::new(tls(first), others, connect_timeout, resolver);
        // No timer closes what is idle: Lambda stops the clock between invocations, and what is too old is not used.
        Self { client: Client::builder(TokioExecutor::new()).build(connect) }
    }
}

impl HttpConnector for Https {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let response = self.client.request(request);
        HttpConnectorFuture::new(async move {
            let response = response.await.map_err(connector_error)?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The system's resolver.
#[derive(Debug, Clone, Copy)]
pub struct SystemDns;

impl ResolveDns for SystemDns {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            let found = tokio::net::lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// The authorities of a PEM file.
fn pinned(pem: &'static [u8]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem).flatten() {
        roots.add_parsable_certificates([certificate]);
    }
    roots
}

/// The system's authorities.
fn system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        tracing::warn!("the system has no certificates");
    }
    roots.add_parsable_certificates(found.certs);
    roots
}

fn tls(roots: RootCertStore) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    #[allow(clippy::expect_used, reason = "ring has what these versions need, on every machine: each test finds out")]
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has the cipher suites of TLS 1.2 and 1.3");
    builder.with_root_certificates(roots).with_no_client_auth()
}

/// What the SDK makes of a failure decides whether it tries again: what broke on the way is worth it.
fn connector_error(error: legacy::Error) -> ConnectorError {
    if matches!(cause::<NotConnected>(&error), Some(NotConnected::TimedOut(_))) {
        return ConnectorError::timeout(error.into());
    }
    if error.is_connect() {
        return ConnectorError::io(error.into());
    }
    match cause::<hyper::Error>(&error) {
        Some(hyper) if hyper.is_timeout() => ConnectorError::timeout(error.into()),
        Some(hyper) if hyper.is_user() => ConnectorError::user(error.into()),
        Some(hyper) if hyper.is_incomplete_message() => {
            ConnectorError::other(error.into(), Some(ErrorKind::TransientError))
        }
        Some(hyper) if hyper.is_closed() || hyper.is_canceled() => ConnectorError::io(error.into()),
        _ if cause::<std::io::Error>(&error).is_some() => ConnectorError::io(error.into()),
        _ => ConnectorError::other(error.into(), None),
    }
}

/// The first error of type `E` behind `error`.
fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests;
