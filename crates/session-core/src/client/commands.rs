//! What the user asks for.

use session_protocol::{EndReason, TabNoticeKind, http::LoginRequest};

use super::{Client, Outcome};
use crate::{
    CallId, Command, Effect,
    session::{Extending, Origin, Session, Unauthorized},
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
            Session::LoggingOut { .. } => return Outcome::Ignored("a logout is under way"),
        };
        let call = self.ids.call();
        self.session = Session::Authenticating {
            call,
            email: login.email.clone(),
            origin,
        };
        self.order(Effect::RequestLogin { call, login });
        Outcome::Acted
    }

    fn log_out(&mut self) -> Outcome {
        let Some(facts) = self.session.facts() else {
            return Outcome::Ignored("nobody is logged in");
        };
        let session = facts.id.clone();
        let call = self.ids.call();
        let token = self.token.usable(self.now).map(|held| held.token.clone());
        self.leave(EndReason::LoggedOut);
        self.order(Effect::RequestLogout { call, token });
        self.session = Session::LoggingOut { call, session };
        self.epoch.advance();
        Outcome::Acted
    }

    /// The logout reached the server, or could not: this tab is anonymous either way. The others
    /// are told only now, since before they could have refreshed.
    pub(super) fn logout_finished(&mut self, call: CallId) -> Outcome {
        if let Session::LoggingOut {
            call: awaited,
            session,
        } = &self.session
            && *awaited == call
        {
            let session = session.clone();
            self.notify(TabNoticeKind::LoggedOut, Some(session));
            let ended = Some(EndReason::LoggedOut);
            self.session = Session::Anonymous {
                ended,
                failure: None,
            };
            return Outcome::Acted;
        }
        Outcome::Ignored("no logout waits for this answer")
    }

    fn stay_signed_in(&mut self) -> Outcome {
        let Session::Warned {
            warning, extension, ..
        } = &mut self.session
        else {
            return Outcome::Ignored("no warning is shown");
        };
        if !warning.extendable {
            return Outcome::Ignored("this limit cannot be extended");
        }
        if let Extending::Requested { .. } = extension {
            return Outcome::Ignored("an extension is under way");
        }
        *extension = Extending::Retrying {
            at: self.now,
            unauthorized: Unauthorized::Never,
        };
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
