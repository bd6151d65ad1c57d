//! The reconnect, retry and timing policies as one table, for documents and for review.
//!
//! Invariant: every duration and every limit that the client decides by has a row.

use std::time::Duration;

use super::{
    BACKOFF_BASE, BACKOFF_CAP, CLOCK_TOLERANCE, DRIFT_PATIENCE, END_SLACK, FAULT_LIMIT,
    LATEST_TIMER, LONG_SLEEP, LONGEST_RETRY_AFTER, LONGEST_WINDOW, RATES, REFUSED_LIMIT, Timing,
    UNAUTHORIZED_LIMIT, UNHEARD_LIMIT,
};

/// Returns the rows: a name and its value.
#[must_use]
pub fn rows() -> Vec<(String, String)> {
    let Timing {
        refresh_at_permille,
        refresh_jitter_permille,
        shortest_lifetime,
        assumed_lifetime,
        connect_timeout,
        auth_timeout,
        heartbeat,
        lasting,
        sound,
        activity_interval,
        report_patience,
        lock_patience,
        leader_check,
        leader_answer,
        leader_silence,
        hidden_patience,
        request_hold,
        wake_window,
        stale_after,
    } = Timing::default();
    let percent = |permille: u32| format!("{} % of the lifetime", permille / 10);
    let mut rows = vec![
        ("refresh point".to_owned(), percent(refresh_at_permille)),
        (
            "refresh jitter, earlier by up to".to_owned(),
            percent(refresh_jitter_permille),
        ),
    ];
    let durations = [
        ("shortest lifetime of a token", shortest_lifetime),
        ("lifetime of a token that tells none", assumed_lifetime),
        ("opening handshake, at most", connect_timeout),
        ("answer to the first message, at most", auth_timeout),
        ("silence before a heartbeat", heartbeat),
        ("a connection has lasted after", lasting),
        ("a connection was sound after", sound),
        ("reports of activity, one in", activity_interval),
        ("a report waits for the socket, at most", report_patience),
        ("a refresh waits for its turn, by default", lock_patience),
        ("a follower asks for the leader every", leader_check),
        ("a leader answers within", leader_answer),
        ("a silent leader is overtaken after", leader_silence),
        ("a hidden leader hands over after", hidden_patience),
        ("a request waits for a token, at most", request_hold),
        ("wakes share one question within", wake_window),
        ("a glance asks if the last word is older than", stale_after),
        ("backoff, first limit", BACKOFF_BASE),
        ("backoff, largest limit", BACKOFF_CAP),
        ("longest window after a restart", LONGEST_WINDOW),
        ("clock drift taken for noise", CLOCK_TOLERANCE),
        (
            "drift covers the page unless answered within",
            DRIFT_PATIENCE,
        ),
        ("sleep that covers the page", LONG_SLEEP),
        ("slack after the known end", END_SLACK),
        ("longest `Retry-After`", LONGEST_RETRY_AFTER),
        ("a timer later than this did not run", LATEST_TIMER),
    ];
    rows.extend(durations.map(|(name, time)| (name.to_owned(), spelled(time))));
    let counts = [
        ("refused handshakes before a question", REFUSED_LIMIT),
        (
            "plain 401s before a question is given up",
            UNAUTHORIZED_LIMIT,
        ),
        ("protocol faults before no reconnect", FAULT_LIMIT),
        ("unheard questions before sharing ends", UNHEARD_LIMIT),
    ];
    rows.extend(counts.map(|(name, count)| (name.to_owned(), count.to_string())));
    rows.extend(RATES.rows().map(|(name, rate)| {
        let gap = spelled(rate.gap);
        let most = rate.most_in_a_minute();
        let value = format!("gap {gap}, at most {most} in a minute");
        (format!("rate of {name}"), value)
    }));
    rows
}

fn spelled(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        hours if hours % 3600 == 0 => format!("{} h", hours / 3600),
        minutes if minutes % 60 == 0 => format!("{} min", minutes / 60),
        seconds => format!("{seconds} s"),
    }
}
