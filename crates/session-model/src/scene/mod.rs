//! The scenes: each a small world, a few kinds of trouble, an end of time.
//!
//! What one scene leaves out another has; what a scene has is tried in every order. The times of the
//! servers are short, and chosen so that the ends come in an order that asks something: the end of
//! the grace before the end of the token, the end of the token before the end of the session.

mod build;
mod clocks;
mod errands;
mod farewell;
mod feed;
mod hints;
mod inheritance;
mod leaders;
mod limits;
mod rotation;
mod strangers;
mod theft;
mod turns;

use std::time::Duration;

use session_simulator::{
    browser::BrowserId,
    bug::BugSet,
    world::{Action, Deed, Mishap, Settings, World},
};

use crate::{Budget, Sight, Situation, at_once, explore};

/// What can happen.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each kind of trouble is there or not, whatever the others are"
)]
pub struct Scene {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// What the world begins with.
    pub settings: Settings,
    /// What is done before anything can go wrong.
    pub beginning: Vec<Deed>,
    /// Time goes in steps of this.
    pub grain: Duration,
    /// No time passes after this.
    pub end: Duration,
    /// How much may go wrong and be done.
    pub budget: Budget,
    /// What persons do.
    pub deeds: Vec<Deed>,
    /// What goes wrong.
    pub mishaps: Vec<Mishap>,
    /// Whether time may pass although something is on its way.
    pub stalls: bool,
    /// Whether the server may stop and start again.
    pub crashes: bool,
    /// Whether connections of calls may break.
    pub breaks: bool,
    /// Whether sockets may break.
    pub cuts: bool,
    /// Whether messages on sockets may be spoilt.
    pub spoils: bool,
    /// How sockets are served.
    pub sockets: Sockets,
    /// Which calls are on their way for a while; the others are answered at once.
    pub slow_calls: SlowCalls,
    /// Whether notices between tabs are on their way for a while.
    pub slow_notices: bool,
    /// Whose jar a thief copies.
    pub thief_of: Option<BrowserId>,
    /// What must sometimes happen.
    pub sights: Vec<Sight>,
}

/// Which calls are on their way for a while.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SlowCalls {
    /// None.
    None,
    /// Those that change who is logged in, or with which token.
    Tokens,
    /// All.
    All,
}

/// How sockets are served.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sockets {
    /// The server refuses them for good.
    Refused,
    /// Whatever is said on them is heard at once.
    AtOnce,
    /// Each message is on its way by itself.
    StepByStep,
}

/// Returns all scenes, with this many tabs.
#[must_use]
pub fn scenes(tabs: u8) -> Vec<Scene> {
    vec![
        rotation::scene(tabs),
        theft::scene(tabs),
        farewell::scene(tabs),
        inheritance::scene(tabs),
        strangers::scene(tabs),
        hints::scene(tabs),
        limits::scene(tabs),
        clocks::scene(tabs),
        errands::scene(tabs),
        turns::scene(tabs),
        leaders::scene(tabs),
        feed::scene(tabs),
    ]
}

impl Scene {
    /// Puts bugs back.
    #[must_use]
    pub fn with_bugs(mut self, bugs: BugSet) -> Self {
        self.settings.bugs = bugs;
        self
    }

    /// Plays the beginning.
    #[must_use]
    pub fn begin(&self) -> Situation {
        let mut world = World::new(&self.settings);
        for deed in &self.beginning {
            world.apply(Action::Deed(*deed));
            loop {
                at_once::settle(self, &mut world);
                let Some(action) = explore::on_its_way(&world).next() else {
                    break;
                };
                world.apply(action);
            }
        }
        *world.tally = session_simulator::tally::Tally::default();
        Situation::begin(world, self.budget)
    }
}
