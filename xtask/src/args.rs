//! The command line. Pure: strings in, a [`Command`] or a [`BadArguments`] out.

use std::fmt::{self, Display, Formatter};

pub(crate) const USAGE: &str = "\
usage: cargo xtask <command>

  serve [--release] [--port N] [-- FLAGS]   the app on http://localhost:3000/ with live reload;
                                            --release: optimised, on http://localhost:8080/;
                                            FLAGS go to session-backend
  test [native] [browser] [e2e]             the test suites; all of them without a name
  check                                     format, lints, docs, licences, advisories, size budget
  size                                      weight of the first load, against its budget";

/// What the user asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Usage,
    Serve(ServeOptions),
    Test(Vec<Suite>),
    Check,
    Size,
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
    BadPort(Option<String>),
}

impl Display for BadArguments {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCommand(command) => write!(f, "there is no command `{command}`"),
            Self::Unexpected { command, argument } => {
                write!(f, "`{command}` does not understand `{argument}`")
            }
            Self::BadPort(None) => f.write_str("`--port` needs a number from 1 to 65535"),
            Self::BadPort(Some(found)) => {
                write!(
                    f,
                    "`--port` needs a number from 1 to 65535, found `{found}`"
                )
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
        "finish-bundle" => nothing_more("finish-bundle", rest).map(|()| Command::FinishBundle),
        unknown => Err(BadArguments::UnknownCommand(unknown.to_owned())),
    }
}

fn parse_serve(arguments: &[String]) -> Result<ServeOptions, BadArguments> {
    let mut options = ServeOptions::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--release" => options.release = true,
            "--port" => options.port = Some(parse_port(rest.next())?),
            "--" => {
                options.backend_flags = rest.cloned().collect();
                break;
            }
            other => match other.strip_prefix("--port=") {
                Some(port) => options.port = Some(parse_port(Some(&port.to_owned()))?),
                None => return Err(unexpected("serve", other)),
            },
        }
    }
    Ok(options)
}

fn parse_port(value: Option<&String>) -> Result<u16, BadArguments> {
    value
        .and_then(|text| text.parse().ok())
        .filter(|port| *port != 0)
        .ok_or_else(|| BadArguments::BadPort(value.cloned()))
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
        assert_eq!(parsed("serve --port"), Err(BadArguments::BadPort(None)));
        for bad in ["0", "70000", "http"] {
            assert_eq!(
                parsed(&format!("serve --port {bad}")),
                Err(BadArguments::BadPort(Some(bad.into())))
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
    fn check_and_size_take_no_arguments() {
        assert_eq!(parsed("check"), Ok(Command::Check));
        assert_eq!(parsed("size --json"), Err(unexpected("size", "--json")));
    }
}
