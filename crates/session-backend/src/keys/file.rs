//! The key file: JSON, one object for each key, readable by its owner only.
//!
//! Invariants: a file is written beside the old one, made durable, and put in its place in one step;
//! who writes first wins, and the other is told. A file of one line, as the first version of the
//! server wrote it, is read too.

use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;
use serde::{Deserialize, Serialize};

use super::ring::{KEY_BYTES, Key, KeyBytes, KeySet};
use crate::{Moment, secrets};

const VERSION: u32 = 2;

/// The keys cannot be read, made or replaced.
#[derive(Debug)]
pub enum KeyError {
    /// The file cannot be read or written.
    File(PathBuf, io::Error),
    /// The file holds something else.
    Damaged(PathBuf),
    /// Another change of the file is under way.
    Locked(PathBuf),
    /// The system has no random bytes.
    Random(io::Error),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, error) => write!(f, "key file {}: {error}", path.display()),
            Self::Damaged(path) => write!(
                f,
                "key file {}: expected the keys that session-backend wrote, found something else; \
                 restore it from a copy, or remove it, which ends all sessions",
                path.display()
            ),
            Self::Locked(path) => write!(
                f,
                "another change of the keys is under way; if it is not, remove {}",
                path.display()
            ),
            Self::Random(error) => write!(f, "the system has no random bytes: {error}"),
        }
    }
}

impl std::error::Error for KeyError {}

#[derive(Deserialize, Serialize)]
struct Document {
    version: u32,
    log: String,
    keys: Vec<Entry>,
}

#[derive(Deserialize, Serialize)]
struct Entry {
    id: String,
    /// Milliseconds since the Unix epoch.
    since: i64,
    access: String,
    refresh: String,
}

/// Reads the keys, or makes them if there is no such file.
pub(super) fn read_or_make(path: &Path) -> Result<KeySet, KeyError> {
    match read(path) {
        Err(KeyError::File(_, error)) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    let set = KeySet::generate().map_err(KeyError::Random)?;
    match place(path, &set) {
        // A server that shares the file was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(path),
        Err(error) => Err(KeyError::File(path.to_owned(), error)),
        Ok(()) => Ok(set),
    }
}

/// Makes a file that is whole as soon as it can be seen, unless there is one.
fn place(path: &Path, set: &KeySet) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", secrets::random_hex::<8>()?));
    let beside = PathBuf::from(beside);
    write_new(&beside, set)?;
    let placed = fs::hard_link(&beside, path);
    fs::remove_file(&beside)?;
    placed
}

/// Reads the keys.
pub(super) fn read(path: &Path) -> Result<KeySet, KeyError> {
    let text = fs::read_to_string(path).map_err(|error| KeyError::File(path.to_owned(), error))?;
    decode(&text).ok_or_else(|| KeyError::Damaged(path.to_owned()))
}

/// Puts other keys in place of those in the file.
pub(super) fn replace(path: &Path, set: &KeySet) -> Result<(), KeyError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    match write_new(&beside, set) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(KeyError::Locked(beside));
        }
        Err(error) => return Err(KeyError::File(beside, error)),
    }
    fs::rename(&beside, path).map_err(|error| KeyError::File(path.to_owned(), error))
}

fn write_new(path: &Path, set: &KeySet) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    writeln!(file, "{}", encode(set)?)?;
    file.sync_all()
}

fn encode(set: &KeySet) -> io::Result<String> {
    let text = |bytes: &KeyBytes| URL_SAFE_NO_PAD.encode(bytes);
    let keys = set.keys.iter().map(|key| Entry {
        id: key.id.clone(),
        since: key.since.0,
        access: text(&key.access),
        refresh: text(&key.refresh),
    });
    let document = Document {
        version: VERSION,
        log: text(&set.log),
        keys: keys.collect(),
    };
    Ok(serde_json::to_string_pretty(&document)?)
}

fn decode(text: &str) -> Option<KeySet> {
    if !text.trim_start().starts_with('{') {
        return decode_first_version(text);
    }
    let document: Document = serde_json::from_str(text).ok()?;
    let bytes = |text: String| URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok();
    let keys = document.keys.into_iter().map(|entry| {
        Some(Key {
            id: entry.id,
            since: Moment(entry.since),
            access: bytes(entry.access)?,
            refresh: bytes(entry.refresh)?,
        })
    });
    let keys: Vec<_> = keys.collect::<Option<_>>()?;
    let in_order = keys.is_sorted_by_key(|key| key.since);
    let whole = document.version == VERSION && !keys.is_empty() && in_order;
    let log = bytes(document.log)?;
    whole.then_some(KeySet { log, keys })
}

fn decode_first_version(text: &str) -> Option<KeySet> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
    let (access, refresh) = bytes.split_at_checked(KEY_BYTES)?;
    let refresh: KeyBytes = refresh.try_into().ok()?;
    let log = secrets::mac(&refresh, "names in the log")?.finalize();
    let key = Key {
        id: "first".to_owned(),
        since: Moment(0),
        access: access.try_into().ok()?,
        refresh,
    };
    Some(KeySet {
        log: log.into_bytes().into(),
        keys: vec![key],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_and_what_is_not_whole_does_not() {
        let set = KeySet::generate().unwrap();
        let text = encode(&set).unwrap();
        assert!(decode(&text) == Some(set));
        let none = text.split("\"keys\"").next().unwrap().to_owned() + "\"keys\": []}";
        let other_version = text.replacen("\"version\": 2", "\"version\": 3", 1);
        let short = text.replacen("\"access\": \"", "\"access\": \"_", 1);
        for text in [
            &text[..text.len() - 1],
            &none,
            &other_version,
            &short,
            "",
            "AAAA",
        ] {
            assert!(decode(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_file_of_the_first_version_is_read() {
        let line = URL_SAFE_NO_PAD.encode([7; 64]) + "\n";
        let set = decode(&line).unwrap();
        assert_eq!(set.keys.len(), 1);
        assert_eq!(
            (set.keys[0].access, set.keys[0].refresh),
            ([7; 32], [7; 32])
        );
    }

    #[test]
    fn two_changes_at_once_do_not_mix() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let set = read_or_make(&path).unwrap();
        fs::write(folder.path().join("key.new"), "").unwrap();
        assert!(matches!(replace(&path, &set), Err(KeyError::Locked(_))));
        assert!(read(&path).is_ok());
    }
}
