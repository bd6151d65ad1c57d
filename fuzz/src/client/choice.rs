//! How bytes choose an act. Frequent acts have many first bytes, and what an act needs follows.

use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};
use session_core::{HttpFailure, Replay};
use session_protocol::{EndReason, SharedSocket, WarningCause};

use super::act::{Act, Age, Answer, Call, Memory, Rumour, Said, Term, Told, Whose};

/// Times at which something changes, and some in between; in milliseconds.
const TIMES: [u64; 32] = [
    0,
    1,
    250,
    499,
    500,
    999,
    1000,
    1001,
    2000,
    4000,
    5000,
    5001,
    6000,
    10_000,
    15_000,
    25_000,
    30_000,
    50_000,
    59_999,
    60_000,
    61_000,
    119_000,
    120_000,
    121_000,
    300_000,
    1_800_000,
    3_600_000,
    7_200_000,
    28_800_000,
    86_400_000,
    2_592_000_000,
    315_360_000_000,
];

/// Close codes that mean something, and some that do not.
const CODES: [u16; 24] = [
    1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013, 1014, 1015, 4000, 4001,
    4401, 4402, 4403, 4404, 4408, 4409, 4429, 4999,
];

/// Close reasons.
const WHY: [&str; 6] = [
    "",
    "",
    "bye",
    "SESSION_TIMEOUT",
    "LOGGED_OUT",
    "token expired",
];

/// Topics.
const TOPICS: [&str; 3] = ["load", "log", ""];

/// Codes of refusals with status 401.
const REFUSALS: [&str; 6] = [
    "",
    "token_expired",
    "session_expired",
    "session_revoked",
    "logged_out",
    "no_session",
];

/// Status codes of refusals.
const STATUSES: [u16; 12] = [400, 403, 404, 408, 409, 422, 425, 429, 429, 500, 503, 599];

/// Tabs that say something, this one among them.
const TABS: [&str; 4] = ["a-tab", "a-tab", "z-tab", "this-tab"];

fn pick<T: Clone>(u: &mut Unstructured<'_>, from: &[T]) -> Result<T> {
    u.choose(from).cloned()
}

fn time(u: &mut Unstructured<'_>) -> Result<Duration> {
    let millis = pick(u, &TIMES)?;
    // Now and then a time that nothing was made for.
    let odd = if u.ratio(1, 8)? {
        u64::from(u.arbitrary::<u16>()?)
    } else {
        0
    };
    Ok(Duration::from_millis(millis + odd))
}

/// A time within which a life goes on: an hour at most.
fn short(u: &mut Unstructured<'_>) -> Result<Duration> {
    Ok(Duration::from_millis(pick(u, &TIMES[..27])?))
}

impl Act {
    /// Something comes on the channel of the tabs.
    pub(crate) fn heard(u: &mut Unstructured<'_>) -> Result<Self> {
        Ok(match u.arbitrary::<u8>()? % 16 {
            0..13 => Self::Hear(
                pick(u, &TABS)?,
                whose(u)?,
                rumour(u)?,
                u.arbitrary::<u8>()?.into(),
            ),
            13 => Self::Echo(age(u)?),
            14 => Self::Recall(memory(u)?),
            _ => Self::Noise,
        })
    }
}

impl<'a> Arbitrary<'a> for Act {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.arbitrary::<u8>()? {
            0..24 => Self::Deadline,
            24..64 => Self::Polite(short(u)?),
            64..76 => Self::Wait(short(u)?),
            76..80 => Self::Wait(time(u)?),
            80..86 => Self::Doze(time(u)?),
            86..89 => Self::WallForward(time(u)?),
            89..92 => Self::WallBack(time(u)?),
            92..95 => Self::Start(memory(u)?),
            95..100 => Self::LogIn(whose(u)?),
            100..104 => Self::LogOut,
            104..108 => Self::Stay,
            108..110 => Self::Leave,
            110..140 => Self::Answer(call(u)?, age(u)?, answer(u)?),
            140..146 => Self::Opened(age(u)?),
            146..166 => Self::Message(age(u)?, said(u)?),
            166..168 => Self::Garbage(age(u)?),
            168..180 => Self::Closed(age(u)?, code(u)?, pick(u, &WHY)?),
            180..188 => Self::Submit(if u.arbitrary()? {
                Replay::Safe
            } else {
                Replay::Unsafe
            }),
            188..192 => Self::Answered(age(u)?),
            192..198 => Self::Unauthorized(age(u)?, failure(u)?),
            198..200 => Self::Abandon(age(u)?),
            200..203 => Self::Subscribe(pick(u, &TOPICS)?),
            203..205 => Self::Unsubscribe(pick(u, &TOPICS)?),
            205..218 => Self::heard(u)?,
            218..222 => Self::UserActs,
            222..227 => Self::Show(u.arbitrary()?),
            227 => Self::Mute,
            228 => Self::Hide,
            229 => Self::Freeze,
            230 => Self::Depart,
            231..234 => Self::Resume,
            234..237 => Self::Focus,
            237..242 => Self::Online,
            242..246 => Self::Offline,
            246..252 => Self::Granted(age(u)?),
            252..=255 => Self::Robbed(age(u)?),
        })
    }
}

fn memory(u: &mut Unstructured<'_>) -> Result<Memory> {
    use Memory as M;
    pick(u, &[M::Nothing, M::Session, M::Logout, M::PendingLogout])
}

fn call(u: &mut Unstructured<'_>) -> Result<Call> {
    use Call as C;
    pick(
        u,
        &[
            C::Login,
            C::Refresh,
            C::Refresh,
            C::Session,
            C::Session,
            C::Extension,
            C::Logout,
        ],
    )
}

fn age(u: &mut Unstructured<'_>) -> Result<Age> {
    Ok(Age(pick(u, &[0, 0, 0, 0, 0, 0, 1, 2])?))
}

fn whose(u: &mut Unstructured<'_>) -> Result<Whose> {
    pick(u, &[Whose::Ada, Whose::Ada, Whose::AdaAgain, Whose::Bob])
}

fn reason(u: &mut Unstructured<'_>) -> Result<EndReason> {
    pick(u, &EndReason::ALL)
}

fn code(u: &mut Unstructured<'_>) -> Result<u16> {
    if u.ratio(1, 16)? {
        u.arbitrary()
    } else {
        pick(u, &CODES)
    }
}

fn answer(u: &mut Unstructured<'_>) -> Result<Answer> {
    Ok(match u.arbitrary::<u8>()? % 8 {
        0..4 => Answer::Granted(time(u)?, maybe(u, told)?),
        4 => Answer::Ended(maybe(u, reason)?),
        _ => Answer::Failed(failure(u)?),
    })
}

fn failure(u: &mut Unstructured<'_>) -> Result<HttpFailure> {
    let refused = |status, code: &str, retry_after| HttpFailure::Refused {
        status,
        code: code.to_owned(),
        retry_after,
    };
    Ok(match u.arbitrary::<u8>()? % 8 {
        0 => HttpFailure::Unreachable,
        1 => HttpFailure::TimedOut,
        2 => HttpFailure::Garbled,
        3 | 4 => refused(401, pick(u, &REFUSALS)?, None),
        5 => refused(pick(u, &STATUSES)?, "", maybe(u, time)?),
        6 => refused(503, "", Some(short(u)?)),
        _ => refused(u.arbitrary()?, pick(u, &REFUSALS)?, maybe(u, time)?),
    })
}

fn told(u: &mut Unstructured<'_>) -> Result<Told> {
    Ok(Told {
        whose: whose(u)?,
        idle: maybe(u, time)?,
        absolute: maybe(u, time)?,
        lead: Duration::from_secs(pick(u, &[120, 0, 20, 3600])?),
        extendable: u.arbitrary()?,
    })
}

fn said(u: &mut Unstructured<'_>) -> Result<Said> {
    use WarningCause as W;
    Ok(match u.arbitrary::<u8>()? % 12 {
        0 | 1 => Said::Welcome(maybe(u, told)?),
        2 => Said::TokenEndsSoon(short(u)?),
        3 | 4 => Said::Warning(
            time(u)?,
            pick(u, &[W::Idle, W::Absolute, W::Admin])?,
            u.arbitrary()?,
        ),
        5 => Said::Extended(told(u)?),
        6 => Said::Expired(reason(u)?),
        7 => Said::GoingAway(time(u)?),
        8 | 9 => Said::Update(pick(u, &TOPICS)?, u64::from(u.arbitrary::<u8>()? % 16)),
        10 => Said::HeartbeatAck,
        _ => Said::Error,
    })
}

fn rumour(u: &mut Unstructured<'_>) -> Result<Rumour> {
    use Rumour as R;
    Ok(match u.arbitrary::<u8>()? % 16 {
        0 => R::LoggedIn,
        1 => R::LoggedOut,
        2 => R::Expired,
        3 => R::Changed,
        4 => R::Active,
        5 | 6 => {
            let bits = u.arbitrary::<u8>()?;
            R::Asking {
                visible: bits & 1 == 1,
                candidate: (bits ^ (bits >> 1)) & 1 == 1,
            }
        }
        7..10 => R::Leading {
            term: term(u)?,
            socket: match u.arbitrary::<u8>()? % 8 {
                1 | 3 | 5 | 7 => SharedSocket::Live,
                2 => SharedSocket::Held(Duration::from_secs(u64::from(u.arbitrary::<u8>()?))),
                4 => SharedSocket::Refused,
                _ => SharedSocket::Down,
            },
            visible: u.arbitrary()?,
        },
        10 | 11 => R::Resigned {
            term: term(u)?,
            to_this_tab: u.arbitrary()?,
        },
        12 => R::Wanting(pick(u, &TOPICS)?, maybe(u, |u| u.int_in_range(0..=15))?),
        13 => R::Unwanted(pick(u, &TOPICS)?),
        _ => R::Update {
            term: term(u)?,
            topic: pick(u, &TOPICS)?,
            seq: u.int_in_range(0..=15)?,
            after: u.int_in_range(0..=15)?,
        },
    })
}

fn term(u: &mut Unstructured<'_>) -> Result<Term> {
    use Term as T;
    pick(
        u,
        &[
            T::None,
            T::Before,
            T::Same,
            T::Same,
            T::Same,
            T::After,
            T::After,
            T::Last,
        ],
    )
}

fn maybe<T>(
    u: &mut Unstructured<'_>,
    read: impl FnOnce(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Option<T>> {
    if u.arbitrary()? {
        read(u).map(Some)
    } else {
        Ok(None)
    }
}
