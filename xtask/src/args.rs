//! The command line. Pure: strings in, a [`Command`] or a [`BadArguments`] out.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

pub(crate) const USAGE: &str = "\
usage: cargo xtask <command>

  serve [--release] [--port N] [-- FLAGS]   the app on http://localhost:3000/ with live reload;
                                            --release: optimised, on http://localhost:8080/;
                                            FLAGS go to session-backend
  test [native] [browser] [e2e]             the test suites; all of them without a name
  check                                     format, lints, docs, licences, advisories, size budget
  size                                      weight of the first load, against its budget
  simulate [FLAGS]                          lives of a session under faults, from seeds; FLAGS go to the
                                            simulator: --seeds N, --tabs N, --seed S, --bug NAME, ...
  model [FLAGS]                             every life of a small world; FLAGS go to the model checker:
                                            --tabs N, ...
  load [--peer] [FLAGS]                     the server with 10,000 sockets, in numbers against bounds; --peer:
                                            beside a Node server; FLAGS: --sockets N, ...
  crash [FLAGS]                             kill -9 under load, and whether anything answered is lost; FLAGS:
                                            --cycles N, --seed S, --store URL, --nodes N, ...
  fuzz [TARGET] [--seconds N]               every fuzz target, or one, for 30 seconds each
  mutants [-- FLAGS]                        whether a test notices each small change of the client and the
                                            protocol; FLAGS go to cargo-mutants
  coverage                                  the regions of the client that its tests reach";

/// What the user asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Usage,
    Serve(ServeOptions),
    Test(Vec<Suite>),
    Check,
    Size,
    /// With the arguments for the simulator, verbatim.
    Simulate(Vec<String>),
    /// With the arguments for the model checker, verbatim.
    Model(Vec<String>),
    /// With the arguments for the trial, verbatim.
    Load(Vec<String>),
    /// With the arguments for the trial, verbatim.
    Crash(Vec<String>),
    Fuzz(FuzzOptions),
    /// With the arguments for cargo-mutants, verbatim.
    Mutants(Vec<String>),
    Coverage,
    /// Called by Trunk after each build, see `Trunk.toml`.
    FinishBundle,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ServeOptions {
    pub(crate) release: bool,
    pub(crate) port: Option<u16>,
    /// For the backend, verbatim.
    pub(crate) backend_flags: Vec<String>,
}

impl ServeOptions {
    /// The value of a backend flag that the user gave, as `--name value` or `--name=value`.
    pub(crate) fn backend_flag(&self, name: &str) -> Option<&str> {
        let mut flags = self.backend_flags.iter();
        while let Some(flag) = flags.next() {
            if flag == name {
                return Some(flags.next().map_or("", String::as_str));
            }
            if let Some(value) = flag
                .strip_prefix(name)
                .and_then(|rest| rest.strip_prefix('='))
            {
                return Some(value);
            }
        }
        None
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FuzzOptions {
    /// All of them without a name.
    pub(crate) target: Option<String>,
    /// For each target.
    pub(crate) time: Duration,
}

impl Default for FuzzOptions {
    fn default() -> Self {
        Self {
            target: None,
            time: Duration::from_secs(30),
        }
    }
}

/// The suites in the order in which they run: cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suite {
    Native,
    Browser,
    EndToEnd,
}

impl Suite {
    pub(crate) const ALL: [Self; 3] = [Self::Native, Self::Browser, Self::EndToEnd];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Browser => "browser",
            Self::EndToEnd => "e2e",
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadArguments {
    UnknownCommand(String),
    Unexpected {
        command: &'static str,
        argument: String,
    },
    BadNumber {
        flag: &'static str,
        found: Option<String>,
    },
}

impl Display for BadArguments {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCommand(command) => write!(f, "there is no command `{command}`"),
            Self::Unexpected { command, argument } => {
                write!(f, "`{command}` does not understand `{argument}`")
            }
            Self::BadNumber { flag, found } => {
                write!(f, "`{flag}` needs a number from 1 to 65535")?;
                found
                    .as_ref()
                    .map_or(Ok(()), |found| write!(f, ", found `{found}`"))
            }
        }
    }
}

pub(crate) fn parse(arguments: &[String]) -> Result<Command, BadArguments> {
    let Some((command, rest)) = arguments.split_first() else {
        return Ok(Command::Usage);
    };
    match command.as_str() {
        "help" | "--help" | "-h" => Ok(Command::Usage),
        "serve" => parse_serve(rest).map(Command::Serve),
        "test" => parse_suites(rest).map(Command::Test),
        "check" => nothing_more("check", rest).map(|()| Command::Check),
        "size" => nothing_more("size", rest).map(|()| Command::Size),
        "simulate" => Ok(Command::Simulate(rest.to_vec())),
        "model" => Ok(Command::Model(rest.to_vec())),
        "load" => Ok(Command::Load(rest.to_vec())),
        "crash" => Ok(Command::Crash(rest.to_vec())),
        "fuzz" => parse_fuzz(rest).map(Command::Fuzz),
        "mutants" => parse_mutants(rest).map(Command::Mutants),
        "coverage" => nothing_more("coverage", rest).map(|()| Command::Coverage),
        "finish-bundle" => nothing_more("finish-bundle", rest).map(|()| Command::FinishBundle),
        unknown => Err(BadArguments::UnknownCommand(unknown.to_owned())),
    }
}

fn parse_serve(arguments: &[String]) -> Result<ServeOptions, BadArguments> {
    let mut options = ServeOptions::default();
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        match argument {
            "--release" => options.release = true,
            "--port" => options.port = Some(parse_number("--port", rest.next())?),
            "--" => {
                options.backend_flags = rest.map(str::to_owned).collect();
                break;
            }
            other => match other.strip_prefix("--port=") {
                Some(port) => options.port = Some(parse_number("--port", Some(port))?),
                None => return Err(unexpected("serve", other)),
            },
        }
    }
    Ok(options)
}

fn parse_number(flag: &'static str, value: Option<&str>) -> Result<u16, BadArguments> {
    value
        .and_then(|text| text.parse().ok())
        .filter(|number| *number != 0)
        .ok_or_else(|| BadArguments::BadNumber {
            flag,
            found: value.map(str::to_owned),
        })
}

fn parse_suites(arguments: &[String]) -> Result<Vec<Suite>, BadArguments> {
    for argument in arguments {
        if !Suite::ALL.iter().any(|suite| suite.name() == argument) {
            return Err(unexpected("test", argument));
        }
    }
    let asked =
        |suite: &Suite| arguments.is_empty() || arguments.iter().any(|name| name == suite.name());
    Ok(Suite::ALL.into_iter().filter(asked).collect())
}

fn parse_fuzz(arguments: &[String]) -> Result<FuzzOptions, BadArguments> {
    let seconds =
        |value| parse_number("--seconds", value).map(|number| Duration::from_secs(number.into()));
    let mut options = FuzzOptions::default();
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        match argument {
            "--seconds" => options.time = seconds(rest.next())?,
            target if options.target.is_none() && !target.starts_with('-') => {
                options.target = Some(target.to_owned());
            }
            other => match other.strip_prefix("--seconds=") {
                Some(value) => options.time = seconds(Some(value))?,
                None => return Err(unexpected("fuzz", other)),
            },
        }
    }
    Ok(options)
}

fn parse_mutants(arguments: &[String]) -> Result<Vec<String>, BadArguments> {
    match arguments.split_first() {
        None => Ok(Vec::new()),
        Some((dashes, flags)) if dashes == "--" => Ok(flags.to_vec()),
        Some((other, _)) => Err(unexpected("mutants", other)),
    }
}

fn nothing_more(command: &'static str, rest: &[String]) -> Result<(), BadArguments> {
    rest.first()
        .map_or(Ok(()), |argument| Err(unexpected(command, argument)))
}

fn unexpected(command: &'static str, argument: &str) -> BadArguments {
    BadArguments::Unexpected {
        command,
        argument: argument.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, BadArguments> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words)
    }

    fn serve(line: &str) -> ServeOptions {
        match parsed(line) {
            Ok(Command::Serve(options)) => options,
            other => panic!("expected serve, found {other:?}"),
        }
    }

    fn bad_number(flag: &'static str, found: Option<&str>) -> Result<Command, BadArguments> {
        Err(BadArguments::BadNumber {
            flag,
            found: found.map(str::to_owned),
        })
    }

    #[test]
    fn without_a_command_the_usage_is_shown() {
        assert_eq!(parsed(""), Ok(Command::Usage));
        assert_eq!(parsed("--help"), Ok(Command::Usage));
    }

    #[test]
    fn an_unknown_command_is_named() {
        assert_eq!(
            parsed("frobnicate"),
            Err(BadArguments::UnknownCommand("frobnicate".into()))
        );
    }

    #[test]
    fn serve_takes_its_own_flags_up_to_two_dashes() {
        let options = serve("serve --release --port 9000 -- --port 1 --release");
        assert_eq!(options.port, Some(9000));
        assert!(options.release);
        assert_eq!(options.backend_flags, ["--port", "1", "--release"]);
        assert_eq!(serve("serve --port=9001").port, Some(9001));
    }

    #[test]
    fn a_port_is_a_number_that_is_not_zero() {
        assert_eq!(parsed("serve --port"), bad_number("--port", None));
        for bad in ["0", "70000", "http"] {
            assert_eq!(
                parsed(&format!("serve --port {bad}")),
                bad_number("--port", Some(bad))
            );
        }
    }

    #[test]
    fn backend_flags_are_found_in_both_spellings() {
        let options = serve("serve -- --store=sqlite:x --listen 127.0.0.1:9 --demo");
        assert_eq!(options.backend_flag("--store"), Some("sqlite:x"));
        assert_eq!(options.backend_flag("--listen"), Some("127.0.0.1:9"));
        assert_eq!(options.backend_flag("--demo"), Some(""));
        assert_eq!(options.backend_flag("--dist"), None);
    }

    #[test]
    fn suites_run_in_their_own_order_and_once() {
        assert_eq!(parsed("test"), Ok(Command::Test(Suite::ALL.to_vec())));
        assert_eq!(
            parsed("test e2e native e2e"),
            Ok(Command::Test(vec![Suite::Native, Suite::EndToEnd]))
        );
        assert_eq!(parsed("test unit"), Err(unexpected("test", "unit")));
    }

    #[test]
    fn check_size_and_coverage_take_no_arguments() {
        assert_eq!(parsed("check"), Ok(Command::Check));
        assert_eq!(parsed("coverage"), Ok(Command::Coverage));
        assert_eq!(parsed("size --json"), Err(unexpected("size", "--json")));
    }

    #[test]
    fn trials_and_proofs_get_everything_verbatim() {
        let flags = ["--seeds", "9", "--", "--help"].map(str::to_owned).to_vec();
        let all = |command: fn(Vec<String>) -> Command| Ok(command(flags.clone()));
        let line = |name| format!("{name} --seeds 9 -- --help");
        assert_eq!(parsed(&line("simulate")), all(Command::Simulate));
        assert_eq!(parsed(&line("model")), all(Command::Model));
        assert_eq!(parsed(&line("load")), all(Command::Load));
        assert_eq!(parsed(&line("crash")), all(Command::Crash));
    }

    #[test]
    fn fuzz_takes_one_target_and_a_time() {
        let fuzz = |target: Option<&str>, seconds| {
            Ok(Command::Fuzz(FuzzOptions {
                target: target.map(str::to_owned),
                time: Duration::from_secs(seconds),
            }))
        };
        assert_eq!(parsed("fuzz"), fuzz(None, 30));
        assert_eq!(parsed("fuzz --seconds 5 frame"), fuzz(Some("frame"), 5));
        assert_eq!(parsed("fuzz frame --seconds=600"), fuzz(Some("frame"), 600));
        assert_eq!(parsed("fuzz --seconds"), bad_number("--seconds", None));
        assert_eq!(
            parsed("fuzz --seconds=0"),
            bad_number("--seconds", Some("0"))
        );
        for (line, argument) in [
            ("fuzz one two", "two"),
            ("fuzz --secondsish", "--secondsish"),
            ("fuzz -j2", "-j2"),
        ] {
            assert_eq!(parsed(line), Err(unexpected("fuzz", argument)));
        }
    }

    #[test]
    fn flags_for_cargo_mutants_come_after_two_dashes() {
        assert_eq!(parsed("mutants"), Ok(Command::Mutants(Vec::new())));
        assert_eq!(
            parsed("mutants -- --jobs 2"),
            Ok(Command::Mutants(vec!["--jobs".into(), "2".into()]))
        );
        assert_eq!(
            parsed("mutants --jobs 2"),
            Err(unexpected("mutants", "--jobs"))
        );
    }
}
