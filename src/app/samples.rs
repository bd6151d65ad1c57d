//! The topic `system`: what the backend measures of its host and of itself, once a second.
//!
//! Invariants: a number that is missing or `null` is not a number here, never zero; an update is
//! counted once, although the server repeats the last minute to a page that comes back.

use session_protocol::Value;

use crate::service::Update;

/// Name of the topic.
pub(crate) const TOPIC: &str = "system";
/// Samples that are kept: one minute of one a second.
pub(crate) const KEPT: usize = 60;

/// A number of a sample.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Metric {
    Cpu,
    Load1,
    Load5,
    Load15,
    MemoryUsed,
    MemoryTotal,
    NetworkReceived,
    NetworkSent,
    ProcessCpu,
    ProcessMemory,
    OpenSockets,
    ActiveSessions,
    Requests,
    Refreshes,
    RefreshesTotal,
}

/// The names on the wire, in the order of [`Metric`].
const NAMES: [&str; 15] = [
    "cpu",
    "load1",
    "load5",
    "load15",
    "memoryUsedBytes",
    "memoryTotalBytes",
    "networkReceivedBytesPerSecond",
    "networkSentBytesPerSecond",
    "processCpu",
    "processMemoryBytes",
    "openSockets",
    "activeSessions",
    "requestsPerSecond",
    "refreshesPerSecond",
    "refreshesTotal",
];

/// One sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample([f64; NAMES.len()]);

impl Sample {
    /// A sample in which nothing was measured.
    pub(crate) const EMPTY: Self = Self([f64::NAN; NAMES.len()]);

    fn read(payload: &Value) -> Self {
        Self(NAMES.map(|name| {
            payload
                .get(name)
                .and_then(Value::as_f64)
                .unwrap_or(f64::NAN)
        }))
    }

    /// Returns a number; not a number if it was not measured.
    pub(crate) const fn of(&self, metric: Metric) -> f64 {
        self.0[metric as usize]
    }
}

/// How many updates this tab received.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Received {
    /// The number of updates.
    pub(crate) count: u64,
    last_seq: u64,
    repeated_until: u64,
}

impl Received {
    /// Most updates that a server repeats to a new subscriber.
    const REPEATED: u64 = 120;

    /// A page subscribes again: what comes now may be repeated.
    pub(crate) const fn resume(&mut self) {
        self.repeated_until = self.last_seq;
    }

    /// Counts an update, unless it is a repetition.
    pub(crate) fn count(&mut self, seq: u64) {
        let behind = self.repeated_until.checked_sub(seq);
        // A count that begins far lower is another server's; zero is a server that does not count.
        if seq > 0 && behind.is_some_and(|behind| behind < Self::REPEATED) {
            return;
        }
        self.count += 1;
        self.last_seq = seq;
    }
}

/// The last minute.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    samples: Vec<Sample>,
    /// How many updates this tab received.
    pub(crate) received: u64,
}

impl History {
    /// Begins without samples, at this number of updates.
    pub(crate) const fn new(received: u64) -> Self {
        Self {
            samples: Vec::new(),
            received,
        }
    }

    /// Adds an update.
    pub(crate) fn add(&mut self, update: &Update, received: u64) {
        if self.samples.len() == KEPT {
            self.samples.remove(0);
        }
        self.samples.push(Sample::read(&update.payload));
        self.received = received;
    }

    /// Returns the sample that was taken this many samples before the latest one.
    pub(crate) fn before(&self, age: usize) -> Sample {
        let index = self.samples.len().checked_sub(age + 1);
        index.map_or(Sample::EMPTY, |index| self.samples[index])
    }

    /// Returns a number of each sample with its position, at most [`KEPT`] - 1, which is the
    /// latest.
    pub(crate) fn positions(&self, metric: Metric) -> impl Iterator<Item = (usize, f64)> {
        let first = KEPT - self.samples.len();
        let values = self.samples.iter().map(move |sample| sample.of(metric));
        values
            .enumerate()
            .map(move |(index, value)| (first + index, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(seq: u64, payload: &str) -> Update {
        Update {
            topic: TOPIC.to_owned(),
            seq,
            payload: serde_json::from_str(payload).unwrap(),
        }
    }

    #[test]
    fn what_was_not_measured_is_not_zero() {
        let mut history = History::new(0);
        history.add(&update(1, r#"{"cpu":0.5,"load1":null}"#), 1);
        let sample = history.before(0);
        assert!((sample.of(Metric::Cpu) - 0.5).abs() < f64::EPSILON);
        assert!(sample.of(Metric::Load1).is_nan() && sample.of(Metric::RefreshesTotal).is_nan());
    }

    #[test]
    fn the_latest_sample_stands_at_the_end() {
        let mut history = History::new(0);
        for seq in 1..=70 {
            history.add(
                &update(seq, &["{\"cpu\":", &seq.to_string(), "}"].concat()),
                seq,
            );
        }
        let positions: Vec<_> = history.positions(Metric::Cpu).collect();
        assert_eq!(positions.first(), Some(&(0, 11.0)));
        assert_eq!(positions.last(), Some(&(59, 70.0)));
        assert!((history.before(9).of(Metric::Cpu) - 61.0).abs() < f64::EPSILON);
    }

    #[test]
    fn what_a_page_hears_again_is_counted_once() {
        let mut received = Received::default();
        for seq in [100, 101] {
            received.count(seq);
        }
        received.resume();
        for seq in [100, 101, 102] {
            received.count(seq);
        }
        assert_eq!(received.count, 3);
    }

    #[test]
    fn updates_without_a_number_and_of_a_new_server_count() {
        let mut received = Received::default();
        for seq in [0, 0, 500, 1, 2] {
            received.count(seq);
        }
        assert_eq!(received.count, 5);
    }
}
