//! The stage on which tests play: a scripted platform, a mounted page, a user's hands.

pub mod backend;
pub mod errors;
pub mod javascript;
pub mod neighbour;
pub mod opened;
pub mod page;
pub mod recorder;
pub mod stage;
pub mod user;
pub mod wait;
pub mod world;

pub use errors::Errors;
pub use javascript::{Replaced, Shadowed, javascript};
pub use neighbour::Neighbour;
pub use opened::Opened;
pub use page::Page;
pub use recorder::Recorder;
pub use stage::Stage;
pub use wait::{frame, tick, turn, until};
pub use world::World;
