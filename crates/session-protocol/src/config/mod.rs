//! Configuration of the single-page app at run time.
//!
//! One inert `<script type="application/json" id="session-config">` in the page; every key is
//! optional. Invariant: a configuration with an unknown key or a bad value is refused whole, with
//! one [`ConfigProblem`] for each fault, so that a typing mistake is seen at the first start.

mod parse;
mod problem;
mod settings;

pub use problem::ConfigProblem;
pub use settings::{
    CloseRule, Credentials, Endpoints, RequestConfig, SessionConfig, SocketAuth, SocketConfig,
    TabShare,
};
