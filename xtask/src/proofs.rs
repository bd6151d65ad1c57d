//! `simulate` and `model`: the instruments that try to refute the client.
//!
//! Both are optimised and keep debug assertions: a profile of their own says so. Their tests are the gates of `test
//! native`; their programs run as long as one likes.

use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

const PROFILE: &str = "simulation";

pub(crate) const SIMULATOR: Proof = Proof {
    package: "session-simulator",
    program: "simulate",
};

pub(crate) const MODEL: Proof = Proof {
    package: "session-model",
    program: "model",
};

/// All of them: the tests of each are gates.
pub(crate) const GATES: [Proof; 2] = [SIMULATOR, MODEL];

/// A package with a gate in its tests and a program for long runs.
#[derive(Debug)]
pub(crate) struct Proof {
    pub(crate) package: &'static str,
    program: &'static str,
}

impl Proof {
    /// Runs the program to its end.
    pub(crate) fn run(&self, workspace: &Workspace, flags: &[String]) -> Result<(), Failure> {
        let mut cargo = process::command("cargo");
        cargo
            .args(["run", "--profile", PROFILE, "--package", self.package])
            .args(["--bin", self.program])
            .args(process::quiet_in_logs())
            .arg("--")
            .args(flags)
            .current_dir(&workspace.root);
        process::run(&mut cargo)
    }
}

/// The tests of all gates.
pub(crate) fn gates() -> Command {
    let mut cargo = process::command("cargo");
    cargo.args(["test", "--profile", PROFILE, "--no-fail-fast"]);
    for proof in GATES {
        cargo.args(["--package", proof.package]);
    }
    cargo
}
