//! What the tests share: a world with a virtual clock, polite answers, sample values, named states
//! and named facts.

pub(crate) mod answers;
pub(crate) mod browser;
pub(crate) mod facts;
pub(crate) mod samples;
pub(crate) mod shared_facts;
pub(crate) mod states;
pub(crate) mod walk;
pub(crate) mod world;
