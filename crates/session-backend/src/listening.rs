//! Taking connections, and letting go of them.
//!
//! Invariants: a connection on which no request comes is closed after a bounded time, however much
//! of a head it has sent, and so is one whose answer nobody reads; at a stop each connection gives
//! the answer that it owes and is closed.

use std::{net::SocketAddr, pin::pin, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    serve::Listener,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::watch};
use tower_service::Service;

use crate::write_deadline::WriteDeadline;

/// Longest head of a request; all cookies that are looked at fit.
pub(crate) const LONGEST_HEAD: usize = 64 * 1024;

/// A bound listener, and how long its connections may be silent or not read.
pub(crate) struct Listening {
    pub(crate) listener: TcpListener,
    pub(crate) head_deadline: Duration,
    pub(crate) write_deadline: Duration,
}

impl Listening {
    /// Answers requests until the stop, and returns once all that were begun are answered.
    pub(crate) async fn serve(mut self, router: Router, stop: impl Future<Output = ()>) {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.head_deadline)
            .max_header_size(LONGEST_HEAD);
        let (stopping, mut stop) = (watch::Sender::new(()), pin!(stop));
        loop {
            let (stream, peer) = tokio::select! {
                () = &mut stop => break,
                accepted = Listener::accept(&mut self.listener) => accepted,
            };
            // Small messages of a socket are not to wait for the acknowledgement of others.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection may delay what is small");
            }
            let stream = WriteDeadline::new(stream, self.write_deadline);
            let router = router.clone();
            let service = service_fn(move |request| answer(router.clone(), peer, request));
            let connection = http.serve_connection(TokioIo::new(stream), service);
            let mut stopped = stopping.subscribe();
            tokio::spawn(async move {
                let mut connection = pin!(connection.with_upgrades());
                let ended = tokio::select! {
                    ended = connection.as_mut() => ended,
                    _ = stopped.changed() => {
                        connection.as_mut().graceful_shutdown();
                        connection.await
                    }
                };
                if let Err(error) = ended {
                    tracing::trace!(%error, "a connection broke");
                }
            });
        }
        drop(self.listener);
        stopping.send_replace(());
        // Each connection holds a receiver until it ends.
        stopping.closed().await;
    }
}

fn answer(
    mut router: Router,
    peer: SocketAddr,
    mut request: Request<Incoming>,
) -> <Router as Service<Request<Body>>>::Future {
    request.extensions_mut().insert(ConnectInfo(peer));
    router.call(request.map(Body::new))
}
