use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_types::byte_stream::ByteStream;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;

use super::*;

const LIMIT: Duration = Duration::from_secs(5);
/// Of `localhost`, until 2126, and its key; and one of the same name that nobody serves.
const CERTIFICATE: &[u8] = include_bytes!("testing/certificate.pem");
const KEY: &[u8] = include_bytes!("testing/key.pem");
const OTHER: &[u8] = include_bytes!("testing/other.pem");
/// Another of the same name, and its key.
const LATER: &[u8] = include_bytes!("testing/later.pem");
const LATER_KEY: &[u8] = include_bytes!("testing/later-key.pem");

/// Answers every request of a connection with two bytes.
async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
    }
}

/// Listens with or without TLS; its port, and how many connections there were.
async fn listen(tls: bool) -> (u16, Arc<AtomicUsize>) {
    listen_as(tls, CERTIFICATE, KEY).await
}

async fn listen_as(tls: bool, certificate: &'static [u8], key: &'static [u8]) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let chain = CertificateDer::pem_slice_iter(certificate).map(Result::unwrap).collect();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_slice(key).unwrap())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if !tls {
                    serve(stream).await;
                } else if let Ok(stream) = acceptor.accept(stream).await {
                    serve(stream).await;
                }
            });
        }
    });
    (port, connections)
}

async fn get(https: &Https, url: &str) -> Result<String, ConnectorError> {
    let response = https.call(HttpRequest::get(url).unwrap()).await?;
    let body = ByteStream::new(response.into_body()).collect().await.unwrap();
    Ok(String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    for (tls, scheme, trust) in [(false, "http", Trust::Nobody), (true, "https", Trust::First(CERTIFICATE, OTHER))] {
        let (port, connections) = listen(tls).await;
        let https = Https::new(trust, LIMIT);
        for _ in 0..3 {
            assert_eq!(get(&https, &format!("{scheme}://localhost:{port}/")).await.unwrap(), "ok");
        }
        assert_eq!(connections.load(Ordering::SeqCst), 1, "{scheme}");
    }
}

#[tokio::test]
async fn who_is_not_trusted_is_not_spoken_to() {
    let (port, _) = listen(true).await;
    for trust in [Trust::First(OTHER, LATER), Trust::Amazon, Trust::System, Trust::Nobody] {
        let error = get(&Https::new(trust, LIMIT), &format!("https://localhost:{port}/")).await.unwrap_err();
        assert!(error.is_io() && !error.is_timeout(), "{trust:?}: {error:?}");
    }
    // The right certificate, for another name.
    let elsewhere = Https::with_resolver(Trust::First(CERTIFICATE, OTHER), LIMIT, Always("127.0.0.1"));
    assert!(get(&elsewhere, &format!("https://elsewhere.example:{port}/")).await.is_err());
    assert_eq!(get(&elsewhere, &format!("https://localhost:{port}/")).await.unwrap(), "ok");
}

#[tokio::test]
async fn who_is_not_known_to_the_first_authorities_may_be_known_to_the_others_at_any_time() {
    let ((known, _), (later, connections)) = (listen(true).await, listen_as(true, LATER, LATER_KEY).await);
    let url = |port: u16| format!("https://localhost:{port}/");
    // At once...
    let https = Https::new(Trust::First(CERTIFICATE, LATER), LIMIT);
    assert_eq!(get(&https, &url(later)).await.unwrap(), "ok");
    // ... and after everything went well for a while: the certificates of a host change when they want to.
    let https = Https::new(Trust::First(CERTIFICATE, LATER), LIMIT);
    for _ in 0..3 {
        assert_eq!(get(&https, &url(known)).await.unwrap(), "ok");
    }
    let before = connections.load(Ordering::SeqCst);
    for _ in 0..3 {
        assert_eq!(get(&https, &url(later)).await.unwrap(), "ok");
    }
    assert_eq!(connections.load(Ordering::SeqCst) - before, 2, "one that was refused, and one that is kept");
}

#[tokio::test]
async fn what_broke_on_the_way_is_worth_another_try() {
    // Taken, so that nobody else listens there.
    let closed = TcpSocket::new_v4().unwrap();
    closed.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed_port = closed.local_addr().unwrap().port();
    let https = Https::new(Trust::Nobody, LIMIT);
    assert!(get(&https, &format!("http://127.0.0.1:{closed_port}/")).await.unwrap_err().is_io());

    // Takes the request, and hangs up.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4096];
        let _ = stream.read(&mut buffer).await;
    });
    let error = get(&https, &format!("http://127.0.0.1:{port}/")).await.unwrap_err();
    assert_eq!(error.as_other(), Some(ErrorKind::TransientError), "{error:?}");
}

#[tokio::test]
async fn connecting_has_an_end_and_tls_is_part_of_it() {
    // Accepts, and never says a word.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let impatient = Https::new(Trust::Nobody, Duration::from_millis(50));
    let error = get(&impatient, &format!("https://127.0.0.1:{port}/")).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
}

/// Leads every name to the same address.
#[derive(Debug)]
struct Always(&'static str);

impl ResolveDns for Always {
    fn resolve_dns<'a>(&'a self, _: &'a str) -> DnsFuture<'a> {
        let address: IpAddr = self.0.parse().unwrap();
        DnsFuture::ready(Ok(vec![address]))
    }
}
