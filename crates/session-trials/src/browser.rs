//! A browser: a cookie jar, an access token, calls as the app makes them.
//!
//! Invariant: the jar holds what whole answers have set, as a browser's does.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use serde_json::{Value, json};

use crate::http::{self, Answer};

/// A call that is not answered in this time has failed.
const LONGEST_CALL: Duration = Duration::from_secs(30);

/// What a call came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It was done; the body.
    Done(Value),
    /// It was refused: status and problem code.
    Refused(u16, String),
    /// No whole answer arrived: it may have been done or not.
    Unknown,
}

/// A browser.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Where it calls from.
    pub from: IpAddr,
    /// Where it calls to.
    pub to: SocketAddr,
    /// Its cookies.
    pub cookies: BTreeMap<String, String>,
    /// Its access token.
    pub token: Option<String>,
}

impl Browser {
    /// Returns a browser that nobody has logged in with.
    #[must_use]
    pub const fn new(from: IpAddr, to: SocketAddr) -> Self {
        Self {
            from,
            to,
            cookies: BTreeMap::new(),
            token: None,
        }
    }

    /// Returns the origin of the app.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.to.port())
    }

    /// Returns the `Cookie` header.
    #[must_use]
    pub fn cookie_header(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs = pairs.map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Makes a call; `null` is no body.
    pub async fn call(&mut self, request_line: &str, body: &Value) -> Outcome {
        let sent = tokio::time::timeout(LONGEST_CALL, self.send(request_line, body)).await;
        let Ok(Ok(answer)) = sent else {
            return Outcome::Unknown;
        };
        for cookie in answer.headers("set-cookie") {
            let pair = cookie
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='));
            match pair {
                Some((name, "")) => drop(self.cookies.remove(name)),
                Some((name, value)) => {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
                None => {}
            }
        }
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        if !(200..300).contains(&answer.status) {
            let code = body["code"].as_str().unwrap_or_default();
            return Outcome::Refused(answer.status, code.to_owned());
        }
        if let Some(token) = body["accessToken"].as_str() {
            self.token = Some(token.to_owned());
        }
        Outcome::Done(body)
    }

    async fn send(&self, request_line: &str, body: &Value) -> io::Result<Answer> {
        let (origin, cookies) = (self.origin(), self.cookie_header());
        let bearer = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let mut headers = vec![
            ("Origin", origin.as_str()),
            ("X-Requested-With", "leptos-session"),
            ("Sec-Fetch-Site", "same-origin"),
            ("Content-Type", "application/json"),
        ];
        if !cookies.is_empty() {
            headers.push(("Cookie", &cookies));
        }
        if let Some(bearer) = &bearer {
            headers.push(("Authorization", bearer));
        }
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        http::call(self.from, self.to, request_line, &headers, &body).await
    }

    /// Logs in.
    pub async fn log_in(&mut self, email: &str, password: &str) -> Outcome {
        let body = json!({ "email": email, "password": password, "rememberMe": false });
        self.call("POST /api/auth/login", &body).await
    }

    /// Refreshes; the cookie may rotate.
    pub async fn refresh(&mut self) -> Outcome {
        self.call("POST /api/auth/refresh", &json!({})).await
    }

    /// Logs out.
    pub async fn log_out(&mut self) -> Outcome {
        self.call("POST /api/auth/logout", &json!({})).await
    }
}
