//! The sockets of one session, and of which deadline each of them was warned.
//!
//! Invariant: a socket is warned once of each deadline, and of none that has passed.

use std::collections::BTreeMap;

use axum::extract::ws::Utf8Bytes;
use session_protocol::ServerMessage;

use super::outbox::{Outbox, SocketId};
use crate::{Moment, limits::Limits};

/// The sockets of one session.
pub(super) struct Room {
    /// A copy of what the store knows.
    pub(super) limits: Limits,
    /// With the deadline of which each was warned.
    pub(super) members: BTreeMap<SocketId, Option<Moment>>,
}

impl Room {
    /// Makes an empty room.
    pub(super) const fn new(limits: Limits) -> Self {
        Self {
            limits,
            members: BTreeMap::new(),
        }
    }

    /// Warns those whose outbox is found and who were not warned of this deadline.
    pub(super) fn warn<'a>(
        &mut self,
        outbox_of: impl Fn(SocketId) -> Option<&'a Outbox>,
        now: Moment,
    ) {
        let deadline = self.limits.effective();
        let remaining = deadline.since(now);
        if remaining.is_zero() {
            return;
        }
        let warning = ServerMessage::SessionWarning {
            remaining,
            cause: self.limits.cause(),
            extendable: self.limits.is_extendable(),
        };
        let text = Utf8Bytes::from(warning.encode());
        for (id, warned_of) in &mut self.members {
            if *warned_of != Some(deadline) {
                *warned_of = Some(deadline);
                if let Some(outbox) = outbox_of(*id) {
                    outbox.send(text.clone());
                }
            }
        }
    }
}
