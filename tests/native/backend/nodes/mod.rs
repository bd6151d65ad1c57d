//! Two servers, one Redis: the session is one, wherever it is used.

mod faults;
mod repair;
mod sessions;
mod topic;
mod withdrawn;
