//! Live connections.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;
use aws_sdk_apigatewaymanagement::primitives::Blob;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{self, Message};

use super::deployment::{TEMPLATE, registry};
use super::stack;
use crate::Stack;

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn open(url: &str, ticket: &str) -> Result<Socket, tungstenite::Error> {
    use tungstenite::client::IntoClientRequest;
    let url = url.replace("http", "ws");
    let mut request = format!("{url}/live?ticket={ticket}").into_client_request()?;
    request.headers_mut().insert("origin", "http://o".parse().unwrap());
    Ok(tokio_tungstenite::connect_async(request).await?.0)
}

async fn say(socket: &mut Socket, what: &str) -> String {
    socket.send(Message::text(what)).await.unwrap();
    loop {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            return text.to_string();
        }
    }
}

/// Who has left, when `id` is among them.
async fn until_left(staying: &mut Socket, id: &str) -> Value {
    for _ in 0..250 {
        let seen = say(staying, "who left").await;
        if seen.contains(id) {
            return serde_json::from_str(&seen).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{id} is still here");
}

#[tokio::test]
async fn a_refused_connect_keeps_its_status() {
    let stack = stack().await;
    match open(stack.url(), "bad").await {
        Err(tungstenite::Error::Http(response)) => assert_eq!(response.status(), 401),
        other => panic!("{other:?}"),
    }
    stack.shutdown().await;
}

#[tokio::test]
async fn a_connection_can_be_posted_to_before_its_client_knows_that_it_is_open() {
    let stack = Stack::builder().deployment(TEMPLATE, registry).demo(false).keep_events(true).await.unwrap();
    let (talk, poster) = (Arc::clone(&stack.live.functions), stack.runtime("test").unwrap().live());
    // In front of the API: when `$connect` has agreed, and the client has not heard of it.
    let agreed = move |answer: axum::response::Response| {
        let (event, poster) = (talk.last_event("talk").unwrap(), poster.clone());
        async move {
            let id = event["requestContext"]["connectionId"].as_str().unwrap();
            let post = poster.post_to_connection().connection_id(id).data(Blob::new("welcome"));
            post.send().await.unwrap();
            answer
        }
    };
    let front = axum::Router::new()
        .route("/live", axum::routing::any(crate::live::connect))
        .layer(axum::middleware::map_response(agreed))
        .with_state(Arc::clone(&stack.live));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        axum::serve(listener, front.into_make_service_with_connect_info::<std::net::SocketAddr>()).await
    });

    let mut socket = open(&url, "good").await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("welcome"));
    assert_eq!(say(&mut socket, "hi").await, "you said hi");
    serving.abort();
}

#[tokio::test]
async fn who_hangs_up_before_the_connection_is_open_leaves_it() {
    let stack = Stack::builder().deployment(TEMPLATE, registry).demo(false).keep_events(true).await.unwrap();
    let mut staying = open(stack.url(), "good").await.unwrap();
    let asked = || stack.last_event("talk").unwrap()["requestContext"].clone();
    let first = asked();
    {
        let mut opening = std::pin::pin!(open(stack.url(), "late"));
        while asked()["connectionId"] == first["connectionId"] {
            let opened = tokio::time::timeout(Duration::from_millis(1), opening.as_mut()).await;
            assert!(opened.is_err(), "it takes a moment");
        }
    }
    let left = asked()["connectionId"].as_str().unwrap().to_owned();
    let seen = until_left(&mut staying, &left).await;
    assert_eq!((seen.as_array().unwrap().len(), &seen[0]["disconnectStatusCode"]), (1, &json!(1006)));
    stack.shutdown().await;
}

#[tokio::test]
async fn a_connection_talks_and_leaving_is_noticed() {
    let stack = stack().await;
    let mut leaving = open(stack.url(), "good").await.unwrap();
    assert_eq!(say(&mut leaving, "hi").await, "you said hi");
    assert!(say(&mut leaving, "fail").await.contains("Internal server error"));
    let left = say(&mut leaving, "who am I").await;
    // Without a goodbye.
    drop(leaving);

    let mut staying = open(stack.url(), "good").await.unwrap();
    let seen = until_left(&mut staying, &left).await;
    assert_eq!(seen[0]["disconnectStatusCode"], 1006);

    // Who left is gone for those who post, too.
    let connections = stack.runtime("test").unwrap().live();
    let live = &connections;
    let post = async |id: &str, data: Vec<u8>| {
        let post = connections.post_to_connection().connection_id(id).data(Blob::new(data));
        post.send().await
    };
    let gone = post(&left, b"?".to_vec()).await.unwrap_err().into_service_error();
    assert!(matches!(gone, PostToConnectionError::GoneException(_)), "{gone:?}");
    let id = say(&mut staying, "who am I").await;
    let large = post(&id, vec![b'x'; 129 * 1024]).await.unwrap_err().into_service_error();
    assert!(matches!(large, PostToConnectionError::PayloadTooLargeException(_)), "{large:?}");
    live.get_connection().connection_id(&id).send().await.unwrap().identity().unwrap();

    live.delete_connection().connection_id(&id).send().await.unwrap();
    assert!(matches!(staying.next().await, Some(Ok(Message::Close(_)))));
    assert!(post(&id, b"?".to_vec()).await.is_err());
    stack.shutdown().await;
}

#[tokio::test]
async fn silence_and_age_end_a_connection_by_the_clock() {
    let stack = stack().await;
    let mut socket = open(stack.url(), "good").await.unwrap();
    for _ in 0..13 {
        stack.advance(9 * 60).await;
        assert_eq!(say(&mut socket, "hi").await, "you said hi");
    }
    // Two hours, although it was never silent.
    stack.advance(9 * 60).await;
    assert!(matches!(socket.next().await, Some(Ok(Message::Close(_)))));

    let mut socket = open(stack.url(), "good").await.unwrap();
    assert_eq!(say(&mut socket, "hi").await, "you said hi");
    stack.advance(10 * 60).await;
    match socket.next().await {
        Some(Ok(Message::Close(Some(frame)))) => assert_eq!(u16::from(frame.code), 1001),
        other => panic!("{other:?}"),
    }
    stack.shutdown().await;
}

#[tokio::test]
async fn a_message_that_is_too_large_ends_the_connection() {
    let stack = stack().await;
    let mut socket = open(stack.url(), "good").await.unwrap();
    let _: Result<(), _> = socket.send(Message::text("x".repeat(129 * 1024))).await;
    loop {
        match socket.next().await {
            Some(Ok(Message::Close(_)) | Err(_)) | None => break,
            Some(Ok(_)) => {}
        }
    }
    stack.shutdown().await;
}

#[tokio::test]
async fn who_does_not_read_keeps_nobody_waiting() {
    let stack = stack().await;
    let (mut deaf, mut other) = (open(stack.url(), "good").await.unwrap(), open(stack.url(), "good").await.unwrap());
    let id = say(&mut deaf, "who am I").await;
    let connections = stack.runtime("test").unwrap().live();
    // Until the network has taken what it takes, and the line is full.
    let posting = async {
        loop {
            let post = connections.post_to_connection().connection_id(&id).data(Blob::new(vec![b'x'; 100 * 1024]));
            if let Err(error) = post.send().await {
                return error;
            }
        }
    };
    let refused = tokio::time::timeout(Duration::from_mins(1), posting).await.unwrap();
    // At once, and not because whoever posts lost patience.
    let gone = matches!(refused.as_service_error(), Some(PostToConnectionError::GoneException(_)));
    assert!(gone, "{refused:?}");
    assert_eq!(say(&mut other, "hi").await, "you said hi");
    drop(deaf);
    stack.shutdown().await;
}

#[tokio::test]
async fn what_one_client_says_is_heard_in_its_order() {
    let stack = Stack::builder().deployment(TEMPLATE, registry).demo(false).keep_events(true).await.unwrap();
    let mut socket = open(stack.url(), "good").await.unwrap();
    for number in 0..20 {
        socket.send(Message::text(format!("{number}"))).await.unwrap();
    }
    let mut heard = vec![];
    while heard.len() < 20 {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            heard.push(text.to_string());
        }
    }
    assert_eq!(heard, (0..20).map(|number| format!("you said {number}")).collect::<Vec<_>>());
    stack.shutdown().await;
}
