//! From text to a configuration: which keys there are and what each may hold.

use std::time::Duration;

use serde_json::Value;

use super::{
    CloseRule, ConfigProblem, Credentials, Endpoints, RequestConfig, SessionConfig, SocketAuth,
    SocketConfig, TabShare, section::Section,
};
use crate::{MessageNames, duration, json::parse_object};

/// Longest configuration that is read, in bytes.
const MAX_CONFIG_BYTES: usize = 64 * 1024;

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
            return Err(vec![ConfigProblem {
                key: String::new(),
                expected: "one JSON object of at most 64 KiB",
            }]);
        };
        let mut problems = Vec::new();
        let mut root = Section::new("", &object, &mut problems);
        root.text("scope", &mut config.scope);
        root.read(
            "basePath",
            "a path that starts and ends with `/`",
            &mut config.base_path,
            |v| {
                let path = v.as_str()?;
                (path.starts_with('/') && path.ends_with('/') && !path.contains("//"))
                    .then(|| Some(path.to_owned()))
            },
        );
        root.text("locale", &mut config.locale);
        root.section("endpoints", |section| {
            endpoints_section(section, &mut config.endpoints);
        });
        root.section("request", |section| {
            request_section(section, &mut config.request);
        });
        root.section("socket", |section| {
            socket_section(section, &mut config.socket);
        });
        root.section("tabs", |section| {
            section.choice(
                "share",
                "`auto`, `leader` or `off`",
                &mut config.share,
                &[
                    ("auto", TabShare::Auto),
                    ("leader", TabShare::Leader),
                    ("off", TabShare::Off),
                ],
            );
        });
        root.section("timing", |section| {
            let expected = "a fraction above 0 and below 1";
            section.read("refreshAt", expected, &mut config.refresh_at, |value| {
                value
                    .as_f64()
                    .filter(|fraction| *fraction > 0.0 && *fraction < 1.0)
            });
            let expected = "a duration from 1s to 60s, for example `10s`";
            section.read(
                "requestTimeout",
                expected,
                &mut config.request_timeout,
                |value| {
                    let allowed = Duration::from_secs(1)..=Duration::from_secs(60);
                    duration::parse(value.as_str()?)
                        .ok()
                        .filter(|timeout| allowed.contains(timeout))
                },
            );
        });
        root.finish();
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }
}

fn endpoints_section(section: &mut Section<'_>, endpoints: &mut Endpoints) {
    section.text("login", &mut endpoints.login);
    section.text("refresh", &mut endpoints.refresh);
    section.text("logout", &mut endpoints.logout);
    section.text("session", &mut endpoints.session);
    section.text("extend", &mut endpoints.extend);
    section.text("ticket", &mut endpoints.ticket);
}

fn request_section(section: &mut Section<'_>, request: &mut RequestConfig) {
    section.text("header", &mut request.header);
    section.text("value", &mut request.value);
    section.choice(
        "credentials",
        "`same-origin` or `include`",
        &mut request.credentials,
        &[
            ("same-origin", Credentials::SameOrigin),
            ("include", Credentials::Include),
        ],
    );
}

fn socket_section(section: &mut Section<'_>, socket: &mut SocketConfig) {
    section.text("url", &mut socket.url);
    let expected = "`first-message`, `ticket`, `cookie` or `subprotocol`";
    section.choice(
        "auth",
        expected,
        &mut socket.auth,
        &[
            ("first-message", SocketAuth::FirstMessage),
            ("ticket", SocketAuth::Ticket),
            ("cookie", SocketAuth::Cookie),
            ("subprotocol", SocketAuth::Subprotocol),
        ],
    );
    section.entries("names", |name, aliases| {
        if !MessageNames::is_known(name) {
            return Err("no such message type; see the configuration table in README.md");
        }
        let known = aliases.as_array().is_some_and(|aliases| {
            let mut aliases = aliases.iter().map(Value::as_str);
            aliases.all(|alias| alias.is_some_and(|alias| socket.names.add(name, alias)))
        });
        known.then_some(()).ok_or("a list of further names")
    });
    section.entries("closePolicy", |code, rule| {
        let code = code.parse().ok().filter(|code| (1000..=4999).contains(code));
        let code = code.ok_or("a close code from 1000 to 4999")?;
        let rule = match rule.as_str() {
            Some("expired") => CloseRule::Expired,
            Some("revoked") => CloseRule::Revoked,
            Some("logged-out") => CloseRule::LoggedOut,
            Some("verify") => CloseRule::Verify,
            Some("refresh") => CloseRule::Refresh,
            Some("reconnect") => CloseRule::Reconnect,
            Some("stop") => CloseRule::Stop,
            Some(_) | None => {
                return Err(
                    "`expired`, `revoked`, `logged-out`, `verify`, `refresh`, `reconnect` or `stop`",
                );
            }
        };
        socket.close_policy.push((code, rule));
        Ok(())
    });
}
