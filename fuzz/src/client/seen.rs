//! What a person sees of a step: whose session it is, its end and its assurance change only for a
//! reason.

use std::time::Duration;

use session_core::{Assurance, Client, HttpFailure, Input, Phase, SessionView, SocketId};
use session_protocol::ServerMessage;

/// Longest wait that a client may plan: what a peer can tell, and some days.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 366 * 86_400);

/// The deadline is in the future, and near enough for a shell that splits long timers.
pub(super) fn the_deadline_can_be_kept(client: &Client, now: Duration) {
    if let Some(deadline) = client.next_deadline() {
        assert!(deadline > now, "{deadline:?} is not after {now:?}");
        let wait = deadline.saturating_sub(now);
        assert!(wait <= LONGEST_WAIT, "a wait of {wait:?}");
    }
}

/// The epoch never goes back, and passes one door in a step.
pub(super) fn one_passage(before: &SessionView, after: &SessionView) {
    let passed = after.epoch.checked_sub(before.epoch);
    assert!(
        matches!(passed, Some(0 | 1)),
        "{} after {}",
        after.epoch,
        before.epoch
    );
}

/// A session begins only with a token of the server: no notice, no clock, no memory makes one.
pub(super) fn no_session_without_an_answer(
    input: &Input,
    before: &SessionView,
    after: &SessionView,
) {
    if before.user().is_none() && after.user().is_some() {
        let granted = matches!(
            input,
            Input::LoginSucceeded { .. } | Input::RefreshSucceeded { .. }
        );
        assert!(granted, "a session from {}", input.name());
        assert!(after.epoch > before.epoch);
    }
}

/// No clock, no silence, no page, no notice of an expiry and no overloaded server ends a session.
pub(super) fn no_end_without_a_verdict(input: &Input, before: &SessionView, after: &SessionView) {
    let transient =
        |failure: &HttpFailure| failure.is_transient() || failure.end_reason().is_none();
    let verdict = match input {
        Input::Commanded(_)
        | Input::RefreshSucceeded { .. }
        | Input::SessionAnswered { .. }
        | Input::ExtensionSucceeded { .. }
        | Input::SocketMessageReceived { .. }
        | Input::SocketClosed { .. }
        | Input::TabNoticeReceived(_)
        | Input::PresenceRead { .. } => true,
        Input::RefreshFailed { failure, .. }
        | Input::SessionUnanswered { failure, .. }
        | Input::ExtensionFailed { failure, .. }
        | Input::RequestUnauthorized { failure, .. } => !transient(failure),
        _ => false,
    };
    if !verdict && let Some(user) = before.user() {
        assert_eq!(after.user(), Some(user), "ended by {}", input.name());
        assert_eq!(after.epoch, before.epoch);
    }
}

/// What the server says on the socket about the end of a living session ends it, in every epoch.
pub(super) fn a_verdict_counts(
    socket: Option<SocketId>,
    input: &Input,
    before: &SessionView,
    after: &SessionView,
) {
    let verdict = match input {
        Input::SocketMessageReceived {
            socket: from,
            message,
        } => socket == Some(*from) && matches!(message, ServerMessage::SessionExpired { .. }),
        Input::SocketClosed {
            socket: from, code, ..
        } => socket == Some(*from) && (4401..=4403).contains(&code.0),
        _ => false,
    };
    if verdict && before.user().is_some() {
        assert!(after.user().is_none(), "{} was not heard", input.name());
    }
}

/// The end that a person sees moves only when the server speaks.
pub(super) fn no_time_is_won(input: &Input, before: &SessionView, after: &SessionView) {
    if let (Phase::Warned { warning: old, .. }, Phase::Warned { warning: new, .. }) =
        (&before.phase, &after.phase)
        && !speaks_for_the_server(input)
    {
        assert_eq!(old.ends_at, new.ends_at, "moved by {}", input.name());
    }
}

/// Only the server's word, or another session, makes a page readable again.
pub(super) fn only_the_server_vouches(input: &Input, before: &SessionView, after: &SessionView) {
    if before.user().is_some()
        && before.epoch == after.epoch
        && after.assurance == Assurance::Verified
        && before.assurance != Assurance::Verified
    {
        assert!(
            speaks_for_the_server(input),
            "vouched for by {}",
            input.name()
        );
    }
}

fn speaks_for_the_server(input: &Input) -> bool {
    match input {
        Input::LoginSucceeded { .. }
        | Input::RefreshSucceeded { .. }
        | Input::SessionAnswered { .. }
        | Input::ExtensionSucceeded { .. } => true,
        Input::SocketMessageReceived { message, .. } => matches!(
            message,
            ServerMessage::AuthOk { .. }
                | ServerMessage::SessionWarning { .. }
                | ServerMessage::SessionExtended { .. }
        ),
        _ => false,
    }
}
