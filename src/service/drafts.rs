//! Drafts: what a user typed and did not save, kept on this device.
//!
//! Invariants: a draft is named by its user, so nobody reads another's; expiry never deletes one;
//! explicit logout and the login of another user do.
//!
//! # Security
//!
//! Drafts are not encrypted: whoever reads the device's disk reads them. Never keep passwords or
//! one-time codes as drafts.

use crate::platform::storage::{NotKept, Shelf};

/// The draft of one form of one user.
#[derive(Clone, Debug)]
pub struct Draft {
    shelf: Shelf,
    key: String,
}

/// Returns how the keys of a user's drafts begin.
pub(super) fn beginning(user: &str) -> String {
    // A dot ends the name of the user, so dots inside it are escaped.
    let user = user.replace('%', "%25").replace('.', "%2E");
    ["draft.", &user, "."].concat()
}

impl Draft {
    pub(super) fn new(shelf: Shelf, user: &str, form: &str) -> Self {
        Self {
            shelf,
            key: [&beginning(user), form].concat(),
        }
    }

    /// Reads what was kept.
    #[must_use]
    pub fn read(&self) -> Option<String> {
        self.shelf.read(&self.key)
    }

    /// Keeps this text in place of what was kept before.
    ///
    /// # Errors
    ///
    /// [`NotKept`] if the browser keeps nothing: tell the user that the text is not safe yet.
    pub fn keep(&self, text: &str) -> Result<(), NotKept> {
        self.shelf.write(&self.key, text)
    }

    /// Deletes what was kept, because it is saved or not wanted any more.
    pub fn discard(&self) {
        self.shelf.remove(&self.key);
    }
}
