//! Where the owner of an account has logged in.
//!
//! Invariants: the store keeps it, so every server and the next start of this one know it; it holds
//! nothing but codes over account and network, made with a key that it does not hold.

use std::{net::IpAddr, time::Duration};

use crate::{
    Moment,
    client_address::Network,
    keys::Keys,
    store::{Store, StoreError},
};

/// A network where an owner has logged in is remembered this long.
pub(crate) const MEMORY_OF_HOMES: Duration = Duration::from_secs(30 * 86_400);
/// What is remembered for so much less is not written again.
const UNWRITTEN: Duration = Duration::from_secs(86_400);

/// An account and a network, which may be its owner's.
#[derive(Debug)]
pub(crate) struct Home {
    account: String,
    network: String,
    /// The owner is known to be at home there until this moment.
    until: Option<Moment>,
}

impl Home {
    /// Asks the store whether the owner of an account has logged in from the network of an address.
    pub(crate) async fn find(
        store: &dyn Store,
        keys: &Keys,
        account: &str,
        address: IpAddr,
    ) -> Result<Self, StoreError> {
        let network = Network::from(address);
        let home = Self {
            account: keys.name_in_store(&format!("account {account}")),
            network: keys.name_in_store(&format!("home {account} {network}")),
            until: None,
        };
        let now = Moment::now();
        let until = store.home(&home.account, &home.network, now).await?;
        Ok(Self { until, ..home })
    }

    /// Returns whether the owner has logged in there.
    pub(crate) const fn is_known(&self) -> bool {
        self.until.is_some()
    }

    /// Notes that the owner has just logged in there.
    pub(crate) async fn note(&self, store: &dyn Store) -> Result<(), StoreError> {
        let now = Moment::now();
        let is_fresh = |until: Moment| until.since(now) + UNWRITTEN > MEMORY_OF_HOMES;
        if self.until.is_some_and(is_fresh) {
            return Ok(());
        }
        let until = now.plus(MEMORY_OF_HOMES);
        store
            .add_home(&self.account, &self.network, now, until)
            .await
    }
}
