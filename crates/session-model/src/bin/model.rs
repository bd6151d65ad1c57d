//! `model`: explores the scenes, or looks for a bug that was put back.

#![expect(clippy::print_stdout, reason = "it is a command")]

use std::{process::ExitCode, time::Duration};

use session_model::{Bounds, check, hunt, scenes, walk};
use session_simulator::bug::Bug;

const USAGE: &str = "\
model [--tabs N] [--scene NAME] [--faults N] [--seconds N] [--states N] [--threads N]
    Explores all scenes, or one, with N tabs (2) and N faults (3): each to its end, unless it takes
    longer than this many seconds or comes to more than this many states.
model --walk SEED [--scene NAME]
    Tells one life of each scene, drawn from a seed.
model --bug B1 [--scene NAME]
    Puts a bug back and prints the shortest way to a broken promise; `--bug all` tries all.";

#[derive(Default)]
struct Arguments {
    tabs: Option<u8>,
    scene: Option<String>,
    bug: Option<String>,
    faults: Option<u8>,
    walk: Option<u64>,
    bounds: Bounds,
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments::default();
    while let Some(word) = words.next() {
        let value = words
            .next()
            .ok_or_else(|| format!("expected a value after `{word}`\n{USAGE}"))?;
        let number = || {
            let parsed = value.parse::<u64>();
            parsed.map_err(|_| format!("expected a number after `{word}`, found `{value}`"))
        };
        let count = || number().map(|number| usize::try_from(number).unwrap_or(usize::MAX));
        match word.as_str() {
            "--tabs" => {
                let tabs = u8::try_from(number()?).ok();
                let tabs = tabs.filter(|tabs| (2..=8).contains(tabs));
                let tabs = tabs.ok_or_else(|| format!("expected 2 to 8 tabs, found {value}"))?;
                arguments.tabs = Some(tabs);
            }
            "--walk" => arguments.walk = Some(number()?),
            "--faults" => {
                let faults = u8::try_from(number()?);
                arguments.faults = Some(faults.unwrap_or(u8::MAX));
            }
            "--scene" => arguments.scene = Some(value),
            "--bug" => arguments.bug = Some(value),
            "--seconds" => arguments.bounds.time = Some(Duration::from_secs(number()?)),
            "--states" => arguments.bounds.states = Some(count()?),
            "--threads" => arguments.bounds.threads = count()?.max(1),
            _ => return Err(format!("`{word}` is not understood\n{USAGE}")),
        }
    }
    Ok(arguments)
}

fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            println!("{problem}");
            return ExitCode::from(2);
        }
    };
    let is_good = match &arguments.bug {
        Some(name) => bugs(name, &arguments),
        None => explore(&arguments),
    };
    if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn explore(arguments: &Arguments) -> bool {
    let (mut distinct, mut is_good, mut seconds) = (0, true, 0.0);
    for mut scene in scenes(arguments.tabs.unwrap_or(2)) {
        if arguments
            .scene
            .as_ref()
            .is_some_and(|name| name != scene.name)
        {
            continue;
        }
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
    println!("{distinct} distinct states in {seconds:.1} s");
    is_good
}

fn bugs(name: &str, arguments: &Arguments) -> bool {
    let is_wanted =
        |bug: &Bug| name == "all" || format!("B{}", bug.number()).eq_ignore_ascii_case(name);
    let mut is_good = true;
    for bug in Bug::ALL.into_iter().filter(is_wanted) {
        if let Some(catch) = hunt(bug, arguments.bounds) {
            println!("{catch}");
            if name != "all" {
                println!("{}", catch.tale);
            }
        } else {
            println!("B{} {bug:?}: not found", bug.number());
            is_good = false;
        }
    }
    is_good
}
