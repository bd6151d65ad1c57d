//! A random walk: a server, a browser and a person who do what they like, lies included.

use std::{collections::BTreeMap, time::Duration};

use session_core::{CallId, Input, Presence, Replay, RequestId};
use session_protocol::{ServerMessage, TabNoticeKind};

use super::{
    facts::FAMILIES,
    samples::{TOKEN_LIFETIME, ada, credentials, first_session, grant, millis, notice, secs},
    world::World,
};

/// Draws of a seed, the same on every machine.
///
/// # Source
///
/// `SplitMix64`.
#[derive(Clone)]
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn pick<T>(&mut self, mut items: Vec<T>) -> Option<T> {
        let index = usize::try_from(self.below(items.len().max(1) as u64)).ok()?;
        (index < items.len()).then(|| items.swap_remove(index))
    }
}

/// What the walk remembers, so that its requests are told apart.
#[derive(Default)]
pub(crate) struct Walk {
    submitted: u64,
    notices: u64,
    /// Requests without an outcome, with whether they may be repeated and how often they were sent.
    pub(crate) pending: BTreeMap<RequestId, (Replay, u32)>,
}

impl Walk {
    /// Lets time pass, or clocks jump, and returns the next fact.
    pub(crate) fn next(&mut self, world: &mut World, draws: &mut Draws) -> Input {
        match draws.below(100) {
            0..15 => pass(world, draws),
            15..45 => polite(world, draws),
            _ => {
                let mut facts = Vec::new();
                let family = draws.below(FAMILIES.len() as u64);
                let family = usize::try_from(family).expect("few families");
                FAMILIES[family](world, &mut facts);
                let (_, input) = draws.pick(facts).expect("no family is empty");
                self.personal(input, draws)
            }
        }
    }

    /// Gives a fact of the table an identifier of this walk.
    fn personal(&mut self, input: Input, draws: &mut Draws) -> Input {
        match input {
            Input::RequestSubmitted { replay, .. } if draws.below(10) > 0 => {
                self.submitted += 1;
                let request = RequestId(self.submitted);
                Input::RequestSubmitted { request, replay }
            }
            Input::RequestSubmitted { .. } => {
                let request = self.any_pending(draws);
                let replay = Replay::Safe;
                if self.pending.contains_key(&request) {
                    Input::RequestSubmitted { request, replay }
                } else {
                    Input::RequestAbandoned { request }
                }
            }
            Input::RequestAnswered { .. } => Input::RequestAnswered {
                request: self.any_pending(draws),
            },
            Input::RequestUnauthorized { failure, .. } => Input::RequestUnauthorized {
                request: self.any_pending(draws),
                failure,
            },
            Input::TabNoticeReceived(_) => {
                self.notices += 1;
                let kind = draws.pick(TabNoticeKind::LIFE.to_vec()).expect("a kind");
                let session = draws.pick(vec!["s-1", "s-2", "s-9"]).expect("a session");
                Input::TabNoticeReceived(notice(kind, session, self.notices))
            }
            Input::RefreshFailed { failure, .. } if draws.below(4) == 0 => Input::RefreshFailed {
                call: CallId(draws.below(60)),
                failure,
            },
            other => other,
        }
    }

    fn any_pending(&self, draws: &mut Draws) -> RequestId {
        let pending = self.pending.keys().copied().collect();
        draws.pick(pending).unwrap_or(RequestId(77_777))
    }
}

/// Time passes as it does in browsers: in ticks, in naps, in jumps of either clock.
fn pass(world: &mut World, draws: &mut Draws) -> Input {
    match draws.below(10) {
        0..4 => {
            if let Some(deadline) = world.client.next_deadline() {
                world.pass(deadline.saturating_sub(world.now()));
            }
        }
        4..7 => world.pass(millis(draws.below(3000))),
        7 => world.pass(secs(draws.below(7200))),
        8 => world.set_wall_forward(secs(draws.below(100_000))),
        _ => world.set_wall_back(secs(draws.below(100_000))),
    }
    Input::DeadlineReached
}

/// The next step of a life without trouble.
fn polite(world: &World, draws: &mut Draws) -> Input {
    let socket = world.socket();
    let call = |order| world.call_of(order).unwrap_or(CallId(0));
    let lifetime = Duration::from_secs(draws.below(400));
    let mut good = grant(first_session());
    good.expires_in = lifetime;
    match world.client.state_names() {
        ["Starting", ..] => Input::Started {
            presence: Presence::Present,
            locks: false,
        },
        ["Anonymous" | "Expired", ..] => {
            Input::Commanded(session_core::Command::LogIn(credentials(&ada())))
        }
        ["Authenticating", ..] => Input::LoginSucceeded {
            call: call("RequestLogin"),
            grant: good,
        },
        ["LoggingOut", ..] => Input::LogoutSucceeded {
            call: call("RequestLogout"),
        },
        [_, "Refreshing", _] => Input::RefreshSucceeded {
            call: call("RequestRefresh"),
            grant: good,
        },
        [_, _, "Connecting"] => Input::SocketOpened { socket },
        [_, _, "Authenticating"] => Input::SocketMessageReceived {
            socket,
            message: ServerMessage::AuthOk {
                expires_in: TOKEN_LIFETIME,
                session: None,
                reconnect_within: None,
            },
        },
        [_, _, "Suspended"] => Input::SessionAnswered {
            call: call("AskSession"),
            status: session_protocol::SessionStatus::Active(first_session()),
        },
        _ => Input::UserWasActive,
    }
}
