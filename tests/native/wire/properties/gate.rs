//! How much is tried in the gate.

use proptest::test_runner::{Config, RngSeed};

/// Seed of the values, so that each run tries the same ones.
const SEED: u64 = 20_260_101;

/// Returns a configuration with this many cases, unless the environment asks for another number.
pub(crate) fn cases(gate: u32) -> Config {
    let default = Config::default();
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    Config {
        cases: if asked { default.cases } else { gate },
        rng_seed: match default.rng_seed {
            RngSeed::Random => RngSeed::Fixed(SEED),
            chosen @ RngSeed::Fixed(_) => chosen,
        },
        // A failure is replayed by its seed and kept as a test of its own.
        failure_persistence: None,
        ..default
    }
}

/// The usual number of cases.
pub(crate) fn gate() -> Config {
    cases(1024)
}
