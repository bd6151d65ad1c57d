//! Components for apps: dialogs, connection status, login form, guard.
//!
//! They read the view of [`crate::Session`] and send commands; they never see a token. Texts come
//! from the local catalogue in [`words`], never from the wire.

mod connection_status;
mod countdown;
mod cover;
mod dialog;
pub mod element;
mod expired_dialog;
mod field;
pub mod locale;
mod login_form;
mod login_progress;
pub mod reactive;
mod require_session;
mod session_dialogs;
mod warning_dialog;
pub mod words;

pub(crate) use connection_status::connection;
pub use connection_status::{ConnectionStatus, connection_status};
pub use cover::covered;
pub(crate) use dialog::{dialog, is_escape, open};
pub(crate) use field::{field, username};
pub use login_form::{LoginForm, login_form};
pub use require_session::{RequireSession, living_epoch};
pub use session_dialogs::{SessionDialogs, session_dialogs};
