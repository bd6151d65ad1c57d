//! No secret is shown by anything that prints, and none is where it has no business.

use proptest::{collection::vec, prelude::*};
use serde_json::Value;
use session_protocol::{ClientMessage, TabNotice, http::TokenResponse, write};

use super::{gate::gate, values};

proptest! {
    #![proptest_config(gate())]

    #[test]
    fn no_debug_text_shows_a_secret(
        secret in values::secret(),
        login in values::login(),
        grant in values::grant(),
        ticket in values::ticket(),
    ) {
        let auth = ClientMessage::Auth { token: secret.clone() };
        let refresh = ClientMessage::AuthRefresh { token: secret.clone() };
        let shown = format!("{secret:?} {auth:?} {refresh:#?} {login:?} {grant:#?} {ticket:?}");
        for hidden in [&secret, &login.password, &grant.access_token, &ticket.ticket] {
            prop_assert!(!shown.contains(hidden.expose()));
        }
    }

    /// A notice keeps what it knows, so that a token in it goes no further.
    #[test]
    fn a_notice_has_no_room_for_a_token(
        notice in values::notice(),
        token in values::secret(),
        name in "accessToken|token|x|[a-z]{1,8}",
        deep in any::<bool>(),
    ) {
        let mut fields: Value = serde_json::from_str(&notice.encode()).expect("JSON");
        let token = Value::from(token.expose());
        let stranger = if deep { Value::from(vec![token.clone()]) } else { token.clone() };
        if fields.get(&name).is_none() {
            fields[&name] = stranger;
        }
        let read = TabNotice::decode(&write(&fields));
        prop_assert_eq!(read.as_ref(), Ok(&notice));
        let written = read.expect("a notice").encode();
        prop_assert!(!written.contains(token.as_str().unwrap_or_default()));
    }

    /// A refresh token in a body is never kept (it travels in an HttpOnly cookie only).
    #[test]
    fn a_refresh_token_is_never_kept(
        grant in values::grant(),
        refresh in values::secret(),
        strangers in vec((values::word(), values::json()), 0..3),
    ) {
        prop_assume!(refresh != grant.access_token);
        let mut body = grant.to_value();
        for (name, value) in strangers {
            if body.get(&name).is_none() {
                body[name] = value;
            }
        }
        body["refresh_token"] = Value::from(refresh.expose());
        if let Ok(read) = TokenResponse::from_value(&body) {
            prop_assert!(!write(&read.to_value()).contains(refresh.expose()));
        }
    }
}
