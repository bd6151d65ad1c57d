//! The names of what must sometimes happen.

macro_rules! sights {
    ($($name:ident: $text:literal,)*) => {
        /// Something that must sometimes happen.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Sight {
            $(#[doc = $text] $name,)*
        }

        impl Sight {
            /// All sights.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$name),*];

            /// Returns the name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

sights! {
    Rotation: "a rotation",
    ReplayInGrace: "a replay inside the grace",
    LostAnswerReissued: "a lost answer is issued again after the grace",
    ReuseRevoked: "a reuse is revoked",
    ToldToWait: "a predecessor is tolerated too often and told to wait",
    TwoRefreshesAtOnce: "the refreshes of two tabs meet at the server",
    LateJarWrite: "the jar is written for a page that has given up",
    LateCookieOfTheDead: "a late answer of an ended session writes beside a newer login",
    CrashBeforeCommit: "a crash before the commit",
    CrashBeforeAnswer: "a crash between commit and answer",
    RefreshAfterLogout: "a logout overtakes a refresh",
    RefreshBeforeLogout: "a refresh overtakes a logout",
    ThiefGetsToken: "a thief inside the grace gets one access token",
    ThiefFirst: "a thief rotates first and is caught by the owner",
    OwnerFirst: "an owner rotates first and the thief is caught",
    RequestRepeated: "a request is refused for its token and sent again",
    SecondExpiry: "a second expiry in a later epoch",
    IdleEnd: "an end by idleness",
    AbsoluteEnd: "an end by the absolute limit",
    Extended: "an extension in time",
    ExtendedTooLate: "an extension too late",
    AnotherUser: "another user takes the place of the first in another tab",
    TwoLogins: "two tabs log in at once",
    LogoutDelivered: "a logout is delivered at a later attempt",
    LogoutInheritedByPage: "a logout is delivered by a later page",
    RevokedOverSocket: "a revocation is told by the socket",
    RevokedOverHttp: "a revocation is told by a call",
    Forged: "a forged notice arrives",
    Repeated: "an old notice arrives again",
    Unverified: "the clocks drift apart and the server is asked",
    Covered: "a page is covered",
    DoubtResolved: "a doubt ends and the session lives on",
    SleptPastEnd: "a machine sleeps past the end of the session",
    TwoLeaders: "two tabs lead at once",
    Stolen: "a lock is stolen by a tab",
    ThawedFollower: "a frozen leader thaws and leads no more",
    LeaderDied: "a leader dies and another tab leads",
    Robbed: "a lock is robbed by nobody's tab",
    PatienceOver: "a refresh goes ahead without its turn",
    HeartbeatSent: "a heartbeat is sent",
    FrameSpoilt: "a message of the end cannot be read",
    Reconnected: "a socket comes back",
}
