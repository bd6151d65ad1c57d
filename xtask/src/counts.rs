//! Reads how many tests ran from what test runners print. Pure, line by line.

use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Counts {
    /// What one line of output adds, from libtest, wasm-bindgen-test-runner or Playwright.
    pub(crate) fn in_line(line: &str) -> Self {
        let line = without_colours(line);
        libtest(&line)
            .or_else(|| playwright(&line))
            .unwrap_or_default()
    }
}

/// `test result: ok. 12 passed; 0 failed; 1 ignored; ...`, also from wasm-bindgen-test-runner.
fn libtest(line: &str) -> Option<Counts> {
    let (_, parts) = line
        .trim()
        .strip_prefix("test result: ")?
        .split_once(". ")?;
    let number_of = |what: &str| {
        parts
            .split(';')
            .find_map(|part| part.trim().strip_suffix(what)?.trim().parse().ok())
    };
    Some(Counts {
        passed: number_of("passed")?,
        failed: number_of("failed")?,
    })
}

/// A line of Playwright's closing summary: two spaces, a number and one of its words. A flaky test passed in the end; one
/// that did not run, or was interrupted, did not pass.
fn playwright(line: &str) -> Option<Counts> {
    let line = line.strip_prefix("  ")?.trim_end();
    let (number, what) = line.split_once(' ')?;
    let number = number.parse().ok()?;
    let what = what.split_once(" (").map_or(what, |(what, _duration)| what);
    match what {
        "passed" | "flaky" => Some(Counts {
            passed: number,
            failed: 0,
        }),
        "failed" | "interrupted" | "did not run" => Some(Counts {
            passed: 0,
            failed: number,
        }),
        _ => None,
    }
}

/// The line without ANSI colour sequences (`ESC [ ... m`).
fn without_colours(line: &str) -> String {
    let mut pieces = line.split("\u{1b}[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain.push_str(piece.split_once('m').map_or(piece, |(_colour, text)| text));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u32, failed: u32) -> Counts {
        Counts { passed, failed }
    }

    #[test]
    fn libtest_tells_both_numbers_in_one_line() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";
        assert_eq!(Counts::in_line(line), counts(12, 3));
    }

    #[test]
    fn the_browser_runner_prints_the_same_without_a_time() {
        let line = "test result: ok. 7 passed; 0 failed; 0 ignored; 0 filtered out\n";
        assert_eq!(Counts::in_line(line), counts(7, 0));
    }

    #[test]
    fn playwright_tells_one_number_a_line() {
        assert_eq!(Counts::in_line("  9 passed (1.2m)\n"), counts(9, 0));
        assert_eq!(Counts::in_line("  2 failed\n"), counts(0, 2));
        assert_eq!(Counts::in_line("  1 flaky\n"), counts(1, 0));
        assert_eq!(Counts::in_line("  4 did not run\n"), counts(0, 4));
        assert_eq!(Counts::in_line("  1 interrupted\n"), counts(0, 1));
        assert_eq!(Counts::in_line("  3 skipped\n"), counts(0, 0));
    }

    #[test]
    fn colours_are_ignored() {
        assert_eq!(
            Counts::in_line("\u{1b}[32m  9 passed\u{1b}[39m\u{1b}[2m (4s)\u{1b}[22m\n"),
            counts(9, 0)
        );
        let line = "test result: \u{1b}[32mok\u{1b}[0m. 5 passed; 0 failed; 0 ignored";
        assert_eq!(Counts::in_line(line), counts(5, 0));
    }

    #[test]
    fn other_lines_count_nothing() {
        for line in [
            "",
            "running 3 tests",
            "test a ... ok",
            "3 passed, 1 failed",
            "    2 passed by on the left",
            "  1) first.spec.ts:3:1 › it failed",
            "test result: nonsense",
        ] {
            assert_eq!(Counts::in_line(line), Counts::default(), "{line}");
        }
    }
}
