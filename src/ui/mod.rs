//! Components for apps: dialogs, connection status, login form, guard.
//!
//! They read the view of [`crate::Session`] and send commands; they never see a token. Texts come
//! from the local catalogue in [`words`], never from the wire.

mod connection_status;
mod countdown;
mod dialog;
mod expired_dialog;
pub mod locale;
mod login_form;
mod require_session;
mod session_dialogs;
mod warning_dialog;
pub mod words;

pub use connection_status::ConnectionStatus;
pub use login_form::LoginForm;
pub use require_session::RequireSession;
pub use session_dialogs::SessionDialogs;
