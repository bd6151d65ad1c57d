//! The built single-page app, served from memory under a strict content security policy.
//!
//! Invariants: the page is never cached and carries a nonce of its own answer; a file whose name
//! carries a hash of its content is cached for ever; a path outside the folder cannot be asked
//! for, since only what was read at the start is there. A newer build is picked up when the page
//! is asked for next.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::SystemTime,
};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{asset_file, problem::Refusal, security_headers};

const INDEX: &str = "index.html";
/// What Trunk writes where a nonce belongs.
const NONCE_PLACEHOLDER: &str = "{{__TRUNK_NONCE__}}";

struct Build {
    page: String,
    files: asset_file::Files,
    built_at: Option<SystemTime>,
}

impl Build {
    fn read(folder: &Path) -> io::Result<Self> {
        let built_at = fs::metadata(folder.join(INDEX))?.modified().ok();
        let page = fs::read_to_string(folder.join(INDEX))?;
        let mut files = asset_file::read_folder(folder)?;
        files.remove(INDEX);
        Ok(Self {
            page,
            files,
            built_at,
        })
    }
}

/// The built single-page app.
pub(crate) struct Assets {
    folder: PathBuf,
    base_path: String,
    build: RwLock<Arc<Build>>,
}

impl Assets {
    /// Reads the build in `folder`.
    pub(crate) fn read(folder: &Path, base_path: &str) -> io::Result<Self> {
        Ok(Self {
            folder: folder.to_owned(),
            base_path: base_path.to_owned(),
            build: RwLock::new(Arc::new(Build::read(folder)?)),
        })
    }

    /// Answers a `GET` for the app.
    pub(crate) fn answer(&self, path: &str, headers: &HeaderMap, connect_to: &str) -> Response {
        let Some(name) = path.strip_prefix(&self.base_path) else {
            return self.outside(path);
        };
        let build = self.current();
        if let Some(file) = build.files.get(name) {
            return file.answer(headers);
        }
        let last = name.rsplit('/').next().unwrap_or(name);
        if name != INDEX && last.contains('.') {
            return Refusal::not_found().into_response();
        }
        let build = self.newest(build);
        page(&build.page, connect_to)
    }

    fn outside(&self, path: &str) -> Response {
        if path == "/" || format!("{path}/") == self.base_path {
            let headers = [(header::LOCATION, self.base_path.clone())];
            return (StatusCode::TEMPORARY_REDIRECT, headers).into_response();
        }
        Refusal::not_found().into_response()
    }

    fn current(&self) -> Arc<Build> {
        let build = self.build.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&build)
    }

    fn newest(&self, build: Arc<Build>) -> Arc<Build> {
        let built_at = fs::metadata(self.folder.join(INDEX)).and_then(|page| page.modified());
        if built_at.ok() == build.built_at {
            return build;
        }
        match Build::read(&self.folder) {
            Ok(newer) => {
                let newer = Arc::new(newer);
                *self.build.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&newer);
                newer
            }
            Err(error) => {
                tracing::warn!(%error, "the newer build of the app cannot be read yet");
                build
            }
        }
    }
}

fn page(template: &str, connect_to: &str) -> Response {
    let Ok(nonce) = crate::secrets::random_text() else {
        return Refusal::internal().into_response();
    };
    let policy = security_headers::page_policy(&nonce, connect_to);
    let Ok(policy) = HeaderValue::from_str(&policy) else {
        return Refusal::internal().into_response();
    };
    let body = Bytes::from(template.replace(NONCE_PLACEHOLDER, &nonce));
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    let headers = [
        (header::CONTENT_TYPE, html),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, policy),
        security_headers::REPORTING_ENDPOINTS,
    ];
    (headers, body).into_response()
}
