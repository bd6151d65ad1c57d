//! `load` and `crash`: the running server, measured and killed.
//!
//! Both start the very program of the server, optimised as it is served.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::packages;
use crate::process;
use crate::workspace::Workspace;

const PACKAGE: &str = "session-trials";
const PROFILE: &str = "server";

/// `--peer` stands for the folder of the peer, whose packages are installed.
pub(crate) fn load(workspace: &Workspace, flags: &[String]) -> Result<(), Failure> {
    let program = build(workspace, "load")?;
    let mut command = process::command(program);
    for flag in flags {
        command.arg(flag);
        if flag == "--peer" {
            let peer = workspace.root.join("benches/peer");
            packages::ensure_npm_packages_in(&peer)?;
            command.arg(peer);
        }
    }
    process::run(&mut command)
}

pub(crate) fn crash(workspace: &Workspace, flags: &[String]) -> Result<(), Failure> {
    let program = build(workspace, "crash")?;
    process::run(process::command(program).args(flags))
}

/// Builds the trials and the server beside them; returns a program.
fn build(workspace: &Workspace, program: &str) -> Result<PathBuf, Failure> {
    process::run(
        process::command("cargo")
            .args([
                "build",
                "--profile",
                PROFILE,
                "--package",
                PACKAGE,
                "--bins",
            ])
            .args(process::quiet_in_logs())
            .current_dir(&workspace.root),
    )?;
    Ok(workspace.target.join(PROFILE).join(program))
}
