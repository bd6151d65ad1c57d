//! `check`: everything about the sources that needs no run of the app. Every step runs, whatever the others said.

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::fuzz;
use crate::packages;
use crate::process;
use crate::proofs::SIMULATOR;
use crate::size;
use crate::tools::{self, Toolbox};
use crate::workspace::{APP, WASM_TARGET, Workspace};

const FUZZ_MANIFEST: [&str; 2] = ["--manifest-path", "fuzz/Cargo.toml"];

type Step = fn(&Workspace) -> Result<(), Failure>;

const STEPS: [(&str, Step); 8] = [
    ("fmt", fmt),
    ("clippy, host", |workspace| {
        clippy(workspace, &["--workspace", "--all-targets"])
    }),
    ("clippy, wasm", clippy_wasm),
    ("clippy, fuzz", clippy_fuzz),
    ("rustdoc", rustdoc),
    ("licences", licences),
    ("advisories", advisories),
    ("size", size::run),
];

pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode, Failure> {
    let mut outcomes = Vec::new();
    for (name, step) in STEPS {
        println!("\n== {name}");
        let started = Instant::now();
        let outcome = step(workspace);
        if process::interrupted() {
            return Err(Failure::Interrupted);
        }
        let outcome = Outcome {
            name,
            took: started.elapsed(),
            failure: outcome.err(),
        };
        println!("{}", outcome.line());
        outcomes.push(outcome);
    }

    println!("\n== summary");
    for outcome in &outcomes {
        println!("{}", outcome.line());
    }
    let failed = outcomes.iter().any(|outcome| outcome.failure.is_some());
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

#[derive(Debug)]
struct Outcome {
    name: &'static str,
    took: Duration,
    failure: Option<Failure>,
}

impl Outcome {
    fn line(&self) -> String {
        let seconds = self.took.as_secs_f64();
        match &self.failure {
            None => format!("ok      {:14} {seconds:7.1} s", self.name),
            Some(failure) => format!("FAILED  {:14} {seconds:7.1} s  {failure}", self.name),
        }
    }
}

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Result<(), Failure> {
    process::run(
        process::command("cargo")
            .args(arguments)
            .current_dir(&workspace.root),
    )
}

fn fmt(workspace: &Workspace) -> Result<(), Failure> {
    cargo(workspace, &["fmt", "--all", "--check"])?;
    cargo(
        workspace,
        &["fmt", "--check", FUZZ_MANIFEST[0], FUZZ_MANIFEST[1]],
    )
}

fn clippy(workspace: &Workspace, what: &[&str]) -> Result<(), Failure> {
    cargo(
        workspace,
        &[&["clippy"], what, &["--", "-D", "warnings"]].concat(),
    )
}

/// What runs in the browser, as the browser sees it: the app, and the simulator that its tests compare with.
fn clippy_wasm(workspace: &Workspace) -> Result<(), Failure> {
    tools::ensure_wasm_target()?;
    let of = |package, what: &[&str]| {
        let package = ["--package", package, "--target", WASM_TARGET];
        clippy(workspace, &[&package, what].concat())
    };
    of(APP, &["--lib", "--bins", "--tests"])?;
    of(SIMULATOR.package, &["--lib"])
}

/// The fuzz targets, a workspace of their own.
fn clippy_fuzz(workspace: &Workspace) -> Result<(), Failure> {
    packages::require_cpp_compiler()?;
    let target = fuzz::target_directory(workspace);
    let target = ["--target-dir", &*target.to_string_lossy()];
    clippy(workspace, &[&FUZZ_MANIFEST[..], &target[..]].concat())
}

fn rustdoc(workspace: &Workspace) -> Result<(), Failure> {
    process::run(
        process::command("cargo")
            .args([
                "doc",
                "--workspace",
                "--no-deps",
                "--document-private-items",
            ])
            .env("RUSTDOCFLAGS", "-D warnings")
            .current_dir(&workspace.root),
    )
}

fn licences(workspace: &Workspace) -> Result<(), Failure> {
    process::run(cargo_deny(workspace)?.args(["licenses", "bans", "sources"]))
}

/// Known vulnerabilities, from the `RustSec` database. Where that cannot be fetched the check says so and passes: it depends
/// on the network, not on the sources.
fn advisories(workspace: &Workspace) -> Result<(), Failure> {
    let mut command = cargo_deny(workspace)?;
    command.arg("advisories");
    let (said, verdict) = process::run_quietly(&mut command)?;
    if verdict.is_err() && said.contains(DATABASE_MISSING) {
        println!("skipped: the advisory database cannot be fetched from here");
        return Ok(());
    }
    print!("{said}");
    verdict
}

/// What cargo-deny says when it has no database.
const DATABASE_MISSING: &str = "failed to fetch advisory database";

fn cargo_deny(workspace: &Workspace) -> Result<Command, Failure> {
    let mut command = Toolbox::for_licences(workspace)?.subcommand("deny");
    command
        .args(["--log-level", "error", "check"])
        .current_dir(&workspace.root);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_one_line_with_its_time() {
        let mut outcome = Outcome {
            name: "fmt",
            took: Duration::from_millis(1250),
            failure: None,
        };
        assert_eq!(outcome.line(), "ok      fmt                1.2 s");
        outcome.failure = Some(Failure::new("`cargo fmt` failed"));
        assert_eq!(
            outcome.line(),
            "FAILED  fmt                1.2 s  `cargo fmt` failed"
        );
    }
}
