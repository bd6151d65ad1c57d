//! Planned faults: which calls they hit, and that they do nothing else.

use session_core::HttpFailure;
use session_simulator::server::{Call, CallKind, Fault};

use crate::support::{Stage, code, seconds};

#[test]
fn a_fault_hits_the_calls_it_is_for_as_often_as_planned() {
    let mut stage = Stage::new().logged_in();
    let retry_after = seconds(7);
    let limited = Fault::RateLimited { retry_after };
    stage.server.plan_fault(limited, Some(CallKind::Refresh), 2);
    stage.server.plan_fault(Fault::Internal, None, 1);
    stage.server.plan_fault(Fault::Internal, None, 0);
    assert_eq!(code(&stage.read()), (500, "internal_error"));
    for _ in 0..2 {
        let response = stage.refresh();
        let expected = HttpFailure::Refused {
            status: 429,
            code: "rate_limited".to_owned(),
            retry_after: Some(retry_after),
        };
        assert_eq!(response.failure(), Some(expected));
    }
    assert_eq!(stage.refresh().status, 200);
}

#[test]
fn a_fault_changes_nothing() {
    let calls = [
        Call::Refresh,
        Call::Logout { session: None },
        Call::Extend,
        Call::Mutate { key: 1 },
    ];
    for call in calls {
        let mut stage = Stage::new().rotated();
        let families = stage.server.families().clone();
        stage
            .server
            .plan_fault(Fault::Garbled, Some(call.kind()), 1);
        let response = stage.call(call);
        assert_eq!(response.failure(), Some(HttpFailure::Garbled));
        assert_eq!(stage.server.families(), &families);
        assert_eq!(stage.server.effects_of(1), 0);
    }
}

#[test]
fn plans_can_be_withdrawn() {
    let mut stage = Stage::new().logged_in();
    stage.server.plan_fault(Fault::Unavailable, None, 200);
    assert_eq!(stage.read().status, 503);
    stage.server.clear_faults();
    assert_eq!(stage.read().status, 200);
}
