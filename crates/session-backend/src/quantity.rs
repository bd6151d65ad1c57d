//! Times and numbers of bytes, written for people.
//!
//! Invariant: nothing is rounded; the unit is the largest of which there is a whole number.

use std::time::Duration;

/// Writes a time in its largest whole unit.
pub(crate) fn time(duration: Duration) -> String {
    let millis = duration.as_millis();
    let units = [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "min"),
        (1_000, "s"),
    ];
    let unit = units
        .into_iter()
        .find(|(unit, _)| millis >= *unit && millis.is_multiple_of(*unit));
    let (unit, name) = unit.unwrap_or((1, "ms"));
    format!("{} {name}", millis / unit)
}

/// Writes a number of bytes in its largest whole unit.
pub(crate) fn size(bytes: usize) -> String {
    let units = [(1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = units
        .into_iter()
        .find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit));
    let (unit, name) = unit.unwrap_or((1, "bytes"));
    format!("{} {name}", bytes / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_written_in_whole_units() {
        let times = [
            200,
            1_500,
            30_000,
            300_000,
            5_400_000,
            86_400_000,
            2_592_000_000,
        ];
        let times = times.map(|millis| time(Duration::from_millis(millis)));
        assert_eq!(
            times,
            [
                "200 ms", "1500 ms", "30 s", "5 min", "90 min", "1 d", "30 d"
            ]
        );
        assert_eq!(
            [1_000, 16_384, 10 << 20].map(size),
            ["1000 bytes", "16 KiB", "10 MiB"]
        );
    }
}
