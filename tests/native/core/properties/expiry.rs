//! A thousand signs of an end give one end, and the next session is not touched by the old ones.

use std::time::Duration;

use proptest::{collection::vec, prelude::*, sample::select};
use session_core::{CallId, Command, Input, Phase, Replay, RequestId, SocketId};
use session_protocol::{CloseCode, EndReason, ServerMessage, SessionStatus, TabNoticeKind};

use super::gate::cases;
use crate::support::{
    samples::{ada, expired, first_session, idle_warning, millis, notice, refused, secs, session},
    world::World,
};

/// Where a sign of an end comes from.
#[derive(Clone, Copy, Debug)]
enum Source {
    Message,
    Close,
    CloseWithReason,
    Refresh,
    Question,
    QuestionRefused,
    Extension,
    Request,
}

/// A sign, and how it says why.
type Sign = (Source, EndReason);

const SOURCES: [Source; 8] = [
    Source::Message,
    Source::Close,
    Source::CloseWithReason,
    Source::Refresh,
    Source::Question,
    Source::QuestionRefused,
    Source::Extension,
    Source::Request,
];

/// Identifiers of everything that is under way.
#[derive(Clone, Copy)]
struct UnderWay {
    socket: SocketId,
    refresh: CallId,
    question: CallId,
    extension: CallId,
    request: RequestId,
}

/// Any sign except that of a logout, which leads elsewhere.
fn sign() -> impl Strategy<Value = Sign> {
    let mut reasons = EndReason::ALL.to_vec();
    reasons.retain(|reason| *reason != EndReason::LoggedOut);
    (select(SOURCES.to_vec()), select(reasons))
}

/// A page on which every call, the socket and a request are under way, so that each sign counts.
fn busy() -> (World, UnderWay) {
    let mut world = World::live();
    world.advance(secs(2));
    world.submit(1, Replay::Safe);
    world.receive(idle_warning(secs(600)));
    world.command(Command::StaySignedIn);
    world.send(Input::PageResumed);
    let remaining = secs(1);
    world.receive(ServerMessage::AuthExpiringSoon { remaining });
    let call = |name| world.call_of(name).expect("a call");
    let under_way = UnderWay {
        socket: world.socket(),
        refresh: call("RequestRefresh"),
        question: call("AskSession"),
        extension: call("RequestExtension"),
        request: RequestId(1),
    };
    world.forget_log();
    (world, under_way)
}

fn input((source, reason): Sign, at: UnderWay) -> Input {
    let failure = refused(401, reason.problem_code());
    let socket = at.socket;
    let closed = |code, reason: &str| Input::SocketClosed {
        socket,
        code: CloseCode(code),
        reason: reason.to_owned(),
    };
    match source {
        Source::Message => Input::SocketMessageReceived {
            socket,
            message: ServerMessage::SessionExpired { reason },
        },
        Source::Close => closed(4401, ""),
        Source::CloseWithReason => closed(1008, reason.code()),
        Source::Refresh => Input::RefreshFailed {
            call: at.refresh,
            failure,
        },
        Source::Question => Input::SessionAnswered {
            call: at.question,
            status: SessionStatus::Ended {
                reason: Some(reason),
            },
        },
        Source::QuestionRefused => Input::SessionUnanswered {
            call: at.question,
            failure,
        },
        Source::Extension => Input::ExtensionFailed {
            call: at.extension,
            failure,
        },
        Source::Request => Input::RequestUnauthorized {
            request: at.request,
            failure,
        },
    }
}

fn is_expired(world: &World) -> bool {
    matches!(world.view().phase, Phase::Expired { .. })
}

/// How often an end was cleaned up, told to the other tabs, and followed by a socket.
fn handled(world: &World) -> [usize; 3] {
    let told = world.log().filter(|(_, order)| {
        order.name() == "NotifyTabs" && order.detail() == TabNoticeKind::Expired.name()
    });
    [
        world.count("ClearProtectedState"),
        told.count(),
        world.count("OpenSocket"),
    ]
}

proptest! {
    // A case is a thousand signs.
    #![proptest_config(cases(64))]

    #[test]
    fn a_thousand_signs_give_one_end(
        signs in vec((sign(), 0..50_u64), 1000),
    ) {
        let (mut world, under_way) = busy();
        let epoch = world.view().epoch;
        for (sign, gap) in signs {
            world.advance(millis(gap));
            world.send(input(sign, under_way));
        }
        world.advance(secs(3600));
        prop_assert!(is_expired(&world));
        prop_assert_eq!(world.view().epoch, epoch + 1);
        prop_assert_eq!(handled(&world), [1, 1, 0]);
        prop_assert_eq!(world.count("RequestRefresh") + world.count("AskSession"), 0);
    }

    /// After a login the same signs come again, late: they are about another life.
    #[test]
    fn signs_of_an_earlier_session_do_not_touch_the_next(
        first in sign(),
        late in vec(sign(), 200),
        second in sign(),
        gap in 0..5000_u64,
    ) {
        let (mut world, old) = busy();
        world.send(input(first, old));
        world.log_in(&ada());
        world.answer_login_ok(session("s-2", ada()));
        world.answer_socket();
        world.forget_log();
        let epoch = world.view().epoch;
        for sign in late {
            world.send(input(sign, old));
            world.expect_nothing();
        }
        prop_assert_eq!(world.view().epoch, epoch);
        prop_assert!(world.view().user().is_some());
        // The next end counts, and counts once.
        world.advance(millis(gap));
        world.forget_log();
        let current = UnderWay { socket: world.socket(), ..old };
        world.send(input((Source::Message, second.1), current));
        world.send(input((Source::Close, second.1), current));
        prop_assert!(is_expired(&world));
        prop_assert_eq!(handled(&world), [1, 1, 0]);
    }
}

proptest! {
    #![proptest_config(cases(1024))]

    /// Each source alone ends the session at once, with the reason that it brings.
    #[test]
    fn each_source_alone_ends_the_session_with_its_reason(sign in sign()) {
        let (mut world, under_way) = busy();
        world.send(input(sign, under_way));
        let expected = if matches!(sign.0, Source::Close) { EndReason::SessionTimeout } else { sign.1 };
        match world.view().phase {
            Phase::Expired { cause, user, .. } => {
                prop_assert_eq!(cause, expected);
                prop_assert_eq!(user, first_session().user);
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }

    /// A notice of an end is a hint: the server is asked, once, and its word counts.
    #[test]
    fn a_notice_of_an_end_asks_the_server(
        copies in vec((any::<bool>(), 1..30_u64), 1..30),
        wait in 0..3000_u64,
    ) {
        let mut world = World::live();
        world.advance(Duration::from_millis(3000));
        world.forget_log();
        for (ours, seq) in copies.iter().copied() {
            let session = if ours { "s-1" } else { "s-other" };
            let notice = notice(TabNoticeKind::Expired, session, seq);
            world.send(Input::TabNoticeReceived(notice));
            prop_assert!(world.view().user().is_some());
        }
        world.pass(millis(wait));
        let asked = world.count("AskSession");
        prop_assert!(asked <= 1);
        if asked == 1 {
            world.answer_session_ended(None);
            prop_assert!(is_expired(&world));
        }
        world.receive(expired());
        prop_assert_eq!(world.count("ClearProtectedState"), 1);
    }
}
