//! Passwords: Argon2id, away from the threads that serve, a few at a time, from a bounded queue.
//!
//! Invariants: an unknown account costs the same work as a wrong password, so that time does not
//! tell which accounts exist; who finds the queue full is told at once to come back, so a storm of
//! logins takes a bounded part of cores and memory, and nobody waits longer than a client does.
//!
//! # Source
//!
//! OWASP Password Storage; RFC 9106.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use session_protocol::Secret;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::secrets;

/// Hashes that are computed at once; each takes 19 MiB and one core.
pub(crate) const PARALLEL_HASHES: usize = 2;
/// Logins that wait for their turn; at 25 ms a hash the last of them waits for about 3 s, and
/// clients give up after 10 s.
pub(crate) const WAITING_LOGINS: usize = 256;
/// When to come back after the queue was full.
const COME_BACK_AFTER: Duration = Duration::from_secs(3);

/// Fewest characters of a password.
///
/// # Source
///
/// ASVS 5.0, 6.2.1.
pub(crate) const FEWEST_CHARACTERS: usize = 8;

/// Checks passwords.
#[derive(Clone)]
pub(crate) struct Passwords {
    permits: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// A place in the queue.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
}

/// A password could not be hashed or checked.
#[derive(Debug)]
pub(crate) struct PasswordError;

impl Passwords {
    pub(crate) fn new() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(PARALLEL_HASHES)),
            queue: Arc::new(Semaphore::new(WAITING_LOGINS + PARALLEL_HASHES)),
        }
    }

    /// Takes a place in the queue, or says after which time to come back.
    pub(crate) fn queue(&self) -> Result<Place, Duration> {
        let place = self.queue.clone().try_acquire_owned();
        place
            .map(|permit| Place { _permit: permit })
            .map_err(|_| COME_BACK_AFTER)
    }

    /// Returns whether the password fits the hash; without a hash the same work is done in vain.
    pub(crate) async fn verify(
        &self,
        place: Place,
        password: Secret,
        hash: Option<String>,
    ) -> Result<bool, PasswordError> {
        let permit = self.permits.clone().acquire_owned().await;
        let permit = permit.map_err(|_| PasswordError)?;
        tokio::task::spawn_blocking(move || {
            let fits = if let Some(hash) = &hash {
                fits(&password, hash)
            } else {
                std::hint::black_box(decoy().is_some_and(|decoy| fits(&password, decoy)));
                false
            };
            drop((permit, place));
            fits
        })
        .await
        .map_err(|_| PasswordError)
    }

    /// Hashes a new password.
    pub(crate) async fn hash(
        &self,
        place: Place,
        password: Secret,
    ) -> Result<String, PasswordError> {
        let permit = self.permits.clone().acquire_owned().await;
        let permit = permit.map_err(|_| PasswordError)?;
        tokio::task::spawn_blocking(move || {
            let hash = hash(&password);
            drop((permit, place));
            hash
        })
        .await
        .map_err(|_| PasswordError)?
    }
}

/// Returns whether a new password is long enough.
pub(crate) fn is_long_enough(password: &Secret) -> bool {
    password.expose().chars().count() >= FEWEST_CHARACTERS
}

/// Hashes a password, in PHC format.
pub(crate) fn hash(password: &Secret) -> Result<String, PasswordError> {
    let salt = secrets::random::<16>().map_err(|_| PasswordError)?;
    let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordError)?;
    Argon2::default()
        .hash_password(password.expose().as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|_| PasswordError)
}

/// Computes the hash that stands in for unknown accounts, so that the first of them is not slower.
pub(crate) fn prepare() {
    decoy();
}

fn fits(password: &Secret, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.expose().as_bytes(), &hash)
            .is_ok()
    })
}

fn decoy() -> Option<&'static String> {
    static DECOY: OnceLock<Option<String>> = OnceLock::new();
    DECOY
        .get_or_init(|| {
            let password = Secret::new(secrets::random_text().ok()?);
            hash(&password).ok()
        })
        .as_ref()
}
