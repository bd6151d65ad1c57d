//! What every page is given.

use super::{
    place::Place, preferences::Preferences, router::Router, samples::Received, words::Words,
};
use crate::{service::Session, ui::locale::Locale, ui::reactive::Var};

/// The session, the way between pages, the person's choices. Small and `Copy`.
///
/// A page is built anew when the language changes, so it holds its texts as plain values.
#[derive(Clone, Copy)]
pub(crate) struct Context {
    pub(crate) session: Session,
    pub(crate) router: Router,
    pub(crate) preferences: Preferences,
    pub(crate) place: Place,
    pub(crate) locale: Locale,
    pub(crate) words: &'static Words,
    /// Origin of the backend; empty for the page's own.
    pub(crate) origin: Var<String>,
    /// How many live updates this tab received.
    pub(crate) received: Var<Received>,
}
