//! Draws a server's times and a client's configuration.

use std::{sync::Arc, time::Duration};

use session_protocol::{SessionConfig, config::TabShare};

use crate::{chance::Chance, server::Policy};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Fewer than come while a tab is without a leader.
const FEW_UPDATES: u8 = 4;

/// Draws the times of a server that is used for minutes and hours.
pub(super) fn brisk(chance: &mut Chance) -> Policy {
    let lifetimes = [
        1,
        2,
        5,
        20,
        30,
        MINUTE,
        5 * MINUTE,
        5 * MINUTE,
        15 * MINUTE,
        HOUR,
        30 * DAY,
    ];
    let idles = [90, 5 * MINUTE, 30 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR];
    let absolutes = [10 * MINUTE, HOUR, DAY, DAY, 30 * DAY];
    let leads = [20, MINUTE, 2 * MINUTE, 2 * MINUTE];
    let mut one_of = |choices: &[u64]| seconds(chance.pick(choices).copied().unwrap_or(MINUTE));
    let idle_timeout = one_of(&idles);
    Policy {
        access_token_lifetime: one_of(&lifetimes),
        idle_timeout,
        absolute_timeout: one_of(&absolutes).max(idle_timeout),
        warning_lead: one_of(&leads).min(idle_timeout / 2),
        kept_updates: if chance.permille(300) {
            FEW_UPDATES
        } else {
            Policy::default().kept_updates
        },
        ..Policy::default()
    }
}

/// Draws the times of a server that is used for years.
pub(super) fn patient(chance: &mut Chance) -> Policy {
    let lifetimes = [5 * MINUTE, 15 * MINUTE, HOUR, DAY, 30 * DAY];
    let idles = [30 * MINUTE, 8 * HOUR, DAY, 7 * DAY, 14 * DAY];
    let absolutes = [DAY, 7 * DAY, 90 * DAY];
    let mut one_of = |choices: &[u64]| seconds(chance.pick(choices).copied().unwrap_or(HOUR));
    let idle_timeout = one_of(&idles);
    Policy {
        access_token_lifetime: one_of(&lifetimes),
        idle_timeout,
        absolute_timeout: one_of(&absolutes).max(idle_timeout),
        // A year has hundreds of sessions, and every step looks at all that are remembered.
        memory_of_ended: seconds(DAY),
        ..Policy::default()
    }
}

/// Draws how the tabs work together.
pub(super) fn config(chance: &mut Chance) -> Arc<SessionConfig> {
    let share = if chance.permille(100) {
        TabShare::Off
    } else {
        TabShare::Auto
    };
    Arc::new(SessionConfig {
        share,
        ..SessionConfig::default()
    })
}
