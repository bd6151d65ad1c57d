//! Requests of the application: each has one outcome, none is sent twice that may act twice, and
//! all that hear a 401 share one refresh.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*, sample::select};
use session_core::{Effect, Input, Replay, RequestFailure, RequestId};
use session_protocol::TabNoticeKind;

use super::gate::{cases, gate};
use crate::support::{
    samples::{first_session, millis, refused, secs},
    world::World,
};

/// What happens to one request after it was sent.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Answered,
    Unauthorized,
    Abandoned,
}

fn replay() -> impl Strategy<Value = Replay> {
    select(vec![Replay::Safe, Replay::Unsafe])
}

fn fate() -> impl Strategy<Value = Fate> {
    select(vec![
        Fate::Answered,
        Fate::Unauthorized,
        Fate::Unauthorized,
        Fate::Abandoned,
    ])
}

fn unauthorized(world: &mut World, request: u64) {
    world.reject_request(request, "token_expired");
}

/// Counts how often each request was sent, and how often it failed.
fn tally(world: &World) -> BTreeMap<RequestId, (u32, u32)> {
    let mut tally = BTreeMap::<_, (u32, u32)>::new();
    for (_, order) in world.log() {
        match order {
            Effect::SendRequest { request, .. } => tally.entry(*request).or_default().0 += 1,
            Effect::FailRequest { request, .. } => tally.entry(*request).or_default().1 += 1,
            _ => {}
        }
    }
    tally
}

proptest! {
    // A case is up to a hundred requests.
    #![proptest_config(cases(128))]

    #[test]
    fn a_hundred_callers_that_hear_a_401_share_one_refresh(
        replays in vec(replay(), 1..100),
        order in any::<u64>(),
    ) {
        let mut world = World::live();
        world.advance(secs(2));
        world.forget_log();
        let count = u64::try_from(replays.len()).expect("few requests");
        for (number, replay) in (0..).zip(&replays) {
            world.submit(number, *replay);
        }
        for number in 0..count {
            unauthorized(&mut world, (number + order % count) % count);
        }
        prop_assert_eq!(world.count("RequestRefresh"), 1);
        world.answer_refresh_with(first_session());
        for (number, replay) in (0..).zip(&replays) {
            let (sent, failed) = tally(&world)[&RequestId(number)];
            let expected = if *replay == Replay::Safe { (2, 0) } else { (1, 1) };
            prop_assert_eq!((sent, failed), expected, "{} {:?}", number, replay);
        }
    }
}

proptest! {
    #![proptest_config(gate())]

    /// However requests are answered, refused, abandoned and refreshed for, each is sent once or,
    /// if it may be, twice, and fails at most once; when the session is over none is left.
    #[test]
    fn each_request_has_one_outcome(
        requests in vec((replay(), fate(), fate(), 0..4000_u64), 1..12),
        refreshes in any::<bool>(),
        by_user in any::<bool>(),
    ) {
        let mut world = World::live();
        world.advance(secs(2));
        world.forget_log();
        for (number, (replay, ..)) in (0..).zip(&requests) {
            world.submit(number, *replay);
        }
        let mut done = Vec::new();
        for round in 0..2 {
            for (number, (_, first, second, gap)) in (0..).zip(&requests) {
                world.advance(millis(*gap));
                let request = RequestId(number);
                match if round == 0 { first } else { second } {
                    Fate::Unauthorized => unauthorized(&mut world, number),
                    Fate::Answered => world.send(Input::RequestAnswered { request }),
                    Fate::Abandoned => world.send(Input::RequestAbandoned { request }),
                }
                if !matches!(if round == 0 { first } else { second }, Fate::Unauthorized) {
                    done.push(request);
                }
            }
            if refreshes && world.state().contains("Refreshing") {
                world.answer_refresh_with(first_session());
            }
        }
        if by_user {
            world.command(session_core::Command::LogOut);
        } else {
            world.hear(TabNoticeKind::LoggedOut, "s-1", 1);
        }
        for (request, (sent, failed)) in tally(&world) {
            let number = usize::try_from(request.0).expect("few requests");
            let most = if requests[number].0 == Replay::Safe { 2 } else { 1 };
            prop_assert!(sent <= most && failed <= 1, "{:?}: {} {}", request, sent, failed);
            prop_assert!(failed == 1 || done.contains(&request), "{:?} has no outcome", request);
        }
        world.forget_log();
        world.advance(secs(60));
        prop_assert_eq!(world.count("FailRequest") + world.count("SendRequest"), 0);
    }

    /// Without a token a request waits for one, half a minute at most, and is then given up.
    #[test]
    fn a_request_waits_half_a_minute_at_most(
        replay in replay(),
        refused_at in 0..40_u64,
        told in 0..100_u64,
    ) {
        let mut world = World::live();
        world.advance(secs(2));
        world.submit(1, Replay::Safe);
        unauthorized(&mut world, 1);
        world.forget_log();
        world.submit(2, replay);
        let submitted = world.now();
        world.advance(secs(refused_at));
        if world.state().contains("Refreshing") {
            let failure = session_core::HttpFailure::Refused {
                status: 503,
                code: String::new(),
                retry_after: Some(secs(told)),
            };
            world.refuse_refresh(failure);
        }
        world.advance(secs(60));
        let failed: Vec<_> = world
            .log()
            .filter_map(|(at, order)| match order {
                Effect::FailRequest { request: RequestId(2), failure } => Some((at, *failure)),
                _ => None,
            })
            .collect();
        prop_assert_eq!(failed, vec![(submitted + secs(30), RequestFailure::Unavailable)]);
    }

    /// A 401 that says the session is over is a verdict only for a request that was sent in it.
    #[test]
    fn a_verdict_counts_only_from_a_request_of_this_session(
        sent in any::<bool>(),
        code in select(vec!["session_expired", "session_revoked", "no_session", "reuse_detected"]),
    ) {
        let mut world = World::live();
        if sent {
            world.submit(1, Replay::Safe);
        }
        let (request, failure) = (RequestId(1), refused(401, code));
        world.send(Input::RequestUnauthorized { request, failure });
        prop_assert_eq!(world.view().user().is_none(), sent);
    }
}
