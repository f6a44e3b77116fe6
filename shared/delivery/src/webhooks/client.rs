//! The one request of an attempt: a POST to an address that was checked, and as much of the answer as matters.
//!
//! Who registered the endpoint, its name server and the endpoint itself may all be hostile. So the address that a name
//! leads to is checked when it is connected to, and it is the checked one that is connected to; nothing in an answer is
//! followed; and everything has an end.

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    dns::{DnsFuture, ResolveDns, ResolveDnsError},
    http::HttpConnector as _,
    orchestrator::HttpRequest,
    result::ConnectorError,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use jiff::SignedDuration;
use parlor_aws::http::{Https, SystemDns, Trust};
use parlor_domain::webhook::{NoAnswer, Targets};

use super::request::Posted;

/// How long an endpoint may take to be connected to, TLS included.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// How long an attempt may take in all.
pub(crate) const ATTEMPT_LIMIT: Duration = Duration::from_secs(15);

/// As much of an answer's body is read, so that its connection can be used again. More closes it.
const BODY_LIMIT: usize = 4 * 1024;

/// What an attempt sends.
#[derive(Debug)]
pub(crate) struct Post<'a> {
    pub(crate) url: &'a str,
    /// In seconds since 1970.
    pub(crate) sent_at: i64,
    pub(crate) posted: Posted,
}

/// What an endpoint answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Its status.
    pub(crate) status: u16,
    /// How long it asks to be left alone (`Retry-After`), with a 429 or a 503.
    pub(crate) retry_after: Option<SignedDuration>,
}

/// Posts to endpoints. Connections are kept and shared.
#[derive(Debug)]
pub(crate) struct Client {
    resolver: Checked,
    /// Made by the first post: reading the system's certificates costs more than all else in a function's start, and most
    /// events go to no endpoint.
    connector: OnceLock<Https>,
}

/// Why a name was not resolved.
#[derive(Debug, thiserror::Error)]
enum ResolveError {
    #[error("no address")]
    None,
    #[error("no address that may be connected to")]
    Forbidden,
}

/// The system's resolver, whose answers are checked before anything connects to them.
#[derive(Debug, Clone)]
struct Checked {
    targets: Targets,
    resolver: Arc<dyn ResolveDns>,
}

impl ResolveDns for Checked {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            let found = self.resolver.resolve_dns(name).await?;
            if found.is_empty() {
                return Err(ResolveDnsError::new(ResolveError::None));
            }
            let allowed: Vec<IpAddr> = found.into_iter().filter(|address| self.targets.allows(*address)).collect();
            if allowed.is_empty() { Err(ResolveDnsError::new(ResolveError::Forbidden)) } else { Ok(allowed) }
        })
    }
}

impl Client {
    /// For the addresses that this deployment sends to.
    pub(crate) fn new(targets: Targets) -> Self {
        Self::with_resolver(targets, SystemDns)
    }

    fn with_resolver(targets: Targets, resolver: impl ResolveDns + 'static) -> Self {
        Self { resolver: Checked { targets, resolver: Arc::new(resolver) }, connector: OnceLock::new() }
    }

    fn connector(&self) -> &Https {
        self.connector.get_or_init(|| Https::with_resolver(Trust::System, CONNECT_LIMIT, self.resolver.clone()))
    }

    /// Posts, and says what was answered. At most [`ATTEMPT_LIMIT`].
    pub(crate) async fn post(&self, post: Post<'_>) -> Result<Reply, NoAnswer> {
        tokio::time::timeout(ATTEMPT_LIMIT, self.exchange(post)).await.unwrap_or(Err(NoAnswer::TimedOut))
    }

    async fn exchange(&self, post: Post<'_>) -> Result<Reply, NoAnswer> {
        // An address that stands in the URL itself is asked of no resolver. It was checked when it was registered, but
        // perhaps under another rule.
        let url = self.resolver.targets.check(post.url).map_err(|_| NoAnswer::ForbiddenAddress)?;
        let Posted { headers, body } = post.posted;
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").and_then(|()| request.set_uri(url.as_str())).map_err(|_| NoAnswer::Nothing)?;
        for (name, value) in headers {
            request.headers_mut().insert(name, value);
        }
        let response = self.connector().call(request).await.map_err(|error| why(&error))?;
        let status = response.status().as_u16();
        let asks = matches!(status, 429 | 503).then(|| response.headers().get("retry-after")).flatten();
        let retry_after = asks.and_then(|asked| retry_after(asked, post.sent_at));
        // What it says beyond the status is nobody's business; a body that is too long, or broken, takes nothing back.
        let mut body = ByteStream::new(response.into_body());
        let mut read = 0;
        while let Some(Ok(bytes)) = body.next().await {
            read += bytes.len();
            if read > BODY_LIMIT {
                break;
            }
        }
        Ok(Reply { status, retry_after })
    }
}

/// The longest that an endpoint may ask to be left alone.
const RETRY_AFTER_MAX: SignedDuration = SignedDuration::from_hours(24);

/// `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3), counted from the attempt, at most [`RETRY_AFTER_MAX`]; nothing
/// when it is neither, or past.
fn retry_after(asked: &str, sent_at: i64) -> Option<SignedDuration> {
    let asked = asked.trim();
    let seconds = if asked.bytes().all(|digit| digit.is_ascii_digit()) {
        asked.parse().unwrap_or(i64::MAX)
    } else {
        jiff::fmt::rfc2822::parse(asked).ok()?.timestamp().as_second().saturating_sub(sent_at)
    };
    (seconds > 0 && !asked.is_empty()).then(|| SignedDuration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

/// What a connector's error means. Its kinds do not tell a name from a connection; its causes do.
fn why(error: &ConnectorError) -> NoAnswer {
    if error.is_timeout() {
        return NoAnswer::TimedOut;
    }
    let mut meaning = NoAnswer::Broken;
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(error) = cause {
        match error.downcast_ref::<ResolveError>() {
            Some(ResolveError::Forbidden) => return NoAnswer::ForbiddenAddress,
            Some(ResolveError::None) => return NoAnswer::Unresolved,
            None if error.is::<ResolveDnsError>() => meaning = NoAnswer::Unresolved,
            // The kind of hyper's own error, which it shows in no other way without one more crate.
            None if error.to_string() == "client error (Connect)" => meaning = NoAnswer::NotConnected,
            None => {}
        }
        cause = error.source();
    }
    meaning
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::{TcpListener, TcpSocket},
    };

    use super::*;

    /// Leads every name to these addresses, one answer after the other, the last for ever.
    #[derive(Debug, Clone)]
    struct Script(Arc<(Vec<&'static str>, AtomicUsize)>);

    impl Script {
        fn new(answers: &[&'static str]) -> Self {
            Self(Arc::new((answers.to_vec(), AtomicUsize::new(0))))
        }
    }

    impl ResolveDns for Script {
        fn resolve_dns<'a>(&'a self, _: &'a str) -> DnsFuture<'a> {
            let (answers, asked) = &*self.0;
            let answer = answers[asked.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1)];
            DnsFuture::ready(Ok(answer.split_whitespace().map(|address| address.parse().unwrap()).collect()))
        }
    }

    /// Listens on this machine, answers everything with `answer`, and counts connections.
    async fn listener(answer: &'static str) -> (u16, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut buffer = [0; 8192];
                    let _ = stream.read(&mut buffer).await;
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        (port, count)
    }

    fn post(url: &str) -> Post<'_> {
        Post { url, sent_at: 1, posted: Posted { headers: vec![], body: "{}".into() } }
    }

    const OK: &str = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";

    #[tokio::test]
    async fn r24_a_name_that_turns_to_a_private_address_is_not_connected_to() {
        let (port, connections) = listener(OK).await;
        let url = format!("https://hooks.example.com:{port}/");
        for answer in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1 169.254.169.254", "0.0.0.0"] {
            let client = Client::with_resolver(Targets::Public, Script::new(&[answer]));
            assert_eq!(
                client.post(post(&url)).await.map(|reply| reply.status),
                Err(NoAnswer::ForbiddenAddress),
                "{answer}"
            );
        }
        assert_eq!(connections.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn r24_of_several_addresses_only_the_allowed_are_connected_to() {
        let (port, connections) = listener(OK).await;
        // The first answer is for the attempt that is allowed, the second one rebinds the name.
        let client = Client::with_resolver(Targets::Loopback, Script::new(&["10.0.0.1 127.0.0.1", "10.0.0.1"]));
        let url = format!("http://localhost:{port}/");
        assert_eq!(client.post(post(&url)).await.map(|reply| reply.status), Ok(204));
        assert_eq!(client.post(post(&url)).await.map(|reply| reply.status), Err(NoAnswer::ForbiddenAddress));
        assert_eq!(connections.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn r24_addresses_in_urls_are_checked_again_at_each_attempt() {
        let (port, connections) = listener(OK).await;
        let client = Client::new(Targets::Public);
        for host in ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "127.1", "localhost"] {
            let url = format!("https://{host}:{port}/");
            assert_eq!(
                client.post(post(&url)).await.map(|reply| reply.status),
                Err(NoAnswer::ForbiddenAddress),
                "{host}"
            );
        }
        assert_eq!(connections.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn r24_redirects_are_answers_and_nothing_more() {
        let (inner, reached) = listener(OK).await;
        let answer = format!("HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:{inner}/\r\ncontent-length: 0\r\n\r\n");
        let (port, _) = listener(Box::leak(answer.into_boxed_str())).await;
        let client = Client::new(Targets::Loopback);
        assert_eq!(client.post(post(&format!("http://127.0.0.1:{port}/"))).await.map(|reply| reply.status), Ok(307));
        assert_eq!(reached.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn r24_what_goes_wrong_is_told_apart() {
        let (broken, _) = listener("SSH-2.0-OpenSSH_9.6\r\n").await;
        let (empty, _) = listener("").await;
        let client = Client::new(Targets::Loopback);
        // Taken, so that nobody else listens there.
        let closed = TcpSocket::new_v4().unwrap();
        closed.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let closed_port = closed.local_addr().unwrap().port();
        for (url, expected) in [
            (format!("http://127.0.0.1:{broken}/"), NoAnswer::Broken),
            (format!("http://127.0.0.1:{empty}/"), NoAnswer::Broken),
            (format!("http://127.0.0.1:{closed_port}/"), NoAnswer::NotConnected),
            (format!("https://127.0.0.1:{broken}/"), NoAnswer::NotConnected),
        ] {
            assert_eq!(client.post(post(&url)).await.map(|reply| reply.status), Err(expected), "{url}");
        }
        let nowhere = Client::with_resolver(Targets::Public, Script::new(&[""]));
        assert_eq!(
            nowhere.post(post("https://hooks.example.com/")).await.map(|reply| reply.status),
            Err(NoAnswer::Unresolved)
        );
    }

    #[tokio::test]
    async fn r24_a_body_without_an_end_is_not_read_to_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let written = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&written);
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 8192];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n").await;
            while stream.write_all(&[b'x'; 8_192]).await.is_ok() {
                count.fetch_add(65_536, Ordering::SeqCst);
            }
        });
        let client = Client::new(Targets::Loopback);
        assert_eq!(client.post(post(&format!("http://127.0.0.1:{port}/"))).await.map(|reply| reply.status), Ok(200));
        // What the sockets hold, and not more.
        assert!(written.load(Ordering::SeqCst) < 32 * 1024 * 1024);
    }

    #[test]
    fn an_endpoint_says_when_to_come_again() {
        // 21 July 2026, 12:03:58.
        let sent_at = 1_784_635_438;
        for (asked, seconds) in [
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("Tue, 21 Jul 2026 12:05:58 GMT", Some(120)),
            ("999999999999999999999999", Some(24 * 3600)),
            ("Thu, 21 Jul 2033 12:05:58 GMT", Some(24 * 3600)),
            ("Tue, 21 Jul 2026 12:00:00 GMT", None),
            ("0", None),
            ("-5", None),
            ("", None),
            ("soon", None),
        ] {
            assert_eq!(retry_after(asked, sent_at), seconds.map(SignedDuration::from_secs), "{asked}");
        }
    }
}
