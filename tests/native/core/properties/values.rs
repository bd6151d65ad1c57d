//! Random acts, lives, times and nuisances.

use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use proptest::{collection::vec, prelude::*, sample::select};
use session_core::Input;
use session_protocol::ActiveSession;

use super::client::{Life, act::Act};
use crate::support::{
    samples::{first_session, millis},
    world::World,
};

/// Bytes that one act may choose from.
const BYTES: usize = 20;

/// Any act. It is chosen by bytes, so that the fuzzer and these tests know the same acts.
pub(super) fn act() -> impl Strategy<Value = Act> {
    vec(any::<u8>(), BYTES).prop_map(|bytes| {
        Act::arbitrary(&mut Unstructured::new(&bytes)).expect("bytes that suffice")
    })
}

/// Anything that another tab or a stranger may say.
pub(super) fn rumour() -> impl Strategy<Value = Act> {
    vec(any::<u8>(), BYTES)
        .prop_map(|bytes| Act::heard(&mut Unstructured::new(&bytes)).expect("bytes that suffice"))
}

/// A life of at most this many acts, in a tab that shares nothing.
pub(super) fn life(most: usize) -> impl Strategy<Value = Life> {
    (any::<u8>(), vec(act(), 0..=most)).prop_map(|(choice, acts)| Life {
        deployment: choice & !Life::SHARED,
        acts,
    })
}

/// A life of at most this many acts, in a tab that shares its socket with others.
pub(super) fn shared_life(most: usize) -> impl Strategy<Value = Life> {
    life(most).prop_map(|life| Life {
        deployment: life.deployment | Life::SHARED,
        ..life
    })
}

/// A time from `least` to `most`, in milliseconds, with as many short ones as long ones.
pub(super) fn time(least: Duration, most: Duration) -> impl Strategy<Value = Duration> {
    let (least, most) = (least.as_secs_f64().max(0.001), most.as_secs_f64());
    (least.ln()..=most.ln()).prop_map(move |log| {
        let seconds = log.exp().clamp(least, most);
        Duration::from_millis(
            Duration::from_secs_f64(seconds)
                .as_millis()
                .try_into()
                .expect("ms"),
        )
    })
}

/// A seed of the jitter.
pub(super) fn seed() -> impl Strategy<Value = u64> {
    any::<u64>()
}

/// A session that nothing ends, so that only what a test is about happens.
pub(super) fn endless() -> ActiveSession {
    ActiveSession {
        idle_remaining: None,
        absolute_remaining: None,
        ..first_session()
    }
}

/// A fact that hurries a client, and does nothing else to it.
pub(super) fn nuisance() -> impl Strategy<Value = Input> {
    select(vec![
        Input::PageShown { persisted: false },
        Input::PageShown { persisted: true },
        Input::PageHidden,
        Input::PageFrozen,
        Input::PageLeft,
        Input::PageResumed,
        Input::PageFocused,
        Input::WentOffline,
        Input::WentOnline,
        Input::UserWasActive,
        Input::DeadlineReached,
    ])
}

/// Nuisances with the times between them, a few seconds each.
pub(super) fn nuisances() -> impl Strategy<Value = Vec<(Duration, Input)>> {
    let gap = time(millis(1), millis(20_000));
    vec((gap, nuisance()), 0..24)
}

impl World {
    /// Lets nuisances happen until this time, and time pass until then.
    pub(super) fn pester(&mut self, nuisances: &[(Duration, Input)], until: Duration) {
        for (gap, nuisance) in nuisances {
            if self.now() + *gap > until {
                break;
            }
            self.advance(*gap);
            self.send(nuisance.clone());
        }
        self.advance(until.saturating_sub(self.now()));
    }

    /// Returns when each order of this name was given, since the log was last forgotten.
    pub(super) fn times(&self, name: &str) -> Vec<Duration> {
        let orders = self.log().filter(|(_, order)| order.name() == name);
        orders.map(|(at, _)| at).collect()
    }

    /// Returns the record of what happened, for a statement that does not hold.
    pub(super) fn story(&self) -> String {
        let entries = self.client.timeline().entries();
        let lines = entries.map(|it| format!("\n{} {} {}", it.at_ms, it.name, it.detail));
        lines.collect()
    }
}
