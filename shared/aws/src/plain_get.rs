//! One small `GET` to a service that has no client here.
//!
//! For a question that one page asks now and then, a whole SDK crate would have to be built and linked. What it would send is
//! signed as everything else is.

use std::time::Duration;

use aws_credential_types::provider::ProvideCredentials as _;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::byte_stream::ByteStream;
use jiff::Timestamp;

use crate::clients::Aws;
use crate::sign::Signer;

/// A service's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The kind of a refusal, from the header `x-amzn-errortype`: `AccessDeniedException`.
    pub refusal: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Aws {
    /// Sends a signed `GET` for `path`, which has no query, to `service` in this region or to what `AWS_ENDPOINT_URL` names,
    /// and waits for the whole answer, `patience` at most. One request, and no second try.
    ///
    /// # Errors
    /// No connection, no answer in time, or a request that cannot be signed.
    pub async fn get(
        &self,
        service: &'static str,
        path: &str,
        now: Timestamp,
        patience: Duration,
    ) -> Result<PlainAnswer, BoxError> {
        let sdk = self.config();
        let region = sdk.region().ok_or("no region")?.as_ref();
        let host = match sdk.endpoint_url() {
            Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
            None => format!("https://{service}.{region}.amazonaws.com"),
        };
        let mut request = HttpRequest::get(format!("{host}{path}"))?;
        let credentials = sdk.credentials_provider().ok_or("no credentials")?.provide_credentials().await?;
        if !Signer::default().sign(&mut request, &credentials, region, service, now.into())? {
            return Err("a request that the signer does not know".into());
        }
        let connector = self.connector(request.uri());
        let exchange = async {
            let response = connector.call(request).await?;
            let status = response.status().as_u16();
            let kind = response.headers().get("x-amzn-errortype");
            let refusal = kind.map(|kind| kind.split(':').next().unwrap_or_default().to_owned());
            let body = ByteStream::new(response.into_body()).collect().await?.to_vec();
            Ok::<_, BoxError>(PlainAnswer { status, refusal, body })
        };
        tokio::time::timeout(patience, exchange).await?
    }
}
