//! What runs beside the requests: ending and warning sessions in time, sampling the host.
//!
//! Invariants: nothing here decides by itself; it asks the store, as a request would. What is to be
//! done once is done by the one server that holds the lease.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt, stream};
use session_protocol::EndReason;
use tokio::time::{self, MissedTickBehavior};

use crate::{
    Moment, app::App, events::SecurityEvent, keys, life, limits::Limits, store::StoreError,
    system::Sampler,
};

/// How late a socket hears of the end of its session, at most.
pub(crate) const SOCKET_TICK: Duration = Duration::from_millis(200);
/// Sessions with sockets that are looked at side by side: their writes become durable together.
const SIDE_BY_SIDE: usize = 64;
/// How often sessions without sockets are looked at.
const SLOW_TICK: Duration = Duration::from_secs(1);
/// Sessions without sockets that are looked at in one tick.
const MOST_AT_ONCE: usize = 1_000;
/// The task that one server has for all, and how long another one waits for it.
const LEASE: &str = "upkeep";
const TERM: Duration = Duration::from_secs(3);
/// How often sessions that ended long ago are forgotten.
const FORGET_TICK: Duration = Duration::from_secs(3600);

/// Warns and ends the sessions that have sockets. Warnings do not wait for the store.
pub(crate) async fn watch_sockets(app: Arc<App>) {
    let mut ticks = ticks(SOCKET_TICK);
    loop {
        ticks.tick().await;
        let now = Moment::now();
        app.hub.warn_near(app.policy.warning_lead, now);
        let is_away = AtomicBool::new(false);
        let look = |(id, limits)| look(&app, &is_away, id, limits, now);
        stream::iter(app.hub.due(now))
            .for_each_concurrent(SIDE_BY_SIDE, look)
            .await;
    }
}

/// Looks at a session whose time may be over, which ends it if that is so.
async fn look(app: &App, is_away: &AtomicBool, id: String, limits: Limits, now: Moment) {
    let found = if is_away.load(Ordering::Relaxed) {
        None
    } else {
        app.living(&id)
            .await
            .inspect_err(|error| tracing::error!(%error, "a session cannot be looked at"))
            .ok()
    };
    match found {
        Some(Ok(session)) => app.hub.limits_moved(&id, session.limits()),
        Some(Err(reason)) => app.hub.end(&id, reason),
        None => {
            // One row that cannot be read says nothing about the others.
            if !is_away.load(Ordering::Relaxed) && app.store.ping().await.is_err() {
                is_away.store(true, Ordering::Relaxed);
            }
            // Nothing moves the absolute limit, so nobody has to be asked about it.
            if limits.absolute <= now {
                app.hub.end(&id, EndReason::AbsoluteTimeout);
            }
        }
    }
}

/// Ends the sessions that nobody looks at.
pub(crate) async fn sweep(app: Arc<App>) {
    let mut ticks = ticks(SLOW_TICK);
    loop {
        ticks.tick().await;
        if let Err(error) = sweep_once(&app).await {
            tracing::error!(%error, "sessions cannot be swept");
        }
    }
}

async fn sweep_once(app: &App) -> Result<(), StoreError> {
    if !is_in_charge(app).await {
        return Ok(());
    }
    for id in app.store.overdue(Moment::now(), MOST_AT_ONCE).await? {
        // Looking at a session whose time is over ends it.
        if let Err(error) = app.living(&id).await {
            tracing::error!(%error, session = app.keys.log_name(&id), "a session cannot be ended");
            // One row that cannot be read keeps no other from being looked at.
            app.store.ping().await?;
        }
    }
    Ok(())
}

/// Forgets sessions that ended long ago.
pub(crate) async fn forget(app: Arc<App>) {
    let mut ticks = ticks(FORGET_TICK);
    loop {
        ticks.tick().await;
        let before = Moment::now().minus(life::MEMORY_OF_ENDED);
        match app.store.forget_ended(before).await {
            Ok(count) => tracing::debug!(count, "ended sessions forgotten"),
            Err(error) => tracing::error!(%error, "ended sessions cannot be forgotten"),
        }
    }
}

/// Publishes the topic `system`.
pub(crate) async fn sample(app: Arc<App>, period: Duration) {
    let mut ticks = ticks(period);
    let mut sampler = Sampler::new();
    loop {
        ticks.tick().await;
        let publishes = is_in_charge(&app).await;
        sampler.sample(&app, publishes).await;
    }
}

/// Follows changes of the key file.
pub(crate) async fn follow_keys(app: Arc<App>) {
    let mut ticks = ticks(keys::RELOAD_TICK);
    let mut keys = app.keys.clone();
    loop {
        ticks.tick().await;
        match keys.reload() {
            Ok(false) => {}
            Ok(true) => app.report(SecurityEvent::KeysChanged),
            Err(error) => tracing::error!(%error, "the keys stay as they are"),
        }
    }
}

/// Returns whether this server does what one does for all.
async fn is_in_charge(app: &App) -> bool {
    app.store
        .lease(LEASE, &app.server, TERM)
        .await
        .unwrap_or(false)
}

fn ticks(period: Duration) -> time::Interval {
    let mut ticks = time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
