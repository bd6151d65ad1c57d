//! A browser as far as the backend can tell: a cookie jar, an origin, an access token.

use std::collections::BTreeMap;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::description::expect_described;

/// A browser.
#[derive(Clone)]
pub(crate) struct Browser {
    http: reqwest::Client,
    pub(crate) origin: String,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) token: Option<String>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// Returns the body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// Returns the problem code.
    pub(crate) fn code(&self) -> String {
        let content_type = self.header("content-type");
        assert_eq!(content_type, "application/problem+json", "{self:?}");
        self.json()["code"].as_str().unwrap().to_owned()
    }

    /// Returns a header, empty if it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Returns all cookies that are set.
    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        let all = self.headers.get_all("set-cookie").iter();
        all.map(|value| value.to_str().unwrap()).collect()
    }

    /// Fails unless the answer has a type, stays out of caches and, if it is an error, is a
    /// problem document that says no more than such documents do.
    #[track_caller]
    fn expect_a_guarded_answer(&self, path: &str) {
        assert_eq!(self.header("x-content-type-options"), "nosniff", "{self:?}");
        if path.starts_with("/api/") || path.starts_with("/demo/") {
            assert_eq!(self.header("cache-control"), "no-store", "{self:?}");
        }
        let content_type = self.header("content-type");
        assert_eq!(content_type.is_empty(), self.text.is_empty(), "{self:?}");
        if content_type.starts_with("text/") {
            assert!(content_type.ends_with("; charset=utf-8"), "{self:?}");
        }
        if self.status >= 400 {
            self.code();
            let members = self.json();
            let members = members.as_object().unwrap().keys();
            let members: Vec<_> = members.map(String::as_str).collect();
            assert_eq!(members, ["code", "detail", "status", "title", "type"]);
        }
    }

    /// Fails unless status and problem code are these.
    #[track_caller]
    pub(crate) fn expect_problem(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status, self.code().as_str()),
            (status, code),
            "{self:?}"
        );
    }
}

impl Browser {
    pub(crate) fn new(origin: &str) -> Self {
        Self {
            http: reqwest::Client::new(),
            origin: origin.to_owned(),
            cookies: BTreeMap::new(),
            token: None,
        }
    }

    /// Returns the `Cookie` header.
    pub(crate) fn cookie_header(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// Begins a request as the app makes it.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.bare(method, path).header("Origin", &self.origin);
        request = request.header("X-Requested-With", "leptos-session");
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Begins a request with cookies and nothing else.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.origin));
        if self.cookies.is_empty() {
            request
        } else {
            request.header("Cookie", self.cookie_header())
        }
    }

    /// Sends a request; cookies and headers of the answer are checked and kept.
    pub(crate) async fn send(&mut self, request: RequestBuilder) -> Answer {
        let answer = Self::ask(request).await;
        self.receive(&answer);
        answer
    }

    /// Sends a request, whose answer is still on its way.
    pub(crate) async fn ask(request: RequestBuilder) -> Answer {
        let (http, request) = request.build_split();
        let request = request.unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = http.execute(request).await.unwrap();
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        };
        answer.expect_a_guarded_answer(&path);
        expect_described(method.as_str(), &path, &answer);
        answer
    }

    /// Takes the cookies of an answer that has come.
    pub(crate) fn receive(&mut self, answer: &Answer) {
        for cookie in answer.set_cookies() {
            let (pair, attributes) = cookie.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(name.starts_with("__Host-rt-"), "{cookie}");
            assert!(
                attributes.starts_with("Secure; HttpOnly; SameSite=Strict; Path=/"),
                "{cookie}"
            );
            assert!(cookie.len() < 4096 && !answer.text.contains(pair));
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                assert!(!answer.text.contains(value), "a refresh token in a body");
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(self.posting(path, &body)).await
    }

    /// Begins a request with a body.
    pub(crate) fn posting(&self, path: &str, body: &Value) -> RequestBuilder {
        self.request(Method::POST, path).json_body(body)
    }

    pub(crate) async fn put(&mut self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json_body(&body))
            .await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Tries to log in.
    pub(crate) async fn try_log_in(&mut self, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password, "rememberMe": false });
        self.post("/api/auth/login", body).await
    }

    /// Logs a demo user in; returns the session's identifier.
    pub(crate) async fn log_in(&mut self, email: &str) -> String {
        let answer = self.try_log_in(email, "password").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        self.keep_token(&answer)
    }

    /// Refreshes; the new access token is kept.
    pub(crate) async fn refresh(&mut self) -> Answer {
        let answer = self.post("/api/auth/refresh", json!({})).await;
        if answer.status == 200 {
            self.keep_token(&answer);
        }
        answer
    }

    /// Keeps the access token of an answer; returns the session's identifier.
    pub(crate) fn keep_token(&mut self, answer: &Answer) -> String {
        let body = answer.json();
        self.token = Some(body["accessToken"].as_str().unwrap().to_owned());
        body["session"]["id"].as_str().unwrap().to_owned()
    }
}

/// JSON bodies for a client that was built without that feature.
pub(crate) trait JsonBody {
    fn json_body(self, body: &Value) -> Self;
}

impl JsonBody for RequestBuilder {
    fn json_body(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json")
            .body(body.to_string())
    }
}
