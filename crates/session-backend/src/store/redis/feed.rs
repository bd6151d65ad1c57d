//! The feed: a stream that every server follows.
//!
//! Invariants: a follower has a connection of its own, since it waits; that one is left together with
//! the others, so that a follower which comes back on another server of Redis knows it; what came too
//! late to be heard is asked for again.

use std::time::{Duration, Instant};

use redis::streams::{StreamId, StreamRangeReply, StreamReadReply};
use serde_json::Value;
use tokio::sync::Mutex;

use super::{accounts, link::Link, model};
use crate::{
    Moment,
    store::{Cursor, Event, Followed, LONGEST_FOLLOW, StoreError},
};

/// Events that are taken at once.
const AT_ONCE: usize = 1_000;
/// Whoever did not look for this long may have missed what was trimmed.
const LONGEST_ABSENCE: Duration = Duration::from_secs(60);

/// Milliseconds of a feed that has fallen back which may be new; what comes twice does no harm.
const LOOK_BACK: u64 = 10_000;

/// Where a follower stands.
#[derive(Default)]
pub(super) struct Feed {
    following: Mutex<Following>,
}

#[derive(Default)]
struct Following {
    /// The number of the connection on which the place in the feed was found.
    number: u64,
    looked_at: Option<Instant>,
}

impl Feed {
    /// Returns what the feed holds of the last `window`.
    pub(super) async fn recent(
        &self,
        link: &Link,
        window: Duration,
    ) -> Result<Followed, StoreError> {
        let number = link.lines().await?.number;
        let mut pipeline = redis::pipe();
        pipeline.cmd("TIME");
        let ((seconds, _),): ((u64, u64),) = link.ask(&pipeline).await?;
        let start = seconds.saturating_sub(window.as_secs()) * 1_000;
        let mut pipeline = redis::pipe();
        pipeline.xrange("ls:events", start, "+");
        let (found,): (StreamRangeReply,) = link.ask(&pipeline).await?;
        *self.following.lock().await = Following::on(number);
        told(link, &found.ids, Cursor(start, 0), true).await
    }

    /// Returns what happened after a place in the feed, or waits for it.
    pub(super) async fn follow(&self, link: &Link, after: Cursor) -> Result<Followed, StoreError> {
        let mut following = self.following.lock().await;
        let mut lines = link.lines().await?;
        let number = lines.number;
        let was_there = following.number == number
            && following
                .looked_at
                .is_some_and(|at| at.elapsed() < LONGEST_ABSENCE);
        let mut after = after;
        if following.number != number {
            let last = last(link).await?;
            if last < after {
                after = Cursor(last.0.saturating_sub(LOOK_BACK), 0);
            }
        }
        let mut read = redis::cmd("XREAD");
        read.arg("COUNT")
            .arg(AT_ONCE)
            .arg("BLOCK")
            .arg(LONGEST_FOLLOW.as_millis())
            .arg("STREAMS")
            .arg("ls:events")
            .arg(format!("{}-{}", after.0, after.1));
        let found: Option<StreamReadReply> = link.follow(&mut lines, &read).await?;
        *following = Following::on(number);
        drop(following);
        let keys = found.unwrap_or_default().keys;
        let ids = keys.into_iter().flat_map(|key| key.ids);
        told(link, &ids.collect::<Vec<_>>(), after, was_there).await
    }
}

impl Following {
    /// Stands in the feed now, as it is found on this connection.
    fn on(number: u64) -> Self {
        Self {
            number,
            looked_at: Some(Instant::now()),
        }
    }
}

/// Returns the end of the feed. One that has fallen back behind a follower goes on where its follower
/// would not look, until the clock has caught up.
async fn last(link: &Link) -> Result<Cursor, StoreError> {
    let mut pipeline = redis::pipe();
    pipeline.xrevrange_count("ls:events", "+", "-", 1);
    let (found,): (StreamRangeReply,) = link.ask(&pipeline).await?;
    match found.ids.first() {
        Some(entry) => cursor(&entry.id).ok_or_else(model::damaged),
        None => Ok(Cursor::default()),
    }
}

/// Reads entries, remembers them, and says where they end.
async fn told(
    link: &Link,
    entries: &[StreamId],
    after: Cursor,
    complete: bool,
) -> Result<Followed, StoreError> {
    let next = match entries.last() {
        Some(last) => cursor(&last.id).ok_or_else(model::damaged)?,
        None => after,
    };
    let events: Vec<_> = entries.iter().filter_map(event).collect();
    for event in &events {
        link.recent().heard(event);
        if let Event::Account { user } = event {
            accounts::look_at(link, user).await?;
        }
    }
    Ok(Followed {
        events,
        next,
        complete,
    })
}

fn cursor(id: &str) -> Option<Cursor> {
    let (millis, number) = id.split_once('-')?;
    Some(Cursor(millis.parse().ok()?, number.parse().ok()?))
}

fn event(entry: &StreamId) -> Option<Event> {
    if let Some(text) = entry.get::<String>("e") {
        return serde_json::from_str(&text).ok();
    }
    Some(Event::Update {
        topic: entry.get("topic")?,
        seq: entry.get("seq")?,
        payload: serde_json::from_str(&entry.get::<String>("payload")?).ok()?,
    })
}

/// Adds an event.
pub(super) async fn publish(link: &Link, event: &Event) -> Result<(), StoreError> {
    let mut pipeline = redis::pipe();
    pipeline
        .cmd("XADD")
        .arg("ls:events")
        .arg("MAXLEN")
        .arg("~")
        .arg(100_000)
        .arg("*")
        .arg("e")
        .arg(model::text(event)?)
        .ignore();
    link.tell(&pipeline).await
}

/// Adds an update of a topic; the first number is the time in milliseconds.
pub(super) async fn update(
    link: &Link,
    topic: &str,
    payload: &Value,
    now: Moment,
) -> Result<(), StoreError> {
    let mut update = link.scripts().update.prepare_invoke();
    update.arg(topic).arg(now.0).arg(model::text(payload)?);
    link.look(&update).await
}
