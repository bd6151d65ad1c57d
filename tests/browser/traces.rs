//! The simulator in a browser: the same seeds give the same traces as natively, so what it proves
//! there holds for the client that runs here.

use session_simulator::run::traces_hash;
use wasm_bindgen_test::wasm_bindgen_test;

/// First seed, number of seeds, and the hash of their traces; the native test writes it.
const HASHES: &str = include_str!("../native/simulator/traces.txt");

#[wasm_bindgen_test]
pub fn the_same_seeds_give_the_same_traces_as_natively() {
    // The first two hundred of them: a debug build takes long for all, which agree as well.
    for line in HASHES.lines().take(4) {
        let numbers: Vec<u64> = line
            .split(' ')
            .map(|part| part.parse().expect("a number"))
            .collect();
        let [first, count, hash] = numbers[..] else {
            panic!("three numbers a line, found `{line}`");
        };
        assert_eq!(traces_hash(first, count), hash, "seeds from {first}");
    }
}
