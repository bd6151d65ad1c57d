//! How long the client waits after a failure: as long as the server asked, whoever hurries, and no
//! longer than half a minute if it asked for nothing.

use std::time::Duration;

use proptest::{collection::vec, prelude::*, sample::select};
use session_core::{Command, HttpFailure, Input};
use session_protocol::SessionConfig;

use super::{
    gate::cases,
    values::{endless, nuisances, seed, time},
};
use crate::support::{
    samples::{first_session, idle_warning, millis, refused, refused_for, secs},
    world::World,
};

/// Longest `Retry-After` that is honoured: a mistyped number must not keep a page away for years.
const LONGEST_TOLD: Duration = Duration::from_secs(3600);

/// A call that can fail and is tried again.
#[derive(Clone, Copy, Debug)]
enum Call {
    Refresh,
    Question,
    Extension,
    Logout,
}

impl Call {
    const ALL: [Self; 4] = [Self::Refresh, Self::Question, Self::Extension, Self::Logout];

    const fn order(self) -> &'static str {
        match self {
            Self::Refresh => "RequestRefresh",
            Self::Question => "AskSession",
            Self::Extension => "RequestExtension",
            Self::Logout => "RequestLogout",
        }
    }

    /// A page on which this call is under way.
    fn begun(self, seed: u64) -> World {
        let mut world = World::with(&SessionConfig::default(), seed);
        world.start(session_core::Presence::Present);
        world.answer_refresh_with(endless());
        world.answer_socket();
        world.advance(secs(2));
        match self {
            Self::Refresh => {
                while !world.state().contains("Refreshing") {
                    world.reach_deadline();
                    world.receive(session_protocol::ServerMessage::HeartbeatAck);
                }
            }
            Self::Question => world.send(Input::PageResumed),
            Self::Extension => {
                world.receive(idle_warning(secs(100_000)));
                world.command(Command::StaySignedIn);
            }
            Self::Logout => world.command(Command::LogOut),
        }
        assert!(world.call_of(self.order()).is_some(), "{}", world.state());
        world
    }

    fn fail(self, world: &mut World, failure: HttpFailure) {
        let call = world.call_of(self.order()).expect("a call");
        world.send(match self {
            Self::Refresh => Input::RefreshFailed { call, failure },
            Self::Question => Input::SessionUnanswered { call, failure },
            Self::Extension => Input::ExtensionFailed { call, failure },
            Self::Logout => Input::LogoutFailed { call, failure },
        });
    }
}

fn call() -> impl Strategy<Value = Call> {
    select(Call::ALL.to_vec())
}

fn transient() -> impl Strategy<Value = HttpFailure> {
    let statuses = select(vec![408, 425, 429, 500, 502, 503, 504, 599]);
    prop_oneof![
        Just(HttpFailure::Unreachable),
        Just(HttpFailure::TimedOut),
        Just(HttpFailure::Garbled),
        statuses.prop_map(|status| refused(status, "")),
    ]
}

proptest! {
    // A case is a page that lives for up to an hour.
    #![proptest_config(cases(256))]

    #[test]
    fn nobody_hurries_a_call_that_the_server_asked_to_wait(
        call in call(),
        seed in seed(),
        told in time(millis(1), secs(10_000)),
        status in select(vec![429, 503]),
        nuisances in nuisances(),
    ) {
        let mut world = call.begun(seed);
        call.fail(&mut world, refused_for(status, told));
        world.forget_log();
        let until = world.now() + told.min(LONGEST_TOLD);
        world.pester(&nuisances, until - millis(1));
        let times = world.times(call.order());
        prop_assert!(times.is_empty(), "{:?} at {:?}, before {:?}", call, times, until);
    }

    /// When the wait that the server asked for is over, the call comes: within half a second that
    /// spreads the clients, or within our own wait if that is longer.
    #[test]
    fn a_call_comes_when_the_wait_is_over(
        call in call(),
        seed in seed(),
        told in time(millis(1), secs(10_000)),
    ) {
        let mut world = call.begun(seed);
        call.fail(&mut world, refused_for(503, told));
        world.forget_log();
        world.advance(told.min(LONGEST_TOLD) + secs(2));
        prop_assert_eq!(world.count(call.order()), 1, "{:?}", call);
    }

    /// However often a call failed, the next one comes within half a minute.
    #[test]
    fn no_wait_of_ours_is_longer_than_half_a_minute(
        call in call(),
        seed in seed(),
        failures in vec(transient(), 1..20),
    ) {
        let mut world = call.begun(seed);
        for failure in failures {
            world.forget_log();
            call.fail(&mut world, failure);
            world.advance(secs(31));
            prop_assert!(world.count(call.order()) > 0, "{:?} waits longer: {}", call, world.story());
        }
    }

    /// The network came back, or somebody looks at the page: the next attempt need not wait.
    #[test]
    fn a_wait_of_ours_ends_when_somebody_comes_back(
        seed in seed(),
        call in select(vec![Call::Refresh, Call::Question, Call::Logout]),
        failures in vec(transient(), 1..5),
        wake in select(vec![
            Input::PageShown { persisted: false },
            Input::PageFocused,
            Input::PageResumed,
        ]),
    ) {
        let mut world = call.begun(seed);
        for failure in failures {
            // A minute apart, so that no bound on attempts is near.
            world.advance(secs(60));
            call.fail(&mut world, failure);
        }
        world.pass(secs(1));
        world.send(wake);
        // Either the wait was over before, or the wake ended it.
        let newest = world.times(call.order()).pop().expect("an attempt");
        prop_assert!(world.now() - newest <= secs(1), "{:?} still waits", call);
    }

    /// A handshake that fails again and again is tried again within half a minute, and not more
    /// often than the bound allows.
    #[test]
    fn a_socket_comes_back_within_half_a_minute(
        seed in seed(),
        codes in vec(select(vec![1000, 1001, 1005, 1006, 1011, 1012, 1013, 1015, 4000, 4429]), 1..20),
    ) {
        let mut world = World::with(&SessionConfig::default(), seed);
        world.start(session_core::Presence::Present);
        world.answer_refresh_with(endless());
        for code in codes {
            world.forget_log();
            world.close(code, "");
            for _ in 0..31 {
                world.advance(secs(1));
                if world.state().contains("Refreshing") {
                    world.answer_refresh_with(endless());
                }
            }
            prop_assert!(world.count("OpenSocket") > 0, "no attempt after {}", code);
        }
    }

    /// No failure of the network or of an overloaded server ends a session, however long it lasts.
    #[test]
    fn no_transient_failure_ends_a_session(
        seed in seed(),
        failures in vec(transient(), 1..30),
        nuisances in nuisances(),
    ) {
        let mut world = Call::Refresh.begun(seed);
        let user = first_session().user;
        for failure in failures {
            if world.state().contains("Refreshing") {
                Call::Refresh.fail(&mut world, failure.clone());
            }
            if let Some(call) = world.call_of("AskSession") {
                world.send(Input::SessionUnanswered { call, failure });
            }
            let until = world.now() + secs(10);
            world.pester(&nuisances, until);
            prop_assert!(world.view().user() == Some(&user));
        }
        // It recovers as soon as the server does.
        world.send(Input::WentOnline);
        world.advance(secs(31));
        if world.state().contains("Refreshing") {
            world.answer_refresh_with(endless());
        }
        prop_assert!(world.state().contains("Valid"), "{}", world.state());
    }
}
