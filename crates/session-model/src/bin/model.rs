//! `model`: explores the scenes, or looks for a bug that was put back.

#![expect(clippy::print_stdout, reason = "it is a command")]

use std::{process::ExitCode, time::Duration};

use session_model::{Bounds, Scene, check, hunt, scenes, walk};
use session_simulator::{bug::Bug, command_line::flags};

const USAGE: &str = "\
model [--tabs N] [--scene NAME] [--faults N] [--seconds N] [--states N] [--threads N]
    Explores all scenes, or one, with N tabs (2) and N faults (3): each to its end, unless it takes
    longer than this many seconds or comes to more than this many states.
model --walk SEED [--scene NAME]
    Tells one life of each scene, drawn from a seed.
model --bug B1 [--seconds N] [--states N]
    Puts a bug back and prints the shortest way to a broken promise; `--bug all` tries all.";

#[derive(Default)]
struct Arguments {
    tabs: Option<u8>,
    scene: Option<&'static str>,
    bugs: Vec<Bug>,
    faults: Option<u8>,
    walk: Option<u64>,
    bounds: Bounds,
}

fn parse(words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments::default();
    for flag in flags(words)? {
        let count = || Ok::<_, String>(usize::try_from(flag.number()?).unwrap_or(usize::MAX));
        match flag.name.as_str() {
            "--tabs" => arguments.tabs = Some(flag.tabs(2..=8)?),
            "--walk" => arguments.walk = Some(flag.number()?),
            "--faults" => {
                let faults = u8::try_from(flag.number()?);
                arguments.faults = Some(faults.unwrap_or(u8::MAX));
            }
            "--scene" => arguments.scene = Some(scene(&flag.value)?),
            "--bug" if flag.value == "all" => {
                let shown = Bug::ALL
                    .into_iter()
                    .filter(|bug| bug.shows_without_updates());
                arguments.bugs = shown.collect();
            }
            "--bug" => arguments.bugs = vec![flag.value.parse()?],
            "--seconds" => arguments.bounds.time = Some(Duration::from_secs(flag.number()?)),
            "--states" => arguments.bounds.states = Some(count()?),
            "--threads" => arguments.bounds.threads = count()?.max(1),
            _ => return Err(flag.unknown()),
        }
    }
    Ok(arguments)
}

/// Finds a scene by its name.
fn scene(name: &str) -> Result<&'static str, String> {
    let names: Vec<_> = scenes(2).into_iter().map(|scene| scene.name).collect();
    let found = names.iter().find(|known| **known == name).copied();
    found.ok_or_else(|| format!("expected one of {}, found `{name}`", names.join(", ")))
}

fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            println!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let is_good = if arguments.bugs.is_empty() {
        explore(&arguments)
    } else {
        bugs(&arguments)
    };
    if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn explore(arguments: &Arguments) -> bool {
    let (mut distinct, mut is_good, mut seconds) = (0, true, 0.0);
    let chosen = |scene: &Scene| arguments.scene.is_none_or(|name| name == scene.name);
    let all = scenes(arguments.tabs.unwrap_or(2));
    for mut scene in all.into_iter().filter(chosen) {
        if let Some(faults) = arguments.faults {
            scene.budget.faults = faults;
        }
        if let Some(seed) = arguments.walk {
            println!("{}", walk(&scene, seed));
            continue;
        }
        let report = check(scene, arguments.bounds);
        println!("{report}");
        distinct += report.distinct;
        seconds += report.took.as_secs_f64();
        is_good &= report.is_good();
    }
    if arguments.walk.is_none() {
        println!("{distinct} distinct states in {seconds:.1} s");
    }
    is_good
}

fn bugs(arguments: &Arguments) -> bool {
    let mut is_good = true;
    for bug in &arguments.bugs {
        if let Some(catch) = hunt(*bug, arguments.bounds) {
            println!("{catch}");
            if let [_] = *arguments.bugs {
                println!("{}", catch.tale);
            }
        } else {
            println!("B{} {bug:?}: not found", bug.number());
            is_good = false;
        }
    }
    is_good
}
