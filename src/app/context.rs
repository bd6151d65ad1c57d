//! What every page is given.

use std::{cell::Cell, ops::Deref};

use super::{
    place::Place, preferences::Preferences, router::Router, samples::Received, words::Words,
};
use crate::{
    service::Session,
    ui::{locale::Locale, reactive::Var},
};

/// The session, the way between pages, the person's choices. One pointer wide and `Copy`, since
/// nearly every closure of the pages holds one.
///
/// A page is built anew when the language changes, so it holds its texts as plain values.
#[derive(Clone, Copy)]
pub(crate) struct Context(&'static Parts);

pub(crate) struct Parts {
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

impl Deref for Context {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        self.0
    }
}

/// Makes the context of each language that the person chooses.
pub(crate) struct Contexts<F> {
    make: F,
    last: Cell<Option<Context>>,
}

impl<F: Fn(Locale) -> Parts> Contexts<F> {
    pub(crate) const fn new(make: F) -> Self {
        Self {
            make,
            last: Cell::new(None),
        }
    }

    /// Returns the context in this language.
    pub(crate) fn of(&self, locale: Locale) -> Context {
        if let Some(last) = self.last.get().filter(|last| last.locale == locale) {
            return last;
        }
        // It lives as long as the page: a hundred bytes for each change of the language.
        let context = Context(Box::leak(Box::new((self.make)(locale))));
        self.last.set(Some(context));
        context
    }
}
