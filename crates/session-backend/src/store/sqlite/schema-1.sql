CREATE TABLE IF NOT EXISTS users (
    id            TEXT PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS sessions (
    id                TEXT PRIMARY KEY,
    family            TEXT NOT NULL UNIQUE,
    user_id           TEXT NOT NULL REFERENCES users (id),
    created_at        INTEGER NOT NULL,
    last_active_at    INTEGER NOT NULL,
    idle_deadline     INTEGER NOT NULL,
    absolute_deadline INTEGER NOT NULL,
    remember_me       INTEGER NOT NULL,
    user_agent        TEXT NOT NULL,
    address           TEXT NOT NULL,
    generation        INTEGER NOT NULL DEFAULT 0,
    rotated_at        INTEGER,
    successor_seen_at INTEGER,
    ended_at          INTEGER,
    end_reason        TEXT
) STRICT;

CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS sessions_by_end ON sessions (ended_at);

CREATE TABLE IF NOT EXISTS notes (
    id         TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users (id),
    title      TEXT NOT NULL,
    text       TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS notes_by_user ON notes (user_id, updated_at);

CREATE TABLE IF NOT EXISTS uploads (
    id         TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    body       BLOB NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS uploads_by_user ON uploads (user_id, created_at);
