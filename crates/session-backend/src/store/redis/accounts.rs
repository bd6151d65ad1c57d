//! Accounts, notes and uploads.
//!
//! Invariants: notes and uploads are found under their owner only; whatever was acknowledged about an
//! account is remembered, so that it can be written again.

use std::cmp::Reverse;

use redis::ScriptInvocation;
use session_protocol::User;

use super::{
    link::Link,
    model::{self, Fields},
    record::{self, Record},
};
use crate::{
    Moment,
    store::{Account, Note, Placed, Quota, StoreError, Upload},
};

/// Adds an account; returns whether the address was free.
pub(super) async fn add(link: &Link, account: &Account) -> Result<bool, StoreError> {
    let now = Moment::now();
    let mut add = link.scripts().add_account.prepare_invoke();
    add.arg(&account.user.id)
        .arg(&account.user.email)
        .arg(&account.user.name)
        .arg(&account.password_hash)
        .arg(record::moment(account.disabled_at))
        .arg(now.0);
    let added = link.run(&add).await?;
    if added {
        link.recent().wrote_account(Record {
            account: account.clone(),
            password_at: Some(now),
            status_at: Some(now),
        });
    }
    Ok(added)
}

/// Finds an account by its address; it takes as long whether it is there or not.
pub(super) async fn find(link: &Link, email: &str) -> Result<Option<Account>, StoreError> {
    let mut find = link.scripts().find_account.prepare_invoke();
    find.arg(email);
    let fields: Fields = link.look(&find).await?;
    Ok(Record::read(&fields)?.map(|found| found.account))
}

async fn fields(link: &Link, user: &str) -> Result<Fields, StoreError> {
    let mut pipeline = redis::pipe();
    pipeline.hgetall(format!("ls:user:{user}"));
    let (fields,) = link.ask(&pipeline).await?;
    Ok(fields)
}

/// Remembers an account that somebody wrote.
pub(super) async fn look_at(link: &Link, user: &str) -> Result<(), StoreError> {
    match Record::read(&fields(link, user).await?) {
        Ok(Some(found)) => link.recent().wrote_account(found),
        Ok(None) => {}
        // The feed goes on all the same.
        Err(error) => tracing::error!(%error, "an account is not remembered"),
    }
    Ok(())
}

/// Replaces a password hash that is still the one that was seen; returns whether it was.
pub(super) async fn set_password(
    link: &Link,
    user: &str,
    seen: &str,
    password_hash: &str,
) -> Result<bool, StoreError> {
    let mut set = link.scripts().set_password.prepare_invoke();
    set.arg(user)
        .arg(seen)
        .arg(password_hash)
        .arg(Moment::now().0);
    Ok(changed(link, &set).await?.is_some())
}

/// Disables or enables an account; returns whose it is.
pub(super) async fn set_disabled(
    link: &Link,
    email: &str,
    since: Option<Moment>,
) -> Result<Option<User>, StoreError> {
    let mut set = link.scripts().set_disabled.prepare_invoke();
    set.arg(email)
        .arg(record::moment(since))
        .arg(Moment::now().0);
    Ok(changed(link, &set).await?.map(|account| account.user))
}

/// Changes an account, and remembers it.
async fn changed(
    link: &Link,
    change: &ScriptInvocation<'_>,
) -> Result<Option<Account>, StoreError> {
    let fields: Fields = link.run(change).await?;
    let Some(written) = Record::read(&fields)? else {
        return Ok(None);
    };
    link.recent().wrote_account(written.clone());
    Ok(Some(written.account))
}

/// Reads a note with its place before it.
fn read_note(text: &str) -> Result<(u64, Note), StoreError> {
    let (place, note) = text.split_once(' ').ok_or_else(model::damaged)?;
    let place = place.parse().map_err(|_| model::damaged())?;
    let note = serde_json::from_str(note).map_err(|_| model::damaged())?;
    Ok((place, note))
}

/// Lists a user's notes, newest first.
pub(super) async fn notes(link: &Link, user: &str) -> Result<Vec<Note>, StoreError> {
    let mut pipeline = redis::pipe();
    pipeline.hvals(format!("ls:n:{user}"));
    let (texts,): (Vec<String>,) = link.ask(&pipeline).await?;
    let notes = texts.iter().map(|text| read_note(text));
    let mut notes: Vec<_> = notes.collect::<Result<_, _>>()?;
    notes.sort_by_key(|(place, note)| Reverse((note.updated_at, *place)));
    Ok(notes.into_iter().map(|(_, note)| note).collect())
}

/// Finds a note of a user.
pub(super) async fn note(link: &Link, user: &str, id: &str) -> Result<Option<Note>, StoreError> {
    let mut pipeline = redis::pipe();
    pipeline.hget(format!("ls:n:{user}"), id);
    let (text,): (Option<String>,) = link.ask(&pipeline).await?;
    let note = text.map(|text| read_note(&text)).transpose()?;
    Ok(note.map(|(_, note)| note))
}

/// Reads what the scripts return that need room.
fn placed(code: u8) -> Placed {
    match code {
        0 => Placed::Missing,
        1 => Placed::Done,
        _ => Placed::Full,
    }
}

/// Adds a note, if there is room.
pub(super) async fn add_note(
    link: &Link,
    user: &str,
    note: &Note,
    quota: Quota,
) -> Result<Placed, StoreError> {
    let mut add = link.scripts().add_note.prepare_invoke();
    add.arg(user).arg(&note.id).arg(model::text(note)?);
    add.arg(quota.most).arg(quota.bytes);
    link.run(&add).await.map(placed)
}

/// Overwrites a note of a user, if there is room.
pub(super) async fn update_note(
    link: &Link,
    user: &str,
    note: &Note,
    quota: Quota,
) -> Result<Placed, StoreError> {
    let mut update = link.scripts().update_note.prepare_invoke();
    update.arg(user).arg(&note.id).arg(model::text(note)?);
    update.arg(quota.bytes);
    link.run(&update).await.map(placed)
}

/// Deletes a note of a user; returns whether it was there.
pub(super) async fn delete_note(link: &Link, user: &str, id: &str) -> Result<bool, StoreError> {
    let mut pipeline = redis::pipe();
    pipeline.hdel(format!("ls:n:{user}"), id);
    let (deleted,) = link.tell(&pipeline).await?;
    Ok(deleted)
}

/// Stores an upload, if there is room.
pub(super) async fn add_upload(
    link: &Link,
    user: &str,
    id: &str,
    body: &[u8],
    now: Moment,
    quota: Quota,
) -> Result<Placed, StoreError> {
    let upload = Upload {
        id: id.to_owned(),
        size: body.len(),
        created_at: now.unix_seconds(),
    };
    let mut add = link.scripts().add_upload.prepare_invoke();
    add.arg(user).arg(id).arg(model::text(&upload)?).arg(body);
    add.arg(quota.most).arg(quota.bytes);
    link.run(&add).await.map(placed)
}

/// Deletes an upload of a user; returns whether it was there.
pub(super) async fn delete_upload(link: &Link, user: &str, id: &str) -> Result<bool, StoreError> {
    let mut delete = link.scripts().delete_upload.prepare_invoke();
    delete.arg(user).arg(id);
    link.run(&delete).await
}

/// Lists a user's uploads, newest first.
pub(super) async fn uploads(link: &Link, user: &str) -> Result<Vec<Upload>, StoreError> {
    let mut pipeline = redis::pipe();
    pipeline.lrange(format!("ls:up:{user}"), 0, -1);
    let (texts,): (Vec<String>,) = link.ask(&pipeline).await?;
    let uploads = texts
        .iter()
        .map(|text| serde_json::from_str(text).map_err(|_| model::damaged()));
    uploads.collect()
}
