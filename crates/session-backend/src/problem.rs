//! Refusals: every error answer of the backend, as `application/problem+json` (RFC 9457).
//!
//! Invariants: a failure of the store is 503, never 401; a terminal session code is sent only when
//! the session is over; the text says what was expected, and never what was sent.

use std::{borrow::Cow, time::Duration};

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use session_protocol::{EndReason, WireError, http::Problem};

use crate::store::StoreError;

const PROBLEM_JSON: &str = "application/problem+json";

/// A refusal.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refusal {
    /// Refuses with a status, an enumerated code and a text for developers.
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code: Cow::Borrowed(code),
            detail: detail.into(),
            headers: Vec::new(),
        }
    }

    /// Refuses with a code that somebody else chose.
    pub(crate) fn coded(status: StatusCode, code: &str, detail: &str) -> Self {
        Self {
            code: Cow::Owned(code.to_owned()),
            ..Self::new(status, "", detail)
        }
    }

    /// The session is over.
    pub(crate) fn ended(reason: EndReason) -> Self {
        let detail = match reason {
            EndReason::SessionTimeout => "the session ended after a time without activity",
            EndReason::AbsoluteTimeout => "the session reached its longest duration",
            EndReason::Revoked => {
                "the session was ended from another device or by an administrator"
            }
            EndReason::LoggedOut => "the user logged out",
            EndReason::ReuseDetected => {
                "a refresh token was presented a second time, so the session was ended"
            }
            EndReason::AccountDisabled => "the account is disabled",
            EndReason::Replaced => "a newer login took the place of this session",
            EndReason::NoSession => "there is no session; log in",
        };
        Self::new(StatusCode::UNAUTHORIZED, reason.problem_code(), detail)
    }

    /// Only the access token is bad; a refresh may help.
    pub(crate) fn invalid_token() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "invalid_token",
            "expected `Authorization: Bearer` with a valid access token; refresh it",
        )
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// A body or parameter is wrong.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", detail)
    }

    /// There is nothing under this address.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here")
    }

    /// Something that cannot fail did.
    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "the server met an unexpected condition",
        )
    }

    /// Returns the code.
    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    /// Refuses without calling for other credentials: those of the call are good, and what it says
    /// beside them is not.
    pub(crate) fn without_challenge(mut self) -> Self {
        if self.status == StatusCode::UNAUTHORIZED {
            self.status = StatusCode::FORBIDDEN;
        }
        self
    }

    /// Adds a header to the answer.
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds `Retry-After`, rounded up to whole seconds.
    pub(crate) fn with_retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_millis().div_ceil(1000).max(1);
        match HeaderValue::from_str(&seconds.to_string()) {
            Ok(value) => self.with_header(header::RETRY_AFTER, value),
            Err(_) => self,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Problem {
            status: self.status.as_u16(),
            code: self.code.into_owned(),
            detail: self.detail,
        };
        let mut response = (self.status, body.to_value().to_string()).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// Turns an error answer of the framework into a problem document; its other headers stay.
pub(crate) async fn normalized(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    if !is_error || content_type.is_some_and(|found| found == PROBLEM_JSON) {
        return response;
    }
    let code = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "body_too_large",
        StatusCode::BAD_REQUEST => "invalid_request",
        _ => "refused",
    };
    let detail = status
        .canonical_reason()
        .unwrap_or("the request was refused");
    let mut refusal = Refusal::new(status, code, detail);
    for (name, value) in response.headers() {
        if *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH {
            refusal = refusal.with_header(name.clone(), value.clone());
        }
    }
    refusal.into_response()
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a request failed because of the store");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "store_unavailable",
            "the store does not answer; nothing was decided about the session",
        )
        .with_retry_after(Duration::from_secs(1))
    }
}

impl From<WireError> for Refusal {
    fn from(error: WireError) -> Self {
        match error {
            WireError::MissingField { .. } | WireError::WrongField { .. } => {
                Self::invalid(error.to_string())
            }
            WireError::Binary
            | WireError::TooLarge { .. }
            | WireError::TooDeep
            | WireError::NotJson
            | WireError::NotAnObject
            | WireError::MissingType
            | WireError::UnknownType { .. } => {
                Self::new(StatusCode::BAD_REQUEST, "malformed_body", error.to_string())
            }
        }
    }
}
