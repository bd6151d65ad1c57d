//! Each invariant is silent on a good history and reports a broken promise.

use session_simulator::{
    bug::{Bug, BugSet},
    server::{
        Call, FamilyId, Party, Policy, RefreshToken, Reissues,
        invariants::{self, Invariant},
    },
    violation::Violation,
};

use crate::support::{FIRST, SOCKET, Stage, seconds};

#[track_caller]
fn reports(stage: &Stage, invariant: Invariant, name: &str, what: &str) {
    let violation = invariant(&stage.server).expect_err("a promise is broken");
    assert_eq!(violation.invariant, name);
    assert!(violation.what.contains(what), "{violation}");
    let first = invariants::check(&stage.server);
    assert!(first.is_err());
}

#[test]
fn a_good_history_breaks_none() {
    let mut stage = Stage::new().rotated();
    stage.connect(SOCKET);
    stage.call(Call::Mutate { key: 1 });
    stage.call(Call::logout("s1"));
    assert_eq!(invariants::check(&stage.server), Ok(()));
}

#[test]
fn s1_reports_a_refresh_after_the_logout() {
    let mut stage = Stage::with_bug(Bug::NoCompareAndSet).logged_in();
    let pending = stage
        .server
        .begin_refresh(stage.request(Call::Refresh), stage.now);
    stage.call(Call::logout("s1"));
    stage
        .server
        .commit_refresh(pending.expect("no fault is planned"), stage.now);
    reports(
        &stage,
        invariants::s1_nothing_after_the_end,
        "S1",
        "s1: 1 operations",
    );
}

#[test]
fn s2_reports_a_moved_absolute_deadline() {
    let mut stage = Stage::with_bug(Bug::RotationExtendsAbsolute).logged_in();
    stage.pass(60);
    stage.refresh();
    reports(
        &stage,
        invariants::s2_absolute_deadline_is_constant,
        "S2",
        "87460s",
    );
}

#[test]
fn s3_reports_a_third_generation() {
    let mut stage = Stage::with_bug(Bug::GraceForAncestors).rotated();
    stage.refresh();
    let what = "generation 0 is acceptable while 2 is current";
    reports(
        &stage,
        invariants::s3_two_neighbouring_generations,
        "S3",
        what,
    );
}

#[test]
fn s4_reports_an_honest_browser_and_excuses_theft_and_rollback() {
    let honest = || Stage::with_bug(Bug::NoGrace).rotated();
    let mut stage = honest();
    stage.refresh();
    stage.present(Party::Owner, 1);
    let s4: Invariant = invariants::s4_no_alarm_without_theft;
    reports(&stage, s4, "S4", "an honest browser");

    let mut stage = honest();
    stage.refresh();
    stage.present(Party::Thief, 1);
    assert_eq!(s4(&stage.server), Ok(()));

    let mut stage = honest();
    stage.refresh();
    stage.server.note_rolled_back([FIRST, FamilyId(9)]);
    stage.present(Party::Owner, 1);
    assert_eq!(s4(&stage.server), Ok(()));
}

#[test]
fn s5_reports_a_theft_that_was_overlooked() {
    let mut stage = Stage::with_bug(Bug::GraceForAncestors).rotated();
    stage.refresh();
    stage.pass(30);
    stage.present(Party::Thief, 0);
    let s5: Invariant = invariants::s5_theft_ends_the_family;
    reports(&stage, s5, "S5", "behind was accepted");
}

#[test]
fn s11_reports_a_cookie_that_an_answer_deletes() {
    let mut stage = Stage::with_bug(Bug::LoserClearsCookie).rotated();
    stage.call_and_lose(Call::Refresh);
    stage.refresh();
    let s11: Invariant = invariants::s11_living_cookie_is_kept;
    reports(&stage, s11, "S11", "s1: an answer deleted");
}

#[test]
fn s11_reports_a_jar_write_that_loses_a_living_cookie() {
    let mut stage = Stage::new().rotated();
    let token = |family, generation| {
        let family = FamilyId(family);
        Some(RefreshToken { family, generation })
    };
    let write = |stage: &Stage, held, written| {
        let result = invariants::s11_jar_write(&stage.server, held, written, stage.now);
        result.map_err(|violation: Violation| violation.invariant)
    };
    let held = token(1, 1);
    assert_eq!(write(&stage, held, None), Err("S11"));
    assert_eq!(write(&stage, held, token(1, 0)), Err("S11"));
    assert_eq!(write(&stage, held, token(2, 0)), Err("S11"));
    assert_eq!(write(&stage, held, token(1, 1)), Ok(()));
    assert_eq!(write(&stage, held, token(1, 2)), Ok(()));
    assert_eq!(write(&stage, None, None), Ok(()));
    assert_eq!(write(&stage, token(9, 0), None), Ok(()), "nobody knows it");
    stage.now += seconds(1800);
    assert_eq!(write(&stage, held, None), Ok(()), "it is over");
}

#[test]
fn s12_reports_a_wish_that_took_effect_twice() {
    let mut stage = Stage::with(Policy::default(), BugSet::NONE).logged_in();
    stage.call(Call::Mutate { key: 5 });
    let request = stage.request(Call::Mutate { key: 5 });
    stage.server.handle(request, stage.now);
    let s12: Invariant = invariants::s12_one_effect_for_each_wish;
    reports(&stage, s12, "S12", "wish 5 took effect 2 times");
    for key in 100..200 {
        let request = stage.request(Call::Mutate { key });
        stage.server.handle(request, stage.now);
    }
    assert_eq!(
        s12(&stage.server),
        Ok(()),
        "the oldest wishes are forgotten"
    );
}

#[test]
fn s17_reports_a_heartbeat_that_counts_as_activity() {
    let mut stage = Stage::with_bug(Bug::HeartbeatIsActivity).logged_in();
    stage.connect(SOCKET);
    stage.pass(10);
    stage.say(SOCKET, &session_protocol::ClientMessage::Heartbeat);
    let s17: Invariant = invariants::s17_only_users_move_the_idle_deadline;
    reports(&stage, s17, "S17", "2800s, found 2810s");
}

#[test]
fn s18_reports_a_second_rotation_in_the_grace() {
    let mut stage = Stage::with_bug(Bug::NoCompareAndSet).rotated();
    let request = stage.request(Call::Refresh);
    let begun = [(); 2].map(|()| stage.server.begin_refresh(request.clone(), stage.now));
    for pending in begun {
        let pending = pending.expect("no fault is planned");
        stage.server.commit_refresh(pending, stage.now);
    }
    let s18: Invariant = invariants::s18_one_rotation_in_the_grace;
    reports(&stage, s18, "S18", "1 rotations");
}

#[test]
fn a_hash_tells_states_apart_and_leaves_the_policy_out() {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    let hash = |reissues, wish| {
        let policy = Policy {
            reissues,
            ..Policy::default()
        };
        let mut stage = Stage::with(policy, BugSet::NONE).rotated();
        stage.call(Call::Mutate { key: wish });
        BuildHasherDefault::<DefaultHasher>::default().hash_one(&stage.server)
    };
    assert_eq!(hash(Reissues::Once, 1), hash(Reissues::WhileUnseen, 1));
    assert_ne!(hash(Reissues::Once, 1), hash(Reissues::Once, 2));
}
