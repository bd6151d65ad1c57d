//! Runs the checker on a scene and says what came of it.

use std::{
    fmt,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use stateright::{Checker, Expectation, HasDiscoveries, Model, Path};

use crate::{Exploration, Move, Scene, Situation, tale::Tale};

/// How far a scene is explored.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How many threads work on it. With one, examples are the shortest and always the same.
    pub threads: usize,
    /// No longer than this.
    pub time: Option<Duration>,
    /// No further than this many states, those that were met before included.
    pub states: Option<usize>,
    /// Whether to stop at the first broken promise.
    pub stops_early: bool,
}

impl Default for Bounds {
    /// To the end, on all processors.
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            time: None,
            states: None,
            stops_early: false,
        }
    }
}

/// What came of a scene.
#[derive(Clone, Debug)]
pub struct Report {
    /// The scene.
    pub scene: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// States that were reached, those that were met before included.
    pub states: usize,
    /// States that differ.
    pub distinct: usize,
    /// Longest of the shortest ways to a state, in moves.
    pub depth: usize,
    /// How long it took.
    pub took: Duration,
    /// Whether every state was looked at.
    pub is_exhausted: bool,
    /// How many promises were checked.
    pub promises: usize,
    /// The promises that broke, with a way there.
    pub broken: Vec<Tale>,
    /// What was seen that must sometimes be seen, with a way there.
    pub seen: Vec<Tale>,
    /// What was not seen.
    pub unseen: Vec<&'static str>,
}

impl Report {
    /// Returns whether all promises were kept, and everything was seen that must be if all was looked
    /// at.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.broken.is_empty() && (self.unseen.is_empty() || !self.is_exhausted)
    }
}

/// Explores a scene.
///
/// # Panics
///
/// If a thread of the checker does.
#[must_use]
pub fn check(scene: Scene, bounds: Bounds) -> Report {
    let began = Instant::now();
    let (name, about) = (scene.name, scene.about);
    let exploration = Exploration::of(scene);
    let properties = exploration.properties();
    let mut checker = exploration.checker().threads(bounds.threads);
    if let Some(time) = bounds.time {
        checker = checker.timeout(time);
    }
    if let Some(states) = bounds.states {
        checker = checker.target_state_count(states);
    }
    if bounds.stops_early {
        checker = checker.finish_when(HasDiscoveries::AnyFailures);
    }
    let checker = checker.spawn_bfs().join();
    let took = began.elapsed();
    let visited = checker.model().visited.load(Ordering::Relaxed);
    let distinct = checker.unique_state_count();
    let mut found = checker.discoveries();
    let scene = &checker.model().scene;
    let (mut broken, mut seen, mut unseen) = (Vec::new(), Vec::new(), Vec::new());
    for property in &properties {
        let path = found.remove(property.name).map(Path::into_vec);
        let tale = path.map(|path| Tale::of(scene, property.name, &path));
        match (&property.expectation, tale) {
            (Expectation::Sometimes, Some(tale)) => seen.push(tale),
            (Expectation::Sometimes, None) => unseen.push(property.name),
            (Expectation::Always | Expectation::Eventually, tale) => broken.extend(tale),
        }
    }
    Report {
        scene: name,
        about,
        states: checker.state_count(),
        distinct,
        depth: checker.max_depth(),
        took,
        is_exhausted: visited == distinct,
        promises: properties.len() - seen.len() - unseen.len(),
        broken,
        seen,
        unseen,
    }
}

/// A way through the model: each situation with the move that follows.
pub(crate) type Way = [(Situation, Option<Move>)];

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.scene, self.about)?;
        writeln!(
            f,
            "  {} states, {} distinct, depth {}, {:.1} s, {}",
            self.states,
            self.distinct,
            self.depth,
            self.took.as_secs_f64(),
            if self.is_exhausted {
                "exhausted"
            } else {
                "not exhausted"
            },
        )?;
        let kept = self.promises - self.broken.len();
        write!(f, "  {kept} of {} promises kept, ", self.promises)?;
        let wanted = self.seen.len() + self.unseen.len();
        writeln!(f, "{} of {wanted} sights seen", self.seen.len())?;
        for tale in &self.seen {
            writeln!(
                f,
                "    seen after {:>2} moves: {}",
                tale.length(),
                tale.about
            )?;
        }
        for name in &self.unseen {
            writeln!(f, "    NOT SEEN: {name}")?;
        }
        for tale in &self.broken {
            writeln!(f, "  BROKEN: {tale}")?;
        }
        Ok(())
    }
}
