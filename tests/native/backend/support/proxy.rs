//! A network between a server and its store, which can be cut, or be slow.

use std::{
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
    task::JoinHandle,
};

/// A network that passes bytes on, or swallows them.
pub(crate) struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    cut: AtomicBool,
    /// How long the next long answer is held up.
    delay: Mutex<Option<Duration>>,
    answers: AtomicUsize,
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
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(("127.0.0.1", port)).await;
                let Ok(far) = far else {
                    continue;
                };
                let (near, far) = (near.into_split(), far.into_split());
                tokio::spawn(pass(near.0, far.1, Arc::clone(&shared), false));
                tokio::spawn(pass(far.0, near.1, Arc::clone(&shared), true));
            }
        });
        Self {
            address,
            state,
            task,
        }
    }

    pub(crate) const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Cuts the network, so that nobody is told, or mends it.
    pub(crate) fn cut(&self, cut: bool) {
        self.state.cut.store(cut, Ordering::SeqCst);
    }

    /// Counts what came back at once.
    pub(crate) fn answers(&self) -> usize {
        self.state.answers.load(Ordering::SeqCst)
    }

    /// Holds the next long answer up.
    pub(crate) fn delay(&self, by: Duration) {
        *self.state.delay.lock().unwrap() = Some(by);
    }
}

/// Passes bytes on; what came while the network was cut is lost, and the connection with it.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, state: Arc<State>, back: bool) {
    let mut buffer = vec![0; 65_536];
    let mut lost = false;
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        state.answers.fetch_add(usize::from(back), Ordering::SeqCst);
        lost |= state.cut.load(Ordering::SeqCst);
        let delay = (count > LONG).then(|| state.delay.lock().unwrap().take());
        if let Some(by) = delay.flatten() {
            tokio::time::sleep(by).await;
        }
        if !lost && to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
