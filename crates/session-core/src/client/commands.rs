//! What the user asks for.

use session_protocol::{EndReason, TabNoticeKind, http::LoginRequest};

use super::{Client, Outcome, life::Herald};
use crate::{
    CallId, Command, Effect, HttpFailure, Milestone,
    session::{Attempt, Extending, Origin, Session, Unauthorized},
};

impl Client {
    pub(super) fn commanded(&mut self, command: Command) -> Outcome {
        match command {
            Command::LogIn(login) => self.log_in(login),
            Command::LogOut => self.log_out(),
            Command::StaySignedIn => self.stay_signed_in(),
            Command::Leave => self.leave_expired(),
        }
    }

    fn log_in(&mut self, login: LoginRequest) -> Outcome {
        let origin = match &self.session {
            Session::Anonymous { ended, .. } => Origin::Anonymous { ended: *ended },
            Session::Expired { cause, user, .. } => Origin::Expired {
                cause: *cause,
                user: user.clone(),
            },
            Session::Authenticating { .. } => return Outcome::Ignored("a login is under way"),
            Session::Starting | Session::Restoring { .. } => {
                return Outcome::Ignored("the server is being asked whether there is a session");
            }
            Session::Active { .. } | Session::Warned { .. } => {
                return Outcome::Ignored("somebody is logged in");
            }
            Session::LoggingOut => return Outcome::Ignored("a logout is under way"),
        };
        self.revocation.end_wait(self.now);
        self.session = Session::Authenticating {
            email: login.email.clone(),
            attempt: Attempt::Held(login),
            origin,
        };
        Outcome::Acted
    }

    fn log_out(&mut self) -> Outcome {
        let Some(facts) = self.session.facts() else {
            return Outcome::Ignored("nobody is logged in");
        };
        let session = facts.id.clone();
        let token = self.token.usable(self.now).map(|held| held.token.clone());
        self.leave(EndReason::LoggedOut, Herald::User);
        self.notify(TabNoticeKind::LoggedOut, Some(session.clone()));
        self.revocation.want(session, self.now);
        self.session = Session::LoggingOut;
        self.epoch.advance();
        if self.is_online() {
            self.deliver_logout(token);
        }
        Outcome::Acted
    }

    /// The server knows: the logout is remembered as done.
    pub(super) fn logout_succeeded(&mut self, call: CallId) -> Outcome {
        if !self.revocation.awaits(call) {
            return Outcome::Ignored("no logout waits for this answer");
        }
        self.confirm_logout();
        Outcome::Acted
    }

    /// The server does not know yet, unless it said that there is nothing to end.
    pub(super) fn logout_failed(&mut self, call: CallId, failure: &HttpFailure) -> Outcome {
        if !self.revocation.awaits(call) {
            return Outcome::Ignored("no logout waits for this answer");
        }
        if failure.is_transient() {
            let told = failure.retry_after();
            self.revocation.postpone(self.now, told, &mut self.draw);
        } else {
            self.confirm_logout();
        }
        Outcome::Acted
    }

    fn confirm_logout(&mut self) {
        if let Some(session) = self.revocation.settle() {
            self.order(Effect::Remember(Milestone::Delivered { session }));
        }
    }

    fn stay_signed_in(&mut self) -> Outcome {
        let Session::Warned {
            warning, extension, ..
        } = &self.session
        else {
            return Outcome::Ignored("no warning is shown");
        };
        if !warning.extendable {
            return Outcome::Ignored("this limit cannot be extended");
        }
        if let Extending::Requested { .. } = extension {
            return Outcome::Ignored("an extension is under way");
        }
        let at = self.now.max(self.extensions.earliest());
        self.plan_extension(at, Unauthorized::Never);
        Outcome::Acted
    }

    fn leave_expired(&mut self) -> Outcome {
        let Session::Expired { cause, .. } = &self.session else {
            return Outcome::Ignored("no expired session is shown");
        };
        self.session = Session::Anonymous {
            ended: Some(*cause),
            failure: None,
        };
        Outcome::Acted
    }
}
