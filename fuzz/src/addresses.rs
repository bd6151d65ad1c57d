//! Where a login, a link or the address bar leads: never away from this app.
//!
//! The statements compare the routes of the app with the URL standard (WHATWG), which is what a
//! browser resolves an address by.

#[expect(
    dead_code,
    unreachable_pub,
    reason = "the routes are the app's; only reading and writing them is tested"
)]
#[path = "../../src/app/routes.rs"]
mod routes;

use routes::Route;
use url::Url;

const ORIGIN: &str = "https://app.example";

/// Folders that an app is served from.
const BASES: [&str; 3] = ["/", "/app/", "/deep/down/"];

/// Anything that an address can be; the first byte chooses where the app is served.
pub(crate) fn return_path(bytes: &[u8]) {
    let (first, rest) = bytes.split_first().unwrap_or((&0, bytes));
    let base = BASES[usize::from(*first) % BASES.len()];
    let text = &String::from_utf8_lossy(rest);
    leads_nowhere_else(base, text);
    leads_nowhere_else(base, &[base, text].concat());
    a_bundle_is_at_home(text);
    a_bundle_is_at_home(&[ORIGIN, text].concat());
}

/// An address is some page of this app, whose path is inside the app and leads to it again.
fn leads_nowhere_else(base: &str, address: &str) {
    let route = Route::parse(base, address);
    let path = route.path(base);
    assert!(path.starts_with(base.trim_end_matches('/')), "{path:?}");
    assert!(!path.contains(['?', '#']), "{path:?}");
    assert!(
        path.len() <= base.len() + address.len() + "dashboard".len(),
        "{path:?}"
    );
    assert_eq!(Route::parse(base, &path), route, "{path:?}");
    same_origin(&path);
}

/// The folder of a bundle is a folder of this origin, wherever the bundle was loaded from.
fn a_bundle_is_at_home(bundle: &str) {
    let base = routes::base_of(bundle, ORIGIN);
    assert!(base.starts_with('/') && base.ends_with('/'), "{base:?}");
    same_origin(&base);
    same_origin(&Route::Login.path(&base));
}

fn same_origin(path: &str) {
    let here = Url::parse(ORIGIN).expect("an origin");
    let there = here.join(path).expect("a path");
    assert_eq!(there.origin(), here.origin(), "{path:?}");
}
