//! Two servers, one Redis: the session is one, wherever it is used, and however far Redis is.

mod distance;
mod faults;
mod repair;
mod sessions;
mod topic;
mod withdrawn;
