//! A logout is final on this page at once, and is told to the server until the server knows.

use proptest::{collection::vec, prelude::*, sample::select};
use session_core::{Command, Effect, HttpFailure, Input, Presence};

use super::{
    gate::{cases, gate},
    values::nuisances,
};
use crate::support::{
    samples::{ada, first_session, logged_out, millis, refused, secs},
    world::World,
};

fn failure() -> impl Strategy<Value = HttpFailure> {
    prop_oneof![
        Just(HttpFailure::Unreachable),
        Just(HttpFailure::TimedOut),
        Just(HttpFailure::Garbled),
        select(vec![408, 429, 500, 503]).prop_map(|status| refused(status, "")),
    ]
}

/// Returns the sessions that the server was told to end, in order.
fn told(world: &World) -> Vec<String> {
    let orders = world.log();
    let told = orders.filter_map(|(_, order)| match order {
        Effect::RequestLogout { session, .. } => Some(session.clone()),
        _ => None,
    });
    told.collect()
}

proptest! {
    #![proptest_config(gate())]

    /// Whatever the network does, the page is anonymous, the logout is written down before it is
    /// told, and it names the session that the user left.
    #[test]
    fn a_logout_is_final_here_at_once(
        offline in any::<bool>(),
        failures in vec(failure(), 0..6),
        refreshing in any::<bool>(),
    ) {
        let mut world = World::live();
        world.advance(secs(2));
        if refreshing {
            let remaining = secs(1);
            world.receive(session_protocol::ServerMessage::AuthExpiringSoon { remaining });
        }
        if offline {
            world.send(Input::WentOffline);
        }
        world.forget_log();
        world.command(Command::LogOut);
        prop_assert!(world.view().user().is_none());
        let names: Vec<_> = world.log().map(|(_, order)| order.name()).collect();
        let at = |name| names.iter().position(|it| *it == name);
        prop_assert!(at("Remember") < at("RequestLogout") || at("RequestLogout").is_none());
        prop_assert_eq!(at("RequestLogout").is_none(), offline);
        // The refresh that was under way comes too late.
        if let Some(call) = world.call_of("RequestRefresh") {
            let grant = crate::support::samples::grant(first_session());
            world.send(Input::RefreshSucceeded { call, grant });
        }
        world.send(Input::WentOnline);
        for failure in failures {
            let call = world.call_of("RequestLogout").expect("a logout");
            world.send(Input::LogoutFailed { call, failure });
            prop_assert!(world.view().user().is_none());
            prop_assert_eq!(world.count("Remember logout delivered"), 0);
            world.advance(secs(40));
        }
        world.answer_logout();
        prop_assert_eq!(world.count("Remember logout delivered"), 1);
        prop_assert_eq!(world.count("RequestRefresh") + world.count("AskSession"), 0);
        prop_assert!(told(&world).iter().all(|session| session == "s-1"));
        world.forget_log();
        world.advance(secs(3600));
        prop_assert_eq!(world.log().count(), 0);
    }

    /// A page that remembers a logout never restores a session by itself (R17, R31).
    #[test]
    fn no_session_comes_back_after_a_logout(
        pending in any::<bool>(),
        failures in vec(failure(), 0..6),
        nuisances in nuisances(),
    ) {
        let session = "s-1".to_owned();
        let mut world = World::new();
        let presence = if pending { Presence::LogoutPending { session } } else { logged_out() };
        world.start(presence);
        for failure in failures {
            let until = world.now() + secs(40);
            world.pester(&nuisances, until);
            if let Some(call) = world.call_of("RequestLogout") {
                world.send(Input::LogoutFailed { call, failure });
            }
        }
        let until = world.now() + secs(40);
        world.pester(&nuisances, until);
        prop_assert!(world.view().user().is_none());
        for name in ["RequestRefresh", "AskSession", "OpenSocket", "RequestLogin"] {
            prop_assert_eq!(world.count(name), 0, "{}", name);
        }
        prop_assert_eq!(told(&world).is_empty(), !pending);
    }
}

proptest! {
    #![proptest_config(cases(256))]

    /// A logout that did not reach the server goes before the next login, and names its own session,
    /// so that it ends no later one.
    #[test]
    fn a_pending_logout_goes_before_the_next_login(
        failures in vec(failure(), 0..4),
        gap in 0..60_000_u64,
    ) {
        let session = "s-old".to_owned();
        let mut world = World::new();
        world.start(Presence::LogoutPending { session });
        for failure in failures {
            let call = world.call_of("RequestLogout").expect("a logout");
            world.send(Input::LogoutFailed { call, failure });
            world.advance(secs(40));
        }
        world.advance(millis(gap));
        world.log_in(&ada());
        // A logout under way is awaited; its answer, whatever it is, lets the login go.
        if world.count("RequestLogin") == 0 {
            let call = world.call_of("RequestLogout").expect("a logout");
            world.send(Input::LogoutFailed { call, failure: HttpFailure::Unreachable });
        }
        prop_assert_eq!(world.count("RequestLogin"), 1);
        prop_assert!(told(&world).iter().all(|session| session == "s-old"));
        world.answer_login_ok(first_session());
        prop_assert!(world.view().user().is_some());
        world.forget_log();
        world.advance(secs(60));
        prop_assert!(told(&world).is_empty(), "the new session was ended: {:?}", told(&world));
    }
}
