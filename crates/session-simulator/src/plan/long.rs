//! A year: visits in the morning, nights, weekends, few faults.

use std::time::Duration;

use super::{
    Act, Entry, Plan, Weather, dense, policy,
    trouble::{self, Spice},
};
use crate::{
    browser::BrowserId,
    chance::Chance,
    world::{Deed, Mishap, Settings},
};

const HOUR: Duration = Duration::from_secs(3_600);
const DAYS: u32 = 365;
const TABS: u8 = 2;

/// Draws a plan of a year.
pub(super) fn life(seed: u64, chance: &mut Chance) -> Plan {
    let policy = policy::patient(chance);
    let config = policy::config(chance);
    let settings = Settings {
        seed,
        policy,
        config,
        tabs: TABS,
        ..Settings::default()
    };
    let weather = Weather {
        least: Duration::from_millis(5),
        most: Duration::from_millis(200),
        loss: 0,
    };
    let spice = Spice {
        thief: false,
        rollback: false,
        longest: HOUR,
    };
    let mut entries = Vec::new();
    for day in 0..DAYS {
        let midnight = HOUR * 24 * day;
        let weekend = day % 7 >= 5;
        let visits = if weekend {
            chance.below(2)
        } else {
            1 + chance.below(2)
        };
        let mut at = midnight + HOUR * 8 + Duration::from_secs(chance.below(7_200));
        for _ in 0..visits {
            at = visit(chance, &mut entries, at, spice);
            at += HOUR + Duration::from_secs(chance.below(4 * 3_600));
        }
    }
    let calm_from = HOUR * 24 * DAYS;
    Plan {
        seed,
        settings,
        weather,
        entries,
        calm_from,
        end: calm_from,
    }
}

/// The machine wakes up, the person works for some minutes, and the machine sleeps again. Returns
/// when.
fn visit(chance: &mut Chance, entries: &mut Vec<Entry>, from: Duration, spice: Spice) -> Duration {
    let browser = BrowserId(0);
    let stood_still = chance.permille(700);
    let wake = Mishap::Wake {
        browser,
        stood_still,
    };
    let once = |at, act| Entry {
        at,
        act,
        repair: None,
    };
    entries.push(once(from, Act::Mishap(wake)));
    let mut at = from + Duration::from_secs(2);
    for _ in 0..3 + chance.below(5) {
        entries.push(dense::work(chance, at, TABS));
        at += Duration::from_millis(chance.below(14_000));
    }
    if chance.permille(150) {
        let trouble = trouble::draw(chance, at, TABS, spice);
        at += trouble.repair.map_or(Duration::ZERO, |(after, _)| after);
        let is_sleep = matches!(trouble.act, Act::Mishap(Mishap::Sleep(_)));
        if !is_sleep {
            entries.push(trouble);
        }
        at += Duration::from_secs(5);
        entries.push(dense::work(chance, at, TABS));
        at += Duration::from_secs(20);
    }
    if chance.permille(60) {
        let tab = crate::browser::TabId { browser, slot: 0 };
        entries.push(once(at, Act::Deed(Deed::LogOut(tab))));
        at += Duration::from_secs(5);
    }
    entries.push(once(at, Act::Mishap(Mishap::Sleep(browser))));
    at
}
