//! A network between a server and its store, which can be cut.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
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
    cut: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

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
        let cut = Arc::new(AtomicBool::new(false));
        let switch = Arc::clone(&cut);
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(("127.0.0.1", port)).await;
                let Ok(far) = far else {
                    continue;
                };
                let (near, far) = (near.into_split(), far.into_split());
                tokio::spawn(pass(near.0, far.1, Arc::clone(&switch)));
                tokio::spawn(pass(far.0, near.1, Arc::clone(&switch)));
            }
        });
        Self { address, cut, task }
    }

    pub(crate) const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Cuts the network, so that nobody is told, or mends it.
    pub(crate) fn cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::SeqCst);
    }
}

/// Passes bytes on; what came while the network was cut is lost, and the connection with it.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, cut: Arc<AtomicBool>) {
    let mut buffer = vec![0; 65_536];
    let mut lost = false;
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        lost |= cut.load(Ordering::SeqCst);
        if !lost && to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
