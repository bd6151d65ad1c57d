//! Every fact of the table: all inputs with their important cases, awaited and stale.

use session_core::{CallId, Command, HttpFailure, Input, Presence, Replay, RequestId, SocketId};
use session_protocol::{
    CloseCode, EndReason, ServerMessage, SessionStatus, TabNoticeKind, WarningCause, WireError,
};

use super::{
    samples::{
        TOKEN_LIFETIME, ada, bob, credentials, ending_in, first_session, grant, grant_for,
        idle_warning, logged_out, logged_out_of, notice, pending_logout, refused, refused_for,
        secs, session, update,
    },
    shared_facts::{lock_facts, sharing_facts},
    world::World,
};

/// An identifier that no order ever carried.
pub(super) const NEVER: u64 = 9_999;

/// A fact with its name in the table.
pub(crate) type Named = (String, Input);

/// A family of facts, as they can meet this world.
pub(crate) type Family = fn(&World, &mut Vec<Named>);

/// All facts, by family.
pub(crate) const FAMILIES: [Family; 9] = [
    page_facts,
    command_facts,
    answer_facts,
    socket_facts,
    close_facts,
    request_facts,
    notice_facts,
    sharing_facts,
    lock_facts,
];

/// Returns all facts that can meet this world.
pub(crate) fn facts(world: &World) -> Vec<Named> {
    let mut facts = Vec::new();
    for family in FAMILIES {
        family(world, &mut facts);
    }
    facts
}

pub(super) fn adder(facts: &mut Vec<Named>) -> impl FnMut(&str, Input) {
    |label, input| facts.push((label.to_owned(), input))
}

fn page_facts(_: &World, facts: &mut Vec<Named>) {
    let mut add = adder(facts);
    for (label, presence) in [
        ("Started", Presence::Unknown),
        ("Started, session remembered", Presence::Present),
        ("Started, logout remembered", logged_out()),
        ("Started, logout pending", pending_logout("s-1")),
    ] {
        let locks = false;
        add(label, Input::Started { presence, locks });
    }
    add("DeadlineReached, too early", Input::DeadlineReached);
    add("UserWasActive", Input::UserWasActive);
    add("PageHidden", Input::PageHidden);
    add("PageFrozen", Input::PageFrozen);
    add("PageLeft", Input::PageLeft);
    add("PageResumed", Input::PageResumed);
    add("PageFocused", Input::PageFocused);
    add("PageShown", Input::PageShown { persisted: false });
    add("PageShown, persisted", Input::PageShown { persisted: true });
    add("WentOffline", Input::WentOffline);
    add("WentOnline", Input::WentOnline);
    let topic = "load".to_owned();
    add("TopicSubscribed", Input::TopicSubscribed { topic });
    let topic = "load".to_owned();
    add("TopicUnsubscribed", Input::TopicUnsubscribed { topic });
}

fn command_facts(_: &World, facts: &mut Vec<Named>) {
    let mut add = adder(facts);
    let log_in = Command::LogIn(credentials(&ada()));
    add("LogIn", Input::Commanded(log_in));
    add("LogOut", Input::Commanded(Command::LogOut));
    add("StaySignedIn", Input::Commanded(Command::StaySignedIn));
    add("Leave", Input::Commanded(Command::Leave));
}

/// Failures of an HTTP call, by what they say about the session.
fn failures() -> [(&'static str, HttpFailure); 8] {
    [
        ("unreachable", HttpFailure::Unreachable),
        ("timed out", HttpFailure::TimedOut),
        ("garbled", HttpFailure::Garbled),
        ("503", refused(503, "")),
        ("429 after 40 s", refused_for(429, secs(40))),
        ("401 without code", refused(401, "")),
        ("401 session_revoked", refused(401, "session_revoked")),
        ("409", refused(409, "not_extendable")),
    ]
}

/// Answers to the newest call of each kind, if there was one, and to a call that never was.
fn answer_facts(world: &World, facts: &mut Vec<Named>) {
    let mut add = adder(facts);
    let never = ("a stranger's", CallId(NEVER));
    let calls = |order: &str| {
        let newest = world.call_of(order).map(|call| ("newest", call));
        newest.into_iter().chain([never])
    };
    for (whose, call) in calls("RequestLogin") {
        let good = grant(session("s-2", ada()));
        add(
            &format!("LoginSucceeded, {whose}"),
            Input::LoginSucceeded { call, grant: good },
        );
        if whose == "newest" {
            let good = grant(session("s-2", bob()));
            add(
                "LoginSucceeded, other user",
                Input::LoginSucceeded { call, grant: good },
            );
            let bare = grant_for(TOKEN_LIFETIME, None);
            add(
                "LoginSucceeded, token only",
                Input::LoginSucceeded { call, grant: bare },
            );
        }
        failed(whose, "LoginFailed", &mut add, |failure| {
            Input::LoginFailed { call, failure }
        });
    }
    for (whose, call) in calls("RequestRefresh") {
        let good = grant(first_session());
        add(
            &format!("RefreshSucceeded, {whose}"),
            Input::RefreshSucceeded { call, grant: good },
        );
        if whose == "newest" {
            let good = grant(session("s-9", bob()));
            add(
                "RefreshSucceeded, other user",
                Input::RefreshSucceeded { call, grant: good },
            );
            let bare = grant_for(TOKEN_LIFETIME, None);
            add(
                "RefreshSucceeded, token only",
                Input::RefreshSucceeded { call, grant: bare },
            );
        }
        failed(whose, "RefreshFailed", &mut add, |failure| {
            Input::RefreshFailed { call, failure }
        });
    }
    for (whose, call) in calls("AskSession") {
        for (label, status) in statuses() {
            if whose == "newest" || label == "ended" {
                let label = format!("SessionAnswered {label}, {whose}");
                add(&label, Input::SessionAnswered { call, status });
            }
        }
        failed(whose, "SessionUnanswered", &mut add, |failure| {
            Input::SessionUnanswered { call, failure }
        });
    }
    for (whose, call) in calls("RequestExtension") {
        let session = first_session();
        add(
            &format!("ExtensionSucceeded, {whose}"),
            Input::ExtensionSucceeded { call, session },
        );
        failed(whose, "ExtensionFailed", &mut add, |failure| {
            Input::ExtensionFailed { call, failure }
        });
    }
    for (whose, call) in calls("RequestLogout") {
        add(
            &format!("LogoutSucceeded, {whose}"),
            Input::LogoutSucceeded { call },
        );
        failed(whose, "LogoutFailed", &mut add, |failure| {
            Input::LogoutFailed { call, failure }
        });
    }
}

fn failed(
    whose: &str,
    name: &str,
    add: &mut impl FnMut(&str, Input),
    input: impl Fn(HttpFailure) -> Input,
) {
    for (label, failure) in failures() {
        if whose == "newest" || label == "401 session_revoked" {
            add(&format!("{name} {label}, {whose}"), input(failure));
        }
    }
}

fn statuses() -> [(&'static str, SessionStatus); 5] {
    [
        ("active", SessionStatus::Active(first_session())),
        (
            "active, near its end",
            SessionStatus::Active(ending_in(secs(60))),
        ),
        (
            "active, other user",
            SessionStatus::Active(session("s-9", bob())),
        ),
        ("ended", SessionStatus::Ended { reason: None }),
        (
            "ended, revoked",
            SessionStatus::Ended {
                reason: Some(EndReason::Revoked),
            },
        ),
    ]
}

fn socket_facts(world: &World, facts: &mut Vec<Named>) {
    let (socket, mut add) = (world.socket(), adder(facts));
    add("SocketOpened", Input::SocketOpened { socket });
    for (label, message) in messages() {
        add(label, Input::SocketMessageReceived { socket, message });
    }
    let error = WireError::NotJson;
    add("not JSON", Input::SocketMessageRefused { socket, error });
    let socket = SocketId(NEVER);
    add("SocketOpened, stale", Input::SocketOpened { socket });
    let message = super::samples::expired();
    add(
        "SESSION_EXPIRED, stale",
        Input::SocketMessageReceived { socket, message },
    );
}

fn messages() -> Vec<(&'static str, ServerMessage)> {
    let auth_ok = |session| ServerMessage::AuthOk {
        expires_in: TOKEN_LIFETIME,
        session,
        reconnect_within: None,
    };
    let warning = |cause| ServerMessage::SessionWarning {
        remaining: secs(60),
        cause,
        extendable: false,
    };
    let expired = |reason| ServerMessage::SessionExpired { reason };
    vec![
        ("auth_ok", auth_ok(None)),
        ("auth_ok, with session", auth_ok(Some(first_session()))),
        ("auth_ok, other user", auth_ok(Some(session("s-9", bob())))),
        (
            "auth_expiring_soon",
            ServerMessage::AuthExpiringSoon {
                remaining: secs(20),
            },
        ),
        ("SESSION_WARNING idle", idle_warning(secs(60))),
        ("SESSION_WARNING absolute", warning(WarningCause::Absolute)),
        ("SESSION_WARNING admin", warning(WarningCause::Admin)),
        (
            "SESSION_EXTENDED",
            ServerMessage::SessionExtended {
                session: first_session(),
            },
        ),
        ("SESSION_EXPIRED", expired(EndReason::SessionTimeout)),
        ("SESSION_EXPIRED logged out", expired(EndReason::LoggedOut)),
        (
            "GOING_AWAY",
            ServerMessage::GoingAway {
                reconnect_within: secs(9),
            },
        ),
        ("DATA_UPDATE, new", update(6)),
        ("DATA_UPDATE, repeated", update(5)),
        ("heartbeat_ack", ServerMessage::HeartbeatAck),
        (
            "error",
            ServerMessage::Error {
                code: "unknown_topic".to_owned(),
            },
        ),
    ]
}

fn close_facts(world: &World, facts: &mut Vec<Named>) {
    let (socket, mut add) = (world.socket(), adder(facts));
    let mut close = |label: &str, socket, code, reason: &str| {
        let (code, reason) = (CloseCode(code), reason.to_owned());
        add(
            label,
            Input::SocketClosed {
                socket,
                code,
                reason,
            },
        );
    };
    for (code, reason) in [
        (1000, ""),
        (1002, ""),
        (1006, ""),
        (1008, "why not"),
        (1008, "REVOKED"),
        (1012, ""),
        (4401, ""),
        (4403, ""),
        (4404, ""),
        (4408, ""),
        (4409, ""),
    ] {
        close(
            format!("closed {code} {reason}").trim_end(),
            socket,
            code,
            reason,
        );
    }
    close("closed 4401, stale", SocketId(NEVER), 4401, "");
}

fn request_facts(_: &World, facts: &mut Vec<Named>) {
    let mut add = adder(facts);
    let submit = |request, replay| Input::RequestSubmitted {
        request: RequestId(request),
        replay,
    };
    add("RequestSubmitted", submit(7, Replay::Safe));
    add("RequestSubmitted, known", submit(1, Replay::Safe));
    for (whose, request) in [("held", 1), ("sent", 2), ("unknown", NEVER)] {
        let request = RequestId(request);
        let refuse = |code| Input::RequestUnauthorized {
            request,
            failure: refused(401, code),
        };
        add(
            &format!("RequestAnswered, {whose}"),
            Input::RequestAnswered { request },
        );
        add(&format!("RequestUnauthorized, {whose}"), refuse(""));
        add(
            &format!("RequestUnauthorized token_expired, {whose}"),
            refuse("token_expired"),
        );
        add(
            &format!("RequestUnauthorized session_expired, {whose}"),
            refuse("session_expired"),
        );
        add(
            &format!("RequestAbandoned, {whose}"),
            Input::RequestAbandoned { request },
        );
    }
}

fn notice_facts(_: &World, facts: &mut Vec<Named>) {
    let mut add = adder(facts);
    for kind in TabNoticeKind::LIFE {
        for (whose, id) in [("this session", "s-1"), ("another session", "s-9")] {
            let label = format!("notice {}, {whose}", kind.name());
            add(
                &label,
                Input::TabNoticeReceived(notice(kind.clone(), id, 50)),
            );
        }
    }
    let mut own = notice(TabNoticeKind::LoggedOut, "s-1", 50);
    "this-tab".clone_into(&mut own.sender);
    add("notice logged_out, our own", Input::TabNoticeReceived(own));
    for (kept, presence) in [
        ("a session", Presence::Present),
        ("nothing", Presence::Unknown),
        ("a logout", logged_out_of("s-1")),
        ("another logout", logged_out_of("s-9")),
    ] {
        let label = format!("presence read, {kept}");
        add(&label, Input::PresenceRead { presence });
    }
    let error = WireError::MissingType;
    add("notice refused", Input::TabNoticeRefused(error));
    add("notice unsent", Input::TabNoticeUnsent);
}
