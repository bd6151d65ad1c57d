//! Everything that can happen.

use std::time::Duration;

use session_core::LockName;

use crate::{
    browser::{BrowserId, Health, TabId},
    network::CallNumber,
    server::{Call, CallKind, ConnectionId, Fault, UserId},
};

/// One step of the world. An action that cannot happen changes nothing.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Action {
    /// A request reaches the server, which answers; of a refresh it only reads what it needs.
    Arrive(CallNumber),
    /// The server commits a refresh and answers.
    Commit(CallNumber),
    /// The head of an answer reaches the browser.
    Answer(CallNumber),
    /// The browser writes the cookies of an answer.
    Store(CallNumber),
    /// The page hears the outcome of a call.
    Finish(CallNumber),
    /// The connection of a call breaks.
    Break(CallNumber),
    /// What is on its way is lost without a word.
    Lose(CallNumber),
    /// The shell gives a call up.
    TimeOut(CallNumber),
    /// The next thing on the way up a socket reaches the server.
    Up(ConnectionId),
    /// The next thing on the way down a socket reaches the page.
    Down(ConnectionId),
    /// The wire of a socket breaks.
    Cut(ConnectionId),
    /// The server notices that the wire of a socket is broken.
    Reap(ConnectionId),
    /// The next notice reaches a tab.
    Notice(TabId),
    /// The next word about a lock reaches a tab.
    Word(TabId),
    /// The timer of a tab fires.
    Timer(TabId),
    /// A page that is seen looks at its clocks, as it does each second.
    Glance(TabId),
    /// The server does what is due.
    Tick,
    /// The server publishes an update.
    Publish,
    /// The person does something.
    Deed(Deed),
    /// Something goes wrong, or right again.
    Mishap(Mishap),
    /// Time passes.
    Pass(Duration),
}

/// What a person does. A deed that makes no sense at the moment is left undone.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Deed {
    /// Opens the app in a tab that is closed.
    Open(TabId),
    /// Closes a tab.
    Close(TabId),
    /// Reloads a page.
    Reload(TabId),
    /// Turns to a tab; the others of its browser are hidden.
    Show(TabId),
    /// Turns away from a tab.
    Hide(TabId),
    /// Follows a link out of the app.
    GoAway(TabId),
    /// Goes back to the app.
    GoBack(TabId),
    /// Logs in.
    LogIn {
        /// Where.
        tab: TabId,
        /// As whom.
        user: UserId,
        /// Whether the longer absolute timeout is wanted.
        remember_me: bool,
    },
    /// Logs out.
    LogOut(TabId),
    /// Answers a warning.
    Stay(TabId),
    /// Leaves the expired page for the login page.
    Leave(TabId),
    /// Moves, scrolls, points.
    Touch(TabId),
    /// Types into a form.
    Type(TabId),
    /// Looks something up.
    Read(TabId),
    /// Changes something.
    Change(TabId),
    /// Loses interest in what was asked for last.
    GiveUp(TabId),
}

/// What goes wrong, and how it is repaired.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Mishap {
    /// Packets vanish.
    LinkDown {
        /// Whose.
        browser: BrowserId,
        /// Whether the browser knows.
        told: bool,
    },
    /// Packets pass again.
    LinkUp(BrowserId),
    /// The server stops without a word.
    Crash,
    /// The server stops at the next refresh.
    CrashAtRefresh {
        /// Whether the refresh is committed before.
        committed: bool,
    },
    /// The server announces a restart and stops.
    ShutDown {
        /// The window that it announces.
        within: Duration,
    },
    /// The server is there again.
    StartUp,
    /// The next calls are answered by a fault.
    Answers {
        /// Which fault.
        fault: Fault,
        /// Which calls; all if none is named.
        calls: Option<CallKind>,
        /// How many.
        times: u8,
    },
    /// Planned faults are forgotten.
    AnswerWell,
    /// An administrator ends the newest session of a user.
    Revoke(UserId),
    /// Somebody sets the wall clock, forward or back.
    SetWall {
        /// Whose.
        browser: BrowserId,
        /// By how many milliseconds.
        millis: i64,
    },
    /// The machine goes to sleep.
    Sleep(BrowserId),
    /// The machine wakes up.
    Wake {
        /// Which.
        browser: BrowserId,
        /// Whether the monotonic clock stood still.
        stood_still: bool,
    },
    /// The browser stops a hidden page.
    Freeze {
        /// Which.
        tab: TabId,
        /// Whether the page hears of it before.
        told: bool,
    },
    /// The browser lets a page run again.
    Thaw {
        /// Which.
        tab: TabId,
        /// Whether the page hears of it.
        told: bool,
    },
    /// The browser or its renderer drops a page.
    Kill(TabId),
    /// The browser dies with all its pages.
    KillBrowser {
        /// Which.
        browser: BrowserId,
        /// Whether cookies of the last 30 s were not on the disk.
        rolls_back: bool,
    },
    /// Storage breaks, or works again.
    Storage {
        /// Whose.
        browser: BrowserId,
        /// How it is from here on.
        health: Health,
    },
    /// Storage is cleared.
    ClearStorage(BrowserId),
    /// Cookies are cleared.
    ClearCookies(BrowserId),
    /// A lock is stolen by somebody who is no tab.
    Rob {
        /// Whose locks.
        browser: BrowserId,
        /// Which lock.
        name: LockName,
    },
    /// A notice that nobody sent reaches a tab.
    Forge {
        /// Which tab.
        tab: TabId,
        /// What it says.
        forgery: Forgery,
    },
    /// An old notice reaches a tab again.
    Repeat {
        /// Which tab.
        tab: TabId,
        /// Which of the last notices, counted from the newest.
        back: u8,
    },
    /// The next notice of a tab is lost.
    Miss(TabId),
    /// The next notice of a tab is overtaken by all others.
    Overtake(TabId),
    /// A frame that is no message comes down the sockets of a tab.
    Garbage(TabId),
    /// The next message on each socket of a browser cannot be read.
    Spoil(BrowserId),
    /// A thief copies the jar, once.
    CopyJar(BrowserId),
    /// The thief presents something.
    Present {
        /// Which piece of the loot.
        piece: u8,
        /// To what end.
        call: Call,
    },
}

/// What a forged notice says.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Forgery {
    /// Somebody logged in.
    LoggedIn,
    /// The session of the receiver expired.
    ExpiredHere,
    /// Some other session expired.
    ExpiredElsewhere,
    /// Some other session was logged out of.
    LoggedOutElsewhere,
}

impl Deed {
    /// Returns the name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open(_) => "open a tab",
            Self::Close(_) => "close a tab",
            Self::Reload(_) => "reload",
            Self::Show(_) => "turn to a tab",
            Self::Hide(_) => "turn away",
            Self::GoAway(_) => "leave the app",
            Self::GoBack(_) => "come back to the app",
            Self::LogIn { .. } => "log in",
            Self::LogOut(_) => "log out",
            Self::Stay(_) => "answer a warning",
            Self::Leave(_) => "leave the expired page",
            Self::Touch(_) => "be active",
            Self::Type(_) => "type",
            Self::Read(_) => "read",
            Self::Change(_) => "change",
            Self::GiveUp(_) => "give a request up",
        }
    }
}

impl Mishap {
    /// Returns the name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LinkDown { told: true, .. } => "network down",
            Self::LinkDown { told: false, .. } => "network silent",
            Self::LinkUp(_) => "network up",
            Self::Crash => "server crash",
            Self::CrashAtRefresh { committed: true } => "crash after the commit",
            Self::CrashAtRefresh { committed: false } => "crash before the commit",
            Self::ShutDown { .. } => "announced restart",
            Self::StartUp => "server up",
            Self::Answers { fault, .. } => match fault {
                Fault::Unavailable => "503",
                Fault::Internal => "500",
                Fault::RateLimited { .. } => "429",
                Fault::Garbled => "garbled answer",
                Fault::InvalidToken => "keys changed",
                Fault::Stranger => "proxy answers",
            },
            Self::AnswerWell => "answers well again",
            Self::Revoke(_) => "revocation",
            Self::SetWall { millis, .. } => {
                if millis < 0 {
                    "wall clock back"
                } else {
                    "wall clock forward"
                }
            }
            Self::Sleep(_) => "sleep",
            Self::Wake {
                stood_still: true, ..
            } => "wake, clock stood still",
            Self::Wake {
                stood_still: false, ..
            } => "wake, clock ran",
            Self::Freeze { told: true, .. } => "freeze",
            Self::Freeze { told: false, .. } => "freeze without a word",
            Self::Thaw { .. } => "thaw",
            Self::Kill(_) => "tab killed",
            Self::KillBrowser {
                rolls_back: false, ..
            } => "browser killed",
            Self::KillBrowser {
                rolls_back: true, ..
            } => "browser killed, jar rolled back",
            Self::Storage { health, .. } => match health {
                Health::Works => "storage works",
                Health::Full => "storage full",
                Health::Throws => "storage throws",
            },
            Self::ClearStorage(_) => "storage cleared",
            Self::ClearCookies(_) => "cookies cleared",
            Self::Rob { .. } => "lock robbed",
            Self::Forge { .. } => "forged notice",
            Self::Repeat { .. } => "old notice",
            Self::Miss(_) => "lost notice",
            Self::Overtake(_) => "reordered notice",
            Self::Garbage(_) => "garbage on the socket",
            Self::Spoil(_) => "spoiled message",
            Self::CopyJar(_) => "jar copied",
            Self::Present { .. } => "thief presents",
        }
    }
}
