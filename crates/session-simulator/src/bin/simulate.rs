//! `simulate`: runs seeds, or one seed again.

#![expect(clippy::print_stdout, reason = "it is a command")]

use std::{process::ExitCode, time::Instant};

use session_simulator::{
    bug::{Bug, BugSet},
    command_line::flags,
    plan::{Options, Plan},
    run::{Outcome, minimise, run_all, simulate},
};

const USAGE: &str = "\
simulate [--seeds N] [--from S] [--tabs N] [--bug NAME] [--failures N]
    Runs N seeds (10000) from S (0) on, with N tabs each (the seed decides), with a bug put back
    (none), until N of them have failed (5). Each failing seed is made smaller and printed.
simulate --seed S [--keep 1,2,3] [--tabs N] [--bug NAME]
    Runs one seed again and prints all that happens; of its plan only these entries, if any are named.
Names of bugs: B1 to B16.";

#[derive(Default)]
struct Arguments {
    seeds: Option<u64>,
    from: u64,
    failures: Option<u64>,
    seed: Option<u64>,
    options: Options,
}

fn parse(words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments::default();
    for flag in flags(words)? {
        match flag.name.as_str() {
            "--seeds" => arguments.seeds = Some(flag.number()?),
            "--from" => arguments.from = flag.number()?,
            "--failures" => arguments.failures = Some(flag.number()?),
            "--seed" => arguments.seed = Some(flag.number()?),
            "--tabs" => arguments.options.tabs = Some(flag.tabs(1..=8)?),
            "--bug" => arguments.options.bugs = BugSet::from(flag.value.parse::<Bug>()?),
            "--keep" => arguments.options.kept = Some(numbers(&flag.value)?),
            _ => return Err(flag.unknown()),
        }
    }
    Ok(arguments)
}

fn numbers(list: &str) -> Result<Vec<usize>, String> {
    let entries = list.split(',').filter(|entry| !entry.is_empty());
    let numbers = entries.map(|entry| {
        let parsed = entry.trim().parse();
        parsed.map_err(|_| format!("expected numbers of entries, found `{entry}`"))
    });
    numbers.collect()
}

fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            println!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match arguments.seed {
        Some(seed) => again(seed, arguments.options),
        None => many(&arguments),
    }
}

fn again(seed: u64, options: Options) -> ExitCode {
    let options = Options {
        keeps_timeline: true,
        ..options
    };
    let outcome = simulate(seed, &options);
    println!("{}", outcome.story);
    verdict(&outcome)
}

fn verdict(outcome: &Outcome) -> ExitCode {
    println!("trace {:016x}", outcome.trace);
    if let Some(violation) = &outcome.violation {
        println!("seed {}: {violation}", outcome.seed);
        return ExitCode::FAILURE;
    }
    println!("seed {}: every promise is kept", outcome.seed);
    ExitCode::SUCCESS
}

fn many(arguments: &Arguments) -> ExitCode {
    let (seeds, failures) = (
        arguments.seeds.unwrap_or(10_000),
        arguments.failures.unwrap_or(5),
    );
    let began = Instant::now();
    let campaign = run_all(arguments.from, seeds, &arguments.options, failures);
    let took = began.elapsed();
    for (seed, _) in campaign.failures.iter().take(3) {
        report(*seed, &arguments.options);
    }
    println!("{campaign}");
    #[expect(clippy::cast_precision_loss, reason = "a rate for a reader")]
    let rate = campaign.tally.inputs as f64 / took.as_secs_f64();
    println!("took                 {took:.1?}, {rate:.0} inputs a second");
    for (seed, violation) in &campaign.failures {
        println!("seed {seed}: {violation}");
    }
    if campaign.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn report(seed: u64, options: &Options) {
    let Some((kept, outcome)) = minimise(seed, options) else {
        return;
    };
    let all = Plan::of(seed, options).entries.len();
    println!("{}", outcome.story);
    let kept: Vec<_> = kept.iter().map(ToString::to_string).collect();
    println!(
        "{} of {all} entries are enough; to see it again:",
        kept.len()
    );
    println!("simulate --seed {seed} --keep {}", kept.join(","));
    if let Some(violation) = &outcome.violation {
        println!("{violation}\n");
    }
}
