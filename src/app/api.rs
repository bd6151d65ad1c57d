//! Calls to the backend's own data, and what a page knows of an answer.

use gloo_net::http::Method;
use leptos::{prelude::untrack, task::spawn_local};
use session_core::ConnectionStatus;
use session_protocol::{Value, parse};

use super::{context::Context, kit};
use crate::{
    service::RequestError,
    ui::{
        connection,
        element::{El, el},
        reactive::{Var, effect, memo},
    },
};

/// Longest answer that is read, in bytes: a list of some hundred long notes.
const LONGEST_ANSWER: usize = 16 << 20;

/// What a page knows of a list or a thing that it asked for.
#[derive(Clone)]
pub(super) enum Loaded {
    /// The answer is under way.
    Waiting,
    /// There is no answer.
    Failed(RequestError),
    /// The answer.
    Ready(Value),
}

/// Sends a request and reads the JSON of the answer; `null` for an answer without a body.
pub(super) async fn call(
    cx: Context,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Result<Value, RequestError> {
    let url = cx.origin.with_untracked(|origin| [origin, path].concat());
    let mut request = cx.session.request(method, &url);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await?;
    if answer.body.is_empty() {
        return Ok(Value::Null);
    }
    parse(&answer.body, LONGEST_ANSWER).map_err(|_| RequestError::Unreadable)
}

/// Asks for something; what was known before stays until the answer.
pub(super) fn load(cx: Context, path: &'static str, into: Var<Loaded>) {
    spawn_local(async move {
        let answer = match call(cx, Method::GET, path, None).await {
            Ok(value) => Loaded::Ready(value),
            Err(error) => Loaded::Failed(error),
        };
        // The page may be gone by now.
        into.set(answer);
    });
}

/// Shows a skeleton, a problem with a way to try again, or the answer. What the network kept away is
/// asked for again as soon as there is one.
pub(super) fn when_loaded(
    cx: Context,
    path: &'static str,
    loaded: Var<Loaded>,
    ready: Box<dyn Fn(&Value) -> El>,
) -> El {
    let retry = move || {
        loaded.set(Loaded::Waiting);
        load(cx, path, loaded);
    };
    let again = move || {
        if loaded.with(|loaded| matches!(loaded, Loaded::Failed(error) if error.is_transient())) {
            load(cx, path, loaded);
        }
    };
    when_live(cx, Box::new(again));
    let region = el("div.page");
    let node = region.node().clone();
    region.live(move || {
        cx.place.hand_over(&node);
        Some(loaded.with(|loaded| match loaded {
            Loaded::Waiting => waiting(cx),
            Loaded::Failed(error) => {
                kit::failure(cx.words.problem(error), cx.words.try_again, retry)
            }
            Loaded::Ready(value) => ready(value),
        }))
    })
}

/// Stands where an answer will be.
pub(super) fn waiting(cx: Context) -> El {
    let offline = move || {
        if is_offline(cx) { cx.words.offline } else { "" }
    };
    kit::skeleton("skeleton late", cx.words.loading).child(el("p.note").live_text(offline))
}

/// Returns whether there is no network; reactive closures follow it.
pub(super) fn is_offline(cx: Context) -> bool {
    connection(cx.session) == ConnectionStatus::Offline
}

/// Calls `act` whenever the connection is there again, as long as the current owner lives.
pub(super) fn when_live(cx: Context, act: Box<dyn Fn()>) {
    let live = memo(move || u64::from(connection(cx.session) == ConnectionStatus::Live));
    effect(move || {
        if live.get() == 1 {
            untrack(&act);
        }
    });
}

/// Reads a text field; empty if there is none.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Reads a whole number; zero if there is none.
pub(super) fn whole(value: &Value, field: &str) -> u64 {
    value.get(field).and_then(Value::as_u64).unwrap_or_default()
}

/// Reads a flag; false if there is none.
pub(super) fn flag(value: &Value, field: &str) -> bool {
    value
        .get(field)
        .and_then(Value::as_bool)
        .unwrap_or_default()
}

/// Returns the origin of a URL without its path; empty for a path of the page's own origin.
pub(super) fn origin_of(url: &str) -> &str {
    let first = |mark, from: usize| {
        let mut bytes = url.bytes().skip(from);
        bytes.position(|byte| byte == mark).map(|at| from + at)
    };
    let scheme = first(b':', 0).filter(|end| url[*end..].starts_with("://"));
    scheme.map_or("", |end| {
        first(b'/', end + 3).map_or(url, |path| &url[..path])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_come_from_the_origin_of_the_session_calls() {
        assert_eq!(origin_of("/api/session"), "");
        assert_eq!(
            origin_of("https://api.example:8443/api/session"),
            "https://api.example:8443"
        );
        assert_eq!(origin_of("https://api.example"), "https://api.example");
    }
}
