//! What a store keeps in memory while one server alone uses it: texts, buckets, tasks, updates.
//!
//! Invariants: memory is bounded; nothing here is worth a write to the disk, since whoever loses it
//! asks again.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::sync::watch;

use super::{Bucket, Event};
use crate::Moment;

/// Events that wait for the server's own follower.
const LOG_LENGTH: usize = 1_024;
/// Texts, and buckets, that are kept.
const MOST_KEYS: usize = 50_000;

#[derive(Debug, Default)]
struct State {
    kept: BTreeMap<String, (String, Instant)>,
    /// What counts in buckets, and when the last of it counts no more.
    filled: BTreeMap<String, (VecDeque<Moment>, Moment)>,
    leases: BTreeMap<String, (String, Instant)>,
    sums: BTreeMap<String, (Vec<u64>, Instant)>,
    seqs: BTreeMap<String, u64>,
    log: VecDeque<Event>,
}

/// The memory of one process.
#[derive(Debug, Default)]
pub(super) struct Local {
    state: Mutex<State>,
    /// The number of the last event.
    news: watch::Sender<u64>,
}

impl Local {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, state: &mut State, event: Event) {
        if state.log.len() == LOG_LENGTH {
            state.log.pop_front();
        }
        state.log.push_back(event);
        self.news.send_modify(|logged| *logged += 1);
    }

    /// Adds an event.
    pub(super) fn publish(&self, event: Event) {
        let mut state = self.lock();
        self.push(&mut state, event);
    }

    /// Adds an update with the number after the last one's.
    ///
    /// The first number is the time in milliseconds, so that it grows over restarts too.
    pub(super) fn update(&self, topic: &str, payload: Value, now: Moment) {
        let mut state = self.lock();
        let seq = match state.seqs.get(topic) {
            Some(last) => last + 1,
            None => u64::try_from(now.0).unwrap_or(0),
        };
        state.seqs.insert(topic.to_owned(), seq);
        let topic = topic.to_owned();
        let update = Event::Update {
            topic,
            seq,
            payload,
        };
        self.push(&mut state, update);
    }

    /// Returns the number of the last event.
    pub(super) fn logged(&self) -> u64 {
        *self.news.borrow()
    }

    /// Returns the events after a number, the number of the last one, and whether none is missing.
    pub(super) fn events_after(&self, after: u64) -> (Vec<Event>, u64, bool) {
        let state = self.lock();
        let logged = self.logged();
        let missing = logged.saturating_sub(after);
        let kept = state.log.len() as u64;
        let skipped = usize::try_from(kept.saturating_sub(missing)).unwrap_or(usize::MAX);
        let events = state.log.iter().skip(skipped).cloned().collect();
        (events, logged, missing <= kept)
    }

    /// Waits for an event after a number, at most this long.
    pub(super) async fn news(&self, after: u64, most: Duration) {
        let mut news = self.news.subscribe();
        let more = news.wait_for(|logged| *logged > after);
        if tokio::time::timeout(most, more).await.is_err() {
            tracing::trace!("nothing happened");
        }
    }

    /// Keeps a text.
    pub(super) fn keep(&self, key: &str, text: &str, lifetime: Duration, now: Instant) {
        let kept = &mut self.lock().kept;
        bound(kept, |(_, end)| *end, now);
        kept.insert(key.to_owned(), (text.to_owned(), now + lifetime));
    }

    /// Takes a text.
    pub(super) fn take(&self, key: &str, now: Instant) -> Option<String> {
        let (text, end) = self.lock().kept.remove(key)?;
        (end > now).then_some(text)
    }

    /// Counts one more in buckets.
    pub(super) fn fill(&self, buckets: &[Bucket], now: Moment) {
        let filled = &mut self.lock().filled;
        bound(filled, |(_, end)| *end, now);
        for bucket in buckets {
            let (times, end) = filled
                .entry(bucket.key.clone())
                .or_insert((VecDeque::new(), now));
            times.retain(|at| at.plus(bucket.window) > now);
            times.push_back(now);
            *end = now.plus(bucket.window);
        }
    }

    /// Returns how long until no bucket is full.
    pub(super) fn wait(&self, buckets: &[Bucket], now: Moment) -> Option<Duration> {
        let filled = &self.lock().filled;
        let waits = buckets.iter().filter_map(|bucket| {
            let (times, _) = filled.get(&bucket.key)?;
            let counting = times.iter().filter(|at| at.plus(bucket.window) > now);
            let freeing = counting.clone().count().checked_sub(bucket.most)?;
            let at = counting.clone().nth(freeing)?;
            Some(at.plus(bucket.window).since(now))
        });
        waits.max()
    }

    /// Takes a task.
    pub(super) fn lease(&self, task: &str, server: &str, term: Duration, now: Instant) -> bool {
        let leases = &mut self.lock().leases;
        let is_free = leases
            .get(task)
            .is_none_or(|(holder, end)| holder == server || *end <= now);
        if is_free {
            leases.insert(task.to_owned(), (server.to_owned(), now + term));
        }
        is_free
    }

    /// Says what a server counts; returns the sums.
    pub(super) fn sum(
        &self,
        server: &str,
        numbers: &[u64],
        term: Duration,
        now: Instant,
    ) -> Vec<u64> {
        let sums = &mut self.lock().sums;
        sums.insert(server.to_owned(), (numbers.to_vec(), now + term));
        sums.retain(|_, (_, end)| *end > now);
        let mut total = vec![0; numbers.len()];
        for (numbers, _) in sums.values() {
            for (total, number) in total.iter_mut().zip(numbers) {
                *total += number;
            }
        }
        total
    }
}

/// Makes room for one more: first what is over goes, then what ends first. It takes time once in a
/// while, not at each call.
fn bound<T, E: Copy + Ord>(map: &mut BTreeMap<String, T>, end: impl Fn(&T) -> E, now: E) {
    if map.len() < MOST_KEYS {
        return;
    }
    map.retain(|_, entry| end(entry) > now);
    if map.len() <= MOST_KEYS / 2 {
        return;
    }
    let mut ends: Vec<_> = map.values().map(&end).collect();
    ends.sort_unstable();
    if let Some(median) = ends.get(ends.len() / 2).copied() {
        let mut surplus = map.len() / 2;
        map.retain(|_, entry| {
            let goes = surplus > 0 && end(entry) <= median;
            surplus -= usize::from(goes);
            !goes
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERM: Duration = Duration::from_secs(60);

    #[test]
    fn memory_is_bounded_and_what_ends_last_stays() {
        let (local, now) = (Local::default(), Instant::now());
        for number in 0..2 * MOST_KEYS as u64 {
            let later = now + Duration::from_micros(number);
            local.keep(&number.to_string(), "text", TERM, later);
            let bucket = Bucket {
                key: number.to_string(),
                most: 1,
                window: TERM,
            };
            let at = Moment(i64::try_from(number).unwrap());
            local.fill(&[bucket], at);
        }
        let state = local.lock();
        let (kept, filled) = (state.kept.len(), state.filled.len());
        assert!(kept <= MOST_KEYS && filled <= MOST_KEYS, "{kept} {filled}");
        drop(state);
        let last = (2 * MOST_KEYS - 1).to_string();
        assert!(local.take(&last, now).is_some());
        let bucket = Bucket {
            key: last,
            most: 1,
            window: TERM,
        };
        assert!(local.wait(&[bucket], Moment(0)).is_some());
    }

    #[test]
    fn of_what_ends_at_once_half_goes() {
        let (local, now) = (Local::default(), Instant::now());
        for number in 0..=MOST_KEYS {
            local.keep(&number.to_string(), "text", TERM, now);
        }
        let kept = local.lock().kept.len();
        assert!((MOST_KEYS / 2..=MOST_KEYS).contains(&kept), "{kept}");
    }
}
