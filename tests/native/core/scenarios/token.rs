//! The token that the server gave is the one that goes out.

use session_core::{Effect, Replay};
use session_protocol::ClientMessage;

use crate::support::{
    samples::{CANARY, TOKEN_LIFETIME, grant_for},
    world::World,
};

#[test]
fn requests_and_sockets_carry_the_token_of_the_server() {
    let mut world = World::logged_in();
    let given = grant_for(TOKEN_LIFETIME, None).access_token;
    assert!(given.expose().contains(CANARY));

    world.open_socket();
    let shown = world.orders().find_map(|order| match order {
        Effect::SendMessage {
            message: ClientMessage::Auth { token },
            ..
        } => Some(token.clone()),
        _ => None,
    });
    assert_eq!(shown.as_ref(), Some(&given));

    world.submit(1, Replay::Safe);
    let sent = world.orders().find_map(|order| match order {
        Effect::SendRequest { token, .. } => Some(token.expose().to_owned()),
        _ => None,
    });
    assert_eq!(sent.as_deref(), Some(given.expose()));
}

#[test]
fn in_the_very_moment_in_which_it_ends_a_token_is_of_no_use() {
    let mut world = World::logged_in();
    world.pass(TOKEN_LIFETIME);

    world.submit(1, Replay::Safe);

    let sent = |order: &Effect| matches!(order, Effect::SendRequest { .. });
    assert!(!world.orders().any(sent));
}
