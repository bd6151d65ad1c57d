//! What waits to be sent to one socket: messages in order, and an order that overtakes them.
//!
//! Invariants: nothing here waits, so no slow reader delays another; a queue that is full, by
//! messages or by bytes, closes its reader; the first order stands, since each of them is an end;
//! an empty queue holds no memory.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::extract::ws::Utf8Bytes;
use session_protocol::EndReason;
use tokio::sync::Notify;

/// Messages that wait for one reader before it is closed as too slow.
///
/// # Source
///
/// OWASP WebSocket Security, backpressure; the number is chosen by us: four minutes of one topic.
pub(crate) const QUEUE_LENGTH: usize = 256;
/// Bytes that wait for one reader before it is closed as too slow.
pub(crate) const QUEUE_BYTES: usize = 1 << 20;
/// Messages for which an empty queue keeps its memory.
const KEPT_CAPACITY: usize = 4;

/// Identifier of a socket in this process; a later socket has a higher one.
pub(crate) type SocketId = u64;

/// What a socket's task must do at once, before anything that waits in its queue.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Control {
    /// The session has ended: say why, then close.
    End(EndReason),
    /// The server goes down: announce it, then close.
    GoAway {
        /// Window in which the client comes back.
        within: Duration,
    },
    /// Break the connection without a closing handshake.
    Drop,
    /// The reader is too slow: close.
    Overflow,
    /// Another socket took this one's place: close.
    Replace,
}

/// What a socket's task is to do next.
#[derive(Debug)]
pub(crate) enum Errand {
    /// Obey.
    Obey(Control),
    /// Send this.
    Send(Utf8Bytes),
}

#[derive(Default)]
struct Waiting {
    control: Option<Control>,
    texts: VecDeque<Utf8Bytes>,
    bytes: usize,
    is_gone: bool,
}

#[derive(Default)]
struct Mailbox {
    waiting: Mutex<Waiting>,
    arrival: Notify,
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The writing end of a socket.
#[derive(Clone)]
pub(crate) struct Outbox {
    pub(crate) id: SocketId,
    mailbox: Arc<Mailbox>,
}

/// The reading end, for the socket's task.
pub(crate) struct Inbox {
    mailbox: Arc<Mailbox>,
}

/// Makes both ends.
pub(super) fn mailbox(id: SocketId) -> (Outbox, Inbox) {
    let mailbox = Arc::<Mailbox>::default();
    let inbox = Inbox {
        mailbox: Arc::clone(&mailbox),
    };
    (Outbox { id, mailbox }, inbox)
}

impl Outbox {
    /// Queues a message, or has the socket closed if it reads too slowly; returns whether the
    /// socket goes on.
    pub(crate) fn send(&self, text: Utf8Bytes) -> bool {
        let mut waiting = self.mailbox.lock();
        if waiting.is_gone || waiting.control.is_some() {
            return false;
        }
        let bytes = waiting.bytes + text.len();
        if waiting.texts.len() == QUEUE_LENGTH || bytes > QUEUE_BYTES {
            waiting.control = Some(Control::Overflow);
        } else {
            waiting.texts.push_back(text);
            waiting.bytes = bytes;
        }
        let goes_on = waiting.control.is_none();
        drop(waiting);
        self.mailbox.arrival.notify_one();
        goes_on
    }

    /// Gives an order.
    pub(super) fn control(&self, control: Control) {
        self.mailbox.lock().control.get_or_insert(control);
        self.mailbox.arrival.notify_one();
    }
}

impl Inbox {
    /// Awaits what is to be done next: an order before anything else.
    ///
    /// # Cancellation
    ///
    /// Nothing is lost if the future is dropped before it is ready.
    pub(crate) async fn errand(&mut self) -> Errand {
        loop {
            {
                let mut waiting = self.mailbox.lock();
                if let Some(control) = waiting.control {
                    return Errand::Obey(control);
                }
                if let Some(text) = waiting.texts.pop_front() {
                    waiting.bytes -= text.len();
                    if waiting.texts.is_empty() && waiting.texts.capacity() > KEPT_CAPACITY {
                        waiting.texts = VecDeque::new();
                    }
                    return Errand::Send(text);
                }
            }
            self.mailbox.arrival.notified().await;
        }
    }

    /// Awaits an order, whatever waits to be sent.
    ///
    /// # Cancellation
    ///
    /// Nothing is lost if the future is dropped before it is ready.
    pub(crate) async fn order(&mut self) -> Control {
        loop {
            if let Some(control) = self.mailbox.lock().control {
                return control;
            }
            self.mailbox.arrival.notified().await;
        }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        let mut waiting = self.mailbox.lock();
        waiting.is_gone = true;
        waiting.texts = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(inbox: &Inbox) -> (usize, usize, Option<Control>) {
        let waiting = inbox.mailbox.lock();
        (waiting.texts.len(), waiting.bytes, waiting.control)
    }

    #[test]
    fn a_reader_that_stops_is_closed_instead_of_kept_in_memory() {
        let (outbox, inbox) = mailbox(1);
        assert!((0..QUEUE_LENGTH).all(|_| outbox.send("x".into())));
        assert_eq!(waiting(&inbox), (QUEUE_LENGTH, QUEUE_LENGTH, None));
        assert!(!outbox.send("x".into()));
        let full = (QUEUE_LENGTH, QUEUE_LENGTH, Some(Control::Overflow));
        assert_eq!(waiting(&inbox), full);
    }

    #[test]
    fn a_few_long_messages_are_too_many_bytes() {
        let (outbox, inbox) = mailbox(1);
        let long = Utf8Bytes::from("x".repeat(64 * 1024));
        assert!((0..16).all(|_| outbox.send(long.clone())));
        assert!(!outbox.send("x".into()));
        assert_eq!(waiting(&inbox), (16, QUEUE_BYTES, Some(Control::Overflow)));
    }

    #[tokio::test]
    async fn messages_keep_their_order_and_the_first_order_overtakes_them() {
        let (outbox, mut inbox) = mailbox(1);
        for text in ["a", "b", "c"] {
            outbox.send(text.into());
        }
        for expected in ["a", "b"] {
            assert!(
                matches!(inbox.errand().await, Errand::Send(text) if text.as_str() == expected)
            );
        }
        assert_eq!(waiting(&inbox), (1, 1, None));
        outbox.control(Control::Replace);
        outbox.control(Control::Drop);
        assert!(!outbox.send("d".into()), "nothing follows an end");
        assert!(matches!(
            inbox.errand().await,
            Errand::Obey(Control::Replace)
        ));
        assert_eq!(inbox.order().await, Control::Replace);
    }

    #[tokio::test]
    async fn nothing_is_lost_by_those_who_stop_waiting() {
        let (outbox, mut inbox) = mailbox(1);
        tokio::select! {
            biased;
            _ = inbox.order() => panic!("there is no order"),
            () = async { outbox.send("a".into()); tokio::task::yield_now().await } => {}
        }
        assert!(matches!(inbox.errand().await, Errand::Send(_)));
        drop(inbox);
        assert!(!outbox.send("b".into()), "nobody reads it");
    }
}
