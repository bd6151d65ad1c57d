//! Drafts: what a user typed and did not save, kept on this device.
//!
//! Invariants: a draft is named by its user, so nobody reads another's; expiry never deletes one;
//! explicit logout and the login of another user do, and what still runs then keeps none. What the
//! browser does not keep lives on in the page, so that an expiry costs nothing, and as long as it
//! does the browser asks before the page is left.
//!
//! # Security
//!
//! Drafts are not encrypted: whoever reads the device's disk reads them. Never keep passwords or
//! one-time codes as drafts.

use std::{cell::RefCell, fmt, rc::Rc};

use crate::platform::{
    listener::Listener,
    page,
    storage::{NotKept, Shelf},
};

/// The drafts of all users.
pub(super) struct Drafts {
    shelf: Shelf,
    unkept: Rc<Unkept>,
}

/// Drafts that live in this page only, by their keys.
#[derive(Default)]
struct Unkept {
    drafts: RefCell<Vec<(String, String)>>,
    guard: RefCell<Option<Listener>>,
    /// How the keys began whose drafts were deleted, in order.
    forgotten: RefCell<Vec<String>>,
}

/// The draft of one form of one user.
#[derive(Clone)]
pub struct Draft {
    shelf: Shelf,
    unkept: Rc<Unkept>,
    key: String,
    /// How often drafts had been deleted before.
    since: usize,
}

/// Returns how the keys of a user's drafts begin.
fn beginning(user: &str) -> String {
    // A dot ends the name of the user, so dots inside it are escaped.
    let user = user.replace('%', "%25").replace('.', "%2E");
    ["draft.", &user, "."].concat()
}

impl Drafts {
    pub(super) fn new(scope: &str) -> Self {
        Self {
            shelf: Shelf::new(scope),
            unkept: Rc::default(),
        }
    }

    pub(super) fn draft(&self, user: &str, form: &str) -> Draft {
        Draft {
            shelf: self.shelf.clone(),
            unkept: Rc::clone(&self.unkept),
            key: [&beginning(user), form].concat(),
            since: self.unkept.forgotten.borrow().len(),
        }
    }

    /// Deletes all drafts of a user.
    pub(super) fn forget(&self, user: &str) {
        let beginning = beginning(user);
        self.shelf.remove_all(&beginning);
        self.unkept.forget(&|key| key.starts_with(&beginning));
        self.unkept.forgotten.borrow_mut().push(beginning);
    }
}

impl Draft {
    /// Reads what was kept, or what this page holds in its place.
    #[must_use]
    pub fn read(&self) -> Option<String> {
        let unkept = self.unkept.read(&self.key);
        unkept.or_else(|| self.shelf.read(&self.key))
    }

    /// Keeps this text in place of what was kept before.
    ///
    /// # Errors
    ///
    /// [`NotKept`] if the browser keeps nothing: the text lives as long as this page, whatever becomes
    /// of the session, and the browser asks before the page is left. Tell the user that the text is
    /// not safe yet. Also if the user's drafts were deleted since this one was asked for: then it is
    /// gone.
    pub fn keep(&self, text: &str) -> Result<(), NotKept> {
        let forgotten = self.unkept.forgotten.borrow();
        let mut forgotten = forgotten.iter().skip(self.since);
        if forgotten.any(|beginning| self.key.starts_with(beginning)) {
            return Err(NotKept);
        }
        let kept = self.shelf.write(&self.key, text);
        self.unkept.forget(&|key| key == self.key);
        if kept.is_err() {
            self.unkept.hold(self.key.clone(), text.to_owned());
        }
        kept
    }

    /// Deletes what was kept, because it is saved or not wanted any more.
    pub fn discard(&self) {
        self.shelf.remove(&self.key);
        self.unkept.forget(&|key| key == self.key);
    }
}

impl Unkept {
    fn read(&self, key: &str) -> Option<String> {
        let drafts = self.drafts.borrow();
        let mut drafts = drafts.iter();
        drafts
            .find(|(it, _)| it == key)
            .map(|(_, text)| text.clone())
    }

    fn hold(&self, key: String, text: String) {
        self.drafts.borrow_mut().push((key, text));
        let guard = &mut *self.guard.borrow_mut();
        guard.get_or_insert_with(page::ask_before_leaving);
    }

    fn forget(&self, goes: &dyn Fn(&str) -> bool) {
        let drafts = &mut *self.drafts.borrow_mut();
        drafts.retain(|(key, _)| !goes(key));
        if drafts.is_empty() {
            self.guard.take();
        }
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Draft").field(&self.key).finish()
    }
}
