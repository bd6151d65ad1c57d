//! Every order of events in a small world, within a budget.
//!
//! The world is the one of `session-simulator`: the real client, a server, browsers with tabs, a
//! thief. The simulator draws what comes next from a seed; here a checker tries all of it. What can
//! happen is cut into [`Scene`]s, each with a few kinds of trouble and an end of time, so that each
//! can be explored to its end: at most [`Budget::faults`] things go wrong in one life, and within
//! that there is no order of events that was not tried.
//!
//! * Time is abstract: it goes from one deadline to the next, in steps of [`Scene::grain`], so that
//!   what counts is the order of ends and not their distance. What is due at the same time comes in
//!   every order.
//! * Time passes when nothing is on its way. That it passes earlier (a slow network, a late timer, a
//!   busy page) is a fault and paid for.
//! * Safety is judged in each state by the simulator's own invariants. Liveness is judged as bounded
//!   safety: from each state in which a fault has just happened, and from each end of a life, faults
//!   stop, and after a quiet time everything must have come right ([`calm`]). The checker's own
//!   *eventually* is not used: it knows no cycles and joins paths that met.
//! * What must *sometimes* happen proves that a scene is not empty talk; one that never happened,
//!   though all was looked at, fails the check as a broken promise does. What a person types is left
//!   to the simulator.

#![forbid(unsafe_code)]

mod at_once;
mod budget;
pub mod calm;
mod check;
mod explore;
mod hunt;
mod moves;
mod passage;
mod promise;
mod scene;
mod sight;
mod situation;
mod step;
mod tale;
mod walk;

pub use budget::Budget;
pub use check::{Bounds, Report, check};
pub use explore::Exploration;
pub use hunt::{Catch, hunt};
pub use moves::Move;
pub use scene::{Scene, SlowCalls, Sockets, scenes};
pub use sight::Sight;
pub use situation::Situation;
pub use tale::Tale;
pub use walk::walk;
