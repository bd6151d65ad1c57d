//! Draws one thing that goes wrong.

use std::time::Duration;

use session_core::LockName;

use super::{Act, Entry, Leg, Weather};
use crate::{
    browser::{BrowserId, Health, TabId},
    chance::Chance,
    server::{Call, CallKind, Fault, UserId},
    world::{Deed, Forgery, Mishap},
};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// What kinds of trouble a plan may have beside the usual.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spice {
    /// A thief is about.
    pub(super) thief: bool,
    /// The browser may lose its newest cookies.
    pub(super) rollback: bool,
    /// The longest outage.
    pub(super) longest: Duration,
}

/// Where and when trouble comes.
#[derive(Clone, Copy, Debug)]
struct Site {
    at: Duration,
    lasting: Duration,
    browser: BrowserId,
    tab: TabId,
    rollback: bool,
}

impl Site {
    const fn once(self, act: Act) -> Entry {
        Entry {
            at: self.at,
            act,
            repair: None,
        }
    }

    const fn mishap(self, mishap: Mishap) -> Entry {
        self.once(Act::Mishap(mishap))
    }

    const fn repaired(self, mishap: Mishap, repair: Mishap) -> Entry {
        Entry {
            at: self.at,
            act: Act::Mishap(mishap),
            repair: Some((self.lasting, Act::Mishap(repair))),
        }
    }
}

/// Draws trouble for one of these tabs.
pub(super) fn draw(chance: &mut Chance, at: Duration, tabs: u8, spice: Spice) -> Entry {
    let browser = BrowserId(0);
    let slot = u8::try_from(chance.below(u64::from(tabs))).unwrap_or_default();
    let site = Site {
        at,
        lasting: lasting(chance, spice.longest),
        browser,
        tab: TabId { browser, slot },
        rollback: spice.rollback,
    };
    match chance.below(if spice.thief { 42 } else { 38 }) {
        0..11 => of_network(chance, site),
        11..19 => of_server(chance, site),
        19..27 => of_page(chance, site),
        27..31 => of_browser(chance, site),
        31..36 => of_channel(chance, site),
        36 => site.once(Act::Deed(Deed::Reload(site.tab))),
        37 => site.once(Act::Deed(Deed::GoAway(site.tab))),
        _ => of_thief(chance, site),
    }
}

fn of_network(chance: &mut Chance, site: Site) -> Entry {
    let browser = site.browser;
    match chance.below(11) {
        0 | 1 => {
            let told = chance.permille(600);
            site.repaired(Mishap::LinkDown { browser, told }, Mishap::LinkUp(browser))
        }
        2 | 3 => weather(chance, site.at, site.lasting),
        4 => hold_up(chance, site.at, Leg::Request, seconds(17)),
        5 | 6 => hold_up(chance, site.at, Leg::Answer, seconds(70)),
        7 => hold_up(chance, site.at, Leg::Jar, millis(1500)),
        8 | 9 => {
            let leg = if chance.permille(400) {
                Leg::Request
            } else {
                Leg::Answer
            };
            let refresh = chance.permille(700);
            site.once(Act::LoseNext { leg, refresh })
        }
        _ => site.once(Act::CutSockets(browser)),
    }
}

fn of_server(chance: &mut Chance, site: Site) -> Entry {
    match chance.below(8) {
        0 => site.repaired(Mishap::Crash, Mishap::StartUp),
        1 => {
            let committed = chance.permille(600);
            // The server may stop late, so it is started again a while after.
            let site = Site {
                lasting: site.lasting.max(seconds(2)),
                ..site
            };
            site.repaired(Mishap::CrashAtRefresh { committed }, Mishap::StartUp)
        }
        2 => {
            let within = millis(chance.below(20_000));
            site.repaired(Mishap::ShutDown { within }, Mishap::StartUp)
        }
        3 if chance.permille(300) => {
            // The word of the end cannot be read; the close behind it can.
            let site = Site {
                lasting: millis(1),
                ..site
            };
            site.repaired(Mishap::Spoil(site.browser), Mishap::Revoke(UserId(1)))
        }
        3 => site.mishap(Mishap::Revoke(UserId(1))),
        _ => site.mishap(answers(chance)),
    }
}

fn of_page(chance: &mut Chance, site: Site) -> Entry {
    let (browser, tab) = (site.browser, site.tab);
    match chance.below(9) {
        0 | 1 => {
            let hour = chance.permille(500);
            let limit = if hour { 3_700_000 } else { 40_000 };
            let by = i64::try_from(chance.below(limit)).unwrap_or_default();
            let millis = if chance.permille(500) { by } else { -by };
            site.mishap(Mishap::SetWall { browser, millis })
        }
        2 | 3 => {
            let stood_still = chance.permille(600);
            let wake = Mishap::Wake {
                browser,
                stood_still,
            };
            site.repaired(Mishap::Sleep(browser), wake)
        }
        4..7 => {
            let told = chance.permille(700);
            let freeze = Mishap::Freeze { tab, told };
            if chance.permille(300) {
                // Nobody looks at it again.
                return site.mishap(freeze);
            }
            site.repaired(freeze, Mishap::Thaw { tab, told })
        }
        7 => site.once(Act::FreezeAtRefresh),
        _ => site.mishap(Mishap::Kill(tab)),
    }
}

fn of_browser(chance: &mut Chance, site: Site) -> Entry {
    let browser = site.browser;
    match chance.below(12) {
        0..3 => site.mishap(Mishap::KillBrowser {
            browser,
            rolls_back: site.rollback,
        }),
        3..6 => {
            let broken = if chance.permille(500) {
                Health::Full
            } else {
                Health::Throws
            };
            let storage = |health| Mishap::Storage { browser, health };
            site.repaired(storage(broken), storage(Health::Works))
        }
        6 => site.mishap(Mishap::ClearStorage(browser)),
        7 => site.mishap(Mishap::ClearCookies(browser)),
        _ => {
            let name = if chance.permille(600) {
                LockName::Leader
            } else {
                LockName::Refresh
            };
            site.mishap(Mishap::Rob { browser, name })
        }
    }
}

fn of_channel(chance: &mut Chance, site: Site) -> Entry {
    let tab = site.tab;
    match chance.below(15) {
        0..6 => {
            let forgeries = [
                Forgery::LoggedIn,
                Forgery::ExpiredHere,
                Forgery::ExpiredElsewhere,
                Forgery::LoggedOutElsewhere,
            ];
            let forgery = chance.pick(&forgeries).copied();
            let forgery = forgery.unwrap_or(Forgery::LoggedIn);
            site.mishap(Mishap::Forge { tab, forgery })
        }
        6..9 => {
            let back = u8::try_from(chance.below(4)).unwrap_or_default();
            site.mishap(Mishap::Repeat { tab, back })
        }
        9..12 => site.mishap(Mishap::Overtake(tab)),
        12 => site.mishap(Mishap::Miss(tab)),
        _ => site.mishap(Mishap::Garbage(tab)),
    }
}

fn of_thief(chance: &mut Chance, site: Site) -> Entry {
    if chance.permille(500) {
        return site.mishap(Mishap::CopyJar(site.browser));
    }
    let piece = u8::try_from(chance.below(8)).unwrap_or_default();
    let call = if chance.permille(700) {
        Call::Refresh
    } else {
        Call::Read
    };
    site.mishap(Mishap::Present { piece, call })
}

fn lasting(chance: &mut Chance, longest: Duration) -> Duration {
    let limit = match chance.below(10) {
        0..4 => millis(5_000),
        4..7 => seconds(40),
        7..9 => seconds(600),
        _ => longest,
    };
    chance.between(millis(50), limit.min(longest))
}

fn weather(chance: &mut Chance, at: Duration, lasting: Duration) -> Entry {
    let most = [300, 2_000, 2_000, 9_000];
    let most = millis(chance.pick(&most).copied().unwrap_or(2_000));
    let loss = [0, 50, 300, 700];
    let loss = chance.pick(&loss).copied().unwrap_or_default();
    let bad = Weather {
        least: millis(20),
        most,
        loss,
    };
    let calm = Weather {
        least: millis(10),
        most: millis(120),
        loss: 0,
    };
    Entry {
        at,
        act: Act::Weather(bad),
        repair: Some((lasting, Act::Weather(calm))),
    }
}

fn hold_up(chance: &mut Chance, at: Duration, leg: Leg, longest: Duration) -> Entry {
    let delay = chance.between(millis(100), longest);
    let refresh = chance.permille(700);
    let act = Act::HoldUp {
        leg,
        delay,
        refresh,
    };
    Entry {
        at,
        act,
        repair: None,
    }
}

fn answers(chance: &mut Chance) -> Mishap {
    let retry_after = seconds(chance.below(60));
    let faults = [
        Fault::Unavailable,
        Fault::Unavailable,
        Fault::Internal,
        Fault::RateLimited { retry_after },
        Fault::Garbled,
        Fault::InvalidToken,
        Fault::Stranger,
    ];
    let fault = chance.pick(&faults).copied();
    let calls = [
        None,
        Some(CallKind::Refresh),
        Some(CallKind::Refresh),
        Some(CallKind::AskSession),
        Some(CallKind::Logout),
        Some(CallKind::Extend),
        Some(CallKind::Read),
    ];
    let fault = fault.unwrap_or(Fault::Unavailable);
    let calls = chance.pick(&calls).copied().flatten();
    let times = u8::try_from(1 + chance.below(6)).unwrap_or(1);
    Mishap::Answers {
        fault,
        calls,
        times,
    }
}
