//! The session service: one driver, one view signal, commands up, state down.
//!
//! [`provide_session`] makes it, [`use_session`] finds it. State travels down in the one signal of
//! [`Session::view`]; wishes travel up through [`Session::command`]; application messages go to
//! handlers registered by topic and never through a signal, because a signal keeps only the latest.

mod browser;
mod calls;
mod drafts;
mod driver;
mod effects;
mod fetch;
mod memory;
mod platform;
mod session;
mod updates;

pub use browser::BrowserPlatform;
pub use drafts::Draft;
pub use fetch::{Request, RequestError};
pub use platform::{Answered, Facts, Platform};
pub use session::{Session, provide_session, provide_session_on, start_session, use_session};
pub use updates::{Subscription, Update};

pub use crate::platform::{
    listener::Listener,
    storage::{NotKept, Shelf},
    timer::Timer,
};
