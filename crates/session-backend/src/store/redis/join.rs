//! What two memories of one session say together, after a fail-over took one of them back.
//!
//! Invariants: an end is never undone; no refresh token that was used up counts again; whatever is
//! joined twice or in another order comes out the same.

use std::cmp::Ordering;

use crate::store::{SessionRow, SessionState};

/// Joins what the store has with what a server remembers.
pub(super) fn joined(stored: &SessionState, kept: &SessionState) -> SessionState {
    // Of one moment of activity, the store's deadline is as good as any.
    let active = if kept.last_active_at > stored.last_active_at {
        kept
    } else {
        stored
    };
    let rotated = match kept.generation.cmp(&stored.generation) {
        Ordering::Greater => kept.clone(),
        Ordering::Less => stored.clone(),
        Ordering::Equal => {
            let seen = [stored.successor_seen_at, kept.successor_seen_at];
            SessionState {
                rotated_at: stored.rotated_at.max(kept.rotated_at),
                successor_seen_at: seen.into_iter().flatten().min(),
                grace_uses: stored.grace_uses.max(kept.grace_uses),
                ..stored.clone()
            }
        }
    };
    SessionState {
        last_active_at: active.last_active_at,
        idle_deadline: active.idle_deadline,
        auth_time: stored.auth_time.max(kept.auth_time),
        ..rotated
    }
}

/// Returns the version of what was joined: whoever read either memory has to read again.
pub(super) fn version(stored: Option<&SessionRow>, kept: &SessionRow) -> i64 {
    let stored = stored.map_or(0, |row| row.version);
    stored.max(kept.version) + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Moment;

    fn states() -> Vec<SessionState> {
        let mut states = Vec::new();
        for generation in 0..2 {
            for at in [1, 2] {
                for seen in [None, Some(Moment(3)), Some(Moment(4))] {
                    for rotated in [None, Some(Moment(1)), Some(Moment(5))] {
                        states.push(SessionState {
                            last_active_at: Moment(at),
                            idle_deadline: Moment(at + 10),
                            auth_time: Moment(3 - at),
                            generation,
                            rotated_at: rotated,
                            successor_seen_at: seen,
                            grace_uses: u32::try_from(at).unwrap(),
                        });
                    }
                }
            }
        }
        states
    }

    #[test]
    fn joining_twice_or_in_another_order_changes_nothing() {
        for one in states() {
            assert_eq!(joined(&one, &one), one);
            for other in states() {
                let both = joined(&one, &other);
                assert_eq!(both, joined(&other, &one));
                assert_eq!(both, joined(&both, &other));
                assert!(both.generation >= one.generation);
                assert!(both.last_active_at >= one.last_active_at);
            }
        }
    }
}
