//! What becomes of a world in which nothing goes wrong any more.
//!
//! Everything is repaired, a person turns to a tab, whatever is on its way arrives in the order in
//! which it was sent, and time passes until each wait that the client may have begun is over. Then
//! the simulator's own liveness checks decide.

use std::time::Duration;

use session_simulator::{
    browser::{BrowserId, Health, Life, Page, TabId},
    liveness,
    server::Family,
    violation::Violation,
    world::{Action, Deed, Mishap, World},
};

use crate::{Scene, at_once, explore, scene::Sockets};

/// Longer than any wait of the client: half a minute of backoff, a timeout, a lock's patience and
/// the silence of a leader come one after the other.
const QUIET: Duration = Duration::from_secs(150);

/// A limit of a session that passes this shortly before the end of the quiet time may not have been
/// noticed.
const NOTICE: Duration = Duration::from_secs(60);

/// Most steps until all is quiet. A world that needs more goes round in a circle.
const MOST_STEPS: usize = 2_000;

/// A world in which nothing goes wrong any more.
#[derive(Debug)]
pub(crate) struct Calm<'a> {
    scene: &'a Scene,
    pub(crate) world: World,
    until: Duration,
}

/// One step of a calm world.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Something arrived or was done.
    Did(Action),
    /// Time passed.
    Waited,
    /// All is quiet.
    Over,
}

/// Lets everything come right and checks that it did.
///
/// # Errors
///
/// The promise that is broken, on the way or in the end.
pub fn comes_right(scene: &Scene, world: &World) -> Result<(), Violation> {
    let mut calm = Calm::begin(scene, world);
    for _ in 0..MOST_STEPS {
        let step = calm.step();
        if let Some(broken) = calm.world.broken.take() {
            return Err(broken);
        }
        if let Step::Over = step {
            return judge(scene, &calm.world);
        }
    }
    let what = format!("more than {MOST_STEPS} steps until all is quiet");
    Err(Violation::new("L8", what))
}

impl<'a> Calm<'a> {
    pub(crate) fn begin(scene: &'a Scene, world: &World) -> Self {
        let mut world = world.clone();
        repair(&mut world);
        at_once::settle(scene, &mut world);
        let until = world.now.saturating_add(QUIET);
        Self {
            scene,
            world,
            until,
        }
    }

    pub(crate) fn step(&mut self) -> Step {
        let next = explore::on_its_way(&self.world).next();
        if let Some(action) = next {
            self.world.apply(action);
            at_once::settle(self.scene, &mut self.world);
            return Step::Did(action);
        }
        self.until = late_enough(&self.world, self.until);
        let due = self.world.next_instant();
        if let Some(at) = due.filter(|at| *at <= self.until) {
            self.world.advance_to(at);
            Step::Waited
        } else {
            self.world.advance_to(self.until);
            Step::Over
        }
    }
}

/// Repairs whatever can be, and has a person look at one tab of each browser.
fn repair(world: &mut World) {
    let mut apply = |mishap| world.apply(Action::Mishap(mishap));
    apply(Mishap::StartUp);
    apply(Mishap::AnswerWell);
    for browser in browsers(world) {
        let stood_still = true;
        let health = Health::Works;
        for mishap in [
            Mishap::Wake {
                browser,
                stood_still,
            },
            Mishap::LinkUp(browser),
            Mishap::Storage { browser, health },
        ] {
            world.apply(Action::Mishap(mishap));
        }
        let tab = tab_to_look_at(world, browser);
        for deed in [Deed::Open(tab), Deed::GoBack(tab), Deed::Show(tab)] {
            world.apply(Action::Deed(deed));
        }
    }
}

fn browsers(world: &World) -> Vec<BrowserId> {
    let ids = (0_u8..).map(BrowserId);
    ids.zip(&world.browsers).map(|(id, _)| id).collect()
}

/// The tab that is seen already, or else the first that has a page.
fn tab_to_look_at(world: &World, browser: BrowserId) -> TabId {
    let open = |(tab, page): &(TabId, &Page)| tab.browser == browser && page.life != Life::Cached;
    let seen = world
        .pages()
        .filter(open)
        .find(|(_, page)| page.is_visible());
    let any = seen.or_else(|| world.pages().find(open));
    any.map_or(TabId { browser, slot: 0 }, |(tab, _)| tab)
}

/// Waits longer if a session ends so shortly before that its pages cannot know.
fn late_enough(world: &World, until: Duration) -> Duration {
    let ends = world.server.families().values().map(Family::deadline);
    let late = ends.filter(|at| *at > until.saturating_sub(NOTICE) && *at <= until);
    late.max().map_or(until, |at| at.saturating_add(NOTICE))
}

fn judge(scene: &Scene, world: &World) -> Result<(), Violation> {
    liveness::l2_no_page_outlives_its_session(world)?;
    liveness::l3_every_attempt_ends(world)?;
    if scene.sockets != Sockets::Refused {
        liveness::l1_visible_pages_are_live(world)?;
        liveness::l4_one_tab_holds_the_socket(world)?;
    }
    liveness::l5_a_logout_arrives(world)?;
    liveness::l6_doubt_ends(world)?;
    liveness::l7_every_request_has_an_outcome(world)
}
