//! Attempts to log in: begun, then decided.
//!
//! Invariant: whatever becomes of an attempt, it stops being undecided, and those who wait for that
//! are woken.

use std::{
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::{
    key::Key,
    tallies::{State, Verdict},
};
use crate::{client_address::Network, secrets, store::Bucket};

/// Counts failed logins.
#[derive(Debug, Default)]
pub(crate) struct LoginLimiter {
    state: Mutex<State>,
    decided: Notify,
}

/// An attempt that counts; dropped, since the password was right or was not looked at, it does not
/// count any more. Whoever hangs up while it is looked at has made a guess.
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    limiter: &'a LoginLimiter,
    keys: Vec<Key>,
    is_looked_at: bool,
}

impl LoginLimiter {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins an attempt, or says how long the caller has to wait. `is_owner` says that the account's
    /// owner is known to use this browser or this network.
    pub(crate) async fn begin(
        &self,
        address: IpAddr,
        account: &str,
        is_owner: bool,
    ) -> Result<Attempt<'_>, Duration> {
        let (account, network) = (secrets::digest(account), Network::from(address));
        loop {
            let decided = self.decided.notified();
            tokio::pin!(decided);
            decided.as_mut().enable();
            match self.lock().try_begin(&account, network, is_owner) {
                Err(Verdict::Wait(wait)) => return Err(wait),
                Err(Verdict::Undecided) => {}
                Ok(keys) => {
                    return Ok(Attempt {
                        limiter: self,
                        keys,
                        is_looked_at: false,
                    });
                }
            }
            decided.await;
        }
    }
}

impl Attempt<'_> {
    /// Returns under what the store counts its failure, for all servers.
    pub(crate) fn buckets(&self) -> Vec<Bucket> {
        self.keys.iter().map(Key::bucket).collect()
    }

    /// Waits for the answer whether the password fits.
    pub(crate) async fn look<T>(&mut self, answer: impl Future<Output = T>) -> T {
        self.is_looked_at = true;
        let answer = answer.await;
        self.is_looked_at = false;
        answer
    }

    /// The password was wrong.
    pub(crate) fn failed(self) {
        self.count();
    }

    fn count(&self) {
        let (mut state, now) = (self.limiter.lock(), Instant::now());
        for key in &self.keys {
            let tally = state.tallies.entry(key.clone()).or_default();
            tally.forget_old(key.limit(), now);
            tally.failures.push_back(now);
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.is_looked_at {
            self.count();
        }
        let mut state = self.limiter.lock();
        for key in &self.keys {
            if let Some(tally) = state.tallies.get_mut(key) {
                tally.undecided = tally.undecided.saturating_sub(1);
            }
        }
        drop(state);
        self.limiter.decided.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::{net::Ipv4Addr, sync::Arc};

    use super::*;
    use crate::limiter::{MOST_KEYS, OF_ACCOUNT, OF_NETWORK, OF_PAIR};

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn elsewhere(number: usize) -> IpAddr {
        let bits = u32::try_from(number).unwrap();
        IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + bits))
    }

    async fn fail(limiter: &LoginLimiter, address: IpAddr, account: &str) {
        limiter
            .begin(address, account, false)
            .await
            .unwrap()
            .failed();
    }

    async fn wait(limiter: &LoginLimiter, address: IpAddr, account: &str) -> Option<Duration> {
        limiter.begin(address, account, false).await.err()
    }

    /// Lets the failures lie further back.
    fn age(limiter: &LoginLimiter, by: Duration) {
        for tally in limiter.lock().tallies.values_mut() {
            for time in &mut tally.failures {
                *time -= by;
            }
        }
    }

    #[tokio::test]
    async fn the_eleventh_attempt_waits_and_a_minute_later_it_does_not() {
        let limiter = LoginLimiter::default();
        for _ in 0..OF_PAIR.failures {
            assert_eq!(wait(&limiter, HERE, "a").await, None);
            fail(&limiter, HERE, "a").await;
        }
        let waiting = wait(&limiter, HERE, "a").await.unwrap();
        assert!(waiting <= OF_PAIR.window && waiting > OF_PAIR.window / 2);
        assert_eq!(wait(&limiter, HERE, "b").await, None);
        age(&limiter, OF_PAIR.window);
        assert_eq!(wait(&limiter, HERE, "a").await, None);
    }

    #[tokio::test]
    async fn whoever_hangs_up_while_a_password_is_looked_at_has_made_a_guess() {
        let limiter = LoginLimiter::default();
        for _ in 0..OF_PAIR.failures {
            let mut attempt = limiter.begin(HERE, "a", false).await.unwrap();
            let look = attempt.look(std::future::pending::<()>());
            assert!(tokio::time::timeout(Duration::ZERO, look).await.is_err());
        }
        assert!(wait(&limiter, HERE, "a").await.is_some());
        for _ in 0..OF_PAIR.failures {
            let mut attempt = limiter.begin(HERE, "b", false).await.unwrap();
            attempt.look(std::future::ready(())).await;
        }
        assert_eq!(wait(&limiter, HERE, "b").await, None, "nobody hung up");
    }

    #[tokio::test]
    async fn a_network_that_tries_many_accounts_waits_too() {
        let limiter = LoginLimiter::default();
        for account in 0..OF_NETWORK.failures {
            fail(&limiter, HERE, &account.to_string()).await;
        }
        assert!(wait(&limiter, HERE, "unseen").await.is_some());
        assert_eq!(wait(&limiter, elsewhere(1), "unseen").await, None);
    }

    #[tokio::test]
    async fn all_addresses_of_one_subscriber_are_one_network() {
        let limiter = LoginLimiter::default();
        let of = |host: u128| IpAddr::from((0x2001_0db8 << 96 | host).to_be_bytes());
        for host in 0..OF_PAIR.failures {
            fail(&limiter, of(host as u128), "a").await;
        }
        assert!(
            wait(&limiter, of(u128::from(u64::MAX)), "a")
                .await
                .is_some()
        );
        assert_eq!(wait(&limiter, of(1 << 64), "a").await, None);
        for _ in 0..OF_PAIR.failures {
            fail(&limiter, HERE, "a").await;
        }
        let mapped = IpAddr::V6(Ipv4Addr::LOCALHOST.to_ipv6_mapped());
        assert!(wait(&limiter, mapped, "a").await.is_some());
    }

    #[tokio::test]
    async fn guesses_from_everywhere_wait_and_the_owner_does_not() {
        let limiter = LoginLimiter::default();
        for number in 0..OF_ACCOUNT.failures {
            fail(&limiter, elsewhere(number), "a").await;
            fail(&limiter, elsewhere(number), "no such account").await;
        }
        for account in ["a", "no such account"] {
            let waiting = wait(&limiter, elsewhere(1_000), account).await.unwrap();
            assert!(waiting > OF_PAIR.window, "{account}");
        }
        let owner = limiter.begin(elsewhere(1_001), "a", true).await;
        assert!(owner.is_ok());
    }

    #[tokio::test]
    async fn guesses_at_the_same_time_do_not_pass_together() {
        let limiter = Arc::new(LoginLimiter::default());
        let mut guesses = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let limiter = Arc::clone(&limiter);
            guesses.spawn(async move {
                let Ok(attempt) = limiter.begin(HERE, "a", false).await else {
                    return false;
                };
                tokio::task::yield_now().await;
                attempt.failed();
                true
            });
        }
        let looked_at = guesses.join_all().await.into_iter().filter(|made| *made);
        assert_eq!(looked_at.count(), OF_PAIR.failures);
    }

    #[tokio::test]
    async fn logins_at_the_same_time_are_all_let_in() {
        let limiter = Arc::new(LoginLimiter::default());
        let mut logins = tokio::task::JoinSet::new();
        for _ in 0..300 {
            let limiter = Arc::clone(&limiter);
            logins.spawn(async move {
                let attempt = limiter.begin(HERE, "a", false).await.unwrap();
                tokio::task::yield_now().await;
                drop(attempt);
            });
        }
        assert_eq!(logins.join_all().await.len(), 300);
    }

    #[tokio::test]
    async fn an_attempt_that_nobody_decides_does_not_count() {
        let limiter = LoginLimiter::default();
        for _ in 0..100 {
            drop(limiter.begin(HERE, "a", false).await.unwrap());
        }
        assert_eq!(wait(&limiter, HERE, "a").await, None);
    }

    #[tokio::test]
    async fn memory_is_bounded_and_the_newest_failures_stay() {
        let limiter = LoginLimiter::default();
        for number in 0..MOST_KEYS {
            fail(&limiter, elsewhere(number), &number.to_string()).await;
        }
        for _ in 1..OF_PAIR.failures {
            fail(
                &limiter,
                elsewhere(MOST_KEYS - 1),
                &(MOST_KEYS - 1).to_string(),
            )
            .await;
        }
        let kept = limiter.lock().tallies.len();
        assert!(kept <= MOST_KEYS + 3, "{kept}");
        let last = (MOST_KEYS - 1).to_string();
        assert!(
            wait(&limiter, elsewhere(MOST_KEYS - 1), &last)
                .await
                .is_some()
        );
    }
}
