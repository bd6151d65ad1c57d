//! What only a browser can prove: adapters against the real APIs, the service around the pure
//! client, dialogs, and the app used like a person uses it.
//!
//! Runs in headless Chrome by wasm-bindgen-test; on other targets there is nothing here. Tests
//! name elements by role and accessible name, and wait for conditions, never for a time.

#![cfg(target_arch = "wasm32")]
#![allow(
    unreachable_pub,
    missing_debug_implementations,
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::must_use_candidate,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::future_not_send,
    reason = "tests: a broken expectation is a failure, the runner collects public modules only, \
              and there is one thread"
)]

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);

pub mod support;

// Adapters.
pub mod broadcast;
pub mod browser_platform;
pub mod clock;
pub mod frame;
pub mod history;
pub mod http;
pub mod locks;
pub mod page;
pub mod socket;
pub mod storage;
pub mod timer;

// The service.
pub mod drafts;
pub mod driver;
pub mod requests;
pub mod ticket;
pub mod updates;

// Components.
pub mod connection_status;
pub mod countdown;
pub mod cover;
pub mod expired_dialog;
pub mod json;
pub mod login_form;
pub mod require_session;
pub mod warning_dialog;
pub mod warning_notice;

// The app.
pub mod app;
pub mod app_focus;
pub mod app_trouble;

// The pure client in a real engine.
pub mod traces;
