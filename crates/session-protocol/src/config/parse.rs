//! From text to a configuration: which keys there are and what each may hold.
//!
//! One `match` over the keys of all sections: it is the list of keys, and the smallest code.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{CloseRule, ConfigProblem, Credentials, SessionConfig, SocketAuth, TabShare};
use crate::{MessageNames, duration, json::parse_object};

/// Longest configuration that is read, in bytes.
const MAX_CONFIG_BYTES: usize = 64 * 1024;

const SECTIONS: [&str; 5] = ["endpoints", "request", "socket", "tabs", "timing"];

/// What was expected of a value that is refused.
type Expected = &'static str;

impl SessionConfig {
    /// Reads a configuration; an empty text gives the defaults.
    ///
    /// # Errors
    ///
    /// All faults that were found, at least one.
    pub fn parse(text: &str) -> Result<Self, Vec<ConfigProblem>> {
        let mut config = Self::default();
        if text.trim().is_empty() {
            return Ok(config);
        }
        let Ok(object) = parse_object(text, MAX_CONFIG_BYTES) else {
            let (key, expected) = (String::new(), "one JSON object of at most 64 KiB");
            return Err(vec![ConfigProblem { key, expected }]);
        };
        let mut problems = Vec::new();
        for (key, value) in &object {
            if SECTIONS.contains(&key.as_str()) {
                each(
                    value,
                    key,
                    &mut problems,
                    &mut |name, value, problems| match (key.as_str(), name) {
                        ("socket", "names" | "closePolicy") => {
                            let prefix = ["socket.", name].concat();
                            each(value, &prefix, problems, &mut |entry, value, _| {
                                config.set_entry(name, entry, value)
                            });
                            Ok(())
                        }
                        _ => config.set(key, name, value),
                    },
                );
            } else if let Err(expected) = config.set("", key, value) {
                problems.push(ConfigProblem {
                    key: key.clone(),
                    expected,
                });
            }
        }
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }

    fn set(&mut self, section: &str, key: &str, value: &Value) -> Result<(), Expected> {
        let endpoints = &mut self.endpoints;
        let target = match (section, key) {
            ("", "scope") => &mut self.scope,
            ("", "locale") => &mut self.locale,
            ("endpoints", "login") => &mut endpoints.login,
            ("endpoints", "refresh") => &mut endpoints.refresh,
            ("endpoints", "logout") => &mut endpoints.logout,
            ("endpoints", "session") => &mut endpoints.session,
            ("endpoints", "extend") => &mut endpoints.extend,
            ("endpoints", "ticket") => &mut endpoints.ticket,
            ("request", "header") => &mut self.request.header,
            ("request", "value") => &mut self.request.value,
            ("socket", "url") => &mut self.socket.url,
            _ => return self.set_special(section, key, value),
        };
        let text = value.as_str().filter(|text| !text.is_empty());
        text.ok_or("a text that is not empty")?.clone_into(target);
        Ok(())
    }

    /// Sets what is no plain text.
    fn set_special(&mut self, section: &str, key: &str, value: &Value) -> Result<(), Expected> {
        let text = value.as_str().unwrap_or_default();
        match (section, key) {
            ("", "basePath") => {
                // A browser reads `\\` as `/` and takes control characters out (WHATWG URL).
                let strange = |it: char| it == '\\' || it.is_ascii_control();
                let doubled = text.as_bytes().windows(2).any(|pair| pair == b"//");
                let fits = text.starts_with('/') && text.ends_with('/') && !doubled;
                let fits = fits && !text.contains(strange);
                let path = fits.then(|| text.to_owned());
                self.base_path = Some(path.ok_or("a path that starts and ends with `/`")?);
            }
            ("request", "credentials") => {
                self.request.credentials = match text {
                    "same-origin" => Credentials::SameOrigin,
                    "include" => Credentials::Include,
                    _ => return Err("`same-origin` or `include`"),
                };
            }
            ("socket", "auth") => {
                self.socket.auth = match text {
                    "first-message" => SocketAuth::FirstMessage,
                    "ticket" => SocketAuth::Ticket,
                    "cookie" => SocketAuth::Cookie,
                    "subprotocol" => SocketAuth::Subprotocol,
                    _ => return Err("`first-message`, `ticket`, `cookie` or `subprotocol`"),
                };
            }
            ("tabs", "share") => {
                self.share = match text {
                    "auto" => TabShare::Auto,
                    "leader" => TabShare::Leader,
                    "off" => TabShare::Off,
                    _ => return Err("`auto`, `leader` or `off`"),
                };
            }
            ("timing", "refreshAt") => {
                let fraction = value.as_f64().filter(|it| *it > 0.0 && *it < 1.0);
                self.refresh_at = fraction.ok_or("a fraction above 0 and below 1")?;
            }
            ("timing", "requestTimeout") => {
                let allowed = Duration::from_secs(1)..=Duration::from_secs(60);
                let timeout = duration::parse(text).ok().filter(|it| allowed.contains(it));
                self.request_timeout =
                    timeout.ok_or("a duration from 1s to 60s, for example `10s`")?;
            }
            _ => return Err("no such key; see the configuration table in README.md"),
        }
        Ok(())
    }

    /// Sets one entry of a section whose keys are data.
    fn set_entry(&mut self, list: &str, key: &str, value: &Value) -> Result<(), Expected> {
        let socket = &mut self.socket;
        if list == "names" {
            if !MessageNames::is_known(key) {
                return Err("no such message type; see the configuration table in README.md");
            }
            let aliases = value.as_array().ok_or("a list of further names")?;
            for alias in aliases {
                let alias = alias.as_str().ok_or("a list of further names")?;
                socket.names.add(key, alias);
            }
            return Ok(());
        }
        let code = key.parse().ok().filter(|code: &u16| {
            // One code has one spelling, so that no rule hides another.
            (1000..=4999).contains(code) && code.to_string() == key
        });
        let code = code.ok_or("a close code from 1000 to 4999")?;
        let rule = match value.as_str().unwrap_or_default() {
            "expired" => CloseRule::Expired,
            "revoked" => CloseRule::Revoked,
            "logged-out" => CloseRule::LoggedOut,
            "verify" => CloseRule::Verify,
            "refresh" => CloseRule::Refresh,
            "reconnect" => CloseRule::Reconnect,
            "stop" => CloseRule::Stop,
            _ => {
                return Err(
                    "`expired`, `revoked`, `logged-out`, `verify`, `refresh`, `reconnect` or `stop`",
                );
            }
        };
        socket.close_policy.push((code, rule));
        Ok(())
    }
}

type Set<'a> = dyn FnMut(&str, &Value, &mut Vec<ConfigProblem>) -> Result<(), Expected> + 'a;

/// Hands each entry of an object to `set` and notes each fault under its path.
fn each(value: &Value, prefix: &str, problems: &mut Vec<ConfigProblem>, set: &mut Set<'_>) {
    let empty = Map::new();
    let entries = value.as_object().unwrap_or_else(|| {
        let (key, expected) = (prefix.to_owned(), "an object");
        problems.push(ConfigProblem { key, expected });
        &empty
    });
    for (name, value) in entries {
        if let Err(expected) = set(name, value, problems) {
            let key = [prefix, ".", name].concat();
            problems.push(ConfigProblem { key, expected });
        }
    }
}
