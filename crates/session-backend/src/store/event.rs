//! What servers that share a store tell each other.
//!
//! Invariants: an end of session is in the feed as soon as it is in the store, whoever wrote it;
//! events come in one order, the same for everybody; a follower that may have missed some is told.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use session_protocol::EndReason;

use super::Cut;

/// Something that happened.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// A session has ended.
    Ended {
        /// Which.
        session: String,
        /// Why.
        #[serde(with = "reason")]
        reason: EndReason,
    },
    /// Sessions have ended together; each of them is told by itself, too.
    Cut(Cut),
    /// An account was added or changed.
    Account {
        /// Whose.
        user: String,
    },
    /// The limits of a session have moved.
    Extended {
        /// The server that moved them; its own sockets know.
        from: String,
        /// Which.
        session: String,
    },
    /// A demonstration that concerns all servers.
    Demo {
        /// The server that was asked; it has done its part.
        from: String,
        /// What is to be shown.
        order: Value,
    },
    /// An update of a topic.
    Update {
        /// Name of the topic.
        topic: String,
        /// Grows by one with each update of the topic.
        seq: u64,
        /// The update.
        payload: Value,
    },
}

/// A place in the feed.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Cursor(pub(super) u64, pub(super) u64);

/// A part of the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Where to go on.
    pub next: Cursor,
    /// Whether nothing before these events was missed.
    pub complete: bool,
}

pub(super) mod reason {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use session_protocol::EndReason;

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature that serde calls"
    )]
    pub(in crate::store) fn serialize<S: Serializer>(
        reason: &EndReason,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(reason.code())
    }

    pub(in crate::store) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<EndReason, D::Error> {
        let code = String::deserialize(deserializer)?;
        EndReason::parse(&code).ok_or_else(|| D::Error::custom("expected the reason of an end"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Moment;

    #[test]
    fn an_event_reads_back_as_it_was_written() {
        for event in [
            Event::Ended {
                session: "s".to_owned(),
                reason: EndReason::ReuseDetected,
            },
            Event::Cut(Cut::whole(Some("u"), EndReason::Revoked, Moment(7))),
            Event::Update {
                topic: "system".to_owned(),
                seq: 1_700_000_000_000,
                payload: serde_json::json!({ "cpu": 0.25 }),
            },
        ] {
            let text = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
        }
    }
}
