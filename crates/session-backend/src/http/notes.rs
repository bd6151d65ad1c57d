//! Notes over HTTP.
//!
//! Invariant: what is stored fits the limits that the refusals name.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;

use super::{body, caller::Caller, room};
use crate::{
    Moment,
    app::{self, Shared},
    problem::Refusal,
    store::Note,
};

pub(crate) const LONGEST_TITLE: usize = 200;
pub(crate) const LONGEST_TEXT: usize = 64 * 1024;

/// What a client may write.
#[derive(Deserialize)]
struct Draft {
    title: String,
    #[serde(default)]
    text: String,
}

impl Draft {
    fn read(headers: &HeaderMap, body: &Bytes) -> Result<Self, Refusal> {
        let draft: Self = body::typed(headers, body)?;
        let title = draft.title.trim().chars().count();
        if !(1..=LONGEST_TITLE).contains(&title) {
            let detail =
                format!("expected a title of 1 to {LONGEST_TITLE} characters, found {title}");
            return Err(Refusal::invalid(detail));
        }
        let text = draft.text.len();
        if text > LONGEST_TEXT {
            let detail = format!("expected a text of at most {LONGEST_TEXT} bytes, found {text}");
            return Err(Refusal::invalid(detail));
        }
        Ok(draft)
    }

    fn into_note(self, id: String) -> Note {
        Note {
            id,
            title: self.title.trim().to_owned(),
            text: self.text,
            updated_at: Moment::now().unix_seconds(),
        }
    }
}

/// `GET /api/notes`
pub(super) async fn list(
    State(app): State<Shared>,
    Caller(session): Caller,
) -> Result<Json<Vec<Note>>, Refusal> {
    Ok(Json(app.store.notes(&session.user.id).await?))
}

/// `POST /api/notes`
pub(super) async fn create(
    State(app): State<Shared>,
    Caller(session): Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Note>), Refusal> {
    let id = app::identifier::<8>().map_err(|_| Refusal::internal())?;
    let note = Draft::read(&headers, &body)?.into_note(id);
    let placed = app.store.add_note(&session.user.id, &note, room::NOTES);
    room::demand(placed.await?, room::NOTES, "notes")?;
    Ok((StatusCode::CREATED, Json(note)))
}

/// `GET /api/notes/{id}`
pub(super) async fn read(
    State(app): State<Shared>,
    Caller(session): Caller,
    Path(id): Path<String>,
) -> Result<Json<Note>, Refusal> {
    let note = app.store.note(&session.user.id, &id).await?;
    note.map(Json).ok_or_else(Refusal::not_found)
}

/// `PUT /api/notes/{id}`
pub(super) async fn update(
    State(app): State<Shared>,
    Caller(session): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Note>, Refusal> {
    let note = Draft::read(&headers, &body)?.into_note(id);
    let placed = app.store.update_note(&session.user.id, &note, room::NOTES);
    room::demand(placed.await?, room::NOTES, "notes")?;
    Ok(Json(note))
}

/// `DELETE /api/notes/{id}`
pub(super) async fn delete(
    State(app): State<Shared>,
    Caller(session): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let found = app.store.delete_note(&session.user.id, &id).await?;
    found
        .then_some(StatusCode::NO_CONTENT)
        .ok_or_else(Refusal::not_found)
}
