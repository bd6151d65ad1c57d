//! The passage of time: from one deadline to the next, and never in between.

use std::time::Duration;

use session_simulator::{browser::Page, network::Stage, world::World};

use crate::Scene;

/// Returns the next time at which something is due that is not due yet, rounded up to the grain of
/// the scene. Timers fire late, never early.
pub(crate) fn next(scene: &Scene, world: &World) -> Option<Duration> {
    let policy = world.server.policy();
    let living = world.server.families().values().filter(|it| it.is_living());
    let marks = living.flat_map(|family| {
        let grace_end = family.rotated_at.map(|at| at.saturating_add(policy.grace));
        [grace_end, Some(family.deadline())].into_iter().flatten()
    });
    let on_the_way = world.calls.iter().filter(|call| {
        matches!(
            call.stage,
            Stage::Sent(_) | Stage::Deciding(_) | Stage::Storing(_)
        )
    });
    let ends = on_the_way.filter_map(|call| {
        let clocks = world.browser(call.tab.browser)?.clocks;
        Some(clocks.true_time(call.due))
    });
    let at = marks
        .chain(ends)
        .chain(world.next_instant())
        .filter(|at| *at > world.now)
        .min()?;
    let at = up_to_grain(at, scene.grain);
    (at <= scene.end).then_some(at)
}

/// Returns whether time may pass although something is on its way. Cookies are written when the head
/// of an answer is here; a page that runs gives a call up on time (`AbortSignal.timeout` is not
/// throttled); a request that was given up reaches the server in that moment or never.
pub(crate) fn may_stall(world: &World) -> bool {
    world.calls.iter().all(|call| {
        let clocks = world.browser(call.tab.browser).map(|it| it.clocks);
        let is_late = clocks.is_some_and(|clocks| clocks.monotonic(world.now) >= call.due);
        match call.stage {
            Stage::Storing(_) => false,
            Stage::Sent(_) | Stage::Deciding(_) => !is_late,
            Stage::Answering(_) | Stage::Reading(_) | Stage::Broken | Stage::Lost => {
                let runs = world.page(call.tab).is_some_and(Page::runs);
                !(is_late && runs)
            }
        }
    })
}

/// Rounds up.
fn up_to_grain(at: Duration, grain: Duration) -> Duration {
    let (at, grain) = (at.as_millis(), grain.as_millis().max(1));
    let up = at.div_ceil(grain).saturating_mul(grain);
    Duration::from_millis(u64::try_from(up).unwrap_or(u64::MAX))
}
