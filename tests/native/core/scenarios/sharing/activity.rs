//! Activity in any tab counts for all, and reaches the server once in 30 s for the whole browser.

use session_core::{Command, Input, Phase, timeline::EntryKind};
use session_protocol::TabNoticeKind;

use crate::support::{
    browser::Browser,
    samples::{IDLE, LEAD, millis, secs},
};

#[test]
fn who_types_in_a_follower_for_an_hour_is_warned_nowhere() {
    let mut browser = Browser::with_tabs(3);
    for _ in 0..3600 {
        browser.send(2, Input::UserWasActive);
        browser.advance(secs(1));
        for tab in 0..3 {
            assert!(
                matches!(browser.view(tab).phase, Phase::Active { .. }),
                "tab {tab}"
            );
        }
    }

    let reports = &browser.server.reports;
    assert!(
        (119..=121).contains(&reports.len()),
        "{} reports",
        reports.len()
    );
    assert!(reports.windows(2).all(|pair| pair[1] - pair[0] >= secs(30)));
}

#[test]
fn who_works_in_all_tabs_is_reported_once_in_30_s() {
    let mut browser = Browser::with_tabs(10);
    for round in 0..6000 {
        browser.send(round % 10, Input::UserWasActive);
        browser.advance(millis(100));
    }

    let reports = &browser.server.reports;
    assert!(
        (15..=21).contains(&reports.len()),
        "{} reports",
        reports.len()
    );
    assert!(
        reports.windows(2).all(|pair| pair[1] - pair[0] >= secs(30)),
        "{reports:?}"
    );
}

#[test]
fn tabs_that_were_touched_together_do_not_report_together() {
    for round in 0..20 {
        let mut browser = Browser::with_tabs(8);
        browser.advance(millis(77 * round));
        browser.send(0, Input::UserWasActive);
        browser.advance(secs(20));
        for tab in 1..4 {
            browser.send(tab, Input::UserWasActive);
        }

        browser.advance(secs(20));

        assert_eq!(browser.server.reports.len(), 2, "round {round}");
    }
}

#[test]
fn who_goes_on_in_another_tab_is_reported_within_32_s() {
    for round in 0..20 {
        let mut browser = Browser::with_tabs(2);
        browser.advance(millis(77 * round));
        browser.send(0, Input::UserWasActive);
        browser.advance(secs(20));
        browser.send(1, Input::UserWasActive);

        browser.advance(secs(12));

        assert_eq!(browser.server.reports.len(), 2, "round {round}");
    }
}

#[test]
fn who_reports_by_a_call_learns_the_limits_from_its_answer() {
    let mut browser = Browser::with_tabs(2);
    browser.send(1, Input::UserWasActive);

    browser.advance(secs(1));

    let mut entries = browser.world(1).client.timeline().entries();
    let answer = entries.find(|entry| entry.name == "ExtensionSucceeded");
    assert_eq!(answer.map(|entry| entry.kind), Some(EntryKind::Input));
}

#[test]
fn tabs_that_nobody_touches_let_the_session_end() {
    let mut browser = Browser::with_feed(4);

    browser.advance(IDLE - LEAD + secs(5));
    for tab in 0..4 {
        assert!(
            matches!(browser.view(tab).phase, Phase::Warned { .. }),
            "tab {tab}"
        );
    }
    browser.advance(LEAD + secs(5));

    assert_eq!(browser.server.reports, []);
    for tab in 0..4 {
        assert!(
            matches!(browser.view(tab).phase, Phase::Expired { .. }),
            "tab {tab}"
        );
    }
}

#[test]
fn an_extension_in_one_tab_ends_the_warning_in_all() {
    for asks in 0..3 {
        let mut browser = Browser::with_tabs(3);
        browser.advance(IDLE - LEAD + secs(5));

        browser.command(asks, Command::StaySignedIn);
        browser.advance(secs(1));

        for tab in 0..3 {
            assert!(
                matches!(browser.view(tab).phase, Phase::Active { .. }),
                "tab {tab}"
            );
        }
        assert_eq!(browser.server.reports.len(), 1);
    }
}

#[test]
fn a_warning_that_only_the_leader_hears_reaches_all() {
    let mut browser = Browser::with_tabs(3);
    browser.advance(IDLE - LEAD - secs(10));

    browser.server_says(&crate::support::samples::idle_warning(secs(130)));
    browser.advance(secs(12));

    for tab in 0..3 {
        assert!(
            matches!(browser.view(tab).phase, Phase::Warned { .. }),
            "tab {tab}"
        );
    }
}

#[test]
fn a_hint_of_activity_prolongs_nothing() {
    let mut browser = Browser::with_tabs(3);
    let ends = browser.server.idle_ends();

    for seq in 1..100 {
        browser.forge(TabNoticeKind::Active, "s-1", "stranger", seq);
        browser.advance(secs(19));
    }

    assert_eq!(browser.server.idle_ends(), ends);
    assert_eq!(browser.server.reports, []);
    for tab in 0..3 {
        assert!(browser.view(tab).user().is_none(), "tab {tab}");
    }
}
