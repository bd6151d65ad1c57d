//! Random values: texts, JSON, messages, bodies, notices.

use std::time::Duration;

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value};
use session_protocol::{
    ActiveSession, ClientMessage, EndReason, MAX_COUNT, Secret, ServerMessage, SessionStatus,
    SharedSocket, TabNotice, TabNoticeKind, User, WarningCause,
    http::{LoginRequest, LogoutRequest, Problem, TicketResponse, TokenResponse},
};

/// Longest duration on the wire: ten years.
pub(crate) const LONGEST: Duration = Duration::from_secs(10 * 365 * 86_400);

/// Any text up to some length, often with what JSON has to escape.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        6 => prop::char::range('a', 'z'),
        1 => select(vec!['"', '\\', '/', '\n', '\u{0}', '\u{7f}', '\u{2028}', '\u{feff}', '{', '[', '_', '-', ' ']),
        1 => any::<char>(),
    ];
    vec(character, 0..12).prop_map(|characters| characters.into_iter().collect())
}

/// A text that is not empty.
pub(crate) fn word() -> impl Strategy<Value = String> {
    (prop::char::range('a', 'z'), text()).prop_map(|(first, rest)| format!("{first}{rest}"))
}

/// A secret that is seen if it is shown.
pub(crate) fn secret() -> impl Strategy<Value = Secret> {
    "[A-Za-z0-9._-]{16,24}".prop_map(|text| Secret::new(format!("canary-{text}")))
}

/// A duration as the wire keeps it: milliseconds up to ten years.
pub(crate) fn duration() -> impl Strategy<Value = Duration> {
    let longest = u64::try_from(LONGEST.as_millis()).expect("ten years in milliseconds");
    prop_oneof![
        0..=5000_u64,
        (0..=86_400_u64).prop_map(|secs| secs * 1000),
        0..=longest
    ]
    .prop_map(Duration::from_millis)
}

/// A whole number that a browser's number holds, and now and then any other.
pub(crate) fn count() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..1000_u64, 2 => 0..=MAX_COUNT]
}

/// JSON of moderate size and depth.
pub(crate) fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Exact in few digits; numbers of many digits have a statement of their own.
        (-1_000_000..1_000_000_i32).prop_map(|it| Value::from(f64::from(it) / 64.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((text(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Names of fields.
const FIELDS: [&str; 41] = [
    "type",
    "expiresIn",
    "session",
    "remainingSeconds",
    "cause",
    "extendable",
    "reason",
    "reconnectWithinSeconds",
    "topic",
    "seq",
    "payload",
    "code",
    "error",
    "status",
    "detail",
    "token",
    "after",
    "term",
    "live",
    "visible",
    "to",
    "updateSeq",
    "epoch",
    "sender",
    "id",
    "user",
    "email",
    "name",
    "active",
    "idleRemainingSeconds",
    "absoluteRemainingSeconds",
    "warningLeadSeconds",
    "accessToken",
    "ticket",
    "password",
    "rememberMe",
    "expires_in",
    "scope",
    "socket",
    "timing",
    "closePolicy",
];

/// Values that a field of the protocol can hold.
const WORDS: [&str; 29] = [
    "auth_ok",
    "auth_expiring_soon",
    "SESSION_WARNING",
    "SESSION_EXTENDED",
    "SESSION_EXPIRED",
    "GOING_AWAY",
    "DATA_UPDATE",
    "heartbeat_ack",
    "error",
    "auth",
    "auth_refresh",
    "activity",
    "subscribe",
    "unsubscribe",
    "heartbeat",
    "logged_in",
    "leading",
    "resigned",
    "wanting",
    "update",
    "logged_out",
    "expired",
    "idle",
    "absolute",
    "admin",
    "SESSION_TIMEOUT",
    "token_expired",
    "10s",
    "/app/",
];

/// An object whose fields are often those of the protocol, with any values.
pub(crate) fn near_miss() -> impl Strategy<Value = Value> {
    let value = prop_oneof![
        3 => select(WORDS.to_vec()).prop_map(Value::from),
        2 => (0..400_u64).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => json(),
        1 => user().prop_map(|user| user.to_value()),
        1 => session().prop_map(|session| session.to_value()),
    ];
    let typed = select(WORDS.to_vec()).prop_map(|name| ("type", Value::from(name)));
    (typed, vec((select(FIELDS.to_vec()), value), 0..6)).prop_map(|(typed, mut fields)| {
        fields.push(typed);
        let entries = fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        Value::Object(entries.collect::<Map<_, _>>())
    })
}

pub(crate) fn user() -> impl Strategy<Value = User> {
    (text(), text(), text()).prop_map(|(id, email, name)| User { id, email, name })
}

pub(crate) fn session() -> impl Strategy<Value = ActiveSession> {
    let limits = (option::of(duration()), option::of(duration()), duration());
    (text(), user(), limits, any::<bool>()).prop_map(|(id, user, limits, extendable)| {
        let (idle_remaining, absolute_remaining, warning_lead) = limits;
        ActiveSession {
            id,
            user,
            idle_remaining,
            absolute_remaining,
            warning_lead,
            extendable,
        }
    })
}

pub(crate) fn reason() -> impl Strategy<Value = EndReason> {
    select(EndReason::ALL.to_vec())
}

pub(crate) fn status() -> impl Strategy<Value = SessionStatus> {
    prop_oneof![
        session().prop_map(SessionStatus::Active),
        option::of(reason()).prop_map(|reason| SessionStatus::Ended { reason }),
    ]
}

pub(crate) fn server_message() -> impl Strategy<Value = ServerMessage> {
    use ServerMessage as M;
    let causes = [
        WarningCause::Idle,
        WarningCause::Absolute,
        WarningCause::Admin,
    ];
    prop_oneof![
        (duration(), option::of(session()), option::of(duration())).prop_map(
            |(expires_in, session, reconnect_within)| M::AuthOk {
                expires_in,
                session,
                reconnect_within,
            }
        ),
        duration().prop_map(|remaining| M::AuthExpiringSoon { remaining }),
        (duration(), select(causes.to_vec()), any::<bool>()).prop_map(
            |(remaining, cause, extendable)| M::SessionWarning {
                remaining,
                cause,
                extendable
            }
        ),
        session().prop_map(|session| M::SessionExtended { session }),
        reason().prop_map(|reason| M::SessionExpired { reason }),
        duration().prop_map(|reconnect_within| M::GoingAway { reconnect_within }),
        (text(), count(), json()).prop_map(|(topic, seq, payload)| M::DataUpdate {
            topic,
            seq,
            payload
        }),
        Just(M::HeartbeatAck),
        text().prop_map(|code| M::Error { code }),
    ]
}

pub(crate) fn client_message() -> impl Strategy<Value = ClientMessage> {
    use ClientMessage as M;
    prop_oneof![
        secret().prop_map(|token| M::Auth { token }),
        secret().prop_map(|token| M::AuthRefresh { token }),
        Just(M::Activity),
        (text(), option::of(count())).prop_map(|(topic, after)| M::Subscribe { topic, after }),
        text().prop_map(|topic| M::Unsubscribe { topic }),
        Just(M::Heartbeat),
    ]
}

fn shared_socket() -> impl Strategy<Value = SharedSocket> {
    prop_oneof![
        Just(SharedSocket::Live),
        Just(SharedSocket::Down),
        duration().prop_map(SharedSocket::Held),
        Just(SharedSocket::Refused),
    ]
}

/// What a tab tells the others, of every kind.
pub(crate) fn notice_kind() -> impl Strategy<Value = TabNoticeKind> {
    use TabNoticeKind as K;
    let flag = any::<bool>;
    prop_oneof![
        select(K::LIFE.to_vec()),
        Just(K::Changed),
        Just(K::Active),
        (flag(), flag()).prop_map(|(visible, candidate)| K::Asking { visible, candidate }),
        (count(), shared_socket(), flag()).prop_map(|(term, socket, visible)| K::Leading {
            term,
            socket,
            visible
        }),
        (count(), text()).prop_map(|(term, to)| K::Resigned { term, to }),
        (text(), option::of(count())).prop_map(|(topic, after)| K::Wanting { topic, after }),
        text().prop_map(|topic| K::Unwanted { topic }),
        (count(), text(), count(), count(), json()).prop_map(
            |(term, topic, seq, after, payload)| {
                K::Update {
                    term,
                    topic,
                    seq,
                    after,
                    payload,
                }
            }
        ),
    ]
}

pub(crate) fn notice() -> impl Strategy<Value = TabNotice> {
    (notice_kind(), count(), text(), text(), count()).prop_map(
        |(kind, epoch, session, sender, seq)| TabNotice {
            kind,
            epoch,
            session,
            sender,
            seq,
        },
    )
}

/// What a user's logout tells the server.
pub(crate) fn logout() -> impl Strategy<Value = LogoutRequest> {
    option::of(word()).prop_map(|session| LogoutRequest { session })
}

pub(crate) fn login() -> impl Strategy<Value = LoginRequest> {
    (text(), secret(), any::<bool>()).prop_map(|(email, password, remember_me)| LoginRequest {
        email,
        password,
        remember_me,
    })
}

pub(crate) fn grant() -> impl Strategy<Value = TokenResponse> {
    (secret(), duration(), option::of(session())).prop_map(|(access_token, expires_in, session)| {
        TokenResponse {
            access_token,
            expires_in,
            session,
        }
    })
}

pub(crate) fn ticket() -> impl Strategy<Value = TicketResponse> {
    (secret(), duration()).prop_map(|(ticket, expires_in)| TicketResponse { ticket, expires_in })
}

pub(crate) fn problem() -> impl Strategy<Value = Problem> {
    (any::<u16>(), text(), text()).prop_map(|(status, code, detail)| Problem {
        status,
        code,
        detail,
    })
}
