//! The world: one server, browsers with tabs, everything that is on its way, and a thief.
//!
//! [`World::apply`] takes one [`Action`] and does all that follows from it at once; nothing happens
//! by itself. What an action puts on its way waits until another action lets it arrive. So one
//! driver can draw the order from a seed, and another can try every order: [`World::enabled`] lists
//! what may come next.
//!
//! Invariants are checked in each step; the first that breaks is kept in [`World::broken`].

mod action;
mod deeds;
mod enabled;
mod http;
mod item;
mod mishaps;
mod orders;
mod pages;
mod record;
mod seeded;
mod settings;
mod sockets;
mod state;

pub use action::{Action, Deed, Forgery, Mishap};
pub use item::Item;
pub use record::Record;
pub use settings::Settings;
pub use state::{PageStory, Running, World};
