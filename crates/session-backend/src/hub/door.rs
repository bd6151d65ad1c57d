//! Who may open a socket, and when: a pace for all, and a number of strangers for each network.
//!
//! Invariants: in no second begin more sockets than the pace allows, however many come back at
//! once, and however late this process wakes, so each of them is served soon instead of all of them
//! late; whoever comes first goes first; whoever has not said who it is counts against its network,
//! so nobody keeps the others waiting, or fills the memory, by opening sockets and staying silent;
//! once the door is closed nobody waits at it.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{self, Instant},
};

use crate::client_address::Network;

/// A handshake waits for its turn about this long, at most: clients give up after 10 s.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Sockets of a network that have not said yet who they are.
///
/// # Source
///
/// OWASP WebSocket Security, connection limits; the number is chosen by us: a household.
pub(crate) const UNAUTHENTICATED: usize = 64;
/// Turns are given out in portions, each about a fiftieth of what the pace allows in a second.
const PORTIONS_OF_SECOND: u32 = 50;
/// Added to the time that a portion takes at the pace, so that a second which begins with what an
/// earlier portion has left has no more turns either.
const SPARE: Duration = Duration::from_millis(1);

/// The door.
pub(crate) struct Door {
    in_a_portion: u32,
    between_portions: Duration,
    most_waiting: usize,
    waiting: AtomicUsize,
    portion: tokio::sync::Mutex<Portion>,
    strangers: Arc<Mutex<BTreeMap<Network, usize>>>,
    closed: watch::Sender<bool>,
}

/// Turns that are left until the next portion.
#[derive(Default)]
struct Portion {
    left: u32,
    next: Option<Instant>,
}

/// One who waits for its turn; counts until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A socket that has not said who it is; counts until it is dropped.
pub(crate) struct Stranger {
    network: Network,
    strangers: Arc<Mutex<BTreeMap<Network, usize>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Door {
    /// Makes a door for at most so many handshakes in a second.
    pub(crate) fn new(handshakes_per_second: NonZeroU32) -> Self {
        let pace = handshakes_per_second.get();
        let in_a_portion = (pace / PORTIONS_OF_SECOND).max(1);
        let most_waiting = u64::from(pace) * LONGEST_WAIT.as_secs();
        Self {
            in_a_portion,
            between_portions: Duration::from_secs(1) * in_a_portion / pace + SPARE,
            most_waiting: usize::try_from(most_waiting).unwrap_or(usize::MAX),
            waiting: AtomicUsize::new(0),
            portion: tokio::sync::Mutex::default(),
            strangers: Arc::default(),
            closed: watch::Sender::new(false),
        }
    }

    /// Lets a stranger in, unless too many of its network are there already.
    pub(crate) fn enter(&self, address: IpAddr) -> Option<Stranger> {
        let network = Network::from(address);
        let mut strangers = lock(&self.strangers);
        let count = strangers.entry(network).or_default();
        if *count >= UNAUTHENTICATED {
            return None;
        }
        *count += 1;
        let strangers = Arc::clone(&self.strangers);
        Some(Stranger { network, strangers })
    }

    /// Lets nobody in any more; those who wait are told at once.
    pub(crate) fn close(&self) {
        self.closed.send_replace(true);
    }

    /// Waits for the turn of a handshake; if too many wait already, or the door is closed, returns
    /// after which time another attempt is worth it.
    pub(crate) async fn turn(&self) -> Result<(), Duration> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if before >= self.most_waiting {
            return Err(LONGEST_WAIT);
        }
        let mut closed = self.closed.subscribe();
        tokio::select! {
            biased;
            _ = closed.wait_for(|closed| *closed) => Err(LONGEST_WAIT),
            () = self.take() => Ok(()),
        }
    }

    /// Takes the next turn as soon as there is one.
    async fn take(&self) {
        // Those who wait for this lock get it in the order in which they came.
        let mut portion = self.portion.lock().await;
        if portion.left == 0 {
            if let Some(next) = portion.next {
                time::sleep_until(next).await;
            }
            portion.left = self.in_a_portion;
            portion.next = Some(Instant::now() + self.between_portions);
        }
        portion.left -= 1;
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let mut strangers = lock(&self.strangers);
        if let Some(count) = strangers.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                strangers.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(pace: u32) -> Door {
        Door::new(NonZeroU32::new(pace).unwrap())
    }

    /// Lets so many in, who come at once; returns when each had its turn, in order.
    async fn turns(door: &Arc<Door>, crowd: u32) -> Vec<Instant> {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..crowd {
            let door = Arc::clone(door);
            tasks.spawn(async move { door.turn().await.map(|()| Instant::now()) });
        }
        let turns = tasks.join_all().await;
        let mut served: Vec<_> = turns.into_iter().filter_map(Result::ok).collect();
        served.sort_unstable();
        served
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_is_let_in_at_a_pace_and_the_end_of_a_long_queue_is_sent_away() {
        for pace in [1, 10, 99, 101, 199, 950, 1_000, 1_999] {
            let (door, start) = (Arc::new(door(pace)), Instant::now());
            let served = turns(&door, 6 * pace).await;
            let pace = pace as usize;
            // The first portion does not wait.
            let most = 5 * pace..=5 * pace + pace.div_ceil(50);
            assert!(most.contains(&served.len()), "the others come back: {pace}");
            assert_eq!(served[0], start);
            let second = Duration::from_secs(1);
            let mut pairs = served.iter().zip(&served[pace..]);
            let is_kept = |(turn, later): (&Instant, &Instant)| *later - *turn > second;
            assert!(pairs.all(is_kept), "{pace}");
            let last = served[5 * pace - 1] - start;
            assert!(last < 6 * second, "{pace} is used: {last:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_portion_leaves_over_counts_in_its_second() {
        for pace in [150, 199, 250, 1_000] {
            let door = Arc::new(door(pace));
            assert_eq!(turns(&door, 1).await.len(), 1);
            time::sleep(Duration::from_secs(60)).await;
            let served = turns(&door, 2 * pace).await;
            let in_a_second =
                served.partition_point(|turn| *turn - served[0] <= Duration::from_secs(1));
            assert!(in_a_second <= pace as usize, "{in_a_second} of {pace}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_stop_waiting_leave_their_turn_to_others() {
        let door = door(1_000);
        let patience = Duration::from_millis(5);
        let mut impatient = 0;
        for _ in 0..100 {
            impatient += usize::from(time::timeout(patience, door.turn()).await.is_err());
        }
        assert!(impatient > 0);
        assert_eq!(door.waiting.load(Ordering::Relaxed), 0);
        assert_eq!(door.turn().await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_door_that_closes_sends_those_away_who_wait() {
        let (door, start) = (Arc::new(door(1)), Instant::now());
        assert_eq!(door.turn().await, Ok(()));
        let waiting = Arc::clone(&door);
        let waiting = tokio::spawn(async move { waiting.turn().await });
        time::sleep(Duration::from_millis(100)).await;
        door.close();
        assert_eq!(waiting.await.unwrap(), Err(LONGEST_WAIT));
        assert_eq!(door.turn().await, Err(LONGEST_WAIT));
        assert!(start.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn strangers_count_for_their_network_until_they_are_gone() {
        let (door, address) = (door(1_000), "2001:db8::1".parse().unwrap());
        let mut inside: Vec<_> = (0..UNAUTHENTICATED).map(|_| door.enter(address)).collect();
        assert!(inside.iter().all(Option::is_some));
        let neighbour = "2001:db8::ffff".parse().unwrap();
        assert!(door.enter(neighbour).is_none(), "the same /64");
        assert!(door.enter("2001:db8:1::1".parse().unwrap()).is_some());
        inside.pop();
        assert!(door.enter(neighbour).is_some());
        drop(inside);
        assert!(
            lock(&door.strangers).is_empty(),
            "nothing is kept of those who left"
        );
    }
}
