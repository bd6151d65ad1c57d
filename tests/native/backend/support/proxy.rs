//! A network between a server and its store, which can be cut, or be slow.
//!
//! Invariant: connections are counted from 0 in the order in which they were made.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
    time,
};

use super::PATIENCE;

/// A network that passes bytes on, or swallows them.
pub(crate) struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    cut: AtomicBool,
    /// The connections that were cut alone.
    cut_alone: Mutex<BTreeSet<usize>>,
    late: watch::Sender<Late>,
    /// How long the next long answer is held up.
    delay: Mutex<Option<Duration>>,
    /// How long every answer is under way.
    lag: Mutex<Duration>,
    answers: AtomicUsize,
}

/// An answer that is held back until its asker has given it up.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Late {
    #[default]
    Nowhere,
    /// The next one on this connection will be.
    Wanted(usize),
    /// Until something else is asked on this connection.
    Held(usize),
}

/// An answer is long if it brings so many bytes at once.
const LONG: usize = 30_000;

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// Passes connections on to a port of this machine.
    pub(crate) async fn start(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::<State>::default();
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            for number in 0.. {
                let Ok((near, _)) = listener.accept().await else {
                    return;
                };
                let far = TcpStream::connect(("127.0.0.1", port)).await;
                let Ok(far) = far else {
                    continue;
                };
                let (near, far) = (near.into_split(), far.into_split());
                let there = Pass::new(number, Arc::clone(&shared), false);
                let back = Pass::new(number, Arc::clone(&shared), true);
                tokio::spawn(there.all(near.0, far.1));
                tokio::spawn(back.all(far.0, near.1));
            }
        });
        Self {
            address,
            state,
            task,
        }
    }

    /// Returns the address of the Redis behind it, as `--store` reads it.
    pub(crate) fn url(&self) -> String {
        format!("redis://{}/0", self.address)
    }

    /// Cuts the network, so that nobody is told, or mends it.
    pub(crate) fn cut(&self, cut: bool) {
        self.state.cut.store(cut, Ordering::SeqCst);
    }

    /// Cuts one connection, so that nobody is told, for good.
    pub(crate) fn cut_alone(&self, number: usize) {
        self.state.cut_alone.lock().unwrap().insert(number);
    }

    /// Holds the next answer on a connection back until something else is asked there, since its asker
    /// has given it up.
    pub(crate) async fn be_late(&self, number: usize) {
        self.state.late.send_replace(Late::Wanted(number));
        let mut late = self.state.late.subscribe();
        let passed = time::timeout(PATIENCE, late.wait_for(|late| *late == Late::Nowhere)).await;
        assert!(passed.is_ok(), "nothing else is asked there");
    }

    /// Counts what came back at once.
    pub(crate) fn answers(&self) -> usize {
        self.state.answers.load(Ordering::SeqCst)
    }

    /// Lets every answer be under way for so long.
    pub(crate) fn lag(&self, by: Duration) {
        *self.state.lag.lock().unwrap() = by;
    }

    /// Holds the next long answer up.
    pub(crate) fn delay(&self, by: Duration) {
        *self.state.delay.lock().unwrap() = Some(by);
    }
}

/// One direction of a connection.
struct Pass {
    number: usize,
    state: Arc<State>,
    is_back: bool,
    is_lost: bool,
}

impl Pass {
    const fn new(number: usize, state: Arc<State>, is_back: bool) -> Self {
        Self {
            number,
            state,
            is_back,
            is_lost: false,
        }
    }

    /// Passes bytes on; what came while the network was cut is lost, and the connection with it.
    async fn all(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 65_536];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            self.is_lost |= self.is_cut();
            if self.is_back {
                self.state.answers.fetch_add(1, Ordering::SeqCst);
                self.hold().await;
            } else {
                self.replace(Late::Held(self.number), Late::Nowhere);
            }
            let delay = (count > LONG).then(|| self.state.delay.lock().unwrap().take());
            if let Some(by) = delay.flatten() {
                time::sleep(by).await;
            }
            let lag = *self.state.lag.lock().unwrap();
            if self.is_back && !lag.is_zero() {
                time::sleep(lag).await;
            }
            if !self.is_lost && to.write_all(&buffer[..count]).await.is_err() {
                return;
            }
        }
    }

    fn is_cut(&self) -> bool {
        let is_cut_alone = || self.state.cut_alone.lock().unwrap().contains(&self.number);
        self.state.cut.load(Ordering::SeqCst) || is_cut_alone()
    }

    /// Holds an answer back, if it is to be late.
    async fn hold(&self) {
        let held = Late::Held(self.number);
        if self.replace(Late::Wanted(self.number), held) {
            let mut late = self.state.late.subscribe();
            // Its sender is in `state`, so it cannot be gone.
            drop(late.wait_for(|late| *late != held).await);
        }
    }

    fn replace(&self, from: Late, to: Late) -> bool {
        self.state.late.send_if_modified(|late| {
            let is_so = *late == from;
            if is_so {
                *late = to;
            }
            is_so
        })
    }
}
