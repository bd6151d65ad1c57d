//! The texts of the components, one value a language.
//!
//! Invariant: a language has every text, because a [`Words`] has no optional field.

use session_core::LoginFailure;
use session_protocol::{EndReason, WarningCause};

use super::locale::{Locale, locale};

/// The texts of the components.
#[derive(Debug)]
#[expect(missing_docs, reason = "each field is named like its English text")]
pub struct Words {
    pub email: &'static str,
    pub password: &'static str,
    pub remember_me: &'static str,
    pub log_in: &'static str,
    pub logging_in: &'static str,
    pub log_out: &'static str,
    pub log_in_again: &'static str,
    pub leave: &'static str,
    pub stay_signed_in: &'static str,
    pub keep_working: &'static str,
    pub extending: &'static str,
    pub not_extended: &'static str,
    pub about_to_expire: &'static str,
    pub session_expired: &'static str,
    pub work_is_kept: &'static str,
    pub logged_in_as: &'static str,
    pub loading: &'static str,
    pub live: &'static str,
    pub connecting: &'static str,
    pub reconnecting: &'static str,
    /// The server does not serve this tab's socket or gives no token.
    pub degraded: &'static str,
    pub offline: &'static str,
    pub standing_by: &'static str,
    pub checking: &'static str,
    pub covered_offline: &'static str,
    pub time_left: &'static str,
    pub seconds_left: &'static str,
    pub warned_idle: &'static str,
    pub warned_absolute: &'static str,
    pub warned_admin: &'static str,
    pub ended_idle: &'static str,
    pub ended_absolute: &'static str,
    pub ended_revoked: &'static str,
    pub ended_logged_out: &'static str,
    pub ended_reuse: &'static str,
    pub ended_disabled: &'static str,
    pub ended_replaced: &'static str,
    pub ended_unknown: &'static str,
    pub wrong_credentials: &'static str,
    pub too_many_attempts: &'static str,
    pub unreachable: &'static str,
    pub unavailable: &'static str,
}

/// Returns the texts in the current language.
///
/// A component takes its language when it is made, which spares a reactive closure for each text.
/// To change the language of a page, make its components anew.
#[must_use]
pub fn words() -> &'static Words {
    match locale() {
        Locale::English => &ENGLISH,
        Locale::German => &GERMAN,
    }
}

impl Words {
    /// Tells why a session ended.
    #[must_use]
    pub const fn ended(&self, reason: EndReason) -> &'static str {
        match reason {
            EndReason::SessionTimeout => self.ended_idle,
            EndReason::AbsoluteTimeout => self.ended_absolute,
            EndReason::Revoked => self.ended_revoked,
            EndReason::LoggedOut => self.ended_logged_out,
            EndReason::ReuseDetected => self.ended_reuse,
            EndReason::AccountDisabled => self.ended_disabled,
            EndReason::Replaced => self.ended_replaced,
            EndReason::NoSession => self.ended_unknown,
        }
    }

    /// Tells which limit is near, and what helps.
    #[must_use]
    pub const fn warned(&self, cause: WarningCause) -> &'static str {
        match cause {
            WarningCause::Idle => self.warned_idle,
            WarningCause::Absolute => self.warned_absolute,
            WarningCause::Admin => self.warned_admin,
        }
    }

    /// Tells why a login did not succeed, and what to do.
    #[must_use]
    pub const fn login_failure(&self, failure: LoginFailure) -> &'static str {
        match failure {
            LoginFailure::WrongCredentials => self.wrong_credentials,
            LoginFailure::TooManyAttempts { .. } => self.too_many_attempts,
            LoginFailure::Unreachable => self.unreachable,
            LoginFailure::Unavailable => self.unavailable,
        }
    }
}

static ENGLISH: Words = Words {
    email: "Email",
    password: "Password",
    remember_me: "Remember me",
    log_in: "Log in",
    logging_in: "Logging in…",
    log_out: "Log out",
    log_in_again: "Log in again",
    leave: "Leave",
    stay_signed_in: "Stay signed in",
    keep_working: "Keep working",
    extending: "Extending…",
    not_extended: "The session could not be extended. Save your work.",
    about_to_expire: "Your session is about to expire",
    session_expired: "Session expired",
    work_is_kept: "What you typed is kept. Log in again to go on where you were.",
    logged_in_as: "You were logged in as",
    loading: "Loading…",
    live: "Live",
    connecting: "Connecting",
    reconnecting: "Reconnecting",
    degraded: "Degraded",
    offline: "Offline",
    standing_by: "Standing by",
    checking: "Checking your session…",
    covered_offline: "You are offline. Your work is kept; it is shown again as soon as the \
                      session is confirmed.",
    time_left: "Time left",
    seconds_left: "seconds left",
    warned_idle: "You have not been active for a while. For your security the session ends soon.",
    warned_absolute: "The session reaches its longest duration and cannot be extended. \
                      Save your work; you can log in again right after.",
    warned_admin: "An administrator ends the session soon. Save your work.",
    ended_idle: "The session ended because you were not active.",
    ended_absolute: "The session reached its longest duration.",
    ended_revoked: "The session was ended from another device or by an administrator.",
    ended_logged_out: "You have logged out.",
    ended_reuse: "The session was ended because its key was used twice. \
                  If this surprises you, change your password.",
    ended_disabled: "The account was disabled. Ask your administrator.",
    ended_replaced: "A newer login took the place of this session.",
    ended_unknown: "The server does not know this session any more. \
                    Cookies may have been deleted.",
    wrong_credentials: "Email and password do not match. Check both and try again.",
    too_many_attempts: "Too many attempts. Wait a minute, then try again.",
    unreachable: "The server cannot be reached. Check your connection and try again.",
    unavailable: "The server has a problem. Try again in a moment.",
};

static GERMAN: Words = Words {
    email: "E-Mail",
    password: "Passwort",
    remember_me: "Angemeldet bleiben",
    log_in: "Anmelden",
    logging_in: "Anmeldung läuft…",
    log_out: "Abmelden",
    log_in_again: "Wieder anmelden",
    leave: "Verlassen",
    stay_signed_in: "Angemeldet bleiben",
    keep_working: "Weiterarbeiten",
    extending: "Wird verlängert…",
    not_extended: "Die Sitzung konnte nicht verlängert werden. Sichern Sie Ihre Arbeit.",
    about_to_expire: "Ihre Sitzung läuft bald ab",
    session_expired: "Sitzung abgelaufen",
    work_is_kept: "Ihre Eingaben sind aufbewahrt. Melden Sie sich an, um weiterzuarbeiten.",
    logged_in_as: "Sie waren angemeldet als",
    loading: "Wird geladen…",
    live: "Live",
    connecting: "Verbindet",
    reconnecting: "Verbindet erneut",
    degraded: "Gestört",
    offline: "Offline",
    standing_by: "In Bereitschaft",
    checking: "Ihre Sitzung wird geprüft…",
    covered_offline: "Sie sind offline. Ihre Arbeit ist aufbewahrt und erscheint wieder, sobald \
                      die Sitzung bestätigt ist.",
    time_left: "Verbleibende Zeit",
    seconds_left: "Sekunden übrig",
    warned_idle: "Sie waren eine Weile nicht aktiv. Zu Ihrer Sicherheit endet die Sitzung bald.",
    warned_absolute: "Die Sitzung erreicht ihre längste Dauer und kann nicht verlängert werden. \
                      Sichern Sie Ihre Arbeit; danach können Sie sich gleich wieder anmelden.",
    warned_admin: "Ein Administrator beendet die Sitzung bald. Sichern Sie Ihre Arbeit.",
    ended_idle: "Die Sitzung endete, weil Sie nicht aktiv waren.",
    ended_absolute: "Die Sitzung hat ihre längste Dauer erreicht.",
    ended_revoked: "Die Sitzung wurde von einem anderen Gerät oder einem Administrator beendet.",
    ended_logged_out: "Sie haben sich abgemeldet.",
    ended_reuse: "Die Sitzung wurde beendet, weil ihr Schlüssel zweimal benutzt wurde. \
                  Wenn Sie das überrascht, ändern Sie Ihr Passwort.",
    ended_disabled: "Das Konto wurde gesperrt. Fragen Sie Ihren Administrator.",
    ended_replaced: "Eine neuere Anmeldung hat diese Sitzung ersetzt.",
    ended_unknown: "Der Server kennt diese Sitzung nicht mehr. \
                    Vielleicht wurden Cookies gelöscht.",
    wrong_credentials: "E-Mail und Passwort passen nicht zusammen. Prüfen Sie beide.",
    too_many_attempts: "Zu viele Versuche. Warten Sie eine Minute und versuchen Sie es dann.",
    unreachable: "Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung.",
    unavailable: "Der Server hat ein Problem. Versuchen Sie es gleich noch einmal.",
};
