//! The listener: accepts connections, holds them to their limits, and drains them at shutdown.

mod body;
mod health;
mod refusals;
mod request;
mod request_ids;
mod seen_through;
mod service;
mod settings;
mod threads;
mod tls;
mod watchdog;

use std::{io, net, pin::pin, sync::Arc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch},
};

pub use refusals::Refusals;
pub use service::{Credential, Pending, Presented, Readiness, Service};
pub use settings::{Settings, Signatures, Threads};
pub use tls::Tls;

use request::Connection;
use threads::Workers;
use watchdog::{End, watch};

/// Serves `service` on `socket` until `shutdown` is ready, and then until the open requests are answered.
///
/// # Errors
/// The socket or the threads cannot be set up; a connection's errors end that connection only.
pub async fn listen<S: Service>(
    socket: net::TcpListener,
    service: Arc<S>,
    settings: Settings,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    socket.set_nonblocking(true)?;
    let socket = TcpListener::from_std(socket)?;
    let mut workers = Workers::start(settings.threads)?;
    let slots = Arc::new(Semaphore::new(
        usize::try_from(settings.connections_max).unwrap_or(usize::MAX),
    ));
    let settings = Arc::new(settings);
    let (close, closing) = watch::channel(false);

    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, slot) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&socket, &slots) => accepted?,
        };
        let Ok(connection) = Accepted::new(stream, slot, &service, &settings, &closing) else {
            continue;
        };
        workers.run(connection);
    }
    drop(socket);
    close.send_replace(true);
    let all_closed = slots.acquire_many(settings.connections_max);
    if tokio::time::timeout(settings.drain_timeout, all_closed)
        .await
        .is_err()
    {
        tracing::warn!("shutdown ends connections that did not finish in time");
    }
    Ok(())
}

/// A connection that waits for its thread.
struct Accepted<S> {
    stream: net::TcpStream,
    connection: Connection<S>,
    told: oneshot::Receiver<End>,
}

impl<S: Service> Accepted<S> {
    fn new(
        stream: TcpStream,
        slot: OwnedSemaphorePermit,
        service: &Arc<S>,
        settings: &Arc<Settings>,
        closing: &watch::Receiver<bool>,
    ) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        // A client that no longer reads would keep its answer, and its slot, for ever.
        socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(settings.write_timeout))?;
        let connection = Connection {
            service: Arc::clone(service),
            settings: Arc::clone(settings),
            source_ip: stream.peer_addr()?.ip().to_canonical().to_string(),
            slot: Arc::new(slot),
            signing_keys: Default::default(),
            request_ids: Default::default(),
            turns: Default::default(),
            tls: None,
            origin: Default::default(),
        };
        // On the runtime that accepts: the threads that serve sleep without a timer.
        let (end, told) = oneshot::channel();
        let turns = Arc::clone(&connection.turns);
        tokio::spawn(watch(turns, settings.head_timeout, closing.clone(), end));
        Ok(Self {
            stream: stream.into_std()?,
            connection,
            told,
        })
    }

    /// Serves the connection until either side closes it.
    async fn serve(self) {
        let Self {
            stream,
            mut connection,
            mut told,
        } = self;
        let Ok(stream) = TcpStream::from_std(stream) else {
            return;
        };
        let Some(tls) = connection.settings.tls.clone() else {
            return connection.serve_http(stream, told).await;
        };
        let at_most = connection.settings.handshake_timeout;
        let turn = connection.turns.begin();
        let accepted = tokio::select! {
            biased;
            accepted = tls.accept(stream, at_most) => accepted,
            // Nothing was asked for yet that a shutdown would have to wait for.
            _ = &mut told => return,
        };
        drop(turn);
        match accepted {
            Ok((stream, session)) => {
                connection.tls = Some(session);
                connection.serve_http(stream, told).await;
            }
            Err(error) => connection.refuse_handshake(&error),
        }
    }
}

impl<S: Service> Connection<S> {
    async fn serve_http(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        told: oneshot::Receiver<End>,
    ) {
        let serving = http1::Builder::new()
            .max_buf_size(READ_BUFFER_BYTES_MAX)
            // As AWS writes them. MongoDB's client-side encryption looks for `Content-Length` in just these letters.
            .title_case_headers(true)
            // A call runs to its end anyway, so that nobody looks for a hang-up meanwhile. The look would take a new read buffer
            // for each request, since the request still holds the old one.
            .half_close(true)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(|request| self.answer(request)),
            );
        let mut serving = pin!(serving);
        let ended = tokio::select! {
            biased;
            ended = &mut serving => ended,
            Ok(end) = told => {
                serving.as_mut().graceful_shutdown();
                tokio::select! {
                    biased;
                    ended = &mut serving => ended,
                    // Of a head that began, hyper would await the rest.
                    () = self.turns.none_for(end.patience()) => Ok(()),
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

/// The next connection, once there is room for it.
async fn accept(
    socket: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    loop {
        match socket.accept().await {
            Ok((stream, _)) => return Ok((stream, slot)),
            // Out of file descriptors, or a client that is gone already: neither may end the service.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// More than the header limit, so that headers just over it get a proper error instead of hyper's bare 431.
const READ_BUFFER_BYTES_MAX: usize = 64 * 1024;
