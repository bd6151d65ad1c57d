//! Stories of several tabs of one session: one socket, one refresh at a time, one end.

mod activity;
mod election;
mod ending;
mod freezing;
mod handover;
mod kept_away;
mod liveness;
mod notices;
mod refreshing;
mod relaying;
mod topics;
