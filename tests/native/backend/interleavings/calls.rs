//! What the server does for each call, with the questions to the store in the order of the server.

use std::time::Duration;

use session_backend::{
    Moment,
    rotation::{self, RefreshToken, Rotation},
    store::{self, SessionRow, SessionState, Store, StoreError},
};
use session_protocol::EndReason;

pub(super) const GRACE: Duration = Duration::from_secs(30);
pub(super) const IDLE: Duration = Duration::from_secs(50);

/// What came of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    /// A new refresh token, or the same one again.
    Issued { generation: i64, again: bool },
    /// An access token only.
    Tolerated { generation: i64 },
    /// A predecessor that was tolerated often enough has to wait.
    PutOff,
    /// What was asked for was done with the living session.
    Done,
    /// This call ended the session.
    End(EndReason),
    /// The session had ended.
    Over(EndReason),
    /// There was nothing to do.
    Nothing,
}

type Called = Result<Outcome, StoreError>;

/// `POST /api/auth/refresh`
pub(super) async fn refresh(
    store: &dyn Store,
    born: &SessionRow,
    generation: i64,
    now: Moment,
) -> Called {
    let found = store.families(std::slice::from_ref(&born.family)).await?;
    let session = found.into_iter().next().unwrap();
    unmoved(born, &session);
    let family = born.family.clone();
    let token = RefreshToken { family, generation };
    let outcome = rotation::present(store, &token, session, GRACE, now).await?;
    let issued = |row: &SessionRow, again| {
        unmoved(born, row);
        assert!(now < row.absolute_deadline, "granted after the end");
        let generation = row.state.generation;
        Outcome::Issued { generation, again }
    };
    Ok(match outcome {
        Rotation::Rotated(row) => issued(&row, false),
        Rotation::Reissued(row) => issued(&row, true),
        Rotation::Kept(row) | Rotation::Tolerated(row) => {
            assert!(now < row.absolute_deadline, "granted after the end");
            let generation = row.state.generation;
            Outcome::Tolerated { generation }
        }
        Rotation::OverBudget(_) => Outcome::PutOff,
        Rotation::Over(_, reason) => Outcome::End(reason),
        Rotation::Ended(reason) => Outcome::Over(reason),
    })
}

/// Any call with an access token: it shows that what was issued with it has arrived.
pub(super) async fn look(
    store: &dyn Store,
    born: &SessionRow,
    generation: i64,
    now: Moment,
) -> Called {
    let row = match living(store, born, now).await? {
        Ok(row) => row,
        Err(over) => return Ok(over),
    };
    let seen = |row: &SessionRow| rotation::seen(row, generation, now);
    match store::change(store, row, seen).await? {
        Some(_) => Ok(Outcome::Done),
        None => over(store, born).await,
    }
}

/// Activity.
pub(super) async fn extend(store: &dyn Store, born: &SessionRow, now: Moment) -> Called {
    let row = match living(store, born, now).await? {
        Ok(row) => row,
        Err(over) => return Ok(over),
    };
    let next = |row: &SessionRow| {
        Some(SessionState {
            last_active_at: now,
            idle_deadline: now.plus(IDLE).max(row.state.idle_deadline),
            ..row.state.clone()
        })
    };
    match store::change(store, row, next).await? {
        Some(row) => {
            unmoved(born, &row);
            Ok(Outcome::Done)
        }
        None => over(store, born).await,
    }
}

/// A logout, or an end from another device.
pub(super) async fn end(
    store: &dyn Store,
    born: &SessionRow,
    reason: EndReason,
    now: Moment,
) -> Called {
    let ended = store.end(&born.id, reason, now).await?;
    if ended {
        return Ok(Outcome::End(reason));
    }
    over(store, born).await
}

/// The sweep of sessions that nobody looks at.
pub(super) async fn sweep(store: &dyn Store, born: &SessionRow, now: Moment) -> Called {
    Ok(match living(store, born, now).await? {
        Ok(_) => Outcome::Nothing,
        Err(over) => over,
    })
}

/// The session if it lives; else what came of looking.
async fn living(
    store: &dyn Store,
    born: &SessionRow,
    now: Moment,
) -> Result<Result<SessionRow, Outcome>, StoreError> {
    loop {
        let row = store.session(&born.id).await?.unwrap();
        unmoved(born, &row);
        if let Some(reason) = row.ended {
            return Ok(Err(Outcome::Over(reason)));
        }
        let reason = if row.absolute_deadline <= now {
            EndReason::AbsoluteTimeout
        } else if row.state.idle_deadline <= now {
            EndReason::SessionTimeout
        } else {
            return Ok(Ok(row));
        };
        if store.expire(&row, reason, now).await? {
            return Ok(Err(Outcome::End(reason)));
        }
    }
}

async fn over(store: &dyn Store, born: &SessionRow) -> Called {
    let row = store.session(&born.id).await?.unwrap();
    Ok(Outcome::Over(row.ended.expect("it has ended")))
}

/// Fails if what never changes has changed.
fn unmoved(born: &SessionRow, row: &SessionRow) {
    assert_eq!(row.absolute_deadline, born.absolute_deadline);
    assert_eq!((&row.id, &row.user), (&born.id, &born.user));
}
