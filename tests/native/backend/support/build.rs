//! A built app, small enough to write for each test.

use std::{fs, path::Path};

/// The page, with a place for the nonce.
pub(crate) const PAGE: &str = "<!doctype html><script nonce=\"{{__TRUNK_NONCE__}}\">1</script>\
    <link nonce=\"{{__TRUNK_NONCE__}}\" rel=\"modulepreload\">";

/// Writes what `trunk build` would.
pub(crate) fn write_build(folder: &Path) {
    let write = |name: &str, body: &[u8]| fs::write(folder.join(name), body).unwrap();
    write("index.html", PAGE.as_bytes());
    write(
        "app-0123456789abcdef.js",
        "let x = 1;\n".repeat(500).as_bytes(),
    );
    write("app-0123456789abcdef_bg.wasm", &[0; 4096]);
    write("app-0123456789abcdef_bg.wasm.br", b"brotli");
    write("favicon.svg", b"<svg/>");
    fs::create_dir(folder.join("fonts")).unwrap();
    write("fonts/text.woff2", b"font");
}
