//! What other tabs say is a hint: it can make a tab ask or show less, never grant or prolong.

use proptest::{collection::vec, prelude::*, sample::select};
use session_core::{Input, Phase, Presence, Replay};
use session_protocol::{MAX_COUNT, TabNotice, TabNoticeKind};

use super::{
    client::{
        Life, Page,
        act::{Act, Memory},
    },
    gate::gate,
    values::{rumour, time},
};
use crate::support::{
    samples::{idle_warning, logged_out, millis, notice, secs},
    world::World,
};

/// Kinds of notices that speak about a session.
const KINDS: [TabNoticeKind; 3] = [
    TabNoticeKind::LoggedIn,
    TabNoticeKind::LoggedOut,
    TabNoticeKind::Expired,
];

fn hint() -> impl Strategy<Value = TabNotice> {
    let session = select(vec!["s-1", "s-2", "", "<script>"]);
    let sender = select(vec!["tab-a", "tab-b", "this-tab", ""]);
    (
        select(KINDS.to_vec()),
        session,
        sender,
        0..40_u64,
        any::<u64>(),
    )
        .prop_map(|(kind, session, sender, seq, epoch)| TabNotice {
            sender: sender.to_owned(),
            epoch,
            ..notice(kind, session, seq)
        })
}

fn hints() -> impl Strategy<Value = Vec<(std::time::Duration, TabNotice)>> {
    vec((time(millis(1), secs(30)), hint()), 1..30)
}

proptest! {
    #![proptest_config(gate())]

    /// Nobody is logged in by hearsay: without an answer of the server there is no session (S13).
    #[test]
    fn no_notice_logs_anybody_in(
        hints in hints(),
        presence in select(vec![Presence::Unknown, Presence::Present, logged_out()]),
    ) {
        let mut world = World::new();
        world.start(presence);
        for (gap, hint) in hints {
            world.advance(gap);
            world.send(Input::TabNoticeReceived(hint));
            prop_assert!(world.view().user().is_none());
            prop_assert_eq!(world.count("OpenSocket") + world.count("SendRequest"), 0);
        }
    }

    /// No notice moves the end that a person sees, and none but a logout of this very session, or a
    /// login of another, takes it away.
    #[test]
    fn no_notice_prolongs_a_session(hints in hints()) {
        let mut world = World::live();
        world.receive(idle_warning(secs(10_000)));
        let before = world.view();
        for (gap, hint) in hints {
            world.pass(gap);
            let kind = hint.kind.clone();
            let theirs = hint.session != notice(kind.clone(), "s-1", 1).session;
            world.send(Input::TabNoticeReceived(hint));
            match (&before.phase, world.view().phase) {
                (Phase::Warned { warning: old, .. }, Phase::Warned { warning, .. }) => {
                    prop_assert_eq!(warning.ends_at, old.ends_at);
                }
                (_, other) => {
                    let replaced = kind == TabNoticeKind::LoggedIn && theirs;
                    let left = kind == TabNoticeKind::LoggedOut && !theirs;
                    prop_assert!(replaced || left, "{:?} gave {:?}", kind, other);
                    return Ok(());
                }
            }
        }
    }

    /// Copies of a notice, however many and whenever they come, count as one.
    #[test]
    fn a_notice_counts_once(hint in hint(), copies in vec(time(millis(1), secs(3)), 1..20)) {
        for mut world in [World::live(), World::expired(), World::new()] {
            world.send(Input::TabNoticeReceived(hint.clone()));
            let mut control = world.clone();
            for gap in &copies {
                world.advance(*gap);
                control.advance(*gap);
                world.send(Input::TabNoticeReceived(hint.clone()));
                prop_assert_eq!(world.orders().count(), 0);
                prop_assert_eq!(world.view(), control.view());
            }
            prop_assert_eq!(world.state(), control.state());
        }
    }

    /// Whatever other tabs say, of whatever kind: without an answer of the server nobody is logged
    /// in, nothing is opened and nothing is sent for the application.
    #[test]
    fn no_rumour_of_any_kind_logs_anybody_in(
        deployment in any::<u8>(),
        memory in select(vec![Memory::Nothing, Memory::Session, Memory::Logout]),
        rumours in vec((rumour(), time(millis(1), secs(30))), 1..40),
    ) {
        let mut page = Page::new(deployment);
        page.act(&Act::Start(memory));
        page.act(&Act::Subscribe("load"));
        page.act(&Act::Submit(Replay::Safe));
        for (rumour, gap) in rumours {
            let mut orders = page.act(&rumour);
            orders.extend(page.act(&Act::Wait(gap)));
            prop_assert!(page.client.view().user().is_none(), "{:?}", rumour);
            for order in orders {
                let acts = ["OpenSocket", "SendMessage", "SendRequest", "DeliverUpdate"];
                prop_assert!(!acts.contains(&order.name()), "{} after {:?}", order.name(), rumour);
            }
        }
    }

    /// No rumour sets off a storm: what one notice leads to is a handful of orders, and at most one
    /// notice for each topic and one more.
    #[test]
    fn a_rumour_leads_to_little(
        deployment in any::<u8>(),
        polite in 4..16_usize,
        rumours in vec(rumour(), 1..60),
    ) {
        let mut page = Page::new(deployment | Life::SHARED);
        page.act(&Act::Subscribe("load"));
        page.act(&Act::Subscribe("log"));
        for _ in 0..polite {
            page.act(&Act::Polite(secs(300)));
        }
        for rumour in rumours {
            let orders = page.act(&rumour);
            let told = orders.iter().filter(|order| order.name() == "NotifyTabs").count();
            prop_assert!(told <= 3, "{} notices after {:?}", told, rumour);
            prop_assert!(orders.len() <= 10, "{:?} after {:?}", orders, rumour);
        }
    }

    /// Of one sender's notices that overtake each other the newest counts; an older one that comes
    /// late is dropped.
    #[test]
    fn a_notice_that_was_overtaken_is_dropped(
        newer in 1..1000_u64,
        behind in 0..=64_u64,
        kind in select(KINDS.to_vec()),
    ) {
        let mut world = World::live();
        world.hear(TabNoticeKind::Expired, "s-2", newer);
        world.forget_log();
        world.hear(kind, "s-1", newer.saturating_sub(behind));
        prop_assert_eq!(world.orders().count(), 0);
        prop_assert!(world.view().user().is_some());
    }

    /// Whoever forges a number in another tab's name silences that tab no longer than its next word.
    #[test]
    fn a_forged_number_silences_nobody(real in 1..1000_u64, ahead in 65..=MAX_COUNT - 1000) {
        let mut world = World::live();
        world.hear(TabNoticeKind::Active, "s-2", real);
        world.hear(TabNoticeKind::Active, "s-2", real + ahead);
        world.hear(TabNoticeKind::LoggedOut, "s-1", real + 1);
        prop_assert!(world.view().user().is_none());
    }

    /// A flood of strangers is forgotten in time, and does no harm.
    #[test]
    fn strangers_are_ignored(count in 1..300_u64, seed in any::<u64>()) {
        let mut world = World::live();
        world.advance(secs(2));
        world.forget_log();
        for number in 0..count {
            let sender = format!("stranger-{}", seed.wrapping_mul(number) % 1000);
            let hint = TabNotice { sender, ..notice(TabNoticeKind::LoggedOut, "s-2", number) };
            world.send(Input::TabNoticeReceived(hint));
        }
        prop_assert_eq!(world.log().count(), 0);
        prop_assert!(world.view().user().is_some());
    }
}
