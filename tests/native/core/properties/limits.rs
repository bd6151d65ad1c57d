//! What a person sees of the limits of a session: the nearer one, with its cause, never later than
//! the server means it.

use std::time::Duration;

use proptest::{collection::vec, option, prelude::*, sample::select};
use session_core::{Assurance, Input, Phase, Presence, Warning};
use session_protocol::{ActiveSession, ServerMessage, WarningCause};

use super::{
    gate::{cases, gate},
    values::{nuisances, time},
};
use crate::support::{
    samples::{first_session, millis, secs},
    world::World,
};

const DAY: Duration = Duration::from_secs(86_400);

/// What a server tells about the limits of a session.
fn told() -> impl Strategy<Value = ActiveSession> {
    let limit = || option::weighted(0.8, time(millis(1), DAY * 2));
    (limit(), limit(), time(millis(1), secs(3600)), any::<bool>()).prop_map(
        |(idle_remaining, absolute_remaining, warning_lead, extendable)| ActiveSession {
            idle_remaining,
            absolute_remaining,
            warning_lead,
            extendable,
            ..first_session()
        },
    )
}

/// A page that was restored with a session of these limits, and has no socket.
fn restored(session: ActiveSession) -> World {
    let mut world = World::new();
    world.start(Presence::Present);
    world.answer_refresh_with(session);
    world.close(4404, "");
    world
}

fn warning(world: &World) -> Option<Warning> {
    match world.view().phase {
        Phase::Warned { warning, .. } => Some(warning),
        _ => None,
    }
}

proptest! {
    #![proptest_config(gate())]

    /// The effective limit is the nearer of both; an absolute one cannot be extended (R6).
    #[test]
    fn the_nearer_limit_is_shown_with_its_cause(session in told()) {
        let world = restored(session.clone());
        let limits = [session.idle_remaining, session.absolute_remaining];
        let nearest = limits.into_iter().flatten().min();
        let due = nearest.is_some_and(|rest| rest <= session.warning_lead);
        let shown = warning(&world);
        prop_assert_eq!(shown.is_some(), due);
        if let (Some(shown), Some(nearest)) = (shown, nearest) {
            let absolute = session.absolute_remaining == Some(nearest);
            let cause = if absolute { WarningCause::Absolute } else { WarningCause::Idle };
            prop_assert_eq!(shown.ends_at, world.now() + nearest);
            prop_assert_eq!(shown.cause, cause);
            prop_assert_eq!(shown.extendable, session.extendable && !absolute);
        }
    }

    /// A countdown may end early and never late: the server measured somewhere between question and
    /// answer, and the client counts from the question.
    #[test]
    fn no_answer_promises_more_than_the_server_means(
        rest in time(secs(1), secs(100)),
        way_there in time(millis(1), secs(5)),
        way_back in time(millis(1), secs(5)),
    ) {
        let mut world = restored(first_session());
        world.advance(secs(5));
        world.send(Input::PageResumed);
        world.pass(way_there);
        let session = ActiveSession { idle_remaining: Some(rest), ..first_session() };
        let ends = world.now() + rest;
        world.pass(way_back);
        world.answer_session_active(session);
        let shown = warning(&world).expect("a warning");
        prop_assert!(shown.ends_at <= ends, "{:?} after {:?}", shown.ends_at, ends);
        prop_assert!(shown.ends_at + way_there >= ends);
    }

    /// The newest word of the server counts, and between two words the end stays where it is: a
    /// countdown never grows by itself.
    #[test]
    fn a_countdown_moves_only_when_the_server_speaks(
        warnings in vec((time(millis(1), secs(600)), any::<bool>()), 1..6),
        nuisances in nuisances(),
    ) {
        let mut world = World::live();
        for (remaining, extendable) in warnings {
            let cause = WarningCause::Idle;
            world.receive(ServerMessage::SessionWarning { remaining, cause, extendable });
            let ends_at = world.now() + remaining;
            for (gap, nuisance) in &nuisances {
                let shown = warning(&world).expect("a warning");
                prop_assert_eq!(shown.ends_at, ends_at);
                prop_assert_eq!(shown.extendable, extendable);
                world.pass(*gap / 10);
                world.send(nuisance.clone());
            }
            if world.socket_is_lost() {
                break;
            }
        }
    }

    /// A warning comes in time, however late a hidden page's timers are: the question about it is
    /// asked with the first report after the lead began.
    #[test]
    fn a_limit_is_questioned_at_its_lead_and_at_its_end(
        idle in time(secs(200), DAY),
        late in time(millis(1), secs(60)),
    ) {
        let session = ActiveSession {
            idle_remaining: Some(idle),
            absolute_remaining: None,
            ..first_session()
        };
        let mut world = restored(session.clone());
        world.forget_log();
        world.pass(idle - session.warning_lead + late);
        world.send(Input::DeadlineReached);
        prop_assert_eq!(world.count("AskSession"), 1);
        let rest = session.warning_lead - late;
        world.answer_session_active(ActiveSession { idle_remaining: Some(rest), ..session });
        prop_assert!(warning(&world).is_some());
        // The end passes without a word: nothing ends, the page is covered, the server is asked.
        world.forget_log();
        world.pass(rest + secs(2));
        world.send(Input::DeadlineReached);
        prop_assert!(world.view().user().is_some());
        prop_assert_eq!(world.view().assurance, Assurance::Covered);
        prop_assert_eq!(world.count("AskSession"), 1);
    }
}

proptest! {
    // A case is up to a week of a page whose server is silent.
    #![proptest_config(cases(128))]

    /// No local clock ends a session: a server that does not answer keeps it alive, and covered.
    #[test]
    fn a_silent_server_ends_nothing(
        session in told(),
        silence in time(secs(1), DAY * 7),
        offline in any::<bool>(),
        lost in select(vec!["unanswered", "refused"]),
    ) {
        let mut world = restored(session.clone());
        if offline {
            world.send(Input::WentOffline);
        }
        let limits = [session.idle_remaining, session.absolute_remaining];
        let end = limits.into_iter().flatten().min().map(|rest| world.now() + rest);
        let until = world.now() + silence;
        for _ in 0..100 {
            let Some(deadline) = world.client.next_deadline().filter(|at| *at <= until) else {
                break;
            };
            world.pass(deadline - world.now());
            world.send(Input::DeadlineReached);
            if lost == "refused" && world.orders().any(|order| order.name() == "AskSession") {
                world.refuse_session(session_core::HttpFailure::Unreachable);
            }
        }
        world.pass(until.saturating_sub(world.now()));
        world.send(Input::DeadlineReached);
        prop_assert!(world.view().user() == Some(&session.user));
        // The server's own clock has passed the end by then, too.
        if end.is_some_and(|end| end + secs(1) <= until) {
            prop_assert_eq!(world.view().assurance, Assurance::Covered);
        }
    }
}

impl World {
    fn socket_is_lost(&self) -> bool {
        !self.state().ends_with("Open")
    }
}
