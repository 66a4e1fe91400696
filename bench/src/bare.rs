//! The bare server: hyper, one runtime thread a core, reads the whole body and answers a fixed one.

use std::convert::Infallible;
use std::io::Write;
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Prints its port and serves until it is killed.
pub(crate) fn serve(body_bytes: usize) {
    let body = Bytes::from(format!(
        "{{\"Body\":\"{}\"}}",
        "x".repeat(body_bytes.saturating_sub(11))
    ));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    println!("{}", listener.local_addr().expect("an address").port());
    std::io::stdout().flush().expect("a reader");
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads: Vec<_> = (0..cores).map(|_| start_thread(body.clone())).collect();
    for (number, connection) in listener.incoming().enumerate() {
        let connection = connection.expect("a connection");
        threads[number % cores]
            .send(connection)
            .expect("a running thread");
    }
}

fn start_thread(body: Bytes) -> UnboundedSender<TcpStream> {
    let (sender, connections) = unbounded_channel();
    let (started, ready): (Sender<()>, Receiver<()>) = channel();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        started.send(()).expect("a starter");
        runtime.block_on(serve_connections(connections, body));
    });
    ready.recv().expect("a started thread");
    sender
}

async fn serve_connections(mut connections: UnboundedReceiver<TcpStream>, body: Bytes) {
    while let Some(connection) = connections.recv().await {
        connection.set_nonblocking(true).expect("a socket");
        connection.set_nodelay(true).expect("a socket");
        let connection = tokio::net::TcpStream::from_std(connection).expect("a socket");
        let body = body.clone();
        let answer = service_fn(move |request| answer(request, body.clone()));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(connection), answer));
    }
}

async fn answer(
    request: Request<Incoming>,
    body: Bytes,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let _ = request.into_body().collect().await;
    let mut response = Response::new(Full::new(body));
    let content_type = http::HeaderValue::from_static("application/x-amz-json-1.1");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, content_type);
    Ok(response)
}
