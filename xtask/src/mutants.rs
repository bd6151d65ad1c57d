//! `mutants`: breaks the client and the protocol, one small change at a time, and counts the changes that a test notices.
//!
//! Changes that no test can notice are excluded in `.cargo/mutants.toml`, each with its reason.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::failure::{Doing as _, Failure};
use crate::process;
use crate::share::Share;
use crate::tools::Toolbox;
use crate::workspace::{CORE, PROTOCOL, Workspace};

const PACKAGES: [&str; 2] = [CORE, PROTOCOL];

/// Per cent of the changes that compile, of all packages together.
const LEAST: u64 = 90;

/// Makes each change cheap to try: what is built anew each time is neither optimised nor described.
const ENVIRONMENT: [(&str, &str); 6] = [
    ("CARGO_PROFILE_DEV_DEBUG", "none"),
    ("CARGO_PROFILE_TEST_DEBUG", "none"),
    ("CARGO_INCREMENTAL", "1"),
    // The first test that notices ends the run, see `.config/nextest.toml`.
    ("NEXTEST_PROFILE", "mutants"),
    // A property that fails is enough: nobody reads a smaller example.
    ("PROPTEST_MAX_SHRINK_ITERS", "0"),
    // A snapshot that differs is a failure, not a new snapshot.
    ("INSTA_UPDATE", "no"),
];

/// cargo-mutants' exit codes when it tested all changes: all noticed, some not, some made a test endless.
const COMPLETE: [Option<i32>; 3] = [Some(0), Some(2), Some(3)];

pub(crate) fn run(workspace: &Workspace, flags: &[String]) -> Result<(), Failure> {
    let mut command = Toolbox::for_mutants(workspace)?.subcommand("mutants");
    for package in PACKAGES {
        command.args(["--package", package]);
    }
    if has_nextest() {
        command.args(["--test-tool", "nextest"]);
    } else {
        println!(
            "`cargo install --locked cargo-nextest` would halve the time: it stops at the first test that notices"
        );
    }
    command
        .arg("--output")
        .arg(&workspace.target)
        .args(flags)
        .current_dir(&workspace.root)
        // Each changed copy of the workspace is built in a directory of its own.
        .env_remove("CARGO_TARGET_DIR")
        .envs(ENVIRONMENT);
    let status = process::status(&mut command)?;
    if !COMPLETE.contains(&status.code()) {
        return Err(Failure::new(format!(
            "`{}` failed ({status})",
            process::shown(&command)
        )));
    }

    let file = workspace.target.join("mutants.out/outcomes.json");
    let text = fs::read_to_string(&file).doing("read", &file)?;
    let outcomes: Value = serde_json::from_str(&text).doing("understand", &file)?;
    let report = Report::of(&outcomes);
    println!("\n{}", report.text());
    report.verdict()
}

fn has_nextest() -> bool {
    process::capture(process::command("cargo").args(["nextest", "--version"])).is_ok()
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    /// By a failed test, or by one that did not end.
    caught: u64,
    missed: u64,
    /// Did not compile, so they say nothing.
    unviable: u64,
}

impl Tally {
    const fn share(self) -> Share {
        Share {
            part: self.caught,
            whole: self.caught + self.missed,
        }
    }

    fn row(self, name: &str) -> String {
        let Self {
            caught,
            missed,
            unviable,
        } = self;
        format!(
            "{name:20} {caught:>7} {missed:>7} {unviable:>9} {:>8}",
            self.share()
        )
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Report {
    packages: BTreeMap<String, Tally>,
    survivors: Vec<String>,
}

impl Report {
    /// From cargo-mutants' `outcomes.json`.
    fn of(outcomes: &Value) -> Self {
        let mut report = Self::default();
        let list = outcomes.get("outcomes").and_then(Value::as_array);
        for outcome in list.into_iter().flatten() {
            let text = |pointer| outcome.pointer(pointer).and_then(Value::as_str);
            // The run without a change has no mutant.
            let Some(package) = text("/scenario/Mutant/package") else {
                continue;
            };
            let tally = report.packages.entry(package.to_owned()).or_default();
            match text("/summary") {
                Some("CaughtMutant" | "Timeout") => tally.caught += 1,
                Some("Unviable") => tally.unviable += 1,
                _ => {
                    tally.missed += 1;
                    let name = text("/scenario/Mutant/name").unwrap_or_default();
                    report.survivors.push(name.to_owned());
                }
            }
        }
        report.survivors.sort();
        report
    }

    fn total(&self) -> Tally {
        let tallies = self.packages.values();
        tallies.fold(Tally::default(), |sum, tally| Tally {
            caught: sum.caught + tally.caught,
            missed: sum.missed + tally.missed,
            unviable: sum.unviable + tally.unviable,
        })
    }

    fn text(&self) -> String {
        let mut lines = vec![format!(
            "{:20} {:>7} {:>7} {:>9} {:>8}",
            "changes", "caught", "missed", "unviable", "caught"
        )];
        lines.extend(self.packages.iter().map(|(name, tally)| tally.row(name)));
        lines.push(self.total().row("total"));
        if !self.survivors.is_empty() {
            lines.push("\nno test notices:".to_owned());
        }
        lines.extend(self.survivors.iter().map(|name| format!("  {name}")));
        lines.join("\n")
    }

    fn verdict(&self) -> Result<(), Failure> {
        let share = self.total().share();
        if share.reaches(LEAST) {
            return Ok(());
        }
        Err(Failure::new(format!(
            "tests notice {share} of the changes, expected at least {LEAST} %; write tests for those listed above, or \
             exclude in .cargo/mutants.toml with the reason those that change nothing"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn outcome(package: &str, name: &str, summary: &str) -> Value {
        json!({"scenario": {"Mutant": {"package": package, "name": name}}, "summary": summary})
    }

    fn report(caught: usize, missed: usize) -> Report {
        let mut outcomes = vec![json!({"scenario": "Baseline", "summary": "Success"})];
        outcomes.extend(vec![outcome("one", "a", "CaughtMutant"); caught]);
        outcomes.extend(vec![outcome("two", "b", "MissedMutant"); missed]);
        outcomes.push(outcome("two", "c", "Unviable"));
        Report::of(&json!({"outcomes": outcomes}))
    }

    #[test]
    fn each_package_is_a_line_and_each_survivor_too() {
        let expected = "\
changes               caught  missed  unviable   caught
one                        3       0         0  100.0 %
two                        0       1         1    0.0 %
total                      3       1         1   75.0 %

no test notices:
  b";
        assert_eq!(report(3, 1).text(), expected);
    }

    #[test]
    fn an_endless_test_has_noticed() {
        let outcomes = json!({"outcomes": [outcome("one", "a", "Timeout")]});
        assert_eq!(Report::of(&outcomes).total().caught, 1);
    }

    #[test]
    fn what_does_not_compile_decides_nothing() {
        assert!(report(9, 1).verdict().is_ok());
        let failure = report(8, 1).verdict().unwrap_err().to_string();
        assert!(failure.starts_with("tests notice 88.8 %"), "{failure}");
    }

    #[test]
    fn a_run_without_a_change_fails() {
        assert!(report(0, 0).verdict().is_err());
        assert!(Report::of(&json!({})).verdict().is_err());
    }
}
