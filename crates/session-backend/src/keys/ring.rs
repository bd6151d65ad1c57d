//! The keys of a running server, and how they come and go.
//!
//! Invariants: there is always a key that signs; a key that verified goes on to verify until it is
//! discarded on purpose, or sixteen newer ones have come.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;

use super::file::{self, KeyError};
use crate::{Moment, StoreLocation, secrets};

/// Bytes of one key.
pub(super) const KEY_BYTES: usize = 32;
/// Digits of a keyed hash in the log.
const LOG_DIGITS: usize = 16;
/// Most keys that are kept; the oldest goes when there would be more.
pub(crate) const MOST_KEYS: usize = 16;
/// How often the key file is looked at.
pub(crate) const RELOAD_TICK: Duration = Duration::from_secs(2);
/// A key takes over this long after it was added, unless told otherwise: all servers know it then.
pub(crate) const TAKE_OVER_AFTER: &str = "10s";

/// Bytes of a key.
pub(crate) type KeyBytes = [u8; KEY_BYTES];

/// One key of each kind, and when they take over.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Key {
    /// Names the key in tokens; says nothing about it.
    pub(super) id: String,
    /// The key signs from this moment on.
    pub(super) since: Moment,
    pub(super) access: KeyBytes,
    pub(super) refresh: KeyBytes,
}

/// All keys; there is at least one.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct KeySet {
    /// Hides names in the log; it stays the same, so that records can be compared.
    pub(super) log: KeyBytes,
    /// The oldest first.
    pub(super) keys: Vec<Key>,
}

impl Key {
    pub(super) fn generate(since: Moment) -> std::io::Result<Self> {
        Ok(Self {
            id: secrets::random_hex::<8>()?,
            since,
            access: secrets::random()?,
            refresh: secrets::random()?,
        })
    }
}

impl KeySet {
    pub(super) fn generate() -> std::io::Result<Self> {
        Ok(Self {
            log: secrets::random()?,
            keys: vec![Key::generate(Moment(0))?],
        })
    }

    fn signing(&self, now: Moment) -> Option<&Key> {
        let mut begun = self.keys.iter().filter(|key| key.since <= now);
        begun.next_back().or(self.keys.first())
    }
}

/// The keys of a running server.
#[derive(Clone)]
pub(crate) struct Keys {
    /// Signs access tokens.
    pub(crate) access: AccessKeys,
    /// Derives refresh tokens.
    pub(crate) refresh: RefreshKeys,
    file: Option<PathBuf>,
    seen: Option<SystemTime>,
}

type Shared = Arc<RwLock<Arc<KeySet>>>;

fn current(shared: &Shared) -> Arc<KeySet> {
    Arc::clone(&shared.read().unwrap_or_else(PoisonError::into_inner))
}

impl Keys {
    /// Reads the keys of a server, or makes them; without a file they end with the process.
    pub(crate) fn open(file: Option<PathBuf>) -> Result<Self, KeyError> {
        // What is written after this look is read again, whether it was seen or not.
        let seen = file.as_deref().and_then(changed_at);
        let set = match &file {
            None => KeySet::generate().map_err(KeyError::Random)?,
            Some(path) => file::read_or_make(path)?,
        };
        let shared = Arc::new(RwLock::new(Arc::new(set)));
        Ok(Self {
            access: AccessKeys(Arc::clone(&shared)),
            refresh: RefreshKeys(shared),
            seen,
            file,
        })
    }

    /// Reads the file again if it has changed; returns whether there are other keys.
    pub(crate) fn reload(&mut self) -> Result<bool, KeyError> {
        let Some(path) = &self.file else {
            return Ok(false);
        };
        let changed_at = changed_at(path);
        if changed_at == self.seen {
            return Ok(false);
        }
        let set = file::read(path)?;
        self.seen = changed_at;
        let mut shared = self
            .refresh
            .0
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let changed = **shared != set;
        *shared = Arc::new(set);
        Ok(changed)
    }

    /// Returns a name for something in the log, from which nothing about it can be learned.
    pub(crate) fn log_name(&self, of: &str) -> String {
        let mut name = self.name(of);
        name.truncate(LOG_DIGITS);
        name
    }

    /// Returns a name for something in the store, from which nothing about it can be learned without
    /// the keys; no two things have the same one.
    pub(crate) fn name_in_store(&self, of: &str) -> String {
        self.name(&format!("in the store: {of}"))
    }

    fn name(&self, of: &str) -> String {
        let code = secrets::mac(&current(&self.refresh.0).log, of);
        let code = code.map(|code| secrets::hex(&code.finalize().into_bytes()));
        code.unwrap_or_default()
    }
}

fn changed_at(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

/// Returns where the keys are kept unless `--keys` says: beside the store.
pub(crate) fn beside(store: &StoreLocation) -> Option<PathBuf> {
    match store {
        StoreLocation::Memory | StoreLocation::Redis(_) => None,
        StoreLocation::File(path) => {
            let mut name = path.as_os_str().to_owned();
            name.push("-key");
            Some(PathBuf::from(name))
        }
    }
}

/// Which keys stay when a key is added.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Older {
    /// All go on verifying: nobody is logged out.
    Keep,
    /// None: whatever they signed is worth nothing any more, and every session ends.
    Discard,
}

/// Adds a key to a file; it takes over after a time. Returns how many keys there are.
pub(crate) fn rotate(path: &Path, after: Duration, older: Older) -> Result<usize, KeyError> {
    let mut set = file::read(path)?;
    let last = set.keys.last().map_or(Moment(0), |key| key.since);
    let (since, keep) = match older {
        Older::Keep => (Moment::now().plus(after).max(last), MOST_KEYS - 1),
        Older::Discard => (Moment(0), 0),
    };
    let surplus = set.keys.len().saturating_sub(keep);
    set.keys.drain(..surplus);
    set.keys
        .push(Key::generate(since).map_err(KeyError::Random)?);
    file::replace(path, &set)?;
    Ok(set.keys.len())
}

/// The keys that sign access tokens.
#[derive(Clone)]
pub(crate) struct AccessKeys(Shared);

impl AccessKeys {
    /// Returns name and bytes of the key that signs.
    pub(crate) fn signing(&self, now: Moment) -> Option<(String, KeyBytes)> {
        let set = current(&self.0);
        let key = set.signing(now)?;
        Some((key.id.clone(), key.access))
    }

    /// Returns the key of this name.
    pub(crate) fn named(&self, id: &str) -> Option<KeyBytes> {
        let set = current(&self.0);
        let key = set.keys.iter().find(|key| key.id == id)?;
        Some(key.access)
    }
}

/// The keys that derive refresh tokens.
#[derive(Clone)]
pub struct RefreshKeys(Shared);

impl fmt::Debug for RefreshKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshKeys")
    }
}

impl RefreshKeys {
    /// Reads the keys of a file, or makes them, for a program that works beside the server.
    ///
    /// # Errors
    ///
    /// A [`KeyError`] if the file can be neither read nor made.
    ///
    /// # Security
    ///
    /// Whoever has them can open every session; they are to stay where the server is.
    pub fn open(file: &Path) -> Result<Self, KeyError> {
        Keys::open(Some(file.to_owned())).map(|keys| keys.refresh)
    }

    /// Returns the message authentication code over a text, by the key that signs.
    pub(crate) fn code(&self, text: &str) -> Option<String> {
        let set = current(&self.0);
        let code = secrets::mac(&set.signing(Moment::now())?.refresh, text)?;
        Some(URL_SAFE_NO_PAD.encode(code.finalize().into_bytes()))
    }

    /// Returns whether one of the keys made this code over the text.
    pub(crate) fn made(&self, text: &str, code: &str) -> bool {
        let Ok(code) = URL_SAFE_NO_PAD.decode(code) else {
            return false;
        };
        let set = current(&self.0);
        set.keys.iter().rev().any(|key| {
            secrets::mac(&key.refresh, text).is_some_and(|mac| mac.verify_slice(&code).is_ok())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> (tempfile::TempDir, PathBuf, Keys) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let keys = Keys::open(Some(path.clone())).unwrap();
        (folder, path, keys)
    }

    /// Reads the file although no second has passed since the last change.
    fn reload(keys: &mut Keys) -> Result<bool, KeyError> {
        keys.seen = None;
        keys.reload()
    }

    #[test]
    fn a_new_key_signs_when_its_time_has_come_and_the_old_one_still_verifies() {
        let (_folder, path, mut keys) = keys();
        let old = keys.refresh.code("text").unwrap();
        let (old_id, _) = keys.access.signing(Moment::now()).unwrap();
        let later = Duration::from_secs(3600);
        assert_eq!(rotate(&path, later, Older::Keep).unwrap(), 2);
        assert!(reload(&mut keys).unwrap());
        let signing = |at| keys.access.signing(at).unwrap().0;
        assert_eq!(signing(Moment::now()), old_id);
        let new_id = signing(Moment::now().plus(later));
        assert_ne!(new_id, old_id);
        assert!(keys.access.named(&old_id).is_some() && keys.access.named(&new_id).is_some());
        assert!(keys.refresh.made("text", &old));
        assert!(!keys.refresh.made("other", &old));
    }

    #[test]
    fn discarded_keys_verify_nothing_and_log_names_stay() {
        let (_folder, path, mut keys) = keys();
        let (old, name) = (keys.refresh.code("text").unwrap(), keys.log_name("session"));
        assert_eq!(rotate(&path, Duration::ZERO, Older::Discard).unwrap(), 1);
        assert!(reload(&mut keys).unwrap());
        assert!(!keys.refresh.made("text", &old));
        assert_eq!(keys.log_name("session"), name);
        assert_ne!(keys.log_name("another"), name);
    }

    /// Reading a pipe waits until somebody writes, which changes it, as a rotation in that moment would.
    #[cfg(unix)]
    #[test]
    fn a_change_while_the_file_is_read_is_not_overlooked() {
        let folder = tempfile::tempdir().unwrap();
        let (path, pipe) = (folder.path().join("key"), folder.path().join("pipe"));
        file::read_or_make(&path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let before = changed_at(&pipe).unwrap();
        let reading = {
            let pipe = pipe.clone();
            std::thread::spawn(move || Keys::open(Some(pipe)).unwrap())
        };
        std::thread::sleep(Duration::from_millis(100));
        std::fs::write(&pipe, std::fs::read(&path).unwrap()).unwrap();
        let mut keys = reading.join().unwrap();
        assert_ne!(changed_at(&pipe), Some(before));
        rotate(&path, Duration::ZERO, Older::Keep).unwrap();
        let changed = changed_at(&pipe).unwrap();
        std::fs::rename(&path, &pipe).unwrap();
        let times = std::fs::FileTimes::new().set_modified(changed);
        let file = std::fs::File::options().write(true).open(&pipe).unwrap();
        file.set_times(times).unwrap();
        assert!(keys.reload().unwrap());
    }

    #[test]
    fn there_are_never_too_many_keys_and_the_newest_stay() {
        let (_folder, path, mut keys) = keys();
        for _ in 0..MOST_KEYS + 3 {
            rotate(&path, Duration::ZERO, Older::Keep).unwrap();
        }
        reload(&mut keys).unwrap();
        assert_eq!(current(&keys.refresh.0).keys.len(), MOST_KEYS);
    }

    #[test]
    fn a_damaged_file_changes_nothing_in_a_running_server() {
        let (_folder, path, mut keys) = keys();
        let code = keys.refresh.code("text").unwrap();
        std::fs::write(&path, "{").unwrap();
        assert!(reload(&mut keys).is_err());
        assert!(keys.refresh.made("text", &code));
        assert!(rotate(&path, Duration::ZERO, Older::Keep).is_err());
    }
}
