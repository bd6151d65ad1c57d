//! A copy of the store without the key file opens no session.

use std::{collections::BTreeSet, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rusqlite::{Connection, types::ValueRef};
use session_backend::StoreLocation;

use crate::support::{Browser, Heard, Socket, World};

/// Sessions in the store, besides the one whose login is real.
const SESSIONS: usize = 1_000;
/// Cookies in one request; a header holds no more.
const COOKIES_AT_ONCE: usize = 50;

async fn on(path: &Path) -> World {
    let location = StoreLocation::File(path.to_owned());
    World::start_with(|config| config.store = location).await
}

/// Copies the sessions of a store many times.
fn fill(path: &Path) {
    let store = Connection::open(path).unwrap();
    store
        .execute_batch("CREATE TEMP TABLE copy AS SELECT * FROM sessions LIMIT 1")
        .unwrap();
    let transaction = store.unchecked_transaction().unwrap();
    for number in 0..SESSIONS {
        let renamed = "UPDATE copy SET id = ?1, family = ?2, generation = 0, rotated_at = NULL";
        let (id, family) = (format!("{number:032x}"), format!("{number:016x}"));
        store.execute(renamed, [id, family]).unwrap();
        store
            .execute("INSERT INTO sessions SELECT * FROM copy", [])
            .unwrap();
    }
    transaction.commit().unwrap();
}

/// Returns everything that a store holds, as text.
fn contents(path: &Path) -> BTreeSet<String> {
    let store = Connection::open(path).unwrap();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let mut tables = store.prepare(tables).unwrap();
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let mut found = BTreeSet::new();
    for table in tables {
        let mut rows = store
            .prepare(&format!("SELECT * FROM {}", table.unwrap()))
            .unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                found.extend(match row.get_ref(column).unwrap() {
                    ValueRef::Null => None,
                    ValueRef::Integer(number) => Some(number.to_string()),
                    ValueRef::Real(number) => Some(number.to_string()),
                    ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
                    ValueRef::Blob(bytes) => Some(URL_SAFE_NO_PAD.encode(bytes)),
                });
            }
        }
    }
    let fits = |byte: u8| byte.is_ascii_graphic() && byte != b';';
    found.retain(|text| !text.is_empty() && text.bytes().all(fits));
    found
}

/// Returns the name of the cookie of a family, and all families of a store.
fn families(path: &Path, browser: &Browser) -> (String, Vec<String>) {
    let store = Connection::open(path).unwrap();
    let mut families = store.prepare("SELECT family FROM sessions").unwrap();
    let families = families
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap();
    let families: Vec<_> = families.map(Result::unwrap).collect();
    let name = browser.cookies.keys().next().unwrap();
    let own = families
        .iter()
        .find(|family| name.ends_with(*family))
        .unwrap();
    (name.strip_suffix(own).unwrap().to_owned(), families)
}

#[tokio::test]
async fn the_credentials_of_a_store_are_worth_nothing_with_other_keys() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = folder.path().join("store.sqlite");
    let mut owner = on(&path).await.user().await;
    let copy = elsewhere.path().join("store.sqlite");
    let store = Connection::open(&path).unwrap();
    let backup = "VACUUM INTO ?1";
    store.execute(backup, [copy.to_str().unwrap()]).unwrap();

    let world = on(&copy).await;
    let mut replayed = owner.clone();
    replayed.origin.clone_from(&world.origin);
    let answer = replayed.get("/api/me").await;
    answer.expect_problem(401, "invalid_token");
    replayed.refresh().await.expect_problem(401, "no_session");
    // What was copied beside is no proof either way: the server with the keys knows its own.
    let world = on(&path).await;
    owner.origin.clone_from(&world.origin);
    assert_eq!(owner.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn nothing_of_a_dump_is_a_cookie_a_token_or_a_ticket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let world = on(&path).await;
    let mut owner = world.user().await;
    assert_eq!(owner.refresh().await.status, 200);
    owner.post("/api/auth/ticket", serde_json::json!({})).await;
    fill(&path);
    let (prefix, families) = families(&path, &owner);
    let found = contents(&path);
    assert!(families.len() > SESSIONS && found.len() > 2 * SESSIONS);

    let mut thief = world.browser();
    for text in &found {
        thief.token = Some(text.clone());
        let answer = thief.get("/api/me").await;
        answer.expect_problem(401, "invalid_token");
    }
    thief.token = None;
    // Each text as the whole cookie and as the proof in it, of its own family and of others.
    let mut guesses = Vec::new();
    let names = families.iter().cycle();
    for (text, family) in found.iter().zip(names) {
        let of = if families.contains(text) {
            text
        } else {
            family
        };
        for generation in [0, 1] {
            guesses.push((of, format!("{of}.{generation}.{text}")));
        }
        guesses.push((of, text.clone()));
    }
    for guesses in guesses.chunks(COOKIES_AT_ONCE) {
        let cookies = guesses.iter();
        thief.cookies = cookies
            .map(|(family, value)| (format!("{prefix}{family}"), value.clone()))
            .collect();
        let status = thief.clone().get("/api/session").await.json();
        assert_eq!(status["active"], false, "{:?}", thief.cookies);
        thief.refresh().await.expect_problem(401, "no_session");
    }
    for text in found
        .iter()
        .filter(|text| !text.contains(['/', '%', '?', '#']))
        .step_by(20)
    {
        let handshake = Socket::handshake(&world.browser(), &format!("?ticket={text}"));
        if let Ok((mut socket, _)) = Socket::connect(handshake).await {
            let heard = socket.next().await;
            if let Heard::Message(message) = &heard {
                assert_ne!(message["type"], "auth_ok", "{text}");
                assert!(matches!(socket.closed().await, Heard::Close(..)), "{text}");
            }
        }
    }
    assert_eq!(owner.get("/api/me").await.status, 200);
}
