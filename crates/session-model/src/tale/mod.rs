//! A way through the model, told for a reader: what happened, and what changed by it.

mod changes;
mod words;

use std::fmt;

use session_simulator::world::World;

use crate::{
    Move, Scene,
    calm::{self, Calm, Step},
    check::Way,
};

/// A way to something worth telling.
#[derive(Clone, Debug)]
pub struct Tale {
    /// What it leads to.
    pub about: &'static str,
    /// What exactly was found there, if a promise broke.
    pub what: Option<String>,
    lines: Vec<String>,
    afterwards: Vec<String>,
}

/// Most steps of a calm world that are told.
const MOST_AFTERWARDS: usize = 60;

impl Tale {
    /// Tells a way.
    pub(crate) fn of(scene: &Scene, about: &'static str, way: &Way) -> Self {
        let mut lines = Vec::new();
        for pair in way.windows(2) {
            if let [(before, Some(taken)), (after, _)] = pair {
                let what = words::of(*taken, &before.world);
                lines.push(line(&what, &before.world, &after.world));
            }
        }
        let mut tale = Self {
            about,
            what: None,
            lines,
            afterwards: Vec::new(),
        };
        let end = way.last().map(|(situation, _)| &situation.world);
        match end {
            Some(World {
                broken: Some(broken),
                ..
            }) => tale.what = Some(broken.to_string()),
            Some(world) => tale.calm_down(scene, world),
            None => {}
        }
        tale
    }

    /// Tells what becomes of it when faults stop, if a promise breaks then.
    fn calm_down(&mut self, scene: &Scene, world: &World) {
        let Err(broken) = calm::comes_right(scene, world) else {
            return;
        };
        self.what = Some(broken.to_string());
        let mut calm = Calm::begin(scene, world);
        let all = "faults stop, all is repaired, a person looks";
        self.afterwards.push(line(all, world, &calm.world));
        for _ in 0..MOST_AFTERWARDS {
            let before = calm.world.clone();
            let what = match calm.step() {
                Step::Did(action) => words::of(Move::Next(action), &before),
                Step::Waited => words::of(Move::Wait, &before),
                Step::Over => break,
            };
            self.afterwards.push(line(&what, &before, &calm.world));
            if calm.world.broken.is_some() {
                break;
            }
        }
    }

    /// Returns how many moves it takes.
    #[must_use]
    pub fn length(&self) -> usize {
        self.lines.len()
    }
}

fn line(what: &str, before: &World, after: &World) -> String {
    let mut line = format!("{:>5} s  {what}", before.now.as_secs());
    for change in changes::between(before, after) {
        line.push_str("\n               ");
        line.push_str(&change);
    }
    line
}

impl fmt::Display for Tale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} ({} moves)", self.about, self.length())?;
        for line in &self.lines {
            writeln!(f, "  {line}")?;
        }
        for line in &self.afterwards {
            writeln!(f, "  | {line}")?;
        }
        if let Some(what) = &self.what {
            writeln!(f, "  {what}")?;
        }
        Ok(())
    }
}
