//! Login, logout, the state of the session, extension, application requests.

use session_protocol::{EndReason, SessionStatus};
use session_simulator::server::{
    AccessToken, Bearer, Body, Call, CookieName, FamilyId, Fault, Jar, Mark, Party, RefreshToken,
    Request, Response, SetCookie, UserId,
};

use crate::support::{FIRST, SOCKET, Stage, USER, code, seconds};

fn status(response: &Response) -> SessionStatus {
    let status = response.session_status();
    status.expect("the answer tells the state of the session")
}

#[test]
fn a_login_gives_cookie_token_and_session() {
    let mut stage = Stage::new();
    let response = stage.log_in();
    let grant = response.grant().expect("a login gives a token");
    assert_eq!(grant.expires_in, seconds(300));
    let session = grant.session.expect("a login tells the session");
    assert_eq!((session.id.as_str(), session.user), ("s1", USER.describe()));
    assert_eq!(session.idle_remaining, Some(seconds(1800)));
    assert_eq!(session.absolute_remaining, Some(seconds(86_400)));
    assert!(session.extendable && response.is_success());
    assert_eq!(USER.describe().id, "u1");
    let cookie = response.set_cookies[0];
    assert_eq!((cookie.max_age, stage.held_generation()), (None, Some(0)));
    let read = AccessToken::read(grant.access_token.expose());
    assert_eq!(read, response.access_token());
}

#[test]
fn wrong_credentials_and_disabled_accounts_are_refused_alike() {
    let mut stage = Stage::new();
    let mut wrong = USER.credentials(false);
    wrong.password = session_protocol::Secret::new("wrong");
    stage.server.disable(UserId(2), stage.now);
    for login in [wrong, UserId(2).credentials(false)] {
        let response = stage.call(Call::login(&login));
        assert_eq!(code(&response), (401, "invalid_credentials"));
        assert!(
            response
                .failure()
                .is_some_and(|failure| failure.end_reason().is_none())
        );
    }
}

#[test]
fn a_login_replaces_the_session_of_its_browser() {
    let mut stage = Stage::new().logged_in();
    let response = stage.log_in();
    assert_eq!(stage.ended(), Some(EndReason::Replaced));
    assert!(
        response
            .set_cookies
            .contains(&SetCookie::delete(stage.server.cookie_name(FIRST)))
    );
    assert_eq!(stage.jar.len(), 1);
    assert_eq!(stage.refresh().status, 200);
}

#[test]
fn a_logout_ends_the_session_that_it_names_and_no_other() {
    let mut stage = Stage::new().logged_in();
    let (old_jar, old_access) = (stage.jar.clone(), stage.access);
    stage.jar.clear();
    stage.log_in();
    stage.jar.extend(old_jar);
    assert_eq!(stage.call(Call::logout("s1")).status, 204);
    assert_eq!(stage.ended(), Some(EndReason::LoggedOut));
    assert_eq!(stage.jar.len(), 1, "the other session keeps its cookie");
    assert_eq!(stage.refresh().status, 200);

    assert_eq!(
        stage.call(Call::logout("s1")).status,
        204,
        "it is no error to repeat it"
    );
    stage.access = old_access;
    assert_eq!(code(&stage.read()), (401, "logged_out"));
}

#[test]
fn a_logout_by_a_stranger_ends_nothing() {
    let mut stage = Stage::new().logged_in();
    let name = "s1";
    let stranger = Request::of_owner(Call::logout(name), Jar::new(), None);
    assert_eq!(stage.carry_out(stranger).status, 204);
    for name in ["s7", "nonsense"] {
        assert_eq!(stage.call(Call::logout(name)).status, 204);
    }
    assert!(stage.family().is_living());
    let bearer = stage.access.map(Bearer::Token);
    let by_token = Request::of_owner(Call::logout(name), Jar::new(), bearer);
    assert_eq!(stage.carry_out(by_token).status, 204);
    assert!(!stage.family().is_living());
}

#[test]
fn a_logout_without_a_name_ends_what_is_presented() {
    let mut stage = Stage::new().logged_in();
    let response = stage.call(Call::logout(""));
    let name = stage.server.cookie_name(FIRST);
    assert_eq!(response.set_cookies, [SetCookie::delete(name)]);
    assert!(!stage.family().is_living() && stage.jar.is_empty());
    assert_eq!(code(&stage.refresh()), (401, "no_session"));
}

#[test]
fn asking_for_the_session_never_extends_it() {
    let mut stage = Stage::new().logged_in();
    stage.pass(100);
    for access in [stage.access, None] {
        stage.access = access;
        let SessionStatus::Active(session) = status(&stage.call(Call::AskSession)) else {
            panic!("the session lives")
        };
        assert_eq!(session.idle_remaining, Some(seconds(1700)));
    }
    stage.jar.clear();
    let nobody = status(&stage.call(Call::AskSession));
    let reason = Some(EndReason::NoSession);
    assert_eq!(nobody, SessionStatus::Ended { reason });
}

#[test]
fn an_ended_session_tells_its_reason_to_cookie_and_token() {
    let mut stage = Stage::new().logged_in();
    stage.server.end(FIRST, EndReason::Revoked, stage.now);
    stage.server.end(FIRST, EndReason::LoggedOut, stage.now);
    for access in [stage.access, None] {
        stage.access = access;
        let reason = Some(EndReason::Revoked);
        let found = status(&stage.call(Call::AskSession));
        assert_eq!(found, SessionStatus::Ended { reason });
        assert_eq!(code(&stage.call(Call::Extend)), (401, "session_revoked"));
    }
    assert_eq!(code(&stage.refresh()), (401, "session_revoked"));
}

#[test]
fn a_token_that_ran_out_says_nothing_about_the_session() {
    let mut stage = Stage::new().logged_in();
    let jar = std::mem::take(&mut stage.jar);
    stage.pass(300);
    for call in [Call::Read, Call::AskSession, Call::Extend] {
        assert_eq!(code(&stage.call(call)), (401, "invalid_token"));
    }
    let request = Request::of_owner(Call::Read, jar.clone(), Some(Bearer::read("forged")));
    assert_eq!(code(&stage.carry_out(request)), (401, "invalid_token"));
    stage.jar = jar;
    assert_eq!(
        stage.call(Call::AskSession).status,
        200,
        "the cookie counts"
    );
}

#[test]
fn an_extension_moves_the_idle_deadline_and_tells_the_sockets() {
    let mut stage = Stage::new().logged_in();
    stage.connect(SOCKET);
    stage.pass(100);
    assert_eq!(stage.call(Call::Extend).status, 200);
    assert_eq!(stage.family().idle_deadline, stage.now + seconds(1800));
    assert_eq!(stage.heard().len(), 1);
}

#[test]
fn application_requests_need_a_token_and_are_counted_by_wish() {
    let mut stage = Stage::new().logged_in();
    assert_eq!(stage.read().body, Body::Record { user: USER });
    assert_eq!(stage.call(Call::Mutate { key: 7 }).status, 200);
    assert_eq!(stage.server.effects_of(7), 1);
    stage.server.plan_fault(Fault::Unavailable, None, 1);
    stage.call(Call::Mutate { key: 8 });
    stage.call(Call::logout("s1"));
    assert_eq!(
        code(&stage.call(Call::Mutate { key: 8 })),
        (401, "logged_out")
    );
    assert_eq!(stage.server.effects_of(8), 0);
}

#[test]
fn the_last_64_wishes_are_counted() {
    let mut stage = Stage::new().logged_in();
    for key in 1..=64 {
        stage.call(Call::Mutate { key });
    }
    assert_eq!(stage.server.effects_of(1), 1);
    stage.call(Call::Mutate { key: 65 });
    let counts = [1, 2, 65].map(|key| stage.server.effects_of(key));
    assert_eq!(counts, [0, 1, 1]);
}

#[test]
fn disabling_an_account_ends_all_its_sessions() {
    let mut stage = Stage::new().logged_in();
    stage.jar.clear();
    stage.log_in();
    stage.jar.clear();
    stage.call(Call::login(&UserId(2).credentials(false)));
    stage.server.disable(USER, stage.now);
    let reasons = stage.server.families().values();
    let reasons: Vec<_> = reasons
        .map(|family| family.ended.map(|(_, reason)| reason))
        .collect();
    let disabled = Some(EndReason::AccountDisabled);
    assert_eq!(reasons, [disabled, disabled, None]);
}

#[test]
fn a_stale_cookie_ends_its_family_whatever_call_brings_it() {
    let login = Call::login(&USER.credentials(false));
    for call in [Call::Extend, Call::AskSession, login] {
        let mut stage = Stage::new().rotated();
        stage.refresh();
        stage.read();
        stage.pass(30);
        for token in stage.jar.values_mut() {
            token.generation = 1;
        }
        stage.access = None;
        let mut request = stage.request(call);
        request.party = Party::Thief;
        let response = stage.carry_out(request);
        assert_eq!(stage.ended(), Some(EndReason::ReuseDetected), "{call:?}");
        let told = match response.body {
            Body::Ended(reason) => reason.problem_code(),
            Body::Problem { code } => code,
            Body::Empty | Body::Token { .. } | Body::Active(_) => "",
            Body::Record { .. } | Body::Garbled => "",
        };
        assert_eq!(told == "reuse_detected", call != login);
        assert!(stage.family().ledger.has(Mark::Alarmed));
    }
}

#[test]
fn identifiers_read_back() {
    assert_eq!(FamilyId::of_session("s12"), Some(FamilyId(12)));
    assert_eq!(UserId::of_id("u3"), Some(UserId(3)));
    let name = FamilyId(3);
    assert_eq!(CookieName::OfFamily(name).to_string(), "__Host-Http-rt-s3");
    assert_eq!(CookieName::Shared.to_string(), "__Host-Http-rt");
    let token = RefreshToken {
        family: name,
        generation: 2,
    };
    assert_eq!(token.to_string(), "rt.3.2");
    for text in [
        "",
        "at.1",
        "at.1.2.3",
        "at.1.2.3.4.5",
        "at.1.2.3.x",
        "bt.1.2.3.4",
    ] {
        assert_eq!(AccessToken::read(text), None, "{text}");
    }
}
