//! How a connection ends: what is said last, and with which close code.
//!
//! Invariant: whatever the other end does, an ending takes a bounded time.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use session_protocol::{CloseCode, EndReason, ServerMessage};
use tokio::time;

use crate::{hub::Control, store::StoreError};

/// The closing handshake is not waited for longer than this.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// How a connection ends.
pub(super) enum Ending {
    /// The other end closed, or the connection broke.
    Gone,
    /// Break without a closing handshake.
    Drop,
    /// Who it is, or whether it may have what it asks for, cannot be found out: the store does not
    /// answer.
    Unavailable,
    /// Close: the reader is too slow.
    TooSlow,
    /// Close with a code.
    Close(CloseCode, &'static str),
    /// The session is over.
    Over(EndReason),
    /// The server goes down.
    GoAway(Duration),
}

impl From<Control> for Ending {
    fn from(control: Control) -> Self {
        match control {
            Control::End(reason) => Self::Over(reason),
            Control::GoAway { within } => Self::GoAway(within),
            Control::Drop => Self::Drop,
            Control::Overflow => Self::TooSlow,
            Control::Replace => Self::Close(CloseCode::REPLACED, "replaced by another socket"),
        }
    }
}

impl From<StoreError> for Ending {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store does not answer a socket");
        Self::Unavailable
    }
}

impl Ending {
    /// A frame that is too long is the client's fault and is named; all else is a broken
    /// connection.
    pub(super) fn of_broken(error: &axum::Error) -> Self {
        if error.to_string().contains("too long") {
            Self::Close(CloseCode::MESSAGE_TOO_BIG, "message too big")
        } else {
            Self::Gone
        }
    }

    /// Says what is to be said and closes.
    pub(super) async fn carry_out(self, mut socket: WebSocket) {
        let (message, close) = match self {
            Self::Drop => return,
            Self::Gone => (None, None),
            Self::Close(code, reason) => (None, Some((code, reason))),
            Self::TooSlow => {
                let close = (CloseCode::TRY_AGAIN_LATER, "reader too slow");
                (None, Some(close))
            }
            Self::Unavailable => {
                let close = (CloseCode::TRY_AGAIN_LATER, "store unavailable");
                (None, Some(close))
            }
            Self::Over(reason) => {
                let message = ServerMessage::SessionExpired { reason };
                let close = (CloseCode::POLICY_VIOLATION, reason.code());
                (Some(message), Some(close))
            }
            Self::GoAway(reconnect_within) => {
                let message = ServerMessage::GoingAway { reconnect_within };
                let close = (CloseCode::SERVICE_RESTART, "server restarts");
                (Some(message), Some(close))
            }
        };
        let farewell = async {
            if let Some(message) = message {
                let text = Utf8Bytes::from(message.encode());
                socket.send(Message::Text(text)).await?;
            }
            if let Some((code, reason)) = close {
                let frame = CloseFrame {
                    code: code.0,
                    reason: reason.into(),
                };
                socket.send(Message::Close(Some(frame))).await?;
            }
            // Reading on completes the closing handshake, and keeps a reset from overtaking it.
            while let Some(Ok(_)) = socket.recv().await {}
            Ok::<(), axum::Error>(())
        };
        if !matches!(time::timeout(CLOSE_TIMEOUT, farewell).await, Ok(Ok(()))) {
            tracing::debug!("a socket ended without a closing handshake");
        }
    }
}
