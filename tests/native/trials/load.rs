//! The trials of load, with a crowd that fits any machine: everybody is served, told and comes back.

use std::time::Duration;

use session_trials::load::{self, LoadOptions};

/// Numbers that do not depend on how busy the machine is.
const EXACT: [&str; 3] = [
    "fan-out: updates left out or doubled",
    "kill -9 and restart: accepted in a second",
    "kill -9 and restart: refreshes meanwhile",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_sockets_are_served_told_and_come_back() {
    session_trials::raise_open_files().unwrap();
    let options = LoadOptions {
        program: env!("CARGO_BIN_EXE_trial-backend").into(),
        sockets: 500,
        handshakes_per_second: 100,
        revoked: 10,
        logins: 20,
        subscribers: 100,
        fan_out: Duration::from_secs(2),
    };
    let table = load::run(&options).await.unwrap();
    for what in EXACT {
        let row = table.rows.iter().find(|row| row.what == what).unwrap();
        assert!(row.holds(), "{row}");
    }
    assert!(table.number("fan-out: messages a second").unwrap() > 0.0);
}
