//! How much a user may keep.
//!
//! Invariant: whether there is room is decided in the step that writes, so that writes at the same
//! moment do not pass together.

/// How much a user may keep.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Quota {
    /// How many.
    pub most: usize,
    /// Bytes of all together, as the store keeps them.
    pub bytes: usize,
}

/// What became of a write that needs room.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Placed {
    /// It is written.
    Done,
    /// There is no room; nothing has changed.
    Full,
    /// What it would overwrite is not there.
    Missing,
}
