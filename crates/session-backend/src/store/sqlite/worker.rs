//! Threads that own a connection and do what they are given.
//!
//! Invariants: no more than [`QUEUE_LENGTH`] tasks wait, and none is waited for longer than
//! [`PATIENCE`]; a writer answers only after the commit, and a task that fails takes nothing of
//! another's with it, even if it panics.

use std::{
    collections::VecDeque,
    io,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
};

use rusqlite::{Connection, TransactionBehavior};
use tokio::{sync::oneshot, time};

use super::PATIENCE;
use crate::store::StoreError;

/// Tasks that wait for one kind of thread.
const QUEUE_LENGTH: usize = 1_024;
/// Writes that share a commit, at most.
const LARGEST_BATCH: usize = 128;

/// Something to do on a connection.
trait Task: Send {
    /// Returns whether nobody waits for it any more.
    fn is_abandoned(&self) -> bool;

    /// Does it.
    fn run(self: Box<Self>, connection: &Connection) -> Done;

    /// Tells the caller that it was not done.
    fn refuse(self: Box<Self>, error: StoreError);
}

/// A task that was done; its caller has not been told yet.
struct Done {
    succeeded: bool,
    /// Tells the caller, or that the commit failed.
    tell: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

struct Question<T, W> {
    work: W,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Task for Question<T, W>
where
    T: Send + 'static,
    W: FnOnce(&Connection) -> rusqlite::Result<T> + Send,
{
    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    fn run(self: Box<Self>, connection: &Connection) -> Done {
        let Self { work, answer } = *self;
        let outcome = work(connection);
        Done {
            succeeded: outcome.is_ok(),
            tell: Box::new(move |committed| {
                send(answer, committed.and_then(|()| Ok(outcome?)));
            }),
        }
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        send(self.answer, Err(error));
    }
}

fn send<T>(answer: oneshot::Sender<Result<T, StoreError>>, outcome: Result<T, StoreError>) {
    if answer.send(outcome).is_err() {
        tracing::debug!("a caller did not wait for the store's answer");
    }
}

/// The queue of one kind of thread.
#[derive(Clone)]
pub(super) struct Worker {
    tasks: SyncSender<Box<dyn Task>>,
}

impl Worker {
    /// Starts the thread that writes.
    pub(super) fn writer(mut connection: Connection) -> io::Result<Self> {
        let (tasks, waiting) = mpsc::sync_channel(QUEUE_LENGTH);
        start("store-writer", move || write(&mut connection, &waiting))?;
        Ok(Self { tasks })
    }

    /// Starts threads that read.
    pub(super) fn readers(connections: Vec<Connection>) -> io::Result<Self> {
        let (tasks, waiting) = mpsc::sync_channel(QUEUE_LENGTH);
        let waiting = Arc::new(Mutex::new(waiting));
        for connection in connections {
            let waiting = Arc::clone(&waiting);
            start("store-reader", move || read(&connection, &waiting))?;
        }
        Ok(Self { tasks })
    }

    /// Has `work` done; if it fails, nothing of it is kept.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let task = Box::new(Question { work, answer });
        self.tasks.try_send(task).map_err(|refused| match refused {
            mpsc::TrySendError::Full(_) => StoreError::new("too many wait for it"),
            mpsc::TrySendError::Disconnected(_) => StoreError::new("its thread has ended"),
        })?;
        match time::timeout(PATIENCE, answered).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(StoreError::new("what was asked panicked")),
            Err(_) => Err(StoreError::new("no answer in time")),
        }
    }
}

fn start(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(body)?;
    Ok(())
}

fn read(connection: &Connection, waiting: &Mutex<Receiver<Box<dyn Task>>>) {
    loop {
        let task = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(task) = task else {
            return;
        };
        if !task.is_abandoned()
            && let Some(done) = attempt(task, connection)
        {
            (done.tell)(Ok(()));
        }
    }
}

/// Does a task; one that panics takes nobody else with it, and its caller is told.
fn attempt(task: Box<dyn Task>, connection: &Connection) -> Option<Done> {
    let done = panic::catch_unwind(AssertUnwindSafe(|| task.run(connection)));
    done.inspect_err(|_| tracing::error!("a task of the store panicked"))
        .ok()
}

fn write(connection: &mut Connection, waiting: &Receiver<Box<dyn Task>>) {
    while let Ok(first) = waiting.recv() {
        let others = waiting.try_iter().take(LARGEST_BATCH - 1);
        let batch = std::iter::once(first).chain(others);
        let mut batch: VecDeque<_> = batch.filter(|task| !task.is_abandoned()).collect();
        let mut done = Vec::new();
        let committed = commit(connection, &mut batch, &mut done);
        for task in done {
            (task.tell)(committed.clone());
        }
        let Err(error) = committed else {
            continue;
        };
        for task in batch {
            task.refuse(error.clone());
        }
    }
}

/// Does a batch of tasks in one transaction; those that remain in it were not begun.
fn commit(
    connection: &mut Connection,
    batch: &mut VecDeque<Box<dyn Task>>,
    done: &mut Vec<Done>,
) -> Result<(), StoreError> {
    if batch.is_empty() {
        return Ok(());
    }
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    while let Some(task) = batch.pop_front() {
        // Waiting for the lock and for the tasks before takes time too.
        if task.is_abandoned() {
            continue;
        }
        let savepoint = match transaction.savepoint() {
            Ok(savepoint) => savepoint,
            Err(error) => {
                batch.push_front(task);
                return Err(error.into());
            }
        };
        let task = attempt(task, &savepoint);
        let succeeded = task.as_ref().is_some_and(|task| task.succeeded);
        done.extend(task);
        if succeeded {
            savepoint.commit()?;
        } else {
            drop(savepoint);
        }
        // A full disk undoes the whole transaction, and whatever came then would stand alone.
        if transaction.is_autocommit() {
            return Err(StoreError::new("a write undid all that shared its commit"));
        }
    }
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> Worker {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE numbers (n INTEGER UNIQUE)")
            .unwrap();
        Worker::writer(connection).unwrap()
    }

    fn insert(number: i64) -> impl FnOnce(&Connection) -> rusqlite::Result<usize> {
        move |connection| {
            connection.execute("INSERT INTO numbers VALUES (?1)", [number])?;
            connection.execute("INSERT INTO numbers VALUES (?1 / 2)", [number * 2])
        }
    }

    #[tokio::test]
    async fn a_task_that_fails_takes_nothing_of_another_with_it() {
        let writer = writer();
        let blocked = writer.run(|_| {
            thread::sleep(PATIENCE / 10);
            Ok(())
        });
        let half = writer.run(insert(7));
        let whole =
            writer.run(|connection| connection.execute("INSERT INTO numbers VALUES (8)", []));
        let (_, half, whole) = tokio::join!(blocked, half, whole);
        assert!(half.is_err(), "the second row is the first again");
        assert_eq!(whole, Ok(1));
        let kept = writer
            .run(|connection| {
                connection.query_row("SELECT group_concat(n) FROM numbers", [], |row| {
                    row.get::<_, String>(0)
                })
            })
            .await;
        assert_eq!(kept, Ok("8".to_owned()));
    }

    #[tokio::test]
    async fn a_task_that_panics_ends_neither_thread_nor_others() {
        let writer = writer();
        let reader = Worker::readers(vec![Connection::open_in_memory().unwrap()]).unwrap();
        for worker in [&writer, &reader] {
            let panicked = worker.run(|_| -> rusqlite::Result<()> { panic!("on purpose") });
            let well = worker
                .run(|connection| connection.query_row("SELECT 7", [], |row| row.get::<_, i64>(0)));
            let (panicked, well) = tokio::join!(panicked, well);
            assert!(panicked.is_err());
            assert_eq!(well, Ok(7));
        }
        let half = writer.run(|connection| -> rusqlite::Result<()> {
            connection.execute("INSERT INTO numbers VALUES (1)", [])?;
            panic!("on purpose")
        });
        let whole =
            writer.run(|connection| connection.execute("INSERT INTO numbers VALUES (2)", []));
        let (half, whole) = tokio::join!(half, whole);
        assert!(half.is_err());
        assert_eq!(whole, Ok(1));
        let sum = writer.run(|connection| {
            connection.query_row("SELECT sum(n) FROM numbers", [], |row| row.get::<_, i64>(0))
        });
        assert_eq!(sum.await, Ok(2));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_begun() {
        let writer = writer();
        let blocked = writer.run(|_| {
            thread::sleep(PATIENCE + PATIENCE / 2);
            Ok(())
        });
        let late =
            writer.run(|connection| connection.execute("INSERT INTO numbers VALUES (1)", []));
        let (blocked, late) = tokio::join!(blocked, late);
        assert!(blocked.is_err() && late.is_err());
        let kept = loop {
            let count = writer.run(|connection| {
                connection.query_row("SELECT count(*) FROM numbers", [], |row| {
                    row.get::<_, i64>(0)
                })
            });
            if let Ok(kept) = count.await {
                break kept;
            }
        };
        assert_eq!(kept, 0);
    }
}
