//! Slows down guessing of passwords, by account and address and by address alone.
//!
//! Invariants: only failures count, so nobody is locked out by logging in often; the owner of an
//! account is not locked out by guesses from elsewhere; memory is bounded.

use std::{
    collections::{BTreeMap, VecDeque},
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Failures are forgotten after this time.
const WINDOW: Duration = Duration::from_secs(60);
/// Failures of one account from one address that are tolerated in a window.
const ACCOUNT_FAILURES: usize = 10;
/// Failures of one address that are tolerated in a window; households and offices share one.
const ADDRESS_FAILURES: usize = 100;
/// Keys that are kept before old ones are looked for.
const MANY_KEYS: usize = 10_000;

type Key = (IpAddr, Option<String>);

/// Counts failed logins.
#[derive(Debug, Default)]
pub(crate) struct LoginLimiter {
    failures: Mutex<BTreeMap<Key, VecDeque<Instant>>>,
}

impl LoginLimiter {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, VecDeque<Instant>>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how long the caller has to wait before another attempt, if at all.
    pub(crate) fn wait(&self, address: IpAddr, account: &str, now: Instant) -> Option<Duration> {
        let mut failures = self.lock();
        keys(address, account)
            .into_iter()
            .filter_map(|(key, tolerated)| {
                let times = failures.get_mut(&key)?;
                forget_old(times, now);
                let freeing = times.len().checked_sub(tolerated)?;
                let frees_at = *times.get(freeing)? + WINDOW;
                Some(frees_at.saturating_duration_since(now))
            })
            .max()
    }

    /// Counts a failure.
    pub(crate) fn failed(&self, address: IpAddr, account: &str, now: Instant) {
        let mut failures = self.lock();
        if failures.len() > MANY_KEYS {
            failures.retain(|_, times| {
                forget_old(times, now);
                !times.is_empty()
            });
        }
        for (key, tolerated) in keys(address, account) {
            let times = failures.entry(key).or_default();
            times.push_back(now);
            if times.len() > tolerated {
                times.pop_front();
            }
        }
    }
}

fn keys(address: IpAddr, account: &str) -> [(Key, usize); 2] {
    [
        ((address, Some(account.to_owned())), ACCOUNT_FAILURES),
        ((address, None), ADDRESS_FAILURES),
    ]
}

fn forget_old(times: &mut VecDeque<Instant>, now: Instant) {
    while times
        .front()
        .is_some_and(|time| now.saturating_duration_since(*time) >= WINDOW)
    {
        times.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn the_eleventh_attempt_waits_and_a_minute_later_it_does_not() {
        let (limiter, start) = (LoginLimiter::default(), Instant::now());
        for _ in 0..ACCOUNT_FAILURES {
            assert_eq!(limiter.wait(HERE, "a", start), None);
            limiter.failed(HERE, "a", start);
        }
        assert_eq!(limiter.wait(HERE, "a", start), Some(WINDOW));
        assert_eq!(limiter.wait(HERE, "b", start), None);
        assert_eq!(limiter.wait(HERE, "a", start + WINDOW), None);
    }

    #[test]
    fn an_address_that_tries_many_accounts_waits_too() {
        let (limiter, start) = (LoginLimiter::default(), Instant::now());
        for account in 0..ADDRESS_FAILURES {
            limiter.failed(HERE, &account.to_string(), start);
        }
        assert_eq!(limiter.wait(HERE, "unseen", start), Some(WINDOW));
    }
}
