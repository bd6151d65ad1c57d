//! Every path with every method: what is declared answers, nothing else does.

use std::{collections::BTreeMap, fmt::Write};

use session_backend::routes;

use crate::support::{Head, Raw, World, write_build};

const METHODS: [&str; 10] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND",
];
/// Paths besides those of the table.
const OTHERS: [&str; 7] = [
    "/",
    "/notes/7",
    "/favicon.svg",
    "/missing.js",
    "/api/nothing",
    "/demo/nothing",
    "/ws/nothing",
];

async fn ask(port: u16, method: &str, path: &str) -> Head {
    let path = path.replace("{id}", "7");
    Raw::new(method, &path)
        .header("Origin", format!("http://localhost:{port}"))
        .marked()
        .send(port)
        .await
}

async fn world(demo: bool) -> (World, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    write_build(folder.path());
    let world = World::start_with(|config| {
        config.dist = Some(folder.path().to_owned());
        config.demo = demo;
    })
    .await;
    (world, folder)
}

/// Returns the methods of each path in the table; who answers `GET` answers `HEAD`.
fn declared() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut declared = BTreeMap::<_, Vec<_>>::new();
    for route in routes() {
        let methods = declared.entry(route.path).or_default();
        methods.push(route.method);
        if route.method == "GET" {
            methods.push("HEAD");
        }
    }
    declared
}

#[tokio::test]
async fn only_declared_methods_answer() {
    let (world, _folder) = world(true).await;
    let port = world.server.address().port();
    let declared = declared();
    let mut matrix = format!("{:<26}", "");
    for method in METHODS {
        write!(matrix, " {method:>8}").unwrap();
    }
    for path in declared.keys().copied().chain(OTHERS) {
        write!(matrix, "\n{path:<26}").unwrap();
        for method in METHODS {
            let head = ask(port, method, path).await;
            write!(matrix, " {:>8}", head.status).unwrap();
            if head.status >= 400 {
                let content_type = head.header("content-type");
                assert_eq!(content_type, "application/problem+json", "{method} {path}");
            }
            if let Some(methods) = declared.get(path) {
                let answers = !matches!(head.status, 404 | 405);
                assert_eq!(answers, methods.contains(&method), "{method} {path}");
                if !answers {
                    let mut allowed: Vec<_> = head.header("allow").split(',').collect();
                    let mut expected = methods.clone();
                    allowed.sort_unstable();
                    expected.sort_unstable();
                    assert_eq!(allowed, expected, "{method} {path}");
                }
            }
        }
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("methods", matrix);
    });
}

#[tokio::test]
async fn without_demo_there_are_no_switches_for_any_method() {
    let (world, _folder) = world(false).await;
    let port = world.server.address().port();
    for route in routes().into_iter().filter(|route| route.demo_only) {
        for method in METHODS {
            let head = ask(port, method, route.path).await;
            assert_eq!(head.status, 404, "{method} {}", route.path);
        }
    }
}
