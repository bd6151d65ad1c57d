//! What must always be true of the server: one named function for each promise.
//!
//! They read the state and the ledger, never the path that led there, and take no time: whatever
//! they say is true at every moment from now on.

use std::time::Duration;

use session_protocol::EndReason;

use super::{Family, FamilyId, Judgement, Mark, RefreshToken, Server, rotation};
use crate::violation::Violation;

/// An invariant.
pub type Invariant = fn(&Server) -> Result<(), Violation>;

/// All invariants of the server.
pub const ALL: [Invariant; 10] = [
    s1_nothing_after_the_end,
    s2_absolute_deadline_is_constant,
    s3_two_neighbouring_generations,
    s4_no_alarm_without_theft,
    s5_theft_ends_the_family,
    s6_limits_end_no_session_early,
    s11_living_cookie_is_kept,
    s12_one_effect_for_each_wish,
    s17_only_users_move_the_idle_deadline,
    s18_one_rotation_in_the_grace,
];

/// Checks all invariants of the server.
///
/// # Errors
///
/// The first that is broken.
pub fn check(server: &Server) -> Result<(), Violation> {
    ALL.into_iter().try_for_each(|invariant| invariant(server))
}

/// S1: nothing is accepted for a session after its revocation, idle end or absolute end, and no
/// socket of it stays open.
///
/// # Errors
///
/// The first session that outlived its end.
pub fn s1_nothing_after_the_end(server: &Server) -> Result<(), Violation> {
    each(server, "S1", |id, family| {
        let accepted = family.ledger.accepted_after_end;
        if accepted > 0 {
            return Some(format!("{accepted} operations were accepted after the end"));
        }
        let open = server.sockets_of(id).len();
        (!family.is_living() && open > 0).then(|| format!("{open} sockets are open after the end"))
    })
}

/// S2: the absolute deadline of a session never changes.
///
/// # Errors
///
/// The first session whose deadline moved.
pub fn s2_absolute_deadline_is_constant(server: &Server) -> Result<(), Violation> {
    each(server, "S2", |_, family| {
        let (promised, found) = (family.ledger.absolute_deadline, family.absolute_deadline);
        (found != promised).then(|| {
            format!("expected the absolute deadline of the login, {promised:?}, found {found:?}")
        })
    })
}

/// S3: at most two generations of a family are ever acceptable, and they are neighbours.
///
/// # Errors
///
/// The first family that accepts more.
pub fn s3_two_neighbouring_generations(server: &Server) -> Result<(), Violation> {
    each(server, "S3", |_, family| {
        let current = family.generation;
        let strangers = [Some(0), current.checked_sub(2), current.checked_add(1)];
        let accepted = strangers.into_iter().flatten().find(|generation| {
            *generation != current
                && generation.checked_add(1) != Some(current)
                && is_ever_accepted(server, family, *generation)
        })?;
        Some(format!(
            "generation {accepted} is acceptable while {current} is current"
        ))
    })
}

fn is_ever_accepted(server: &Server, family: &Family, generation: u32) -> bool {
    let rotated_at = family.rotated_at.unwrap_or_default();
    let after_grace = rotated_at.saturating_add(server.policy.grace);
    family.is_living()
        && [rotated_at, after_grace].into_iter().any(|at| {
            let (policy, bugs) = (&server.policy, server.bugs);
            rotation::judge(family, generation, policy, bugs, at) != Judgement::Reuse
        })
}

/// S4: without a thief and without a jar that a crash rolled back, reuse is never detected.
///
/// # Errors
///
/// The first family that was ended although nobody stole it.
pub fn s4_no_alarm_without_theft(server: &Server) -> Result<(), Violation> {
    each(server, "S4", |_, family| {
        let ledger = &family.ledger;
        (ledger.has(Mark::Alarmed)
            && !ledger.has(Mark::ThiefSeen)
            && !ledger.has(Mark::JarRolledBack))
        .then(|| "an honest browser was taken for a thief".to_owned())
    })
}

/// S5: once thief and owner both used the family, the one that is behind ends it by its next
/// presentation outside the grace, and it stays ended.
///
/// # Errors
///
/// The first family whose theft was overlooked or forgiven.
pub fn s5_theft_ends_the_family(server: &Server) -> Result<(), Violation> {
    each(server, "S5", |_, family| {
        if family.ledger.has(Mark::TheftOverlooked) {
            return Some("a token of the party that is behind was accepted".to_owned());
        }
        (family.ledger.has(Mark::Alarmed) && family.is_living())
            .then(|| "reuse was detected and the family lives".to_owned())
    })
}

/// S6, the server's part: a limit ends a session only when its promised time has come. (An end by
/// reuse is the subject of S4; the others are asked for.)
///
/// # Errors
///
/// The first session that a limit ended early.
pub fn s6_limits_end_no_session_early(server: &Server) -> Result<(), Violation> {
    each(server, "S6", |_, family| {
        let (at, reason) = family.ended?;
        let promised = match reason {
            EndReason::SessionTimeout => family.ledger.idle_deadline,
            EndReason::AbsoluteTimeout => family.ledger.absolute_deadline,
            EndReason::Revoked
            | EndReason::LoggedOut
            | EndReason::ReuseDetected
            | EndReason::AccountDisabled
            | EndReason::Replaced
            | EndReason::NoSession => return None,
        };
        (at < promised).then(|| {
            let code = reason.code();
            format!("ended by {code} at {at:?}, expected not before {promised:?}")
        })
    })
}

/// S11, as far as the server can see it: no answer deletes or replaces the cookie of a living
/// family that came with the question. The browser's part is [`s11_jar_write`].
///
/// # Errors
///
/// The first family whose cookie was spoiled.
pub fn s11_living_cookie_is_kept(server: &Server) -> Result<(), Violation> {
    each(server, "S11", |_, family| {
        family
            .ledger
            .has(Mark::CookieSpoiled)
            .then(|| "an answer deleted or replaced the cookie of the living family".to_owned())
    })
}

/// S11 at the moment in which a browser writes its jar: the entry of a living family is neither
/// removed nor replaced by an older token or one of another family.
///
/// # Errors
///
/// What was lost.
pub fn s11_jar_write(
    server: &Server,
    held: Option<RefreshToken>,
    written: Option<RefreshToken>,
    now: Duration,
) -> Result<(), Violation> {
    let Some(held) = held.filter(|held| !server.is_over(held.family, now)) else {
        return Ok(());
    };
    let what = match written {
        None => format!("the cookie {held} of a living family was removed"),
        Some(written) if written.family != held.family || written < held => {
            format!("the cookie {held} of a living family was replaced by {written}")
        }
        Some(_) => return Ok(()),
    };
    Err(Violation::new("S11", what))
}

/// S12, as far as the server can see it: a wish of the user takes effect at most once.
///
/// # Errors
///
/// The first wish that took effect more often.
pub fn s12_one_effect_for_each_wish(server: &Server) -> Result<(), Violation> {
    let more = server.effects.iter().find(|(_, count)| **count > 1);
    more.map_or(Ok(()), |(key, count)| {
        let what = format!("wish {key} took effect {count} times");
        Err(Violation::new("S12", what))
    })
}

/// S17: only an act of the user moves the idle deadline.
///
/// # Errors
///
/// The first session whose deadline moved by itself.
pub fn s17_only_users_move_the_idle_deadline(server: &Server) -> Result<(), Violation> {
    each(server, "S17", |_, family| {
        let (promised, found) = (family.ledger.idle_deadline, family.idle_deadline);
        (found != promised).then(|| {
            format!(
                "expected the idle deadline of the user's last act, {promised:?}, found {found:?}"
            )
        })
    })
}

/// S18, the server's part: at most one rotation in the time of a grace.
///
/// # Errors
///
/// The first family that rotated too early.
pub fn s18_one_rotation_in_the_grace(server: &Server) -> Result<(), Violation> {
    each(server, "S18", |_, family| {
        let count = family.ledger.rotations_too_early;
        (count > 0).then(|| format!("{count} rotations less than the grace after another"))
    })
}

fn each(
    server: &Server,
    invariant: &'static str,
    mut broken: impl FnMut(FamilyId, &Family) -> Option<String>,
) -> Result<(), Violation> {
    for (id, family) in &server.families {
        if let Some(what) = broken(*id, family) {
            return Err(Violation::new(invariant, format!("{id}: {what}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use session_protocol::ClientMessage;

    use super::*;
    use crate::{
        bug::BugSet,
        server::{Call, ConnectionId, Jar, Party, Policy, Request, UserId},
    };

    /// States that no call leads to.
    #[test]
    fn an_open_socket_and_a_forgiven_theft_are_reported() {
        let mut server = Server::new(Policy::default(), BugSet::NONE);
        let login = Call::login(&UserId(1).credentials(false));
        let request = Request::of_owner(login, Jar::new(), None);
        let response = server.handle(request, Duration::ZERO).response;
        let token = response.access_token().unwrap().to_secret();
        server.open_socket(ConnectionId(1), Party::Owner, Duration::ZERO);
        let auth = ClientMessage::Auth { token };
        server.receive(ConnectionId(1), &auth, Duration::ZERO);
        assert_eq!(check(&server), Ok(()));

        let family = server.families.get_mut(&FamilyId(1)).unwrap();
        family.ledger.mark(Mark::Alarmed);
        let forgiven = s5_theft_ends_the_family(&server).unwrap_err();
        assert!(forgiven.what.contains("the family lives"), "{forgiven}");

        let family = server.families.get_mut(&FamilyId(1)).unwrap();
        family.ended = Some((Duration::ZERO, EndReason::ReuseDetected));
        let open = s1_nothing_after_the_end(&server).unwrap_err();
        assert!(open.what.contains("1 sockets are open"), "{open}");
    }
}
