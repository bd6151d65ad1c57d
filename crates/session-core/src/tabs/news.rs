//! Notices that count: each sender numbers its own.
//!
//! Invariants: memory is bounded however many senders there are; a number that somebody forged
//! silences nobody for long.

use session_protocol::{TabNotice, TabNoticeKind};

use crate::{SessionEpoch, few::Few};

/// Most senders that are remembered. Beyond, the one heard first is forgotten, whose repeated
/// notices would then count again: harmless, since a notice is only a hint.
const MAX_SENDERS: usize = 64;

/// A notice that is at most so many behind the latest of its sender is late or repeated. Channels
/// keep the order; one that is further behind shows that the latest was not the sender's own.
const MOST_BEHIND: u64 = 64;

/// What this tab sent and heard.
#[derive(Clone, Debug, Hash)]
pub(crate) struct News {
    me: String,
    sent: u64,
    heard: Few<String, u64>,
}

impl News {
    pub(crate) const fn new(me: String) -> Self {
        Self {
            me,
            sent: 0,
            heard: Few::new(),
        }
    }

    pub(crate) fn me(&self) -> &str {
        &self.me
    }

    /// Returns the number of the notice that was sent last.
    pub(crate) const fn sent(&self) -> u64 {
        self.sent
    }

    /// Returns whether another tab was ever heard.
    pub(crate) fn knows_others(&self) -> bool {
        self.heard.len() > 0
    }

    /// Writes a notice about the session with this identifier.
    pub(crate) fn notice(
        &mut self,
        kind: TabNoticeKind,
        epoch: SessionEpoch,
        session: &str,
    ) -> TabNotice {
        self.sent += 1;
        TabNotice {
            kind,
            epoch: epoch.number(),
            session: session_hash(session),
            sender: self.me.clone(),
            seq: self.sent,
        }
    }

    /// Returns whether this notice of another tab is news.
    pub(crate) fn is_news(&mut self, notice: &TabNotice) -> bool {
        if notice.sender == self.me {
            return false;
        }
        if let Some(heard) = self.heard.get_mut(&notice.sender) {
            let known = heard.saturating_sub(MOST_BEHIND)..=*heard;
            let news = !known.contains(&notice.seq);
            if news {
                *heard = notice.seq;
            }
            return news;
        }
        self.heard.add(notice.sender.clone(), notice.seq);
        if self.heard.len() > MAX_SENDERS {
            self.heard.remove_oldest();
        }
        true
    }
}

/// Hashes a session identifier for notices: FNV-1a, 64 bits. It tells sessions apart; it protects
/// nothing, since a session identifier is no credential.
pub(crate) fn session_hash(session: &str) -> String {
    let hash = session
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    hash.to_string()
}
