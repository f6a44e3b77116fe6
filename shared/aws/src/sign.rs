//! Signature Version 4 for what the functions send: small requests without a query, whose bodies are in memory.
//!
//! The SDK's own signer did it before, and still signs what this one does not know. It was two fifths of all that a chat
//! message's relay ran through: it derives the day's key anew for each request, sorts a copy of all headers, and hashes in
//! portable code where the processor has no instructions for it. This one keeps the key, signs what has to be signed, and
//! hashes with ring, which TLS brings along. `docs/adr/0012-requests-signed-here.md` has the figures. The rules are those of
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4Signer};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::{AuthScheme, AuthSchemeEndpointConfig, AuthSchemeId, Sign};
use aws_smithy_runtime_api::client::identity::{Identity, SharedIdentityResolver};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::{GetIdentityResolver, RuntimeComponents};
use aws_smithy_types::config_bag::ConfigBag;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ring::{digest, hmac};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What stays as it is in a canonical path. Everything else is encoded once more, as it is for every service but S3.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The scheme of this name that a client uses instead of the SDK's. It finds credentials as that one does.
#[derive(Debug, Default)]
pub(crate) struct SigV4(Signer);

impl AuthScheme for SigV4 {
    fn scheme_id(&self) -> AuthSchemeId {
        SCHEME_ID
    }

    fn identity_resolver(&self, resolvers: &dyn GetIdentityResolver) -> Option<SharedIdentityResolver> {
        resolvers.identity_resolver(SCHEME_ID)
    }

    fn signer(&self) -> &dyn Sign {
        &self.0
    }
}

#[derive(Debug, Default)]
pub(crate) struct Signer {
    key: Mutex<Option<Arc<DayKey>>>,
    other: SigV4Signer,
}

impl Sign for Signer {
    fn sign_http_request(
        &self,
        request: &mut HttpRequest,
        identity: &Identity,
        endpoint: AuthSchemeEndpointConfig<'_>,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        let name = config.load::<SigningName>().filter(|_| endpoint.get("signingName").is_none());
        let region = config.load::<SigningRegion>().filter(|_| endpoint.get("signingRegion").is_none());
        let usual = config.load::<SigV4OperationSigningConfig>().is_some_and(|operation| {
            operation.signing_options == SigningOptions::default()
                && operation.name.is_none()
                && operation.region.is_none()
        });
        let (Some(credentials), Some(name), Some(region), true) = (identity.data::<Credentials>(), name, region, usual)
        else {
            return self.other.sign_http_request(request, identity, endpoint, components, config);
        };
        let time = components.time_source().unwrap_or_default().now();
        if !self.sign(request, credentials, region.as_ref(), name.as_ref(), time)? {
            return self.other.sign_http_request(request, identity, endpoint, components, config);
        }
        Ok(())
    }
}

impl Signer {
    /// Signs `request` as it will be sent at `time`; `false`, and nothing is changed, if it is none that this knows.
    pub(crate) fn sign(
        &self,
        request: &mut HttpRequest,
        credentials: &Credentials,
        region: &str,
        service: &str,
        time: SystemTime,
    ) -> Result<bool, BoxError> {
        let Some((host, path)) = address(request.uri()) else { return Ok(false) };
        let Some(body) = request.body().bytes() else { return Ok(false) };
        // What is not trimmed would have to be.
        if request.headers().iter().any(|(_, value)| value.trim() != value || value.contains("  ")) {
            return Ok(false);
        }
        let at = TimeZone::UTC.to_datetime(Timestamp::try_from(time)?);
        let date = format!("{:04}{:02}{:02}", at.year(), at.month(), at.day());
        let date_time = format!("{date}T{:02}{:02}{:02}Z", at.hour(), at.minute(), at.second());

        let token = credentials.session_token();
        let mut headers: Vec<(&str, &str)> = Vec::with_capacity(8);
        headers.push(("host", host));
        headers.push(("x-amz-date", &date_time));
        headers.extend(token.map(|token| ("x-amz-security-token", token)));
        headers.extend(request.headers().iter().filter(|(name, _)| must_be_signed(name)));
        headers.sort_unstable();
        // The values of a header that is there twice would have to be joined.
        if headers.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Ok(false);
        }
        let mut signed = String::with_capacity(128);
        for (name, _) in &headers {
            if !signed.is_empty() {
                signed.push(';');
            }
            signed.push_str(name);
        }

        let mut canonical = String::with_capacity(512 + token.map_or(0, str::len));
        write!(canonical, "{}\n{}\n\n", request.method(), utf8_percent_encode(path, PATH))?;
        for (name, value) in &headers {
            canonical.extend([*name, ":", *value, "\n"]);
        }
        canonical.extend(["\n", signed.as_str(), "\n"]);
        HEXLOWER.encode_append(digest::digest(&digest::SHA256, body).as_ref(), &mut canonical);

        let scope = format!("{date}/{region}/{service}/aws4_request");
        let mut statement = String::with_capacity(192);
        statement.extend([ALGORITHM, "\n", date_time.as_str(), "\n", scope.as_str(), "\n"]);
        HEXLOWER.encode_append(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref(), &mut statement);
        let id = credentials.access_key_id();
        let key = self.key(&format!("{id}/{scope}"), credentials.secret_access_key(), [&date, region, service]);
        let mut authorization = String::with_capacity(320);
        write!(authorization, "{ALGORITHM} Credential={id}/{scope}, SignedHeaders={signed}, Signature=")?;
        HEXLOWER.encode_append(hmac::sign(&key.key, statement.as_bytes()).as_ref(), &mut authorization);

        let token = token.map(str::to_owned);
        let headers = request.headers_mut();
        headers.insert("x-amz-date", date_time);
        if let Some(token) = token {
            headers.insert("x-amz-security-token", token);
        }
        headers.insert("authorization", authorization);
        Ok(true)
    }

    /// The key for what stands in `scope`: kept until something else is asked for, usually tomorrow.
    fn key(&self, scope: &str, secret: &str, parts: [&str; 3]) -> Arc<DayKey> {
        let mut kept = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = kept.as_ref().filter(|key| key.scope == scope) {
            return Arc::clone(key);
        }
        let first = hmac::Key::new(hmac::HMAC_SHA256, format!("AWS4{secret}").as_bytes());
        let key = parts
            .into_iter()
            .chain(["aws4_request"])
            .fold(first, |key, part| hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref()));
        let key = Arc::new(DayKey { scope: scope.to_owned(), key });
        *kept = Some(Arc::clone(&key));
        key
    }
}

/// A signing key. Whoever has it can sign for a day, in one region, for one service; it never leaves here, and ring does not
/// print it.
#[derive(Debug)]
struct DayKey {
    /// Whose it is, and for what: access key, day, region, service.
    scope: String,
    key: hmac::Key,
}

/// The headers that AWS wants to be signed, besides those that the signer adds: the rest is the business of those on the way.
fn must_be_signed(header: &str) -> bool {
    let added = matches!(header, "host" | "x-amz-date" | "x-amz-security-token");
    !added && (header == "content-type" || header.starts_with("x-amz-"))
}

/// Host, as it stands in the header of that name, and path of a URI; nothing if there is more to it.
fn address(uri: &str) -> Option<(&str, &str)> {
    let (rest, port) = match uri.strip_prefix("https://") {
        Some(rest) => (rest, ":443"),
        None => (uri.strip_prefix("http://")?, ":80"),
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    // A path like these would have to be made shorter first.
    if host.contains('@') || path.contains("//") || path.contains("/.") || path.contains(['?', '#']) {
        return None;
    }
    Some((host.strip_suffix(port).unwrap_or(host), if path.is_empty() { "/" } else { path }))
}

#[cfg(test)]
mod tests;
