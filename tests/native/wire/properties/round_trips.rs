//! What one side writes the other side reads, and reads as what was written.

use proptest::prelude::*;
use session_protocol::{
    ActiveSession, ClientMessage, MessageNames, ServerMessage, SessionStatus, TabNotice, User,
    Value,
    http::{LoginRequest, LogoutRequest, Problem, TicketResponse, TokenResponse, parse_body},
    write,
};

use super::{gate::gate, values};

/// Sends a body over the wire.
fn sent(body: &Value) -> Value {
    parse_body(&write(body)).expect("what is written can be read")
}

proptest! {
    #![proptest_config(gate())]

    #[test]
    fn a_message_of_the_server(message in values::server_message()) {
        let read = ServerMessage::decode(&message.encode(), &MessageNames::default());
        prop_assert_eq!(read, Ok(message));
    }

    #[test]
    fn a_message_of_the_client(message in values::client_message()) {
        prop_assert_eq!(ClientMessage::decode(&message.encode()), Ok(message));
    }

    #[test]
    fn a_notice_to_the_other_tabs(notice in values::notice()) {
        prop_assert_eq!(TabNotice::decode(&notice.encode()), Ok(notice));
    }

    #[test]
    fn a_login(login in values::login()) {
        prop_assert_eq!(LoginRequest::from_value(&sent(&login.to_value())), Ok(login));
    }

    #[test]
    fn a_logout(logout in values::logout()) {
        prop_assert_eq!(LogoutRequest::from_value(&sent(&logout.to_value())), Ok(logout));
    }

    #[test]
    fn a_token(grant in values::grant()) {
        prop_assert_eq!(TokenResponse::from_value(&sent(&grant.to_value())), Ok(grant));
    }

    #[test]
    fn a_ticket(ticket in values::ticket()) {
        prop_assert_eq!(TicketResponse::from_value(&sent(&ticket.to_value())), Ok(ticket));
    }

    #[test]
    fn a_problem(problem in values::problem()) {
        prop_assert_eq!(Problem::from_value(&sent(&problem.to_value())), Ok(problem));
    }

    #[test]
    fn the_state_of_a_session(status in values::status()) {
        prop_assert_eq!(SessionStatus::from_value(&sent(&status.to_value())), Ok(status));
    }

    #[test]
    fn a_session_and_its_user(session in values::session()) {
        let user = User::from_value(&sent(&session.user.to_value()));
        prop_assert_eq!(user.as_ref(), Ok(&session.user));
        prop_assert_eq!(ActiveSession::from_value(&sent(&session.to_value())), Ok(session));
    }

    /// The application's own JSON comes out as it went in, at any nesting that is accepted.
    #[test]
    fn the_payload_of_an_update(payload in values::json()) {
        let (topic, seq) = (String::new(), 1);
        let update = ServerMessage::DataUpdate { topic, seq, payload };
        let read = ServerMessage::decode(&update.encode(), &MessageNames::default());
        prop_assert_eq!(read, Ok(update));
    }

    /// A browser and a server may print a number in different ways; none may lose a digit.
    #[test]
    fn the_numbers_of_an_update(bits in any::<u64>()) {
        let number = f64::from_bits(bits);
        prop_assume!(number.is_finite());
        let (topic, seq, payload) = (String::new(), 1, Value::from(number));
        let update = ServerMessage::DataUpdate { topic, seq, payload };
        let read = ServerMessage::decode(&update.encode(), &MessageNames::default());
        prop_assert_eq!(read, Ok(update));
    }
}
