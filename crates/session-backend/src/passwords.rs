//! Passwords: Argon2id, away from the threads that serve, at bounded parallelism.
//!
//! Invariant: an unknown account costs the same work as a wrong password, so that time does not
//! tell which accounts exist.
//!
//! # Source
//!
//! OWASP Password Storage; RFC 9106.

use std::sync::{Arc, OnceLock};

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use session_protocol::Secret;
use tokio::sync::Semaphore;

use crate::secrets;

/// Hashes that are computed at once; each takes 19 MiB and one core.
const PARALLEL_HASHES: usize = 2;

/// Checks passwords.
#[derive(Clone)]
pub(crate) struct Passwords {
    permits: Arc<Semaphore>,
}

/// A password could not be hashed or checked.
#[derive(Debug)]
pub(crate) struct PasswordError;

impl Passwords {
    pub(crate) fn new() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(PARALLEL_HASHES)),
        }
    }

    /// Returns whether the password fits the hash; without a hash the same work is done in vain.
    pub(crate) async fn verify(
        &self,
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
            drop(permit);
            fits
        })
        .await
        .map_err(|_| PasswordError)
    }
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
