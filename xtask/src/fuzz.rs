//! `fuzz`: runs the fuzz targets of `fuzz/`, each to its end, with a line of figures for each.
//!
//! What a run finds worth keeping goes to the target directory, where the next run starts from it; the committed corpora
//! are only read. libFuzzer needs options of rustc that are not stable: `RUSTC_BOOTSTRAP` lifts that bar, only here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::args::FuzzOptions;
use crate::failure::{Doing as _, Failure};
use crate::packages;
use crate::process;
use crate::tools::Toolbox;
use crate::workspace::Workspace;

/// The workspace of the targets, relative to the root.
const DIRECTORY: &str = "fuzz";

/// Seconds that one input may take.
const LONGEST_INPUT: &str = "-timeout=5";
const MEMORY: &str = "-rss_limit_mb=1024";

pub(crate) fn run(workspace: &Workspace, options: &FuzzOptions) -> Result<(), Failure> {
    packages::require_cpp_compiler()?;
    let toolbox = Toolbox::for_fuzzing(workspace)?;
    let fuzzer = Fuzzer { workspace, toolbox };
    let targets = chosen(fuzzer.targets()?, options.target.as_deref())?;
    fuzzer.build()?;
    let mut broken = Vec::new();
    for target in &targets {
        if let Err(failure) = fuzzer.run(target, options.time) {
            if process::interrupted() {
                return Err(Failure::Interrupted);
            }
            println!("{target}: {failure}");
            broken.push(target.as_str());
        }
    }
    if broken.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} of {} fuzz targets broke: {}; the inputs and the commands that replay them are shown above",
        broken.len(),
        targets.len(),
        broken.join(", ")
    )))
}

/// All targets, or the one that the user asked for.
fn chosen(all: Vec<String>, asked: Option<&str>) -> Result<Vec<String>, Failure> {
    match asked {
        None if all.is_empty() => Err(Failure::new("there is no fuzz target in fuzz/")),
        None => Ok(all),
        Some(name) if all.iter().any(|target| target == name) => Ok(vec![name.to_owned()]),
        Some(name) => Err(Failure::new(format!(
            "there is no fuzz target `{name}`; there are: {}",
            all.join(", ")
        ))),
    }
}

/// Where the targets are built and what they find is kept.
pub(crate) fn target_directory(workspace: &Workspace) -> PathBuf {
    workspace.target.join("fuzz")
}

#[derive(Debug)]
struct Fuzzer<'a> {
    workspace: &'a Workspace,
    toolbox: Toolbox,
}

impl Fuzzer<'_> {
    fn targets(&self) -> Result<Vec<String>, Failure> {
        let said = process::capture_output(&mut self.command("list"))?;
        Ok(said.split_whitespace().map(str::to_owned).collect())
    }

    fn build(&self) -> Result<(), Failure> {
        println!("building the fuzz targets");
        let (said, verdict) = process::run_quietly(&mut self.compiling("build"))?;
        verdict.inspect_err(|_| println!("{said}"))
    }

    fn run(&self, target: &str, time: Duration) -> Result<(), Failure> {
        let grown = target_directory(self.workspace).join("grown").join(target);
        fs::create_dir_all(&grown).doing("make", &grown)?;
        let mut command = self.compiling("run");
        command
            .arg(target)
            .args([grown, Path::new(DIRECTORY).join("corpus").join(target)])
            .args(["--", LONGEST_INPUT, MEMORY, "-print_final_stats=1"])
            .arg(format!("-max_total_time={}", time.as_secs()));
        let (said, verdict) = process::run_quietly(&mut command)?;
        match verdict {
            Ok(()) => println!("{target}: {}", figures(&said, time)),
            Err(_) => println!("{said}"),
        }
        verdict
    }

    fn command(&self, subcommand: &str) -> Command {
        let mut command = self.toolbox.subcommand("fuzz");
        command
            .args([subcommand, "--fuzz-dir", DIRECTORY])
            .current_dir(&self.workspace.root)
            .env("RUSTC_BOOTSTRAP", "1");
        command
    }

    /// The crates under test forbid unsafe code, in which an address sanitizer would look for faults.
    fn compiling(&self, subcommand: &str) -> Command {
        let mut command = self.command(subcommand);
        command
            .args(["--sanitizer", "none", "--target-dir"])
            .arg(target_directory(self.workspace));
        command
    }
}

/// libFuzzer's closing figures in one line.
fn figures(said: &str, time: Duration) -> String {
    let figure = |name: &str| {
        let mut lines = said.lines();
        lines
            .find_map(|line| {
                line.strip_prefix("stat::")?
                    .strip_prefix(name)?
                    .strip_prefix(':')
            })
            .map_or("an unknown number of", str::trim)
    };
    format!(
        "{} runs in {} s, {} new inputs, nothing broke",
        figure("number_of_executed_units"),
        time.as_secs(),
        figure("new_units_added")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn all_targets_run_unless_one_is_named() {
        let all = || names(&["frame", "notice"]);
        assert_eq!(chosen(all(), None).unwrap(), all());
        assert_eq!(chosen(all(), Some("notice")).unwrap(), ["notice"]);
    }

    #[test]
    fn an_unknown_target_is_answered_with_those_that_are() {
        let failure = chosen(names(&["frame", "notice"]), Some("farme")).unwrap_err();
        assert_eq!(
            failure.to_string(),
            "there is no fuzz target `farme`; there are: frame, notice"
        );
        assert!(chosen(Vec::new(), None).is_err());
    }

    #[test]
    fn the_figures_are_those_at_the_end() {
        let said = "Done 700 runs in 5 second(s)\nstat::number_of_executed_units: 700\nstat::new_units_added:          3\n";
        assert_eq!(
            figures(said, Duration::from_secs(5)),
            "700 runs in 5 s, 3 new inputs, nothing broke"
        );
    }
}
