//! What Trunk leaves to us: its post-build hook (see `Trunk.toml`), for `trunk build` by hand as well as from here.
//!
//! - Always: a public URL other than `/` becomes the `basePath` of the page's configuration.
//! - In release: smaller wasm and glue (see [`shrink`]), one style sheet (see [`styles`]), file names made from the final
//!   contents, `.br` and `.gz` beside every asset.
//!
//! Trunk would download wasm-opt, and takes names from what it has before it makes that smaller, so that one name could
//! stand for two contents in caches that keep it for ever. `index.html` is not compressed here: its nonce is new in every
//! response.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value};

use crate::failure::{Doing as _, Failure};
use crate::files::{self, Fingerprint};
use crate::shrink;
use crate::styles;
use crate::workspace::{APP, Workspace};

/// Extensions worth compressing; images and fonts are compressed already.
const COMPRESSIBLE: [&str; 7] = ["css", "js", "json", "svg", "txt", "wasm", "webmanifest"];

pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let variable = |name| {
        env::var(name).map_err(|_| Failure::new(format!("`finish-bundle` is for Trunk: no {name}")))
    };
    let staging = PathBuf::from(variable("TRUNK_STAGING_DIR")?);
    let index = staging.join("index.html");
    let mut html = fs::read_to_string(&index).doing("read", &index)?;

    let release = variable("TRUNK_PROFILE")? == "release";
    if release {
        let wasm = only_file(&staging, "_bg.wasm")?;
        let glue = only_file(&staging, ".js")?;
        shrink::run(workspace, &wasm, &glue)?;
        html = named_by_contents(&wasm, &html, "_bg.wasm")?;
        html = named_by_contents(&glue, &html, ".js")?;
        html = styles::join(&staging, &html)?;
    }
    html = with_base_path(&html, &variable("TRUNK_PUBLIC_URL")?)?;
    fs::write(&index, html).doing("write", &index)?;
    if release {
        compress_assets(&staging)
    } else {
        Ok(())
    }
}

/// Names a file by what it has become; returns the page with that name.
fn named_by_contents(file: &Path, html: &str, ending: &str) -> Result<String, Failure> {
    let contents = fs::read(file).doing("read", file)?;
    let name = format!("{APP}-{}{ending}", Fingerprint::EMPTY.and(&contents).hex());
    fs::rename(file, file.with_file_name(&name)).doing("rename", file)?;
    let old_name = file.file_name().unwrap_or_default().to_string_lossy();
    Ok(html.replace(&*old_name, &name))
}

fn only_file(staging: &Path, ending: &str) -> Result<PathBuf, Failure> {
    let has_ending = |file: &PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        file.parent() == Some(staging) && name.starts_with(APP) && name.ends_with(ending)
    };
    let found: Vec<PathBuf> = files::under(staging)?
        .into_iter()
        .filter(has_ending)
        .collect();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(Failure::new(format!(
            "expected one file {APP}-*{ending} in {}, found {}",
            staging.display(),
            found.len()
        ))),
    }
}

/// The page with `basePath` in its `session-config`, where the public URL is a path other than `/` and none is given.
fn with_base_path(html: &str, public_url: &str) -> Result<String, Failure> {
    if public_url == "/" || !public_url.starts_with('/') {
        return Ok(html.to_owned());
    }
    let broken = || {
        Failure::new(
            "index.html needs <script type=\"application/json\" id=\"session-config\">{}</script>",
        )
    };
    let id = html.find("session-config").ok_or_else(broken)?;
    let start = id + html[id..].find('>').ok_or_else(broken)? + 1;
    let end = start + html[start..].find("</script>").ok_or_else(broken)?;
    let mut config: Map<String, Value> =
        serde_json::from_str(&html[start..end]).map_err(|error| {
            Failure::new(format!(
                "the session-config in index.html is not a JSON object: {error}"
            ))
        })?;
    config
        .entry("basePath")
        .or_insert_with(|| Value::from(public_url));
    // A `<` could end the script element.
    let json = Value::from(config).to_string().replace('<', "\\u003c");
    Ok(format!("{}{json}{}", &html[..start], &html[end..]))
}

fn compress_assets(staging: &Path) -> Result<(), Failure> {
    for file in files::under(staging)? {
        if COMPRESSIBLE.contains(&files::extension(&file)) {
            let plain = fs::read(&file).doing("read", &file)?;
            write_beside(&file, ".br", &brotli(&plain)?)?;
            write_beside(&file, ".gz", &gzip(&plain)?)?;
        }
    }
    Ok(())
}

fn write_beside(file: &Path, suffix: &str, bytes: &[u8]) -> Result<(), Failure> {
    let mut path = file.as_os_str().to_owned();
    path.push(suffix);
    fs::write(&path, bytes).doing("write", Path::new(&path))
}

/// Brotli, quality 11, window 22.
pub(crate) fn brotli(plain: &[u8]) -> Result<Vec<u8>, Failure> {
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: plain.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*plain, &mut compressed, &parameters)
        .map_err(|error| cannot_compress(&error))?;
    Ok(compressed)
}

/// Gzip, level 9.
pub(crate) fn gzip(plain: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(plain)
        .and_then(|()| encoder.finish())
        .map_err(|error| cannot_compress(&error))
}

fn cannot_compress(error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot compress: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<script id=session-config type=application/json>{}</script><p>x";

    #[test]
    fn a_page_at_the_root_is_left_alone() {
        assert_eq!(with_base_path(PAGE, "/").unwrap(), PAGE);
        assert_eq!(
            with_base_path(PAGE, "https://cdn.example/app/").unwrap(),
            PAGE
        );
    }

    #[test]
    fn a_public_path_becomes_the_base_path() {
        let page = with_base_path(PAGE, "/app/").unwrap();
        assert_eq!(
            page,
            "<script id=session-config type=application/json>{\"basePath\":\"/app/\"}</script><p>x"
        );
    }

    #[test]
    fn a_base_path_of_the_user_wins_and_other_keys_stay() {
        let page = PAGE.replace("{}", r#"{"basePath":"/mine/","locale":"de"}"#);
        assert_eq!(with_base_path(&page, "/app/").unwrap(), page);
    }

    #[test]
    fn a_page_without_the_slot_is_an_error_that_shows_it() {
        let failure = with_base_path("<p>x", "/app/").unwrap_err().to_string();
        assert!(failure.contains("session-config"), "{failure}");
        assert!(with_base_path(&PAGE.replace("{}", "[]"), "/app/").is_err());
    }

    #[test]
    fn a_base_path_cannot_end_the_script() {
        let page = with_base_path(PAGE, "/</script>/").unwrap();
        assert_eq!(page.matches("</script>").count(), 1);
    }

    #[test]
    fn both_encodings_make_repetition_small() {
        let plain = "session ".repeat(1000);
        assert!((1..100).contains(&brotli(plain.as_bytes()).unwrap().len()));
        assert!((1..100).contains(&gzip(plain.as_bytes()).unwrap().len()));
    }
}
