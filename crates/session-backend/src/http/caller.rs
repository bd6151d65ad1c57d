//! Who calls: the session behind a bearer token or a refresh cookie.
//!
//! Invariants: a token that is right is not enough, the session must live in the store; a cookie
//! identifies its session here without being used up, and only the current one of its family lets
//! do anything: what its predecessor is worth during the grace is counted by the refresh alone.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use session_protocol::EndReason;

use crate::{
    Moment,
    access_token::Claims,
    app::{App, Shared},
    cookie::RefreshCookies,
    events::SecurityEvent,
    problem::Refusal,
    rotation::{self, RefreshToken},
    store::{self, SessionRow, StoreError},
};

/// The living session of a call with a bearer token.
pub(crate) struct Caller(pub(crate) SessionRow);

impl FromRequestParts<Shared> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Refusal> {
        let claims = bearer_claims(app, &parts.headers).ok_or_else(Refusal::invalid_token)?;
        match bearer_session(app, &claims).await? {
            Ok(session) => Ok(Self(session)),
            Err(reason) => Err(Refusal::ended(reason)),
        }
    }
}

/// The living session of a [`Caller`] who entered the password a short time ago.
///
/// # Source
///
/// ASVS 5.0, 7.5.1 and 7.5.2; RFC 9470 is the same for authorization servers.
pub(crate) struct Proven(pub(crate) SessionRow);

impl FromRequestParts<Shared> for Proven {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Refusal> {
        let Caller(session) = Caller::from_request_parts(parts, app).await?;
        let proven_until = session.state.auth_time.plus(app.policy.step_up_within);
        if Moment::now() < proven_until {
            return Ok(Self(session));
        }
        Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "step_up_required",
            "the password was entered too long ago; enter it again by POST /api/auth/step-up",
        ))
    }
}

/// Returns what the bearer token says, if there is a valid one.
pub(crate) fn bearer_claims(app: &App, headers: &HeaderMap) -> Option<Claims> {
    app.access_tokens.verify(bearer(headers)?)
}

/// Returns the bearer token, good or bad, if there is one.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Returns the living session of a token, or why it is over.
pub(crate) async fn bearer_session(
    app: &App,
    claims: &Claims,
) -> Result<Result<SessionRow, EndReason>, StoreError> {
    match app.living(&claims.sid).await? {
        Ok(session) => witness(app, session, claims.generation).await,
        Err(reason) => Ok(Err(reason)),
    }
}

/// Remembers that what was issued with this generation has reached its client.
async fn witness(
    app: &App,
    session: SessionRow,
    generation: i64,
) -> Result<Result<SessionRow, EndReason>, StoreError> {
    let (id, now) = (session.id.clone(), Moment::now());
    let next = |row: &SessionRow| rotation::seen(row, generation, now);
    match store::change(&*app.store, session, next).await? {
        Some(session) => Ok(Ok(session)),
        None => app.living(&id).await,
    }
}

/// What the refresh cookies of a call say.
pub(crate) enum Holder {
    /// A session lives.
    Living {
        session: Box<SessionRow>,
        /// Whether the cookie is the current one; its predecessor tells whose it is, nothing more.
        is_current: bool,
    },
    /// A rotation overtook the cookie on its way: the call has to be made again.
    Overtaken,
    /// The newest session is over.
    Over(EndReason),
    /// There is no cookie.
    Nobody,
}

/// Finds out whose the refresh cookies are.
pub(crate) async fn cookie_holder(app: &App, headers: &HeaderMap) -> Result<Holder, StoreError> {
    let cookies = RefreshCookies::read(headers, &app.keys.refresh);
    if cookies.is_empty() {
        return Ok(Holder::Nobody);
    }
    let now = Moment::now();
    let mut families = Families::read(app, cookies, now).await?;
    end_reused(app, &mut families, now).await?;
    let Some((token, session)) = families.living.pop() else {
        return Ok(if families.overtaken.is_empty() {
            Holder::Over(families.over.unwrap_or(EndReason::NoSession))
        } else {
            Holder::Overtaken
        });
    };
    let found = witness(app, session, token.generation).await?;
    Ok(found.map_or_else(Holder::Over, |session| Holder::Living {
        is_current: token.generation == session.state.generation,
        session: Box::new(session),
    }))
}

/// Ends the families whose cookies were presented out of turn, and takes them out of the living.
/// A cookie that a rotation of this moment overtook on its way is no sign of a theft: it was sent
/// before the answer of the rotation before came. Whoever stole it gets nothing for it either.
pub(super) async fn end_reused(
    app: &App,
    families: &mut Families,
    now: Moment,
) -> Result<(), StoreError> {
    let grace = app.policy.refresh_grace;
    let living = std::mem::take(&mut families.living).into_iter();
    let (reused, living): (Vec<_>, Vec<_>) =
        living.partition(|(token, session)| token.is_reused(session, grace, now));
    families.living = living;
    for (token, session) in reused {
        if rotation::is_overtaken(&session, grace, now) {
            families.overtaken.push((token, session));
            continue;
        }
        app.report_reuse(&session, token.generation);
        app.end(&session.id, EndReason::ReuseDetected).await?;
        families.over = Some(EndReason::ReuseDetected);
        families.dead.push(token.family);
    }
    Ok(())
}

/// Returns the living session of a call by bearer token or else by cookie, and until when the call
/// has proved it: what it is given may last as long as an access token would.
pub(crate) async fn any_session(
    app: &App,
    headers: &HeaderMap,
) -> Result<(SessionRow, Moment), Refusal> {
    if let Some(claims) = bearer_claims(app, headers) {
        let session = bearer_session(app, &claims).await?;
        return Ok((session.map_err(Refusal::ended)?, claims.end()));
    }
    match cookie_holder(app, headers).await? {
        Holder::Living {
            session,
            is_current: true,
        } => Ok((*session, app.access_tokens.end(Moment::now()))),
        Holder::Living { .. } | Holder::Overtaken => Err(Refusal::invalid_token()),
        Holder::Over(reason) => Err(Refusal::ended(reason)),
        Holder::Nobody if bearer(headers).is_some() => Err(Refusal::invalid_token()),
        Holder::Nobody => Err(Refusal::ended(EndReason::NoSession)),
    }
}

/// The families of the presented cookies.
pub(super) struct Families {
    /// Those that live, oldest first.
    pub(super) living: Vec<(RefreshToken, SessionRow)>,
    /// Those whose cookies were overtaken by a rotation.
    pub(super) overtaken: Vec<(RefreshToken, SessionRow)>,
    /// Why the newest of the others is over.
    pub(super) over: Option<EndReason>,
    /// Families whose cookies can never be used again, here or anywhere.
    pub(super) dead: Vec<String>,
}

impl Families {
    /// Looks the families up.
    pub(super) async fn read(
        app: &App,
        cookies: RefreshCookies,
        now: Moment,
    ) -> Result<Self, StoreError> {
        let mut families = Self {
            living: Vec::new(),
            overtaken: Vec::new(),
            over: None,
            dead: Vec::new(),
        };
        if cookies.is_empty() {
            return Ok(families);
        }
        let own = cookies.tokens.iter().map(|token| token.family.clone());
        let found = app.store.families(&own.collect::<Vec<_>>()).await?;
        families.dead = over(app, &cookies.foreign, now).await?;
        let found = caught_up(app, &cookies.tokens, found, now).await?;
        let mut newest_over = Moment(i64::MIN);
        for token in cookies.tokens {
            let session = found.iter().find(|row| row.family == token.family);
            match session.map(|row| (row, row.end_reason(now))) {
                None => families.dead.push(token.family),
                Some((row, None)) => families.living.push((token, row.clone())),
                Some((row, Some(reason))) => {
                    families.dead.push(token.family);
                    if row.created_at >= newest_over {
                        newest_over = row.created_at;
                        families.over = Some(reason);
                    }
                }
            }
        }
        families
            .living
            .sort_by_key(|(token, session)| (session.created_at, token.generation));
        Ok(families)
    }
}

/// Returns those of these families that are known to be over, though their cookies are not ours.
async fn over(app: &App, foreign: &[String], now: Moment) -> Result<Vec<String>, StoreError> {
    if foreign.is_empty() {
        return Ok(Vec::new());
    }
    let found = app.store.foreign_families(foreign).await?.into_iter();
    let over = found.filter(|row| row.end_reason(now).is_some());
    Ok(over.map(|row| row.family).collect())
}

/// Brings sessions up to tokens that were issued before a fail-over, where the store can have one.
async fn caught_up(
    app: &App,
    tokens: &[RefreshToken],
    rows: Vec<SessionRow>,
    now: Moment,
) -> Result<Vec<SessionRow>, StoreError> {
    if !app.store.can_lose_writes() {
        return Ok(rows);
    }
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let ahead = tokens
            .iter()
            .find(|token| token.family == row.family && token.generation > row.state.generation);
        let Some(token) = ahead.filter(|_| row.end_reason(now).is_none()) else {
            found.push(row);
            continue;
        };
        let id = row.id.clone();
        app.report(SecurityEvent::RotationLost { session: &id });
        let row = match rotation::catch_up(&*app.store, token, row, now).await? {
            Some(row) => Some(row),
            None => app.store.session(&id).await?,
        };
        found.extend(row);
    }
    Ok(found)
}
