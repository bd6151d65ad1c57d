//! The pages, each a function from the context to a view.

pub(super) mod dashboard;
pub(super) mod devices;
pub(super) mod inspector;
pub(super) mod login;
pub(super) mod not_found;
pub(super) mod note;
pub(super) mod notes;
pub(super) mod settings;
