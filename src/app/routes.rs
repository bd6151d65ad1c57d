//! The addresses of the app: what each path shows, and the path of each page.
//!
//! Invariants: every path is some route and every route has a path; reading a route's path gives
//! the route again; only paths of this app are ever produced, so no address can lead elsewhere.

/// A page of the app.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Route {
    /// Live charts.
    Dashboard,
    /// The login form.
    Login,
    /// All notes.
    Notes,
    /// The note with this identifier.
    Note(String),
    /// The user's sessions.
    Devices,
    /// What the client did, and why.
    Inspector,
    /// Theme, language, notifications.
    Settings,
    /// No page; the path below the base, beginning with `/`.
    NotFound(String),
}

/// Longest identifier of a note that is looked up.
const LONGEST_ID: usize = 64;

impl Route {
    /// Reads the path of the address bar; `base` begins and ends with `/`.
    pub(crate) fn parse(base: &str, path: &str) -> Self {
        let path = without_query(path);
        let folder = base.trim_end_matches('/');
        let below = path.strip_prefix(folder);
        let below = below.filter(|below| below.is_empty() || below.starts_with('/'));
        match below.unwrap_or(path).trim_matches(is_slash) {
            "" => Self::Dashboard,
            "login" => Self::Login,
            "notes" => Self::Notes,
            "devices" => Self::Devices,
            "inspector" => Self::Inspector,
            "settings" => Self::Settings,
            other => match other.strip_prefix("notes/") {
                Some(id) if is_identifier(id) => Self::Note(id.to_owned()),
                Some(_) | None => Self::NotFound(["/", other].concat()),
            },
        }
    }

    /// Returns the page of the navigation that this one belongs to.
    pub(crate) fn chapter(self) -> Self {
        if matches!(self, Self::Note(_)) {
            Self::Notes
        } else {
            self
        }
    }

    /// Returns the path for the address bar.
    pub(crate) fn path(&self, base: &str) -> String {
        let folder = base.trim_end_matches('/');
        match self {
            Self::Dashboard => base.to_owned(),
            Self::Login => [folder, "/login"].concat(),
            Self::Notes => [folder, "/notes"].concat(),
            Self::Note(id) => [folder, "/notes/", id].concat(),
            Self::Devices => [folder, "/devices"].concat(),
            Self::Inspector => [folder, "/inspector"].concat(),
            Self::Settings => [folder, "/settings"].concat(),
            Self::NotFound(path) => [folder, path].concat(),
        }
    }
}

/// Returns the base path that a bundle at `url` belongs to: its folder, if the page has the same
/// origin, else the root.
pub fn base_of(url: &str, origin: &str) -> String {
    let path = without_query(url.strip_prefix(origin).unwrap_or_default());
    match path.rfind('/') {
        Some(end) if path.starts_with('/') && !path[1..=end].starts_with(is_slash) => {
            path[..=end].to_owned()
        }
        Some(_) | None => "/".to_owned(),
    }
}

fn without_query(path: &str) -> &str {
    path.find(['?', '#']).map_or(path, |end| &path[..end])
}

/// Returns whether a browser may read this as a slash, or as nothing between two of them: two make
/// the name of a host of what follows (WHATWG URL, special schemes; tabs and line ends go first).
const fn is_slash(character: char) -> bool {
    matches!(character, '/' | '\\') || character.is_ascii_control()
}

fn is_identifier(text: &str) -> bool {
    let mut bytes = text.bytes();
    (1..=LONGEST_ID).contains(&text.len())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> [Route; 8] {
        [
            Route::Dashboard,
            Route::Login,
            Route::Notes,
            Route::Note("9f-A_1".to_owned()),
            Route::Devices,
            Route::Inspector,
            Route::Settings,
            Route::NotFound("/nowhere/else".to_owned()),
        ]
    }

    #[test]
    fn a_route_is_found_again_under_its_path() {
        for base in ["/", "/app/", "/deep/down/"] {
            for route in all() {
                assert_eq!(Route::parse(base, &route.path(base)), route, "{base}");
            }
        }
    }

    #[test]
    fn slashes_queries_and_fragments_change_nothing() {
        for path in ["/notes", "/notes/", "/notes?a=/login", "/notes#main"] {
            assert_eq!(Route::parse("/", path), Route::Notes, "{path}");
        }
        for path in ["/app", "/app/", "/app?x", "/app/#main"] {
            assert_eq!(Route::parse("/app/", path), Route::Dashboard, "{path}");
        }
    }

    #[test]
    fn what_is_no_identifier_is_no_note() {
        let long = ["/notes/", &"x".repeat(LONGEST_ID + 1)].concat();
        for path in ["/notes/a/b", "/notes/..", "/notes/%2e", "/notes/a b", &long] {
            let route = Route::parse("/", path);
            assert!(matches!(route, Route::NotFound(_)), "{path}: {route:?}");
        }
    }

    #[test]
    fn every_text_is_some_route_of_this_app() {
        for path in [
            "",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "javascript:0",
            "\\",
            "ä/ö",
        ] {
            let path = Route::parse("/", path).path("/");
            assert!(path.starts_with('/'), "{path}");
            assert!(!path[1..].starts_with(is_slash), "{path}");
        }
    }

    #[test]
    fn the_base_is_a_folder_and_no_prefix() {
        for path in ["/applogin", "/app-login", "/application"] {
            let route = Route::parse("/app/", path);
            assert_eq!(route, Route::NotFound(path.to_owned()));
        }
    }

    #[test]
    fn the_base_is_the_folder_of_the_bundle() {
        let origin = "https://a.example";
        assert_eq!(base_of("https://a.example/x-1.js", origin), "/");
        assert_eq!(base_of("https://a.example/app/x-1.js?v=2", origin), "/app/");
        assert_eq!(base_of("https://cdn.example/app/x-1.js", origin), "/");
        assert_eq!(base_of("https://a.example.evil/app/x.js", origin), "/");
        assert_eq!(base_of("https://a.example//evil.example/x.js", origin), "/");
        assert_eq!(
            base_of("https://a.example/\\evil.example/x.js", origin),
            "/"
        );
        assert_eq!(base_of("", origin), "/");
    }
}
