//! Tabs that share: nobody waits for ever for a turn, a follower has no socket, and who leads is
//! decided by numbers that grow.

use std::time::Duration;

use proptest::{collection::vec, prelude::*, sample::select};
use session_core::{Effect, LockName, policy::Timing};
use session_protocol::SharedSocket;

use super::{
    client::{
        Life, Page,
        act::{Act, Age, Memory, Rumour, Term, Whose},
    },
    gate::gate,
    values::{rumour, time},
};
use crate::support::samples::{millis, secs};

const NEWEST: Age = Age(0);

/// Acts that hurry a tab, and neither take its network away nor end its session.
fn nuisance() -> impl Strategy<Value = Act> {
    select(vec![
        Act::Show(false),
        Act::Focus,
        Act::UserActs,
        Act::Stay,
        Act::Deadline,
        Act::Noise,
        Act::Echo(NEWEST),
    ])
}

/// A tab among others that was restored, follows, and has no turn to refresh under way.
fn follower() -> Page {
    let mut page = Page::new(Life::SHARED);
    page.act(&Act::Start(Memory::Session));
    // The lock of the refresh, then the token.
    page.act(&Act::Granted(NEWEST));
    page.act(&Act::Polite(secs(3600)));
    assert!(page.client.view().user().is_some());
    page
}

/// A tab that leads the others, with an open socket.
fn leader() -> Page {
    let mut page = follower();
    page.act(&Act::Granted(NEWEST));
    page.act(&Act::Opened(NEWEST));
    page.act(&Act::Polite(secs(3600)));
    assert_eq!(page.client.state_names()[2], "Open");
    page
}

fn leading(term: Term, socket: SharedSocket) -> Act {
    let visible = true;
    let rumour = Rumour::Leading {
        term,
        socket,
        visible,
    };
    Act::Hear("z-tab", Whose::Ada, rumour, 200)
}

fn asks_for(order: &Effect, lock: LockName, force: bool) -> bool {
    matches!(order, Effect::RequestLock { name, steal, .. } if *name == lock && *steal == force)
}

proptest! {
    #![proptest_config(gate())]

    /// A holder of the refresh lock that does not run keeps nobody waiting: after its patience a tab
    /// refreshes without the lock.
    #[test]
    fn a_refresh_waits_for_its_turn_but_not_for_ever(
        nuisances in vec((nuisance(), time(millis(1), secs(3))), 0..20),
    ) {
        let mut page = Page::new(Life::SHARED);
        let orders = page.act(&Act::Start(Memory::Session));
        prop_assert!(orders.iter().any(|order| asks_for(order, LockName::Refresh, false)));
        let patience = Timing::default().lock_patience;
        let began = page.now.monotonic;
        let mut refreshed = None;
        for (act, gap) in nuisances.into_iter().chain([(Act::Noise, patience)]) {
            let mut orders = page.act(&act);
            orders.extend(page.act(&Act::Wait(gap)));
            if orders.iter().any(|order| order.name() == "RequestRefresh") {
                refreshed = Some(page.now.monotonic);
                break;
            }
        }
        // Counted when the wait is over, which is a gap later at most.
        let refreshed = refreshed.expect("a refresh");
        prop_assert!(refreshed >= began + patience);
        prop_assert!(refreshed <= began + patience + patience);
    }

    /// A follower has no socket, whatever it hears, as long as it hears itself and waits for the lock.
    #[test]
    fn a_follower_has_no_socket(
        rumours in vec((rumour(), time(millis(1), secs(2))), 0..30),
    ) {
        let mut page = follower();
        for (rumour, gap) in rumours {
            let mut orders = page.act(&rumour);
            orders.extend(page.act(&Act::Echo(NEWEST)));
            orders.extend(page.act(&Act::Wait(gap)));
            prop_assert!(orders.iter().all(|order| order.name() != "OpenSocket"));
        }
    }

    /// A leader that hears of a newer one stands down at once; of an older one it hears nothing new.
    #[test]
    fn the_newer_leadership_counts(newer in any::<bool>(), live in any::<bool>()) {
        let socket = if live { SharedSocket::Live } else { SharedSocket::Down };
        let mut page = leader();
        let orders = page.act(&leading(if newer { Term::After } else { Term::Before }, socket));
        let names: Vec<_> = orders.iter().map(Effect::name).collect();
        prop_assert_eq!(names.contains(&"CloseSocket"), newer);
        prop_assert_eq!(names.contains(&"ReleaseLock"), newer);
        prop_assert_eq!(page.client.state_names()[2] == "Open", !newer);
    }

    /// Whoever lost the lock waits like any other, and takes it back from nobody by itself while the
    /// new leader is heard.
    #[test]
    fn a_robbed_leader_queues(beats in vec(time(millis(1), secs(10)), 1..30)) {
        let mut page = leader();
        let orders = page.act(&Act::Robbed(NEWEST));
        prop_assert!(orders.iter().any(|order| order.name() == "CloseSocket"));
        prop_assert!(orders.iter().any(|order| asks_for(order, LockName::Leader, false)));
        for (number, gap) in (200..).zip(beats) {
            let rumour = Rumour::Leading { term: Term::After, socket: SharedSocket::Live, visible: true };
            let mut orders = page.act(&Act::Hear("z-tab", Whose::Ada, rumour, number));
            orders.extend(page.act(&Act::Echo(NEWEST)));
            orders.extend(page.act(&Act::Wait(gap)));
            prop_assert!(!orders.iter().any(|order| asks_for(order, LockName::Leader, true)));
            prop_assert!(orders.iter().all(|order| order.name() != "OpenSocket"));
        }
    }

    /// A visible follower that hears itself and no leader takes the lock, and at most once a minute.
    #[test]
    fn a_silent_leader_is_replaced_once_a_minute(beats in vec(time(secs(1), secs(5)), 60)) {
        let mut page = follower();
        let began = page.now.monotonic;
        let mut steals = Vec::<Duration>::new();
        for gap in beats {
            let mut orders = page.act(&Act::Echo(NEWEST));
            orders.extend(page.act(&Act::Wait(gap)));
            if orders.iter().any(|order| asks_for(order, LockName::Leader, true)) {
                steals.push(page.now.monotonic);
            }
        }
        let lasted = page.now.monotonic.saturating_sub(began);
        prop_assert!(!steals.is_empty() || lasted < secs(30), "no steal in {:?}", lasted);
        for pair in steals.windows(2) {
            // Noticed up to a beat after each.
            prop_assert!(pair[1] - pair[0] >= secs(55), "{:?}", steals);
        }
    }
}
