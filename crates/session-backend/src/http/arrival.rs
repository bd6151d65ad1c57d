//! The body of a request comes before its answer goes.
//!
//! Invariants: no answer leaves while its request is still being sent, because the connection would
//! be cut, and with it the answer; what a handler does not read is read by nobody else, and kept
//! nowhere; time and length of a body are bounded, and whoever goes beyond that loses the
//! connection.
//!
//! # Source
//!
//! RFC 9112 section 9.3 and 9.6; RFC 9110 section 10.1.1 and 15.5.9.

use std::{
    future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    Error,
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use hyper::body::{Frame, SizeHint};
use tokio::{
    sync::oneshot,
    time::{self, Instant, Sleep},
};

use super::LONGEST_UPLOAD;
use crate::{app::Shared, problem::Refusal};

/// So many bytes of a body give its sender another second.
pub(crate) const BYTES_OF_A_SECOND: usize = 8 * 1024;
/// Most bytes that are taken from whoever goes on sending what is refused.
pub(crate) const LONGEST_REFUSED: usize = 2 * LONGEST_UPLOAD;

/// Answers once the body has come.
pub(super) async fn awaited(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let asks_first = parts.headers.contains_key(header::EXPECT);
    let (back, mut returned) = oneshot::channel();
    let lent = Lent {
        coming: Some(Coming::new(body, app.body_deadline)),
        back: Some(back),
    };
    let request = Request::from_parts(parts, Body::new(lent));
    let response = next.run(request).await;
    let Ok(mut coming) = returned.try_recv() else {
        return response;
    };
    if coming.is_late {
        let detail = "expected the body sooner";
        let refusal = Refusal::new(StatusCode::REQUEST_TIMEOUT, "request_timeout", detail);
        return last(refusal.into_response());
    }
    // Whoever asks first whether to send a body has not sent it before somebody reads it.
    let is_kept_back = asks_first && !coming.is_awaited;
    if is_kept_back {
        return last(response);
    }
    let has_come = coming.is_wholly_read().await;
    if has_come { response } else { last(response) }
}

/// Says that the connection is closed after the answer.
fn last(mut response: Response) -> Response {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

/// A body on its way.
struct Coming {
    body: Body,
    begun: Instant,
    patience: Duration,
    deadline: Pin<Box<Sleep>>,
    received: usize,
    is_awaited: bool,
    is_late: bool,
}

impl Coming {
    fn new(body: Body, patience: Duration) -> Self {
        Self {
            body,
            begun: Instant::now(),
            patience,
            deadline: Box::pin(time::sleep(patience)),
            received: 0,
            is_awaited: false,
            is_late: false,
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.is_awaited = true;
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
            ready!(self.deadline.as_mut().poll(cx));
            self.is_late = true;
            return Poll::Ready(Some(Err(Error::new("the body comes too slowly"))));
        };
        if let Some(Ok(frame)) = &frame {
            self.received += frame.data_ref().map_or(0, Bytes::len);
            let earned = (self.received / BYTES_OF_A_SECOND) as u64;
            let deadline = self.begun + self.patience + Duration::from_secs(earned);
            self.deadline.as_mut().reset(deadline);
        }
        Poll::Ready(frame)
    }

    /// Takes the rest; returns whether that was all of it.
    async fn is_wholly_read(&mut self) -> bool {
        while !self.body.is_end_stream() {
            let announced = self.body.size_hint().lower();
            if self.received as u64 + announced > LONGEST_REFUSED as u64 {
                return false;
            }
            match future::poll_fn(|cx| self.poll(cx)).await {
                None => return true,
                Some(Ok(_)) => {}
                Some(Err(_)) => return false,
            }
        }
        true
    }
}

/// A body that comes back from whoever was to read it, with what is left of it.
struct Lent {
    coming: Option<Coming>,
    back: Option<oneshot::Sender<Coming>>,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match &mut self.coming {
            Some(coming) => coming.poll(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.coming
            .as_ref()
            .is_none_or(|coming| coming.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let coming = self.coming.as_ref();
        coming.map_or_else(SizeHint::default, |coming| coming.body.size_hint())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(coming), Some(back)) = (self.coming.take(), self.back.take()) {
            // Nobody waits for it any more once the connection is gone.
            drop(back.send(coming));
        }
    }
}
