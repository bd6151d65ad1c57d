//! A call that goes on when it is told to: from one answer of the store to its next question.
//!
//! Invariant: a step returns once the store has answered the question that it ended with, so no two
//! questions of one life are on their way at a time, and their order is the order of the steps.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

use tokio::{sync::Notify, task::coop};

/// A call on its way.
pub(super) struct Call<'a, T> {
    future: Pin<Box<dyn Future<Output = T> + 'a>>,
}

#[derive(Default)]
struct Answered(Notify);

impl Wake for Answered {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

impl<'a, T> Call<'a, T> {
    pub(super) fn new(future: impl Future<Output = T> + 'a) -> Self {
        // A share of the runtime that is used up would look like a question to the store.
        let future = Box::pin(coop::unconstrained(future));
        Self { future }
    }

    /// Takes a step; returns what came of the call if that was its last one.
    pub(super) async fn step(&mut self) -> Option<T> {
        let answered = Arc::new(Answered::default());
        let waker = Waker::from(Arc::clone(&answered));
        match self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(done) => Some(done),
            Poll::Pending => {
                answered.0.notified().await;
                None
            }
        }
    }
}
