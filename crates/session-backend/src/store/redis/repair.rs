//! Writing again what a fail-over took back.
//!
//! Invariants: nothing is overwritten that somebody else wrote since, and all servers may repair at
//! the same time; no session comes back whose user has ended it together with others.

use redis::{ScriptInvocation, aio::MultiplexedConnection};
use session_protocol::EndReason;

use super::{
    join,
    model::{self, Fields},
    recent::{Kept, Recent},
    record::{Record, moment},
    scripts::Scripts,
    sessions::CUT_AT_ONCE,
};
use crate::{
    Moment, life,
    store::{Cut, Event, MOST_TRIES, SessionRow, SessionState, StoreError, contended},
};

/// Sessions that are read in one question.
const AT_ONCE: usize = 500;

/// Writes again what is remembered and not there; returns how many accounts and sessions that were.
/// Accounts and cuts come first, since they decide which sessions are over.
pub(super) async fn repair(
    recent: &Recent,
    scripts: &Scripts,
    line: &mut MultiplexedConnection,
) -> Result<usize, StoreError> {
    for (topic, seq) in recent.seqs() {
        let mut raise = scripts.raise.prepare_invoke();
        raise.arg(topic).arg(seq);
        raise.invoke_async::<()>(line).await?;
    }
    let mut repaired = 0;
    for record in recent.accounts() {
        repaired += usize::from(restore_account(scripts, line, record).await?);
    }
    for cut in recent.cuts() {
        end_again(scripts, line, &cut, Some(cut.at)).await?;
    }
    for part in recent.sessions().chunks(AT_ONCE) {
        let ids: Vec<_> = part.iter().map(|(id, _)| id.as_str()).collect();
        let found = read(line, &ids).await?;
        for ((id, kept), stored) in part.iter().zip(found) {
            match stored {
                Ok(stored) => {
                    let restored = restore(scripts, line, id, kept, stored).await?;
                    repaired += usize::from(restored);
                }
                Err(error) => tracing::error!(%error, "a session cannot be repaired"),
            }
        }
    }
    Ok(repaired)
}

async fn restore_account(
    scripts: &Scripts,
    line: &mut MultiplexedConnection,
    kept: Record,
) -> Result<bool, StoreError> {
    let user = kept.account.user.id.clone();
    let mut is_news = false;
    for _ in 0..MOST_TRIES {
        let mut read = redis::cmd("HGETALL");
        read.arg(format!("ls:user:{user}"));
        let fields: Fields = read.query_async(line).await?;
        let stored = match Record::read(&fields) {
            Ok(stored) => stored,
            Err(error) => {
                tracing::error!(%error, "an account cannot be repaired");
                return Ok(false);
            }
        };
        let joined = stored
            .as_ref()
            .map_or_else(|| kept.clone(), |stored| stored.joined(&kept));
        if stored.as_ref() == Some(&joined)
            || write_account(scripts, line, &joined, stored.as_ref()).await?
        {
            is_news |= stored.as_ref() != Some(&joined);
            if let Some(at) = joined.account.disabled_at {
                // Whoever logged in before the repair is out, too.
                let cut = Cut::whole(Some(&user), EndReason::AccountDisabled, at);
                end_again(scripts, line, &cut, None).await?;
            }
            return Ok(is_news);
        }
    }
    Err(contended())
}

async fn write_account(
    scripts: &Scripts,
    line: &mut MultiplexedConnection,
    record: &Record,
    seen: Option<&Record>,
) -> Result<bool, StoreError> {
    let account = &record.account;
    let mut restore = scripts.restore_account.prepare_invoke();
    restore
        .arg(&account.user.id)
        .arg(&account.user.email)
        .arg(&account.user.name)
        .arg(&account.password_hash)
        .arg(moment(record.password_at))
        .arg(moment(account.disabled_at))
        .arg(moment(record.status_at))
        .arg(moment(seen.and_then(|seen| seen.password_at)))
        .arg(moment(seen.and_then(|seen| seen.status_at)));
    Ok(restore.invoke_async(line).await?)
}

/// Ends again the sessions that began no later than `latest`.
async fn end_again(
    scripts: &Scripts,
    line: &mut MultiplexedConnection,
    cut: &Cut,
    latest: Option<Moment>,
) -> Result<(), StoreError> {
    let mut ids: Vec<String> = Vec::new();
    if cut.user.is_none() {
        let mut living = redis::cmd("ZRANGEBYSCORE");
        living
            .arg("ls:due")
            .arg(format!("({}", cut.at.0))
            .arg("+inf");
        ids = living.query_async(line).await?;
    }
    // Without sessions to name, one call still notes the cut.
    let parts = ids
        .chunks(CUT_AT_ONCE)
        .chain(ids.is_empty().then_some(&[][..]));
    for some in parts {
        let cutting = cutting(scripts, cut, latest, some)?;
        cutting.invoke_async::<()>(line).await?;
    }
    Ok(())
}

/// Ends the sessions of a user, or these of everybody, together.
pub(super) fn cutting<'a>(
    scripts: &'a Scripts,
    cut: &Cut,
    latest: Option<Moment>,
    ids: &[String],
) -> Result<ScriptInvocation<'a>, StoreError> {
    let mut cutting = scripts.cut.prepare_invoke();
    cutting
        .arg(cut.user.as_deref().unwrap_or_default())
        .arg(cut.spared.as_deref().unwrap_or_default())
        .arg(cut.reason.code())
        .arg(cut.at.0)
        .arg(memory())
        .arg(moment(latest))
        .arg(model::text(&Event::Cut(cut.clone()))?)
        .arg(ids);
    Ok(cutting)
}

/// Reads sessions, in this order, as far as they can be read.
async fn read(
    line: &mut MultiplexedConnection,
    ids: &[&str],
) -> Result<Vec<Result<Option<SessionRow>, StoreError>>, StoreError> {
    let mut pipeline = redis::pipe();
    for id in ids {
        pipeline.hgetall(format!("ls:s:{id}"));
    }
    let found: Vec<Fields> = pipeline.query_async(line).await?;
    let rows = found
        .iter()
        .map(|fields| (!fields.is_empty()).then(|| model::row(fields)).transpose());
    Ok(rows.collect())
}

async fn restore(
    scripts: &Scripts,
    line: &mut MultiplexedConnection,
    id: &str,
    kept: &Kept,
    mut stored: Option<SessionRow>,
) -> Result<bool, StoreError> {
    for _ in 0..MOST_TRIES {
        let Some(lost) = Lost::of(kept, stored.as_ref()) else {
            return Ok(false);
        };
        if lost.write(scripts, line, stored.as_ref()).await? {
            return Ok(true);
        }
        let again = read(line, &[id]).await?.pop();
        stored = again.transpose()?.flatten();
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
        line: &mut MultiplexedConnection,
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
            .arg(lifetime(row))
            .arg(memory())
            .arg(EndReason::AccountDisabled.code());
        match self.ended {
            Some((reason, at)) => restore.arg(reason.code()).arg(at.0),
            None => restore.arg(&["", ""]),
        };
        Ok(restore.invoke_async(line).await?)
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
