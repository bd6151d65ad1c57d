//! Sessions and their refresh families.
//!
//! Invariant: whatever was acknowledged here is remembered, so that it can be written again.

use session_protocol::EndReason;

use super::{
    link::Link,
    model::{self, Fields},
    repair::{self, due, lifetime, memory},
};
use crate::{
    Moment,
    store::{Cut, SessionRow, SessionState, StoreError},
};

/// Sessions that end in one step.
pub(super) const CUT_AT_ONCE: usize = 500;
/// Sessions that are forgotten in one step.
const FORGET_AT_ONCE: usize = 1_000;

/// Adds a session unless its account is disabled, and ends others; returns which it ended.
pub(super) async fn begin(
    link: &Link,
    session: &SessionRow,
    replaces: &[String],
) -> Result<Option<Vec<String>>, StoreError> {
    let reason = EndReason::Replaced;
    let mut begin = link.scripts().begin.prepare_invoke();
    begin
        .arg(&session.id)
        .arg(&session.family)
        .arg(&session.user.id)
        .arg(model::fixed(session)?)
        .arg(model::text(&session.state)?)
        .arg(session.version)
        .arg(due(session, &session.state))
        .arg(session.created_at.0)
        .arg(lifetime(session))
        .arg(memory())
        .arg(reason.code());
    for id in replaces {
        begin.arg(id);
    }
    let ended: Option<Vec<String>> = link.run(&begin).await?;
    if let Some(ended) = &ended {
        link.recent().wrote(session.clone());
        for id in ended {
            link.recent().ended(id, reason, session.created_at);
        }
    }
    Ok(ended)
}

/// Finds a session; that it is not there while it may come back after a fail-over is no answer.
pub(super) async fn by_id(link: &Link, id: &str) -> Result<Option<SessionRow>, StoreError> {
    let found = by_ids(link, &[id.to_owned()]).await?.pop().transpose()?;
    if found.is_none() {
        refuse_while_uncertain(link)?;
    }
    Ok(found)
}

/// Finds those of these sessions that are there, in this order.
async fn by_ids(
    link: &Link,
    ids: &[String],
) -> Result<Vec<Result<SessionRow, StoreError>>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut pipeline = redis::pipe();
    for id in ids {
        pipeline.hgetall(format!("ls:s:{id}"));
    }
    let found: Vec<Fields> = link.ask(&pipeline).await?;
    let found = found.iter().filter(|fields| !fields.is_empty());
    Ok(found.map(model::row).collect())
}

/// Finds those of these sessions that are there and can be read.
pub(super) async fn readable(link: &Link, ids: &[String]) -> Result<Vec<SessionRow>, StoreError> {
    let found = by_ids(link, ids).await?.into_iter();
    let readable = found.filter_map(|row| {
        row.inspect_err(|error| tracing::error!(%error, "a session cannot be read"))
            .ok()
    });
    Ok(readable.collect())
}

/// Finds the sessions of families; that one is not there while it may come back after a fail-over is
/// no answer.
pub(super) async fn by_families(
    link: &Link,
    families: &[String],
) -> Result<Vec<SessionRow>, StoreError> {
    let found = by_foreign_families(link, families).await?;
    if found.len() < families.len() {
        refuse_while_uncertain(link)?;
    }
    Ok(found)
}

/// Finds those of the sessions of families that are there.
pub(super) async fn by_foreign_families(
    link: &Link,
    families: &[String],
) -> Result<Vec<SessionRow>, StoreError> {
    if families.is_empty() {
        return Ok(Vec::new());
    }
    let mut pipeline = redis::pipe();
    for family in families {
        pipeline.get(format!("ls:f:{family}"));
    }
    let ids: Vec<Option<String>> = link.ask(&pipeline).await?;
    let ids: Vec<_> = ids.into_iter().flatten().collect();
    by_ids(link, &ids).await?.into_iter().collect()
}

fn refuse_while_uncertain(link: &Link) -> Result<(), StoreError> {
    if link.recent().is_uncertain() {
        let what = "a session is not there, and may come back after the fail-over";
        return Err(StoreError::new(what));
    }
    Ok(())
}

/// Replaces the state of a living session that was not written since it was seen.
pub(super) async fn swap(
    link: &Link,
    seen: &SessionRow,
    next: &SessionState,
) -> Result<bool, StoreError> {
    let mut swap = link.scripts().swap.prepare_invoke();
    swap.arg(&seen.id)
        .arg(seen.version)
        .arg(model::text(next)?)
        .arg(due(seen, next));
    let swapped = link.run(&swap).await?;
    if swapped {
        link.recent().wrote(seen.clone().with(next.clone()));
    }
    Ok(swapped)
}

/// Ends a session, one of this version if there is one named.
pub(super) async fn end(
    link: &Link,
    id: &str,
    version: Option<i64>,
    reason: EndReason,
    at: Moment,
) -> Result<bool, StoreError> {
    let mut end = link.scripts().end.prepare_invoke();
    end.arg(id)
        .arg(version.map_or(String::new(), |version| version.to_string()))
        .arg(reason.code())
        .arg(at.0)
        .arg(memory());
    let ended = link.run(&end).await?;
    if ended {
        link.recent().ended(id, reason, at);
    }
    Ok(ended)
}

/// Ends sessions together; returns which.
pub(super) async fn cut(link: &Link, cut: &Cut) -> Result<Vec<String>, StoreError> {
    let cutting = repair::cutting(link.scripts(), cut, None, &[])?;
    let mut ended: Vec<String> = link.run(&cutting).await?;
    link.recent().cut(cut);
    if cut.user.is_none() {
        for some in living(link, cut.at).await?.chunks(CUT_AT_ONCE) {
            let cutting = repair::cutting(link.scripts(), cut, None, some)?;
            ended.extend(link.run::<Vec<String>>(&cutting).await?);
        }
    }
    for id in &ended {
        link.recent().ended(id, cut.reason, cut.at);
    }
    Ok(ended)
}

/// Lists the living sessions of a user, newest first.
pub(super) async fn living_of_user(
    link: &Link,
    user: &str,
    now: Moment,
) -> Result<Vec<SessionRow>, StoreError> {
    let mut pipeline = redis::pipe();
    pipeline.zrange(format!("ls:u:{user}"), 0, -1);
    let (ids,): (Vec<String>,) = link.ask(&pipeline).await?;
    let found = readable(link, &ids).await?.into_iter();
    let mut living: Vec<_> = found.filter(|row| row.end_reason(now).is_none()).collect();
    living.sort_by(|a, b| {
        let newest_first = b.created_at.cmp(&a.created_at);
        newest_first.then_with(|| a.id.cmp(&b.id))
    });
    Ok(living)
}

/// Lists the identifiers of all living sessions.
pub(super) async fn living(link: &Link, now: Moment) -> Result<Vec<String>, StoreError> {
    let mut pipeline = redis::pipe();
    pipeline.zrangebyscore("ls:due", format!("({}", now.0), "+inf");
    let (ids,) = link.ask(&pipeline).await?;
    Ok(ids)
}

/// Counts the living sessions.
pub(super) async fn count_living(link: &Link, now: Moment) -> Result<u64, StoreError> {
    let mut pipeline = redis::pipe();
    pipeline.zcount("ls:due", format!("({}", now.0), "+inf");
    let (count,) = link.ask(&pipeline).await?;
    Ok(count)
}

/// Lists sessions whose time has passed but that nobody has ended yet.
pub(super) async fn overdue(
    link: &Link,
    now: Moment,
    most: usize,
) -> Result<Vec<String>, StoreError> {
    let mut overdue = link.scripts().overdue.prepare_invoke();
    overdue.arg(now.0).arg(most);
    link.run(&overdue).await
}

/// Forgets sessions that ended before `before`; returns how many.
pub(super) async fn forget_ended(link: &Link, before: Moment) -> Result<usize, StoreError> {
    let mut all = 0;
    loop {
        let mut forget = link.scripts().forget.prepare_invoke();
        forget.arg(before.0).arg(FORGET_AT_ONCE);
        let some: usize = link.run(&forget).await?;
        all += some;
        if some < FORGET_AT_ONCE {
            return Ok(all);
        }
    }
}
