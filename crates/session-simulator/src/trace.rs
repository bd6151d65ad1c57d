//! The hash of a run: every input and every order of every tab, in order.
//!
//! Invariant: it depends on names, numbers and texts only, never on an address, a pointer's width
//! or an order of hashing, so that the same run has the same hash natively and in WebAssembly.
//!
//! Source: the rounds of `FxHash`, on 64 bits.

use std::time::Duration;

use crate::chance::millis;

/// A hash that grows with a run.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct TraceHash(u64);

impl TraceHash {
    /// Takes a number in.
    pub const fn number(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    /// Takes a text in.
    pub fn text(&mut self, text: &str) {
        let (words, rest) = text.as_bytes().as_chunks::<8>();
        for word in words {
            self.number(u64::from_le_bytes(*word));
        }
        let tail = rest
            .iter()
            .fold(0, |tail: u64, byte| (tail << 8) | u64::from(*byte));
        self.number((tail << 4) ^ u64::try_from(text.len()).unwrap_or(u64::MAX));
    }

    /// Takes a time in.
    pub fn time(&mut self, time: Duration) {
        self.number(millis(time));
    }

    /// Returns the hash so far.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
}
