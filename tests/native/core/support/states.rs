//! Every state of the client that the table knows, by name and by the way that leads there.

use session_core::{Command, Input, LockName, Presence, Replay};
use session_protocol::{
    ServerMessage, SessionConfig, SharedSocket, TabNoticeKind, WarningCause, config::SocketAuth,
};

use super::{
    samples::{
        ASKING, ada, ending_in, first_session, idle_warning, logged_out, pending_logout, refused,
        secs, update,
    },
    shared_facts::TERM,
    world::World,
};

type Way = fn() -> World;

/// All states, in the order of a session's life.
pub(crate) const STATES: &[(&str, Way)] = &[
    ("Starting", World::new),
    ("Restoring, asking", || started(Presence::Unknown)),
    ("Restoring, refreshing", || started(Presence::Present)),
    ("Restoring, beside an expired page", || {
        let mut world = World::expired();
        world.advance(secs(2));
        world.hear(TabNoticeKind::LoggedIn, "s-2", 1);
        world
    }),
    ("Anonymous, first visit", || {
        let mut world = started(Presence::Unknown);
        world.answer_session_ended(None);
        world
    }),
    ("Anonymous, after a logout", || {
        let mut world = logging_out();
        world.answer_logout();
        world
    }),
    ("Anonymous, after a wrong password", || {
        let mut world = authenticating();
        world.refuse_login(refused(401, "invalid_credentials"));
        world
    }),
    ("Anonymous, delivering a logout", || {
        started(pending_logout("s-0"))
    }),
    ("Anonymous, logout undelivered", || {
        let mut world = started(pending_logout("s-0"));
        world.refuse_logout(refused(503, ""));
        world
    }),
    ("Authenticating, logout first", || {
        let mut world = started(pending_logout("s-0"));
        world.log_in(&ada());
        world
    }),
    ("Authenticating", authenticating),
    ("Authenticating, on an expired page", authenticating_again),
    ("Active, socket connecting", World::logged_in),
    ("Active, socket authenticating", || {
        let mut world = World::logged_in();
        world.open_socket();
        world
    }),
    ("Active, socket open", World::live),
    ("Active, socket open, authenticated by cookie", || {
        let mut config = SessionConfig::default();
        config.socket.auth = SocketAuth::Cookie;
        let mut world = World::with(&config, 7);
        world.start(Presence::Present);
        world.answer_refresh_ok();
        world.open_socket();
        world
    }),
    ("Active, following a topic", || {
        let mut world = World::live();
        let topic = "load".to_owned();
        world.send(Input::TopicSubscribed { topic });
        world.receive(update(5));
        world
    }),
    ("Active, connection in backoff", || {
        let mut world = World::live();
        world.close(1006, "");
        world
    }),
    ("Active, offline", || {
        let mut world = World::live();
        world.send(Input::WentOffline);
        world
    }),
    ("Active, waiting for a verdict", || {
        let mut world = World::live();
        world.close(1008, "why not");
        world
    }),
    ("Active, connection closed", || {
        let mut world = World::live();
        world.close(4404, "forbidden");
        world
    }),
    ("Active, refreshing", refreshing),
    ("Active, token cooling down", || {
        let mut world = refreshing();
        world.refuse_refresh(refused(503, ""));
        world
    }),
    ("Active, one request held and one sent", || {
        let mut world = World::live();
        world.advance(secs(2));
        world.submit(1, Replay::Safe);
        world.submit(2, Replay::Unsafe);
        world.reject_request(1, "");
        world
    }),
    ("Active, unverified", || {
        let mut world = World::live();
        world.set_wall_forward(secs(60));
        world.send(Input::DeadlineReached);
        world
    }),
    ("Active, covered", || {
        let mut world = World::live();
        world.set_wall_forward(secs(8 * 3600));
        world.send(Input::DeadlineReached);
        world
    }),
    ("Restoring, refresh waits for its turn", || {
        let mut world = World::new();
        let (presence, locks) = (Presence::Present, true);
        world.send(Input::Started { presence, locks });
        world
    }),
    ("Active, refresh waits for its turn", || {
        let mut world = led();
        while world.lock_of(LockName::Refresh).is_none() {
            world.reach_deadline();
            world.receive(ServerMessage::HeartbeatAck);
        }
        world
    }),
    ("Active, follower", following),
    ("Active, follower with a leader", followed_up),
    ("Active, follower, its page about to stop", || {
        let mut world = followed_up();
        world.send(Input::PageFrozen);
        world
    }),
    ("Active, follower that takes the lock", || {
        let mut world = followed_up();
        let to = "this-tab".to_owned();
        world.hear(TabNoticeKind::Resigned { term: TERM, to }, "s-1", 4);
        world
    }),
    ("Active, leader", leading),
    ("Active, leader, followed", led),
    ("Active, leader that hands over", || {
        let mut world = led();
        world.send(Input::PageHidden);
        world.advance(secs(6));
        world.hear(ASKING, "s-1", 4);
        world
    }),
    ("Warned, leader, followed", || {
        let mut world = led();
        world.receive(idle_warning(secs(120)));
        world
    }),
    ("Warned, idle", warned),
    ("Warned, absolute", || {
        let mut world = World::live();
        world.receive(warning(WarningCause::Absolute));
        world
    }),
    ("Warned, by an administrator", || {
        let mut world = World::live();
        world.receive(warning(WarningCause::Admin));
        world
    }),
    ("Warned, by the server's limits", || {
        let mut world = World::logged_in();
        world.advance(secs(30 * 60 - 120));
        world.answer_session_active(ending_in(secs(119)));
        world
    }),
    ("Warned, extension requested", extending),
    ("Warned, extension refused", || {
        let mut world = extending();
        world.refuse_extension(refused(409, "not_extendable"));
        world
    }),
    ("Expired", World::expired),
    ("Expired, after a wrong password", || {
        let mut world = authenticating_again();
        world.refuse_login(refused(401, "invalid_credentials"));
        world
    }),
    ("LoggingOut", logging_out),
];

fn started(presence: Presence) -> World {
    let mut world = World::new();
    world.start(presence);
    world
}

fn authenticating() -> World {
    let mut world = started(logged_out());
    world.log_in(&ada());
    world
}

fn authenticating_again() -> World {
    let mut world = World::expired();
    world.log_in(&ada());
    world
}

fn refreshing() -> World {
    let mut world = World::live();
    while world.call_of("RequestRefresh").is_none() {
        world.reach_deadline();
        world.receive(ServerMessage::HeartbeatAck);
    }
    world
}

fn warned() -> World {
    let mut world = World::live();
    world.receive(idle_warning(secs(120)));
    world
}

fn warning(cause: WarningCause) -> ServerMessage {
    ServerMessage::SessionWarning {
        remaining: secs(120),
        cause,
        extendable: false,
    }
}

fn extending() -> World {
    let mut world = warned();
    world.command(Command::StaySignedIn);
    world
}

fn logging_out() -> World {
    let mut world = World::live();
    world.command(Command::LogOut);
    world
}

fn following() -> World {
    let mut world = World::new();
    let (presence, locks) = (logged_out(), true);
    world.send(Input::Started { presence, locks });
    world.log_in(&ada());
    world.answer_login_ok(first_session());
    world
}

/// A follower that has the updates of a topic up to number 5, and asked for those some time ago.
fn followed_up() -> World {
    let mut world = following();
    let topic = || "load".to_owned();
    world.send(Input::TopicSubscribed { topic: topic() });
    let leading = TabNoticeKind::Leading {
        term: TERM,
        socket: SharedSocket::Live,
        visible: true,
    };
    world.hear(leading.clone(), "s-1", 1);
    let update = TabNoticeKind::Update {
        term: TERM,
        topic: topic(),
        seq: 5,
        after: 0,
        payload: 5.into(),
    };
    world.hear(update, "s-1", 2);
    world.advance(secs(6));
    world.hear(leading, "s-1", 3);
    world
}

fn leading() -> World {
    let mut world = following();
    let lock = world.lock_of(LockName::Leader).expect("a request");
    world.send(Input::LockGranted { lock });
    world
}

/// A leader with an open socket, updates of a topic up to number 5, and a tab that wants them, too.
pub(crate) fn led() -> World {
    let mut world = leading();
    let topic = || "load".to_owned();
    world.send(Input::TopicSubscribed { topic: topic() });
    world.hear(ASKING, "s-1", 1);
    let (topic, after) = (topic(), None);
    world.hear(TabNoticeKind::Wanting { topic, after }, "s-1", 2);
    world.answer_socket();
    world.receive(update(5));
    world
}
