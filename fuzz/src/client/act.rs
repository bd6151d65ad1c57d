//! The acts of a life. Each is small and readable, so that a life that breaks a promise can be cut
//! down to the acts that matter.

use std::time::Duration;

use session_core::{HttpFailure, Replay};
use session_protocol::{EndReason, SharedSocket, WarningCause};

/// One step of a life.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Time passes until the next deadline, and the shell reports it.
    Deadline,
    /// Time passes, and the shell reports each deadline.
    Wait(Duration),
    /// Time passes without a timer, as in a throttled page.
    Doze(Duration),
    /// The wall clock alone goes forward, as in sleep.
    WallForward(Duration),
    /// The wall clock alone goes back.
    WallBack(Duration),
    /// The next step of a life without trouble.
    Polite(Duration),
    /// The shell starts, with this memory.
    Start(Memory),
    /// The user logs in as Ada or as Bob.
    LogIn(Whose),
    /// The user logs out.
    LogOut,
    /// The user extends the session.
    Stay,
    /// The user leaves the expired page.
    Leave,
    /// A call is answered.
    Answer(Call, Age, Answer),
    /// A handshake succeeds.
    Opened(Age),
    /// A message arrives.
    Message(Age, Said),
    /// A frame arrives that is no message.
    Garbage(Age),
    /// A socket closes.
    Closed(Age, u16, &'static str),
    /// The application submits a request.
    Submit(Replay),
    /// A request comes back with anything but a 401.
    Answered(Age),
    /// A request comes back with a 401.
    Unauthorized(Age, HttpFailure),
    /// The application gives a request up.
    Abandon(Age),
    /// The application wants a topic.
    Subscribe(&'static str),
    /// The application does not want a topic.
    Unsubscribe(&'static str),
    /// Another tab, or a stranger, says something about this session; its notices have numbers.
    Hear(&'static str, Whose, Rumour, u64),
    /// A notice of this tab comes back on its own channel.
    Echo(Age),
    /// The page reads what the browser remembers.
    Recall(Memory),
    /// Something that is no notice comes on the channel.
    Noise,
    /// The channel does not take what the page says.
    Mute,
    /// The page is left.
    Depart,
    /// The user does something.
    UserActs,
    /// The page is shown, from the cache or not.
    Show(bool),
    /// The page is hidden.
    Hide,
    /// The page is frozen.
    Freeze,
    /// The page is resumed.
    Resume,
    /// The page gets the focus.
    Focus,
    /// The network is there.
    Online,
    /// The network is gone.
    Offline,
    /// A lock is granted.
    Granted(Age),
    /// A lock is taken away.
    Robbed(Age),
}

/// What the browser remembers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Memory {
    Nothing,
    Session,
    Logout,
    PendingLogout,
}

/// A kind of call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Call {
    Login,
    Refresh,
    Session,
    Extension,
    Logout,
}

/// Which of the identifiers that were given out: the newest, or one this much older.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Age(pub(crate) u64);

/// Whose session it is: two of Ada's, one of Bob's.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whose {
    Ada,
    AdaAgain,
    Bob,
}

/// What a server answers.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// It did, with a token of this lifetime and this session.
    Granted(Duration, Option<Told>),
    /// The session ended.
    Ended(Option<EndReason>),
    /// It did not.
    Failed(HttpFailure),
}

/// What a server tells about a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub(crate) whose: Whose,
    pub(crate) idle: Option<Duration>,
    pub(crate) absolute: Option<Duration>,
    pub(crate) lead: Duration,
    pub(crate) extendable: bool,
}

/// What a server says on the socket.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    Welcome(Option<Told>),
    TokenEndsSoon(Duration),
    Warning(Duration, WarningCause, bool),
    Extended(Told),
    Expired(EndReason),
    GoingAway(Duration),
    Update(&'static str, u64),
    HeartbeatAck,
    Error,
}

/// What another tab says.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rumour {
    LoggedIn,
    LoggedOut,
    Expired,
    Changed,
    Active,
    Asking {
        visible: bool,
        candidate: bool,
    },
    Leading {
        term: Term,
        socket: SharedSocket,
        visible: bool,
    },
    Resigned {
        term: Term,
        to_this_tab: bool,
    },
    Wanting(&'static str, Option<u64>),
    Unwanted(&'static str),
    Update {
        term: Term,
        topic: &'static str,
        seq: u64,
        after: u64,
    },
}

/// A number of a leadership, seen from the highest one that was spoken of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Term {
    None,
    Before,
    Same,
    After,
    Last,
}
