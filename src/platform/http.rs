//! One HTTP call.
//!
//! Invariants: a call is aborted when its future is dropped, when its time is over, also in a hidden
//! page, and when the page freezes; whatever happens
//! is an answer or an [`HttpFailure`], never a panic; the token goes into the `Authorization`
//! header and nowhere else.

use std::{cell::Cell, rc::Rc, time::Duration};

use gloo_net::http::{Method, Request};
use session_core::{AccessToken, HttpFailure};
use session_protocol::{config::Credentials, http::Problem};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::{AbortController, AbortSignal, Headers, RequestCredentials, RequestInit};

#[wasm_bindgen]
extern "C" {
    /// DOM, `AbortSignal.timeout`; a browser without it throws.
    #[wasm_bindgen(catch, js_namespace = AbortSignal, js_name = timeout)]
    fn abort_after(milliseconds: f64) -> Result<AbortSignal, JsValue>;
}

use super::{listener::Listener, timer::Timer, window};

/// What to send.
#[derive(Clone, Debug)]
pub struct Call {
    /// Method.
    pub method: Method,
    /// Path or URL.
    pub url: String,
    /// JSON body.
    pub body: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<AccessToken>,
    /// Whether cookies travel to other origins.
    pub credentials: Credentials,
    /// The call is aborted after this time.
    pub timeout: Duration,
    /// Whether the browser goes on with it when the page is gone (Fetch, `keepalive`).
    pub outlives_page: bool,
}

/// An answer with a status from 200 to 299.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body as text.
    pub body: String,
}

/// Aborts the call when it is dropped before the answer came.
struct Abort(AbortController);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Call {
    /// Sends the call and waits for the whole answer.
    ///
    /// # Errors
    ///
    /// An [`HttpFailure`] if there is no answer, or one with another status than 200 to 299.
    pub async fn send(self) -> Result<Answer, HttpFailure> {
        let abort = Abort(AbortController::new().map_err(|_| HttpFailure::Unreachable)?);
        let late = Rc::new(Cell::new(false));
        let give_up = || {
            let (controller, late) = (abort.0.clone(), Rc::clone(&late));
            move || {
                late.set(true);
                controller.abort();
            }
        };
        let _timer = Timer::after(self.timeout, give_up());
        // Timers of a hidden page may come once a minute; this signal does not wait for them.
        let _signal = abort_after(self.timeout.as_secs_f64() * 1000.0).map(|signal| {
            let give_up = give_up();
            Listener::new(&signal, "abort", move |_| give_up())
        });
        // A frozen page could not time it out, and an answer that comes minutes late would still
        // write its cookie.
        let _freeze = window().document().map(|document| {
            let give_up = give_up();
            Listener::new(&document, "freeze", move |_| give_up())
        });
        let lost = |_| {
            if late.get() {
                HttpFailure::TimedOut
            } else {
                HttpFailure::Unreachable
            }
        };
        let request = self.request(&abort.0.signal());
        let response = request
            .map_err(|_| HttpFailure::Unreachable)?
            .send()
            .await
            .map_err(lost)?;
        let status = response.status();
        let retry_after = response.headers().get("Retry-After");
        let body = response.text().await.map_err(lost)?;
        if response.ok() {
            return Ok(Answer { status, body });
        }
        let problem = session_protocol::http::parse_body(&body);
        let problem = problem.and_then(|body| Problem::from_value(&body));
        Err(HttpFailure::Refused {
            status,
            code: problem.map(|problem| problem.code).unwrap_or_default(),
            retry_after: retry_after
                .and_then(|text| text.parse().ok())
                .map(Duration::from_secs),
        })
    }

    /// Writes the request. (The builder of `gloo-net` parses the URL to add a query, which weighs
    /// 1 KB.)
    fn request(&self, signal: &AbortSignal) -> Result<Request, JsValue> {
        let headers = Headers::new()?;
        for (name, value) in &self.headers {
            headers.set(name, value)?;
        }
        if let Some(token) = &self.token {
            headers.set("Authorization", &["Bearer ", token.expose()].concat())?;
        }
        let init = RequestInit::new();
        if let Some(body) = &self.body {
            headers.set("Content-Type", "application/json")?;
            init.set_body(&body.into());
        }
        init.set_method(self.method.as_str());
        init.set_headers(&headers);
        init.set_signal(Some(signal));
        if self.outlives_page {
            let (name, value) = (JsValue::from_str("keepalive"), JsValue::TRUE);
            js_sys::Reflect::set(&init, &name, &value)?;
        }
        init.set_credentials(match self.credentials {
            Credentials::SameOrigin => RequestCredentials::SameOrigin,
            Credentials::Include => RequestCredentials::Include,
        });
        web_sys::Request::new_with_str_and_init(&self.url, &init).map(Request::from)
    }
}
