//! What survives a crash, at any point of a refresh.

use session_protocol::EndReason;
use session_simulator::server::{Call, Fault, Party, TOPIC};

use crate::support::{FIRST, SOCKET, Stage, code};

#[test]
fn a_crash_loses_sockets_ring_and_plans_and_keeps_the_rest() {
    let mut stage = Stage::new().rotated();
    stage.connect(SOCKET);
    stage.server.publish(stage.now);
    stage.server.plan_fault(Fault::Internal, None, 9);
    let families = stage.server.families().clone();
    assert_eq!(stage.server.crash(), [SOCKET]);
    assert!(stage.server.sockets().is_empty());
    assert_eq!(stage.server.families(), &families);
    assert_eq!(stage.read().status, 200);

    stage.connect(SOCKET);
    let topic = TOPIC.to_owned();
    let after = Some(0);
    let subscribe = session_protocol::ClientMessage::Subscribe { topic, after };
    assert_eq!(stage.say(SOCKET, &subscribe), [], "the ring is gone");
    let events = stage.server.publish(stage.now);
    assert_eq!(events.len(), 1);
    let message = format!("{:?}", events[0]);
    assert!(message.contains("seq: 2"), "numbers go on: {message}");
}

#[test]
fn a_crash_before_the_commit_leaves_the_old_token_valid() {
    let mut stage = Stage::new().rotated();
    let request = stage.request(Call::Refresh);
    let pending = stage.server.begin_refresh(request, stage.now);
    assert!(pending.is_ok());
    drop(pending);
    stage.server.crash();
    let response = stage.refresh();
    assert_eq!((response.status, stage.held_generation()), (200, Some(2)));
}

#[test]
fn a_crash_between_commit_and_answer_is_a_lost_answer() {
    let mut stage = Stage::new().rotated();
    stage.call_and_lose(Call::Refresh);
    stage.server.crash();
    let inside = stage.refresh();
    assert_eq!((inside.status, inside.set_cookies.len()), (200, 0));
    assert_eq!(stage.read().status, 200);
    stage.pass(30);
    assert_eq!(stage.refresh().status, 200);
    assert_eq!(stage.held_generation(), Some(2));
}

#[test]
fn ends_survive_crashes() {
    for reason in [
        EndReason::Revoked,
        EndReason::LoggedOut,
        EndReason::AccountDisabled,
        EndReason::Replaced,
    ] {
        let mut stage = Stage::new().logged_in();
        stage.server.end(FIRST, reason, stage.now);
        stage.server.crash();
        assert_eq!(code(&stage.refresh()), (401, reason.problem_code()));
        assert_eq!(code(&stage.present(Party::Thief, 0)).0, 401);
    }
}
