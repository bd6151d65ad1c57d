//! Writing again what a fail-over took back.
//!
//! Invariant: nothing is overwritten that somebody else wrote since, and all servers may repair at
//! the same time.

use redis::aio::MultiplexedConnection;
use session_protocol::EndReason;

use super::{
    connect::Lines,
    join,
    model::{self, Fields},
    recent::{Kept, Recent},
    scripts::Scripts,
};
use crate::{
    Moment, life,
    store::{MOST_TRIES, SessionRow, SessionState, StoreError, contended},
};

/// Sessions that are read in one question.
const AT_ONCE: usize = 500;

/// Writes again what is remembered and not there; returns how many sessions that were.
pub(super) async fn repair(
    recent: &Recent,
    scripts: &Scripts,
    lines: &mut Lines,
) -> Result<usize, StoreError> {
    for (topic, seq) in recent.seqs() {
        let mut raise = scripts.raise.prepare_invoke();
        raise.arg(topic).arg(seq);
        raise.invoke_async::<()>(&mut lines.writes).await?;
    }
    let mut repaired = 0;
    for part in recent.sessions().chunks(AT_ONCE) {
        let ids: Vec<_> = part.iter().map(|(id, _)| id.as_str()).collect();
        let found = read(&mut lines.writes, &ids).await?;
        for ((id, kept), stored) in part.iter().zip(found) {
            if restore(scripts, lines, id, kept, stored).await? {
                repaired += 1;
            }
        }
    }
    Ok(repaired)
}

/// Reads sessions, in this order.
pub(super) async fn read(
    line: &mut MultiplexedConnection,
    ids: &[&str],
) -> Result<Vec<Option<SessionRow>>, StoreError> {
    let mut pipeline = redis::pipe();
    for id in ids {
        pipeline.hgetall(format!("ls:s:{id}"));
    }
    let found: Vec<Fields> = pipeline.query_async(line).await?;
    let rows = found
        .iter()
        .map(|fields| (!fields.is_empty()).then(|| model::row(fields)).transpose());
    rows.collect()
}

async fn restore(
    scripts: &Scripts,
    lines: &mut Lines,
    id: &str,
    kept: &Kept,
    mut stored: Option<SessionRow>,
) -> Result<bool, StoreError> {
    for _ in 0..MOST_TRIES {
        let Some(lost) = Lost::of(kept, stored.as_ref()) else {
            return Ok(false);
        };
        if lost.write(scripts, lines, stored.as_ref()).await? {
            return Ok(true);
        }
        stored = read(&mut lines.writes, &[id]).await?.pop().flatten();
    }
    Err(contended())
}

/// A session as it has to be written.
struct Lost {
    row: SessionRow,
    ended: Option<(EndReason, Moment)>,
}

impl Lost {
    /// Compares what is remembered with what is there.
    fn of(kept: &Kept, stored: Option<&SessionRow>) -> Option<Self> {
        let Some(found) = stored else {
            let row = kept.row.clone()?;
            return Some(Self {
                row,
                ended: kept.ended,
            });
        };
        if found.ended.is_some() {
            return None;
        }
        let kept_row = kept.row.as_ref().unwrap_or(found);
        let state = join::joined(&found.state, &kept_row.state);
        if state == found.state && kept.ended.is_none() {
            return None;
        }
        let row = SessionRow {
            state,
            version: join::version(stored, kept_row),
            ..found.clone()
        };
        Some(Self {
            row,
            ended: kept.ended,
        })
    }

    async fn write(
        &self,
        scripts: &Scripts,
        lines: &mut Lines,
        stored: Option<&SessionRow>,
    ) -> Result<bool, StoreError> {
        let row = &self.row;
        let mut restore = scripts.restore.prepare_invoke();
        restore
            .arg(&row.id)
            .arg(stored.map_or(String::new(), |row| row.version.to_string()))
            .arg(&row.family)
            .arg(&row.user.id)
            .arg(model::fixed(row)?)
            .arg(model::text(&row.state)?)
            .arg(row.version)
            .arg(row.limits().effective().0)
            .arg(row.created_at.0)
            .arg(lifetime(row));
        match self.ended {
            Some((reason, at)) => restore
                .arg(reason.code())
                .arg(at.0)
                .arg(memory())
                .arg(model::end_event(&row.id, reason)?),
            None => restore.arg(&["", "", "", ""]),
        };
        Ok(restore.invoke_async(&mut lines.writes).await?)
    }
}

/// How long a session is kept in any case, in milliseconds: until it has ended, and was remembered.
pub(super) fn lifetime(row: &SessionRow) -> u128 {
    let life = row.absolute_deadline.since(row.created_at);
    (life + life::MEMORY_OF_ENDED).as_millis()
}

/// How long an ended session is kept, in milliseconds.
pub(super) fn memory() -> u128 {
    life::MEMORY_OF_ENDED.as_millis()
}

/// The deadline by which a session is looked for.
pub(super) fn due(row: &SessionRow, state: &SessionState) -> i64 {
    state.idle_deadline.min(row.absolute_deadline).0
}
