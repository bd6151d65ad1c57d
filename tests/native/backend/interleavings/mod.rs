//! Ten thousand lives of a session on each store, each with its calls interleaved in an order of its
//! own, step by step between any two questions to the store.
//!
//! Invariants, checked in every life: no credential works after the end, and what asks the store
//! after it gets nothing, however early it began; the first end is the only one; the absolute
//! deadline never moves, and nothing is granted after it; a token is replaced once; an honest
//! browser never trips the detection of reuse.

mod browser;
mod calls;
mod chance;
mod life;
mod steps;

use std::time::Instant;

use futures_util::{StreamExt, stream};

use crate::conformance::{Ground, user};

/// Lives on each store.
const LIVES: usize = 10_000;
/// Lives at a time: they are on one store, but each has a session of its own.
const AT_ONCE: usize = 128;

async fn ten_thousand_lives(store: &str, ground: Ground) {
    let user = user(&*ground.store, 1).await;
    let start = Instant::now();
    let mut sums = life::Sums::default();
    let lives = stream::iter(0..LIVES as u64).map(|seed| life::live(&*ground.store, &user, seed));
    let mut lives = lives.buffer_unordered(AT_ONCE);
    while let Some(lived) = lives.next().await {
        sums.add(&lived);
    }
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("{store}: {LIVES} lives in {seconds:.1} s: {sums:?}");
    sums.expect_variety(LIVES);
}

#[tokio::test]
async fn ten_thousand_interleavings_on_a_file() {
    ten_thousand_lives("SQLite", Ground::file().await).await;
}

#[tokio::test]
async fn ten_thousand_interleavings_on_redis() {
    ten_thousand_lives("Redis", Ground::redis().await).await;
}
