//! Under what failures are counted, and how many of them are tolerated.
//!
//! Invariant: an account appears as a digest of its name.

use std::time::Duration;

use crate::client_address::Network;

use crate::store::Bucket;

/// A limit: this many failures in this time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) failures: usize,
    pub(crate) window: Duration,
}

/// Of one account from one network.
pub(crate) const OF_PAIR: Limit = Limit {
    failures: 10,
    window: Duration::from_secs(60),
};
/// Of one network; households and offices share one.
pub(crate) const OF_NETWORK: Limit = Limit {
    failures: 100,
    window: Duration::from_secs(60),
};
/// Of one account, from networks where its owner has not been.
pub(crate) const OF_ACCOUNT: Limit = Limit {
    failures: 100,
    window: Duration::from_secs(3600),
};

/// Under what failures are counted.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Key {
    Pair(Network, String),
    Network(Network),
    Account(String),
}

impl Key {
    /// Returns under what the store counts, for all servers.
    pub(super) fn bucket(&self) -> Bucket {
        let limit = self.limit();
        let key = match self {
            Self::Pair(network, account) => format!("pair:{network}:{account}"),
            Self::Network(network) => format!("network:{network}"),
            Self::Account(account) => format!("account:{account}"),
        };
        Bucket {
            key,
            most: limit.failures,
            window: limit.window,
        }
    }

    pub(super) const fn limit(&self) -> Limit {
        match self {
            Self::Pair(..) => OF_PAIR,
            Self::Network(_) => OF_NETWORK,
            Self::Account(_) => OF_ACCOUNT,
        }
    }
}
