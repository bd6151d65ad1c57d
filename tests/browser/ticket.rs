//! Tickets for the handshake: what becomes of one that comes late.

use session_core::Command;
use session_protocol::{SessionConfig, config::SocketAuth};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Stage, World, backend::ok, stage::Reply, tick, world::config};

const TICKET: &str = "/api/auth/ticket";

#[wasm_bindgen_test]
async fn a_ticket_that_comes_after_its_socket_was_given_up_opens_nothing() {
    let mut config: SessionConfig = config();
    config.socket.auth = SocketAuth::Ticket;
    let world = World::on(Stage::default(), config, || ()).await;
    world.stage.next(TICKET, Reply::Held);
    world.log_in().await;
    assert_eq!(world.stage.sockets().len(), 0, "it waits for the ticket");
    world.session.command(Command::LogOut);
    tick().await;
    world.log_in().await;
    assert_eq!(world.stage.sockets().len(), 1, "that of the next session");

    let late = serde_json::json!({ "ticket": "late", "expiresIn": 30 });
    world.stage.release(TICKET, ok(&late)).await;

    assert_eq!(world.stage.sockets().len(), 1);
    assert_eq!(world.stage.socket().closed, None);
}
