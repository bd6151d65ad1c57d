//! One file of the built app: its type, its encodings, how long it may be cached.
//!
//! Invariant: an encoding is sent only to a client that accepts it, and `Vary` says so.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::Path,
};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};

/// The files of a build by their path below its folder.
pub(crate) type Files = BTreeMap<String, AssetFile>;

/// Below this length compression does not pay.
const SHORTEST_COMPRESSED: usize = 1024;
/// Fewest hexadecimal digits that count as a hash of the content in a name.
const SHORTEST_HASH: usize = 8;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// One file with its encodings.
#[derive(Debug)]
pub(crate) struct AssetFile {
    content_type: HeaderValue,
    cache_control: &'static str,
    tag: HeaderValue,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

/// Reads all files below a folder; `.br` and `.gz` files become encodings of their neighbours.
pub(crate) fn read_folder(folder: &Path) -> io::Result<Files> {
    let mut found = BTreeMap::new();
    collect(folder, "", &mut found)?;
    let names: Vec<String> = found.keys().cloned().collect();
    let mut files = Files::new();
    for name in names {
        let is_encoding = [".br", ".gz"]
            .iter()
            .filter_map(|suffix| name.strip_suffix(suffix))
            .any(|plain| found.contains_key(plain) || files.contains_key(plain));
        if is_encoding {
            continue;
        }
        let Some(plain) = found.remove(&name) else {
            continue;
        };
        let mut encoding = |suffix| found.remove(&format!("{name}{suffix}"));
        let (brotli, gzip) = (encoding(".br"), encoding(".gz"));
        let file = AssetFile::new(&name, plain, brotli, gzip);
        files.insert(name, file);
    }
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Bytes>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), found)?;
        } else if kind.is_file() {
            found.insert(format!("{prefix}{name}"), fs::read(entry.path())?.into());
        }
    }
    Ok(())
}

impl AssetFile {
    fn new(name: &str, plain: Bytes, brotli: Option<Bytes>, gzip: Option<Bytes>) -> Self {
        let guessed = mime_guess::from_path(name).first_or_octet_stream();
        let mut content_type = guessed.essence_str().to_owned();
        if guessed.type_() == mime_guess::mime::TEXT {
            content_type.push_str("; charset=utf-8");
        }
        let gzip = gzip.or_else(|| {
            let worth_it = brotli.is_none()
                && plain.len() >= SHORTEST_COMPRESSED
                && is_compressible(guessed.essence_str());
            worth_it.then(|| compress(&plain).ok()).flatten()
        });
        let digest = crate::secrets::digest_of(&plain);
        Self {
            content_type: HeaderValue::from_str(&content_type)
                .unwrap_or(HeaderValue::from_static("application/octet-stream")),
            cache_control: if carries_hash(name) {
                FOR_EVER
            } else {
                ASK_AGAIN
            },
            tag: HeaderValue::from_str(&format!("\"{digest}\""))
                .unwrap_or(HeaderValue::from_static("\"\"")),
            plain,
            brotli,
            gzip,
        }
    }

    /// Answers a `GET` for this file.
    pub(crate) fn answer(&self, headers: &HeaderMap) -> Response {
        let mut answer = HeaderMap::new();
        let cache_control = HeaderValue::from_static(self.cache_control);
        answer.insert(header::CACHE_CONTROL, cache_control);
        answer.insert(header::ETAG, self.tag.clone());
        answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if headers.get(header::IF_NONE_MATCH) == Some(&self.tag) {
            return (StatusCode::NOT_MODIFIED, answer).into_response();
        }
        answer.insert(header::CONTENT_TYPE, self.content_type.clone());
        let encodings = [("br", &self.brotli), ("gzip", &self.gzip)];
        for (encoding, body) in encodings {
            if let Some(body) = body
                && accepts(headers, encoding)
            {
                let encoding = HeaderValue::from_static(encoding);
                answer.insert(header::CONTENT_ENCODING, encoding);
                return (answer, body.clone()).into_response();
            }
        }
        (answer, self.plain.clone()).into_response()
    }
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let accepted = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    accepted.into_iter().any(|accepted| {
        let mut parts = accepted.split(';').map(str::trim);
        let named = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        named && parts.all(|part| !matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn is_compressible(content_type: &str) -> bool {
    content_type.starts_with("text/")
        || matches!(
            content_type,
            "application/wasm"
                | "application/json"
                | "application/javascript"
                | "application/manifest+json"
                | "image/svg+xml"
        )
}

fn carries_hash(name: &str) -> bool {
    name.split(['-', '_', '.']).any(|part| {
        part.len() >= SHORTEST_HASH && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn compress(plain: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain)?;
    encoder.finish().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_cached_for_ever() {
        assert!(carries_hash("app-0123456789abcdef.js"));
        assert!(carries_hash("app-0123456789abcdef_bg.wasm"));
        assert!(!carries_hash("favicon.svg"));
        assert!(!carries_hash("session-inspector.css"));
    }

    #[test]
    fn an_encoding_that_is_refused_is_not_sent() {
        let with = |value| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            headers
        };
        assert!(accepts(&with("gzip, deflate, br"), "br"));
        assert!(accepts(&with("br;q=0.5"), "br"));
        assert!(!accepts(&with("gzip, br;q=0"), "br"));
        assert!(!accepts(&with("gzip"), "br"));
    }
}
