//! A thief who copied the jar once: what is gained, and when it is noticed.

use session_protocol::EndReason;
use session_simulator::{
    adversary::{Adversary, Loot},
    server::{Call, Mark, Response},
};

use crate::support::{Stage, code};

/// Thief and owner.
struct Theft {
    stage: Stage,
    thief: Adversary,
}

impl Theft {
    fn new() -> Self {
        let stage = Stage::new().rotated();
        let mut thief = Adversary::default();
        assert!(!thief.has_copied());
        assert!(thief.copy_jar(&stage.jar));
        assert!(!thief.copy_jar(&stage.jar), "once");
        Self { stage, thief }
    }

    /// The thief refreshes with the newest token that it has.
    fn refresh(&mut self) -> Response {
        let tokens = self
            .thief
            .loot()
            .filter(|loot| matches!(loot, Loot::Refresh(_)));
        let newest = tokens.max().expect("the jar was copied");
        self.present(newest, Call::Refresh)
    }

    /// The thief reads with the newest access token that it has.
    fn read(&mut self) -> Response {
        let newest = self.thief.loot().max().expect("the jar was copied");
        self.present(newest, Call::Read)
    }

    fn present(&mut self, loot: Loot, call: Call) -> Response {
        let request = loot.request(&self.stage.server, call);
        let response = self.stage.carry_out(request);
        self.thief.learn(&response);
        response
    }
}

#[test]
fn a_thief_who_comes_first_is_caught_by_the_owner() {
    let mut theft = Theft::new();
    assert_eq!(theft.refresh().status, 200);
    assert_eq!(theft.read().status, 200);
    let inside = theft.stage.refresh();
    assert_eq!((inside.status, inside.set_cookies.len()), (200, 0));
    theft.stage.pass(30);
    assert_eq!(code(&theft.stage.refresh()), (401, "reuse_detected"));
    assert_eq!(theft.stage.ended(), Some(EndReason::ReuseDetected));
    assert_eq!(code(&theft.read()), (401, "reuse_detected"));
    theft.stage.server.crash();
    assert_eq!(code(&theft.refresh()), (401, "reuse_detected"));
}

#[test]
fn a_thief_inside_the_grace_gains_one_short_token_and_never_the_chain() {
    let mut theft = Theft::new();
    theft.stage.refresh();
    theft.stage.read();
    let response = theft.refresh();
    assert_eq!((response.status, response.set_cookies.len()), (200, 0));
    assert_eq!(theft.read().status, 200);
    theft.stage.pass(30);
    assert_eq!(code(&theft.refresh()), (401, "reuse_detected"));
    assert!(theft.stage.family().ledger.has(Mark::ThiefSeen));
}

#[test]
fn a_thief_after_the_grace_ends_the_family() {
    let mut theft = Theft::new();
    theft.stage.refresh();
    theft.stage.read();
    theft.stage.pass(30);
    assert_eq!(code(&theft.refresh()), (401, "reuse_detected"));
    assert_eq!(code(&theft.stage.read()), (401, "reuse_detected"));
}

#[test]
fn a_thief_of_a_lost_answer_is_caught_as_soon_as_it_uses_it() {
    let mut theft = Theft::new();
    theft.stage.call_and_lose(Call::Refresh);
    theft.stage.pass(30);
    assert_eq!(
        theft.refresh().set_cookies.len(),
        1,
        "the answer is given again"
    );
    assert_eq!(theft.read().status, 200);
    theft.stage.pass(30);
    assert_eq!(code(&theft.stage.refresh()), (401, "reuse_detected"));
}

#[test]
fn a_thief_who_only_keeps_a_lost_answer_falls_behind_later() {
    let mut theft = Theft::new();
    theft.stage.call_and_lose(Call::Refresh);
    theft.stage.pass(30);
    theft.refresh();
    theft.stage.pass(30);
    assert_eq!(theft.stage.refresh().set_cookies.len(), 1);
    theft.stage.read();
    theft.stage.pass(30);
    theft.stage.refresh();
    theft.stage.read();
    theft.stage.pass(30);
    assert_eq!(code(&theft.refresh()), (401, "reuse_detected"));
}

#[test]
fn a_thief_inside_the_grace_of_a_reissue_gains_no_more_than_inside_another() {
    let mut theft = Theft::new();
    theft.stage.call_and_lose(Call::Refresh);
    theft.stage.pass(30);
    theft.stage.refresh();
    theft.stage.read();
    let response = theft.refresh();
    assert_eq!((response.status, response.set_cookies.len()), (200, 0));
    assert!(!theft.stage.family().ledger.has(Mark::TheftOverlooked));
    theft.stage.pass(30);
    assert_eq!(code(&theft.refresh()), (401, "reuse_detected"));
}

#[test]
fn worthless_loot_is_thrown_away() {
    let mut theft = Theft::new();
    theft.refresh();
    assert!(theft.thief.has_copied());
    assert_eq!(theft.thief.loot().count(), 3);
    let (server, now) = (&theft.stage.server, theft.stage.now);
    theft.thief.discard_worthless(server, now);
    assert_eq!(theft.thief.loot().count(), 3);
    theft
        .thief
        .discard_worthless(server, now + crate::support::seconds(300));
    assert_eq!(theft.thief.loot().count(), 2, "the access token ran out");
    theft.stage.call(Call::logout("s1"));
    theft
        .thief
        .discard_worthless(&theft.stage.server, theft.stage.now);
    assert_eq!(theft.thief.loot().count(), 0);
}
