//! Random identifiers and the server's keys.
//!
//! Invariants: every secret comes from the operating system's generator; the keys live in a file
//! of their own beside the store (`PATH-key`, readable by the owner only), so that a copy of the
//! store alone opens no session.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::StoreLocation;

/// Bytes of one key.
const KEY_BYTES: usize = 32;

/// The server's keys.
#[derive(Clone)]
pub(crate) struct Keys {
    /// Signs access tokens.
    pub(crate) access: [u8; KEY_BYTES],
    /// Derives refresh tokens.
    pub(crate) refresh: [u8; KEY_BYTES],
}

impl Keys {
    /// Reads the keys that belong to a store, or makes them.
    pub(crate) fn open(store: &StoreLocation) -> io::Result<Self> {
        match store {
            StoreLocation::Memory => Self::generate(),
            StoreLocation::File(path) => {
                let path = key_path(path);
                match fs::read_to_string(&path) {
                    Ok(text) => Self::decode(&text).ok_or_else(|| {
                        io::Error::new(
                            io::ErrorKind::InvalidData,
                            "the key file of the store is damaged",
                        )
                    }),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        let keys = Self::generate()?;
                        keys.save(&path)?;
                        Ok(keys)
                    }
                    Err(error) => Err(error),
                }
            }
        }
    }

    fn generate() -> io::Result<Self> {
        Ok(Self {
            access: random()?,
            refresh: random()?,
        })
    }

    fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
        let (access, refresh) = bytes.split_at_checked(KEY_BYTES)?;
        Some(Self {
            access: access.try_into().ok()?,
            refresh: refresh.try_into().ok()?,
        })
    }

    fn save(&self, path: &Path) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(path)?;
        let text = URL_SAFE_NO_PAD.encode([self.access, self.refresh].concat());
        writeln!(file, "{text}")?;
        file.sync_all()
    }
}

fn key_path(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push("-key");
    PathBuf::from(name)
}

/// Returns random bytes.
pub(crate) fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Returns a random text of lower-case hexadecimal digits, two for each byte.
pub(crate) fn random_hex<const N: usize>() -> io::Result<String> {
    Ok(hex(&random::<N>()?))
}

/// Returns a random text for one-time use, 256 bits.
pub(crate) fn random_text() -> io::Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// Returns the SHA-256 digest in hexadecimal, for secrets that are looked up by their hash.
pub(crate) fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Returns the message authentication code over `text`, or nothing if the key cannot be used.
pub(crate) fn mac(key: &[u8], text: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(text.as_bytes());
    Some(mac)
}

/// Returns the SHA-256 digest in hexadecimal, for the identity of a file.
pub(crate) fn digest_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        if write!(text, "{byte:02x}").is_err() {
            unreachable!("writing to a String cannot fail");
        }
        text
    })
}
