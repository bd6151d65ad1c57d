//! The life that a fact belongs to.

/// One life of a session in this tab.
///
/// It advances when a session begins (login, restore) and when it ends (logout, expiry), and not
/// on a refresh, a reconnect or an extension. Compared for equality only: a fact of another epoch
/// is not "older", it is somebody else's.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct SessionEpoch(u64);

impl SessionEpoch {
    /// Returns the number, for display and for tab notices.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    pub(crate) fn advance(&mut self) {
        self.0 += 1;
    }
}
