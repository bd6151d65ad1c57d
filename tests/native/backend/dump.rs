//! A copy of the store without the key file opens no session, whichever store it is.

use std::{collections::BTreeSet, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rusqlite::{Connection, types::ValueRef};
use serde_json::{Value, json};
use session_backend::StoreLocation;

use crate::support::{Browser, Heard, Redis, Socket, World};

/// Sessions in the store, besides the one whose login is real.
const SESSIONS: usize = 1_000;
/// Cookies in one request; a header holds no more.
const COOKIES_AT_ONCE: usize = 50;

async fn on(path: &Path) -> World {
    let location = StoreLocation::File(path.to_owned());
    World::start_with(|config| config.store = location).await
}

async fn on_redis(redis: &Redis, keys: &Path) -> World {
    World::start_with(|config| {
        config.store = redis.location();
        config.keys = Some(keys.to_owned());
    })
    .await
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
fn contents(path: &Path) -> Vec<String> {
    let store = Connection::open(path).unwrap();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let mut tables = store.prepare(tables).unwrap();
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let mut found = Vec::new();
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
    found
}

/// Copies the sessions of a store many times.
const FILL: &str = "
    local key = redis.call('KEYS', 'ls:s:*')[1]
    local found = redis.call('HMGET', key, 'fixed', 'state', 'version', 'user')
    for number = 1, tonumber(ARGV[1]) do
        local id, family = string.format('%032x', number), string.format('%016x', number)
        local fixed = cjson.decode(found[1])
        fixed.id, fixed.family = id, family
        redis.call('HSET', 'ls:s:' .. id, 'family', family, 'fixed', cjson.encode(fixed),
            'state', found[2], 'version', found[3], 'user', found[4])
        redis.call('SET', 'ls:f:' .. family, id)
    end
    return 'done'";

/// Returns names and values of everything, however deep.
const CONTENTS: &str = "
    local read = {
        string = function(key) return redis.call('GET', key) end,
        hash = function(key) return redis.call('HGETALL', key) end,
        list = function(key) return redis.call('LRANGE', key, 0, -1) end,
        zset = function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
        stream = function(key) return redis.call('XRANGE', key, '-', '+') end,
    }
    local all = {}
    for _, key in ipairs(redis.call('KEYS', '*')) do
        all[#all + 1] = {key, read[redis.call('TYPE', key).ok](key)}
    end
    return all";

/// Returns what may be in a header: texts of a store, the parts of their names, and what is in JSON.
fn guesses(texts: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in texts {
        if let Ok(value) = serde_json::from_str(&text) {
            collect(&value, &mut found);
        }
        found.extend(text.split(':').map(str::to_owned));
        found.insert(text);
    }
    let fits = |byte: u8| byte.is_ascii_graphic() && byte != b';';
    found.retain(|text| !text.is_empty() && text.bytes().all(fits));
    found
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
        }
        Value::Number(number) => {
            found.insert(number.to_string());
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, found)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Returns the families of a store.
fn families(path: &Path) -> Vec<String> {
    let store = Connection::open(path).unwrap();
    let mut families = store.prepare("SELECT family FROM sessions").unwrap();
    let families = families
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap();
    families.map(Result::unwrap).collect()
}

/// Fails unless a server with other keys takes nothing of what a browser has.
async fn expect_unknown(world: &World, owner: &Browser) {
    let mut replayed = owner.clone();
    replayed.origin.clone_from(&world.origin);
    let answer = replayed.get("/api/me").await;
    answer.expect_problem(401, "invalid_token");
    replayed.refresh().await.expect_problem(401, "no_session");
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

    expect_unknown(&on(&copy).await, &owner).await;
    // What was copied beside is no proof either way: the server with the keys knows its own.
    let world = on(&path).await;
    owner.origin.clone_from(&world.origin);
    assert_eq!(owner.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn the_credentials_of_a_redis_store_are_worth_nothing_with_other_keys() {
    let (redis, folder) = (Redis::start().await, tempfile::tempdir().unwrap());
    let world = on_redis(&redis, &folder.path().join("keys")).await;
    let mut owner = world.user().await;
    let other = on_redis(&redis, &folder.path().join("other keys")).await;
    expect_unknown(&other, &owner).await;
    assert_eq!(owner.get("/api/me").await.status, 200);
}

/// Fails if anything of a dump opens a session.
async fn expect_worthless(world: &World, owner: &Browser, families: &[String], dump: Vec<String>) {
    let found = &guesses(dump);
    assert!(families.len() > SESSIONS && found.len() > 2 * SESSIONS);
    let name = owner.cookies.keys().next().unwrap();
    let mut own = families.iter().filter(|family| name.ends_with(*family));
    let prefix = name.strip_suffix(own.next().unwrap()).unwrap();
    let mut thief = world.browser();
    for text in found {
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
    // The digest of a ticket is as long as this; of the others, some will do.
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:@".contains(&byte);
    let tickets = found.iter().filter(|text| text.bytes().all(fits));
    let tickets = tickets
        .enumerate()
        .filter(|(number, text)| number % 20 == 0 || text.len() == 64);
    for (_, text) in tickets {
        let handshake = Socket::handshake(&world.browser(), &format!("?ticket={text}"));
        if let Ok((mut socket, _)) = Socket::connect(handshake).await {
            let heard = socket.next().await;
            if let Heard::Message(message) = &heard {
                assert_ne!(message["type"], "auth_ok", "{text}");
                assert!(matches!(socket.closed().await, Heard::Close(..)), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_of_a_dump_is_a_cookie_a_token_or_a_ticket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let world = on(&path).await;
    let mut owner = world.user().await;
    assert_eq!(owner.refresh().await.status, 200);
    owner.post("/api/auth/ticket", json!({})).await;
    fill(&path);
    expect_worthless(&world, &owner, &families(&path), contents(&path)).await;
    assert_eq!(owner.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn nothing_of_a_redis_dump_is_a_cookie_a_token_or_a_ticket() {
    let (redis, folder) = (Redis::start().await, tempfile::tempdir().unwrap());
    let world = on_redis(&redis, &folder.path().join("keys")).await;
    let mut owner = world.user().await;
    assert_eq!(owner.refresh().await.status, 200);
    owner.post("/api/auth/ticket", json!({})).await;
    let said = redis.ask(&["EVAL", FILL, "0", &SESSIONS.to_string()]);
    assert_eq!(said.trim(), "done");
    let dump = redis.ask(&["EVAL", CONTENTS, "0"]);
    let dump: Vec<_> = dump.lines().map(str::to_owned).collect();
    let families = dump.iter().filter_map(|text| text.strip_prefix("ls:f:"));
    let families: Vec<_> = families.map(str::to_owned).collect();
    expect_worthless(&world, &owner, &families, dump).await;
    assert_eq!(owner.get("/api/me").await.status, 200);
}
