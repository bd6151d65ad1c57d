//! The small things that servers share for a while: texts, buckets, homes, tasks, counts.
//!
//! Invariant: everything here has a term, after which Redis forgets it by itself.

use std::time::Duration;

use super::link::Link;
use crate::{
    Moment, secrets,
    store::{Bucket, MOST_HOMES, StoreError},
};

/// Keeps a text.
pub(super) async fn keep(
    link: &Link,
    key: &str,
    text: &str,
    lifetime: Duration,
) -> Result<(), StoreError> {
    let mut pipeline = redis::pipe();
    pipeline
        .cmd("SET")
        .arg(format!("ls:k:{key}"))
        .arg(text)
        .arg("PX")
        .arg(lifetime.as_millis())
        .ignore();
    link.tell(&pipeline).await
}

/// Takes a text.
pub(super) async fn take(link: &Link, key: &str) -> Result<Option<String>, StoreError> {
    let mut pipeline = redis::pipe();
    pipeline.cmd("GETDEL").arg(format!("ls:k:{key}"));
    let (text,) = link.tell(&pipeline).await?;
    Ok(text)
}

/// Counts one more in buckets.
pub(super) async fn fill(link: &Link, buckets: &[Bucket], now: Moment) -> Result<(), StoreError> {
    let name = secrets::random_hex::<8>().map_err(|error| StoreError::new(error.to_string()))?;
    let mut pipeline = redis::pipe();
    for bucket in buckets {
        let key = format!("ls:l:{}", bucket.key);
        let window = i64::try_from(bucket.window.as_millis()).unwrap_or(i64::MAX);
        let over = now.minus(bucket.window).0;
        pipeline
            .zrembyscore(&key, "-inf", over)
            .ignore()
            .zadd(&key, &name, now.0)
            .ignore()
            .pexpire(&key, window)
            .ignore();
    }
    link.ask(&pipeline).await
}

/// Returns how long until no bucket is full.
pub(super) async fn wait(
    link: &Link,
    buckets: &[Bucket],
    now: Moment,
) -> Result<Option<Duration>, StoreError> {
    let mut pipeline = redis::pipe();
    for bucket in buckets {
        let counting = format!("({}", now.minus(bucket.window).0);
        let most = isize::try_from(bucket.most).unwrap_or(isize::MAX);
        pipeline
            .cmd("ZREVRANGEBYSCORE")
            .arg(format!("ls:l:{}", bucket.key))
            .arg("+inf")
            .arg(counting)
            .arg("WITHSCORES")
            .arg("LIMIT")
            .arg(most.saturating_sub(1))
            .arg(1);
    }
    // Of those that count, the one whose end makes a place; nothing if there are fewer.
    let found: Vec<Vec<(String, f64)>> = link.ask(&pipeline).await?;
    let waits = buckets.iter().zip(found).filter_map(|(bucket, found)| {
        let (_, at) = found.into_iter().next()?;
        Some(from_score(at).plus(bucket.window).since(now))
    });
    Ok(waits.max())
}

/// Notes that an owner is at home in a network.
pub(super) async fn add_home(
    link: &Link,
    account: &str,
    network: &str,
    now: Moment,
    until: Moment,
) -> Result<(), StoreError> {
    let key = format!("ls:h:{account}");
    let most = isize::try_from(MOST_HOMES).unwrap_or(isize::MAX);
    let lifetime = i64::try_from(until.since(now).as_millis()).unwrap_or(i64::MAX);
    let mut pipeline = redis::pipe();
    pipeline
        .atomic()
        .zrembyscore(&key, "-inf", now.0)
        .ignore()
        .zadd(&key, network, until.0)
        .ignore()
        .zremrangebyrank(&key, 0, -most - 1)
        .ignore()
        .pexpire(&key, lifetime)
        .ignore();
    link.tell(&pipeline).await
}

/// Returns until when an owner is at home in a network.
pub(super) async fn home(
    link: &Link,
    account: &str,
    network: &str,
    now: Moment,
) -> Result<Option<Moment>, StoreError> {
    let mut pipeline = redis::pipe();
    pipeline.zscore(format!("ls:h:{account}"), network);
    let (until,): (Option<f64>,) = link.ask(&pipeline).await?;
    Ok(until.map(from_score).filter(|until| *until > now))
}

/// Takes a task.
pub(super) async fn lease(
    link: &Link,
    task: &str,
    server: &str,
    term: Duration,
) -> Result<bool, StoreError> {
    let mut lease = link.scripts().lease.prepare_invoke();
    lease.arg(task).arg(server).arg(term.as_millis());
    link.look(&lease).await
}

/// Says what a server counts; returns the sums.
pub(super) async fn sum(
    link: &Link,
    server: &str,
    numbers: &[u64],
    term: Duration,
) -> Result<Vec<u64>, StoreError> {
    let mut sum = link.scripts().sum.prepare_invoke();
    sum.arg(server).arg(term.as_millis());
    for number in numbers {
        sum.arg(number);
    }
    link.look(&sum).await
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds below 2^53")]
const fn from_score(score: f64) -> Moment {
    Moment(score as i64)
}
