//! What scenes have in common.

use std::{sync::Arc, time::Duration};

use session_protocol::{SessionConfig, config::TabShare};
use session_simulator::{
    browser::{BrowserId, TabId},
    server::{Policy, Reissues, UserId},
    world::{Deed, Settings},
};

use super::{Scene, SlowCalls, Sockets};
use crate::Budget;

/// Faults that a scene may have.
const FAULTS: u8 = 3;

/// The browser of all scenes.
pub(super) const BROWSER: BrowserId = BrowserId(0);

/// Longer than any scene.
pub(super) const NEVER: Duration = Duration::from_secs(1 << 32);

pub(super) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) const fn tab(slot: u8) -> TabId {
    TabId {
        browser: BROWSER,
        slot,
    }
}

/// Logs a user in.
pub(super) const fn log_in(slot: u8, user: u8) -> Deed {
    Deed::LogIn {
        tab: tab(slot),
        user: UserId(user),
        remember_me: false,
    }
}

/// A server on which sessions do not end: each scene has its own ends. The end of a token is when
/// a page hears the latest of what it was not told.
pub(super) const fn patient() -> Policy {
    Policy {
        access_token_lifetime: seconds(60),
        grace: seconds(30),
        grace_uses: 5,
        reissues: Reissues::WhileUnseen,
        idle_timeout: NEVER,
        absolute_timeout: NEVER,
        remember_absolute_timeout: NEVER,
        warning_lead: seconds(20),
        auth_deadline: seconds(5),
        token_grace: seconds(10),
        kept_updates: 4,
        memory_of_ended: NEVER,
    }
}

/// The user is warned at 40 s and idle at 60; the absolute limit is at 100. Tokens do not end.
pub(super) const fn short() -> Policy {
    Policy {
        access_token_lifetime: NEVER,
        idle_timeout: seconds(60),
        absolute_timeout: seconds(100),
        remember_absolute_timeout: seconds(100),
        ..patient()
    }
}

/// What may go wrong, and so many deeds.
pub(super) const fn budget(deeds: u8) -> Budget {
    Budget {
        faults: FAULTS,
        deeds,
    }
}

/// Tabs of one browser without locks, in which a user is logged in and nothing goes wrong; calls that
/// change who is logged in are slow, sockets are refused. A scene says in what it differs.
pub(super) fn scene(tabs: u8, policy: Policy) -> Scene {
    Scene {
        name: "",
        about: "",
        settings: settings(tabs, policy, false, TabShare::Auto),
        beginning: logged_in(tabs),
        grain: seconds(10),
        end: Duration::ZERO,
        budget: budget(0),
        deeds: Vec::new(),
        mishaps: Vec::new(),
        stalls: false,
        crashes: false,
        breaks: false,
        cuts: false,
        spoils: false,
        sockets: Sockets::Refused,
        slow_calls: SlowCalls::Tokens,
        slow_notices: true,
        thief_of: None,
        sights: Vec::new(),
    }
}

/// One browser with these tabs.
pub(super) fn settings(tabs: u8, policy: Policy, has_locks: bool, share: TabShare) -> Settings {
    let config = SessionConfig {
        share,
        ..SessionConfig::default()
    };
    Settings {
        policy,
        config: Arc::new(config),
        tabs,
        has_locks,
        ..Settings::default()
    }
}

/// A user logs in in the first tab, and opens the others.
pub(super) fn logged_in(tabs: u8) -> Vec<Deed> {
    let mut deeds = vec![Deed::Open(tab(0)), log_in(0, 1)];
    deeds.extend((1..tabs).map(|slot| Deed::Open(tab(slot))));
    deeds
}

/// All tabs are open and nobody is logged in.
pub(super) fn logged_out(tabs: u8) -> Vec<Deed> {
    (0..tabs).map(|slot| Deed::Open(tab(slot))).collect()
}

/// The tabs.
pub(super) fn tabs(count: u8) -> impl Iterator<Item = TabId> {
    (0..count).map(tab)
}
