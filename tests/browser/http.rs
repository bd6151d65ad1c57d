//! The HTTP adapter: against the browser's own fetch where that needs no server, else against a
//! scripted one.

use std::time::Duration;

use futures::future::{AbortHandle, abortable};
use gloo_net::http::Method;
use leptos_session::platform::http::{Answer, Call};
use session_core::HttpFailure;
use session_protocol::config::Credentials;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Replaced, javascript, tick, until};

/// Answers never, and rejects as a fetch does when its signal aborts.
const SILENT: &str = "window.asked = undefined, (request) => new Promise((_, reject) => {
    window.asked = request;
    request.signal.addEventListener('abort', () => reject(request.signal.reason));
})";

#[wasm_bindgen_test]
async fn an_answer_has_status_and_body() {
    let answer = get("data:application/json,{\"a\":1}").send().await;
    let body = "{\"a\":1}".to_owned();
    assert_eq!(answer, Ok(Answer { status: 200, body }));
}

#[wasm_bindgen_test]
async fn a_server_that_is_not_there_is_unreachable() {
    let answer = get("http://127.0.0.1:47/").send().await;
    assert_eq!(answer, Err(HttpFailure::Unreachable));
}

#[wasm_bindgen_test]
async fn an_address_that_is_none_is_unreachable() {
    let answer = get("http://[").send().await;
    assert_eq!(answer, Err(HttpFailure::Unreachable));
}

#[wasm_bindgen_test]
async fn a_problem_is_a_refusal_with_its_code() {
    let body = r#"{"type":"about:blank","status":429,"code":"too_many_attempts","detail":""}"#;
    let _fetch = answering(body, "429, headers: { 'Retry-After': '7' }");

    let answer = get("/problem").send().await;

    let expected = HttpFailure::Refused {
        status: 429,
        code: "too_many_attempts".to_owned(),
        retry_after: Some(Duration::from_secs(7)),
    };
    assert_eq!(answer, Err(expected));
}

#[wasm_bindgen_test]
async fn a_refusal_without_a_problem_has_no_code() {
    let retry = "503, headers: { 'Retry-After': 'Wed, 21 Oct 2026 07:28:00 GMT' }";
    for (body, init) in [("<h1>Bad gateway</h1>", "503"), ("", "503"), ("{}", retry)] {
        let _fetch = answering(body, init);
        let answer = get("/problem").send().await;
        let expected = HttpFailure::Refused {
            status: 503,
            code: String::new(),
            retry_after: None,
        };
        assert_eq!(answer, Err(expected), "{body}");
    }
}

#[wasm_bindgen_test]
async fn a_call_carries_what_it_was_given() {
    let _fetch = answering("{}", "200");
    let call = Call {
        method: Method::POST,
        body: Some(r#"{"a":1}"#.to_owned()),
        headers: vec![("X-Requested-With".to_owned(), "leptos-session".to_owned())],
        credentials: Credentials::Include,
        ..get("/path")
    };

    call.send().await.unwrap();

    let asked = javascript(
        "[asked.method, new URL(asked.url).pathname, asked.credentials,
          asked.headers.get('X-Requested-With'), asked.headers.get('Content-Type'),
          asked.headers.get('Authorization')].join()",
    );
    let expected = "POST,/path,include,leptos-session,application/json,";
    assert_eq!(asked.as_string().as_deref(), Some(expected));
}

#[wasm_bindgen_test]
async fn a_call_outlives_its_page_only_if_it_has_to() {
    let _fetch = answering("{}", "200");
    for outlives_page in [false, true] {
        let call = Call {
            outlives_page,
            ..get("/path")
        };
        call.send().await.unwrap();
        assert_eq!(javascript("asked.keepalive"), outlives_page);
    }
}

#[wasm_bindgen_test]
async fn a_call_without_an_answer_is_aborted_after_its_time() {
    let _fetch = Replaced::new("window", "fetch", SILENT);
    let call = Call {
        timeout: Duration::from_millis(5),
        ..get("/silent")
    };

    let answer = call.send().await;

    assert_eq!(answer, Err(HttpFailure::TimedOut));
    assert_eq!(javascript("asked.signal.aborted"), true);
}

#[wasm_bindgen_test]
async fn a_dropped_call_is_aborted() {
    let _fetch = Replaced::new("window", "fetch", SILENT);
    let handle = send_in_background("/dropped");
    until("it was sent", || javascript("asked !== undefined") == true).await;
    assert_eq!(javascript("asked.signal.aborted"), false);

    handle.abort();

    until("it was aborted", || {
        javascript("asked.signal.aborted") == true
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_call_that_was_answered_leaves_no_timer() {
    let _fetch = answering("{}", "200");
    let _set = Replaced::new(
        "window",
        "setTimeout",
        "window.timers = new Set(), ((original) => (callback, delay) => {
             const id = original(callback, delay);
             if (delay > 9000) { window.timers.add(id); }
             return id;
         })(window.setTimeout.bind(window))",
    );
    let _clear = Replaced::new(
        "window",
        "clearTimeout",
        "((original) => (id) => { window.timers.delete(id); original(id); })
         (window.clearTimeout.bind(window))",
    );

    get("/path").send().await.unwrap();
    tick().await;

    assert_eq!(javascript("window.timers.size"), 0);
}

fn get(url: &str) -> Call {
    Call {
        method: Method::GET,
        url: url.to_owned(),
        body: None,
        headers: Vec::new(),
        token: None,
        credentials: Credentials::SameOrigin,
        timeout: Duration::from_secs(10),
        outlives_page: false,
    }
}

/// Replaces fetch by one that answers every request so.
fn answering(body: &str, status: &str) -> Replaced {
    let fetch = format!(
        "(request) => {{
             window.asked = request;
             return Promise.resolve(new Response('{body}', {{ status: {status} }}));
         }}"
    );
    Replaced::new("window", "fetch", &fetch)
}

fn send_in_background(url: &str) -> AbortHandle {
    let (call, handle) = abortable(get(url).send());
    wasm_bindgen_futures::spawn_local(async move {
        assert!(call.await.is_err(), "it was dropped");
    });
    handle
}
