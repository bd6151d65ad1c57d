//! Minutes to hours, full of faults.

use std::time::Duration;

use super::{
    Act, Entry, Plan, Weather, policy,
    trouble::{self, Spice},
};
use crate::{
    browser::{BrowserId, TabId},
    chance::Chance,
    server::UserId,
    world::{Deed, Settings},
};

/// Most tabs that a seed chooses by itself.
const MOST_TABS: u64 = 4;

/// Draws a plan of minutes to hours.
pub(super) fn hours(seed: u64, chance: &mut Chance, tabs: Option<u8>) -> Plan {
    let drawn = u8::try_from(1 + chance.below(MOST_TABS)).unwrap_or(1);
    let tabs = tabs.unwrap_or(drawn).max(1);
    let policy = policy::brisk(chance);
    let config = policy::config(chance);
    let lifetime = policy.access_token_lifetime;
    // Short tokens make much traffic, so that such a life is shorter.
    let longest_gap = lifetime
        .saturating_mul(60)
        .clamp(Duration::from_secs(90), Duration::from_secs(5_400));
    let spice = Spice {
        thief: chance.permille(120),
        rollback: chance.permille(30),
        longest: Duration::from_secs(3 * 3_600),
    };
    let settings = Settings {
        seed,
        policy,
        config,
        tabs,
        has_locks: chance.permille(800),
        ..Settings::default()
    };
    let weather = Weather {
        least: Duration::from_millis(5 + chance.below(100)),
        most: Duration::from_millis(110 + chance.below(300)),
        loss: 0,
    };
    let trouble_part = 100 + chance.below(400);
    let count = 20 + chance.below(70);
    let mut entries = Vec::new();
    let mut at = Duration::ZERO;
    for slot in 0..tabs {
        let tab = TabId {
            browser: BrowserId(0),
            slot,
        };
        entries.push(deed(at, Deed::Open(tab)));
        at += Duration::from_millis(chance.below(3_000));
    }
    for _ in 0..3 {
        entries.push(work(chance, at, tabs));
        at += Duration::from_millis(500 + chance.below(3_000));
    }
    for _ in 0..count {
        at += gap(chance, longest_gap);
        let entry = if chance.permille(trouble_part) {
            trouble::draw(chance, at, tabs, spice)
        } else {
            person(chance, at, tabs)
        };
        entries.push(entry);
    }
    let ends = entries.iter().map(|entry| {
        let repair = entry.repair.map_or(Duration::ZERO, |(after, _)| after);
        entry.at.saturating_add(repair)
    });
    let calm_from = ends.max().unwrap_or_default() + Duration::from_secs(1);
    Plan {
        seed,
        settings,
        weather,
        entries,
        calm_from,
        end: calm_from,
    }
}

fn gap(chance: &mut Chance, longest: Duration) -> Duration {
    let limit = match chance.below(100) {
        0..25 => 50,
        25..55 => 2_000,
        55..80 => 30_000,
        80..95 => 300_000,
        _ => 5_400_000,
    };
    Duration::from_millis(chance.below(limit)).min(longest)
}

fn deed(at: Duration, deed: Deed) -> Entry {
    Entry {
        at,
        act: Act::Deed(deed),
        repair: None,
    }
}

fn any_tab(chance: &mut Chance, tabs: u8) -> TabId {
    TabId {
        browser: BrowserId(0),
        slot: u8::try_from(chance.below(u64::from(tabs))).unwrap_or_default(),
    }
}

pub(super) fn work(chance: &mut Chance, at: Duration, tabs: u8) -> Entry {
    let tab = any_tab(chance, tabs);
    let choice = u8::try_from(chance.below(256)).unwrap_or_default();
    Entry {
        at,
        act: Act::Work { tab, choice },
        repair: None,
    }
}

/// Draws what a person does.
fn person(chance: &mut Chance, at: Duration, tabs: u8) -> Entry {
    let tab = any_tab(chance, tabs);
    let user = UserId(if chance.permille(750) { 1 } else { 2 });
    let remember_me = chance.permille(300);
    let what = match chance.below(100) {
        0..52 => return work(chance, at, tabs),
        52..62 => {
            return Entry {
                at,
                act: Act::Publish,
                repair: None,
            };
        }
        62..68 => Deed::Show(tab),
        68..72 => Deed::Hide(tab),
        72..75 => Deed::Close(tab),
        75..79 => Deed::Open(tab),
        79..82 => Deed::Reload(tab),
        82..88 => Deed::LogOut(tab),
        88..92 => Deed::LogIn {
            tab,
            user,
            remember_me,
        },
        92 => Deed::Leave(tab),
        93 | 94 => Deed::GiveUp(tab),
        95 => Deed::GoAway(tab),
        96 | 97 => Deed::GoBack(tab),
        _ => Deed::Stay(tab),
    };
    deed(at, what)
}
