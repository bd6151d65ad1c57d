//! Hearing what other processes did, and what topics are told.
//!
//! Invariants: an event decides nothing, the store does, so one that comes twice or late does no
//! harm; whoever may have missed some looks at all its rooms.

use std::{sync::Arc, time::Duration};

use session_protocol::ServerMessage;
use tokio::time;

use crate::{
    Moment,
    app::App,
    demo::Order,
    store::{Cursor, Event, Followed, StoreError},
};

/// What a topic may have told before this server came, and a client may still ask for.
pub(crate) const REMEMBERED: Duration = Duration::from_secs(120);
/// The store is left alone this long after it failed.
const PAUSE: Duration = Duration::from_millis(200);
/// Rooms that are looked at in one question.
const ROOMS_AT_ONCE: usize = 500;

/// Takes up the topics where other servers are, and returns the place in the feed.
pub(crate) async fn catch_up(app: &App) -> Result<Cursor, StoreError> {
    let recent = app.store.recent(REMEMBERED).await?;
    for event in recent.events {
        if let Event::Update {
            topic,
            seq,
            payload,
        } = event
        {
            app.tell_topic(&topic, seq, payload);
        }
    }
    Ok(recent.next)
}

/// Follows the feed from a place on.
pub(crate) async fn follow(app: Arc<App>, mut cursor: Cursor) {
    let mut missed_some = false;
    loop {
        if let Err(error) = follow_once(&app, &mut cursor, &mut missed_some).await {
            tracing::debug!(%error, "the feed cannot be followed");
            time::sleep(PAUSE).await;
        }
    }
}

async fn follow_once(
    app: &App,
    cursor: &mut Cursor,
    missed_some: &mut bool,
) -> Result<(), StoreError> {
    let Followed {
        events,
        next,
        complete,
    } = app.store.follow(*cursor).await?;
    *missed_some |= !complete;
    *cursor = next;
    for event in events {
        // What the store could not be asked about is looked at again.
        *missed_some |= hear(app, event).await.is_err();
    }
    if *missed_some {
        tracing::info!("events may have been missed; looking at all sessions with sockets");
        look_at_rooms(app).await?;
        *missed_some = false;
    }
    Ok(())
}

async fn hear(app: &App, event: Event) -> Result<(), StoreError> {
    match event {
        Event::Ended { session, reason } => app.hub.end(&session, reason),
        // The store remembers them; each end is told by itself.
        Event::Cut(_) | Event::Account { .. } => {}
        Event::Extended { from, session } => {
            if from != app.server && app.hub.has_room(&session) {
                extended(app, &session).await?;
            }
        }
        Event::Demo { from, order } => {
            if from != app.server
                && let Ok(order) = serde_json::from_value(order)
            {
                obey(app, order).await?;
            }
        }
        Event::Update {
            topic,
            seq,
            payload,
        } => app.tell_topic(&topic, seq, payload),
    }
    Ok(())
}

async fn extended(app: &App, id: &str) -> Result<(), StoreError> {
    match app.living(id).await? {
        Ok(row) => {
            app.hub.limits_moved(id, row.limits());
            let session = row.describe(Moment::now(), app.policy.warning_lead);
            app.hub
                .tell(id, &ServerMessage::SessionExtended { session });
        }
        Err(reason) => app.hub.end(id, reason),
    }
    Ok(())
}

/// Does this server's part of a demonstration.
pub(crate) async fn obey(app: &App, order: Order) -> Result<(), StoreError> {
    let Some(faults) = &app.faults else {
        return Ok(());
    };
    match order {
        Order::Warn { session } => {
            if app.hub.has_room(&session)
                && let Ok(row) = app.living(&session).await?
            {
                app.hub.limits_moved(&session, row.limits());
                app.hub.warn(&session, Moment::now());
            }
        }
        Order::DropSockets { session } => app.hub.drop_sockets(session.as_deref()),
        Order::Refreshes {
            session,
            fault,
            times,
        } => faults.plan(session, fault, times),
    }
    Ok(())
}

/// Asks the store about every session with sockets here. One that is not there may come back; its
/// sockets hear of it when they ask for something.
async fn look_at_rooms(app: &App) -> Result<(), StoreError> {
    let now = Moment::now();
    for ids in app.hub.rooms().chunks(ROOMS_AT_ONCE) {
        for row in app.store.sessions(ids).await? {
            match row.end_reason(now) {
                None => app.hub.limits_moved(&row.id, row.limits()),
                Some(reason) => app.hub.end(&row.id, reason),
            }
        }
    }
    Ok(())
}
