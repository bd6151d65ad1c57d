//! The same seeds give the same traces on every machine and in a browser: the hashes that both are
//! compared with.

use session_simulator::run::traces_hash;

/// First seed, number of seeds, and the hash of their traces, a line each. The browser test of the
/// same name reads this file too.
const HASHES: &str = include_str!("traces.txt");

/// After a change of the client or of the world: `TRACES=write cargo test -p session-simulator
/// --test traces`, and the browser tests again.
#[test]
fn the_traces_of_a_thousand_seeds_are_those_that_browsers_have() {
    let lines = HASHES.lines().map(|line| {
        let mut parts = line.split(' ').map(|part| part.parse().expect("a number"));
        let (first, count) = (parts.next(), parts.next());
        (first.expect("a seed"), count.expect("a count"))
    });
    let written: Vec<String> = lines
        .map(|(first, count): (u64, u64)| {
            format!("{first} {count} {}\n", traces_hash(first, count))
        })
        .collect();
    let written = written.concat();
    if std::env::var_os("TRACES").is_some() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/native/simulator/traces.txt"
        );
        std::fs::write(path, &written).expect("the file can be written");
    } else {
        assert_eq!(
            written, HASHES,
            "run it with TRACES=write if the change is meant"
        );
    }
}
