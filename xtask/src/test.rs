//! `test`: the suites, each to its end, with a line of counts for each and one for all.

use std::fs;
use std::process::{Command, ExitCode};
use std::time::Instant;

use serde_json::Value;

use crate::args::Suite;
use crate::bundle;
use crate::counts::Counts;
use crate::failure::{Doing as _, Failure};
use crate::packages;
use crate::process;
use crate::proofs;
use crate::serve;
use crate::tools::Toolbox;
use crate::workspace::{APP, WASM_TARGET, Workspace};

/// Seconds for all browser tests together; a page that hangs must not hang the run.
const BROWSER_TIMEOUT: &str = "180";

pub(crate) fn run(workspace: &Workspace, suites: &[Suite]) -> Result<ExitCode, Failure> {
    let mut reports = Vec::new();
    for suite in suites {
        println!("\n== {}", suite.name());
        let started = Instant::now();
        let mut counts = Counts::default();
        let ran = run_suite(workspace, *suite, &mut counts);
        if process::interrupted() {
            return Err(Failure::Interrupted);
        }
        let report = Report::new(*suite, counts, ran.err());
        println!("\n{} ({} s)", report.line(), started.elapsed().as_secs());
        reports.push(report);
    }

    println!();
    let mut total = Counts::default();
    for report in &reports {
        println!("{}", report.line());
        total += report.counts;
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// How a suite went. One that could not run, or ran nothing, counts as a failure.
#[derive(Debug)]
struct Report {
    suite: Suite,
    counts: Counts,
    trouble: Option<String>,
}

impl Report {
    fn new(suite: Suite, mut counts: Counts, failure: Option<Failure>) -> Self {
        let nothing_ran = counts == Counts::default();
        let trouble = failure
            .map(|failure| failure.to_string())
            .or(nothing_ran.then(|| "no test ran".to_owned()));
        if trouble.is_some() && counts.failed == 0 {
            counts.failed = 1;
        }
        Self {
            suite,
            counts,
            trouble,
        }
    }

    fn line(&self) -> String {
        let Counts { passed, failed } = self.counts;
        let trouble = self
            .trouble
            .as_ref()
            .map_or_else(String::new, |trouble| format!(": {trouble}"));
        format!(
            "{}: {passed} passed, {failed} failed{trouble}",
            self.suite.name()
        )
    }
}

fn run_suite(workspace: &Workspace, suite: Suite, counts: &mut Counts) -> Result<(), Failure> {
    let commands = match suite {
        Suite::Native => {
            packages::require_redis()?;
            vec![native(), proofs::gates()]
        }
        Suite::Browser => vec![browser(workspace)?],
        Suite::EndToEnd => vec![end_to_end(workspace)?],
    };
    let mut failed = Vec::new();
    for mut command in commands {
        let status = process::tee(command.current_dir(&workspace.root), |line| {
            *counts += Counts::in_line(line);
        })?;
        if !status.success() {
            failed.push(format!("`{}` failed ({status})", process::shown(&command)));
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(failed.join("; ")))
}

/// Everything that runs without a browser, documentation examples too; the gates have a profile of their own.
fn native() -> Command {
    let mut cargo = process::command("cargo");
    cargo.args(["test", "--workspace", "--no-fail-fast"]);
    for gate in proofs::GATES {
        cargo.args(["--exclude", gate.package]);
    }
    cargo
}

/// `tests/browser`, in headless Chrome driven by wasm-bindgen's test runner.
fn browser(workspace: &Workspace) -> Result<Command, Failure> {
    let chromedriver = packages::chromedriver()?;
    let capabilities = capabilities_with_chrome(workspace)?;
    let mut cargo = Toolbox::for_wasm_tests(workspace)?.command("cargo");
    cargo
        .args([
            "test",
            "--package",
            APP,
            "--target",
            WASM_TARGET,
            "--test",
            "browser",
        ])
        .env("CHROMEDRIVER", chromedriver)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities)
        .env("WASM_BINDGEN_TEST_TIMEOUT", BROWSER_TIMEOUT);
    Ok(cargo)
}

/// `webdriver.json` with the path of the Chrome that was found.
fn capabilities_with_chrome(workspace: &Workspace) -> Result<std::path::PathBuf, Failure> {
    let original = workspace.root.join("webdriver.json");
    let text = fs::read_to_string(&original).doing("read", &original)?;
    let mut capabilities: Value = serde_json::from_str(&text).doing("understand", &original)?;
    let chrome = packages::chrome()?;
    if let Some(Value::Object(options)) = capabilities.get_mut("goog:chromeOptions") {
        options.insert("binary".to_owned(), Value::from(chrome.to_string_lossy()));
    }
    let derived = workspace.target.join("webdriver.json");
    fs::write(&derived, capabilities.to_string()).doing("write", &derived)?;
    Ok(derived)
}

/// `tests/e2e`: Playwright, the release bundle and the real backend. Each test starts the backend it needs.
fn end_to_end(workspace: &Workspace) -> Result<Command, Failure> {
    let chrome = packages::chrome()?;
    packages::ensure_npm_packages(workspace)?;
    let dist = bundle::release(workspace)?;
    let dist_app = bundle::release_under_app(workspace)?;
    let backend = serve::build_backend(workspace, "dev")?;
    let mut playwright = process::command(workspace.root.join("node_modules/.bin/playwright"));
    playwright
        .args(["test", "--config", "tests/e2e", "--reporter", "list"])
        .env("CHROME", chrome)
        .env("SESSION_BACKEND_BIN", backend)
        .env("SESSION_DIST", dist)
        .env("SESSION_DIST_APP", dist_app);
    Ok(playwright)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(passed: u32, failed: u32, failure: Option<&str>) -> String {
        Report::new(
            Suite::Native,
            Counts { passed, failed },
            failure.map(Failure::new),
        )
        .line()
    }

    #[test]
    fn a_good_suite_is_two_numbers() {
        assert_eq!(report(123, 0, None), "native: 123 passed, 0 failed");
    }

    #[test]
    fn a_suite_that_ran_nothing_failed() {
        assert_eq!(
            report(0, 0, None),
            "native: 0 passed, 1 failed: no test ran"
        );
    }

    #[test]
    fn a_suite_that_broke_without_a_failed_test_failed() {
        assert_eq!(
            report(3, 0, Some("it broke")),
            "native: 3 passed, 1 failed: it broke"
        );
    }

    #[test]
    fn failed_tests_are_not_counted_twice() {
        assert_eq!(
            report(3, 2, Some("status 101")),
            "native: 3 passed, 2 failed: status 101"
        );
    }
}
