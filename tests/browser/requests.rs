//! Requests of the application: one outcome each, tokens shared, aborted when nobody waits.

use std::time::Duration;

use futures::future::{abortable, join_all};
use gloo_net::http::Method;
use leptos_session::{RequestError, platform::http::Answer};
use session_core::{HttpFailure, Phase};
use session_protocol::EndReason;
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{World, backend::refused, stage::Reply, tick};

const URL: &str = "/api/things";

#[wasm_bindgen_test]
async fn a_request_carries_the_token_and_the_header() {
    let world = World::logged_in(|| ()).await;

    let request = world.session.request(Method::PUT, URL);
    let answer = request.json(&[("a", 1)].into_iter().collect()).send().await;

    assert_eq!(answer.unwrap().status, 200);
    let call = world.stage.calls(URL).remove(0);
    assert_eq!(call.method, Method::PUT);
    assert_eq!(call.token.unwrap().expose(), "token-1");
    assert_eq!(call.body.as_deref(), Some(r#"{"a":1}"#));
    let header = ("X-Requested-With".to_owned(), "leptos-session".to_owned());
    assert_eq!(call.headers, [header]);
}

#[wasm_bindgen_test]
async fn parallel_requests_with_a_stale_token_share_one_refresh() {
    let world = World::logged_in(|| ()).await;
    world.stage.backend().reject_tokens();

    let requests = (0..20).map(|_| world.session.get(URL).send());
    let answers = join_all(requests).await;

    assert!(answers.iter().all(Result::is_ok), "found {answers:?}");
    assert_eq!(world.stage.calls("/api/auth/refresh").len(), 1);
    let calls = world.stage.calls(URL);
    let with = |token: &str| {
        let ours = |call: &&leptos_session::platform::http::Call| {
            call.token.as_ref().unwrap().expose() == token
        };
        calls.iter().filter(ours).count()
    };
    assert_eq!((with("token-1"), with("token-2")), (20, 20));
}

#[wasm_bindgen_test]
async fn a_request_that_must_not_be_sent_twice_is_not() {
    let world = World::logged_in(|| ()).await;
    let post = || world.session.request(Method::POST, URL);
    world.stage.backend().reject_tokens();

    assert_eq!(post().send().await, Err(RequestError::Unauthorized));
    assert_eq!(world.stage.calls(URL).len(), 1);

    // Refreshes keep a distance.
    world.stage.advance(Duration::from_secs(5)).await;
    world.stage.backend().reject_tokens();
    assert!(post().repeatable().send().await.is_ok());
    assert_eq!(world.stage.calls(URL).len(), 3);
}

#[wasm_bindgen_test]
async fn a_request_is_repeated_once_at_most() {
    let world = World::logged_in(|| ()).await;
    world
        .stage
        .rule(|call| (call.url == URL).then(|| refused(401, "token_expired")));

    let answer = world.session.get(URL).send().await;

    assert_eq!(answer, Err(RequestError::Unauthorized));
    assert_eq!(world.stage.calls(URL).len(), 2);
    assert!(matches!(world.phase(), Phase::Active { .. }));
}

#[wasm_bindgen_test]
async fn a_dropped_request_is_aborted() {
    let world = World::logged_in(|| ()).await;
    world.stage.next(URL, Reply::Held);
    let (request, handle) = abortable(world.session.get(URL).send());
    spawn_local(async move {
        assert!(request.await.is_err(), "it was dropped");
    });
    tick().await;
    assert!(is_waiting(&world));

    handle.abort();
    tick().await;

    assert!(!is_waiting(&world));
}

#[wasm_bindgen_test]
async fn an_expiry_aborts_what_is_under_way_and_refuses_what_comes() {
    let world = World::logged_in(|| ()).await;
    world.stage.next(URL, Reply::Held);
    let session = world.session;
    let (under_way, ()) = futures::future::join(session.get(URL).send(), async {
        tick().await;
        world.expire(EndReason::Revoked).await;
    })
    .await;

    assert_eq!(under_way, Err(RequestError::SessionEnded));
    assert!(!is_waiting(&world));
    let next = session.get(URL).send().await;
    assert_eq!(next, Err(RequestError::SessionEnded));
    assert_eq!(world.stage.calls(URL).len(), 1);
}

#[wasm_bindgen_test]
async fn a_401_with_a_verdict_ends_the_session_once() {
    let world = World::logged_in(|| ()).await;
    world
        .stage
        .rule(|call| (call.url == URL).then(|| refused(401, "session_revoked")));

    let answers = join_all((0..10).map(|_| world.session.get(URL).send())).await;

    let ended = |answer: &Result<_, RequestError>| *answer == Err(RequestError::SessionEnded);
    assert!(answers.iter().all(ended), "found {answers:?}");
    let Phase::Expired { cause, .. } = world.phase() else {
        panic!("expected an expired session, found {:?}", world.phase());
    };
    assert_eq!(cause, EndReason::Revoked);
    assert_eq!(world.stage.calls("/api/auth/refresh").len(), 0);
}

#[wasm_bindgen_test]
async fn failures_of_the_network_and_of_the_server_end_nothing() {
    let world = World::logged_in(|| ()).await;
    for failure in [
        HttpFailure::Unreachable,
        HttpFailure::TimedOut,
        refused(503, "store_down").unwrap_err(),
        refused(403, "forbidden").unwrap_err(),
    ] {
        world.stage.next(URL, Reply::Now(Err(failure.clone())));
        let answer = world.session.get(URL).send().await;
        assert_eq!(answer, Err(RequestError::Http(failure)));
    }
    assert!(matches!(world.phase(), Phase::Active { .. }));
}

#[wasm_bindgen_test]
async fn an_answer_that_is_no_json_is_unreadable() {
    let world = World::logged_in(|| ()).await;
    let body = "<h1>Sign in to the hotel's network</h1>".to_owned();
    world
        .stage
        .next(URL, Reply::Now(Ok(Answer { status: 200, body })));

    let answer = world.session.get(URL).send_for_json().await;

    assert_eq!(answer, Err(RequestError::Unreadable));
}

fn is_waiting(world: &World) -> bool {
    let recorded = world.stage.recorded();
    recorded
        .iter()
        .any(crate::support::stage::Recorded::is_waiting)
}
