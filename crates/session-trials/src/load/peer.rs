//! Side by side: the reference backend and a Node server with `ws` and `express-session`, the same
//! sockets, the same calls, in one run.
//!
//! Invariants: both prove a socket by the cookie of its handshake, both run alone while they are
//! measured, and the pace of handshakes, which only one of them has, is out of the way. The peer
//! keeps its sessions in memory, the backend in SQLite: the comparison is not in our favour.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::json;

use super::{
    crowd::Proof,
    scene::{Scene, Session},
    table::{Table, millis, percentile},
};
use crate::{
    Browser, Launch, Outcome, Trouble,
    prepared::{address_of, email_of},
};

const OF_EACH_USER: usize = 4;
const OF_EACH_SESSION: usize = 5;
/// Between two updates while nobody listens.
const IDLE: &str = "1s";
/// Between two updates while both do what they can.
const BUSY: &str = "2ms";
/// What is compared, and whether more is better.
const COMPARED: [(&str, bool); 5] = [
    ("resident memory a socket", false),
    ("resident memory of all sockets and the server", false),
    ("connects a second", true),
    ("fan-out: messages a second", true),
    ("revoke to closed, p99", false),
];

/// How large the comparison is.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The program of the backend.
    pub program: PathBuf,
    /// The folder with the peer, its packages installed.
    pub peer: PathBuf,
    /// Idle sockets.
    pub sockets: usize,
    /// Sockets that subscribe.
    pub subscribers: usize,
    /// How long the topic runs.
    pub fan_out: Duration,
}

/// Measures both, one after the other.
///
/// # Errors
///
/// A [`Trouble`] if one of them cannot be measured.
pub async fn compare(comparison: &Comparison) -> Result<(Table, Table), Trouble> {
    println!("== session-backend");
    let ours = measure(comparison, Side::Backend).await?;
    println!("== Node, ws and express-session");
    let theirs = measure(comparison, Side::Peer).await?;
    println!("== ratios, session-backend to Node");
    for (what, more_is_better) in COMPARED {
        let (Some(own), Some(other)) = (ours.number(what), theirs.number(what)) else {
            continue;
        };
        let ahead = if more_is_better {
            own > other
        } else {
            own < other
        };
        let word = if ahead { "ahead" } else { "BEHIND" };
        println!(
            "{what:<40}{own:>11.1}{other:>11.1}{:>8.2} {word}",
            own / other
        );
    }
    Ok((ours, theirs))
}

#[derive(Clone, Copy, Debug)]
enum Side {
    Backend,
    Peer,
}

async fn measure(comparison: &Comparison, side: Side) -> Result<Table, Trouble> {
    let mut table = Table::default();
    let folder = || tempfile::tempdir().map_err(Trouble::when("a folder for the trial"));
    let users = comparison.sockets / OF_EACH_SESSION / OF_EACH_USER;
    let idle = folder()?;
    let mut scene = side.scene(comparison, idle.path(), users, IDLE).await?;
    let crowd = scene.gather(&mut table, OF_EACH_SESSION, None).await?;
    let mut delays = scene.revoke(&crowd, users.min(200)).await?;
    let p99 = millis(percentile(&mut delays, 0.99));
    table.told("revoke to closed, p99", p99, "ms");
    crowd.disperse().await;
    drop(scene);
    let wide = folder()?;
    // More than either can do, so that the rate is what it can.
    let users = comparison.subscribers / OF_EACH_USER;
    let scene = side.scene(comparison, wide.path(), users, BUSY).await?;
    scene
        .fan_out(&mut table, 1, comparison.fan_out, None)
        .await?;
    Ok(table)
}

impl Side {
    async fn scene(
        self,
        comparison: &Comparison,
        folder: &Path,
        users: usize,
        period: &str,
    ) -> Result<Scene, Trouble> {
        match self {
            Self::Backend => {
                let flags = [
                    "--sample-period",
                    period,
                    "--handshakes-per-second",
                    "100000",
                ];
                let scale = (users, OF_EACH_USER);
                Scene::backend(&comparison.program, folder, &flags, scale, Proof::Cookie).await
            }
            Self::Peer => peer(&comparison.peer, folder, users, period).await,
        }
    }
}

async fn peer(
    folder_of_peer: &Path,
    folder: &Path,
    users: usize,
    period: &str,
) -> Result<Scene, Trouble> {
    let script = folder_of_peer.join("server.mjs");
    let script = std::path::absolute(script).map_err(Trouble::when("the peer"))?;
    let script = script.display().to_string();
    let millis = if period == IDLE { "1000" } else { "2" };
    let launch = Launch {
        program: PathBuf::from("node"),
        arguments: ["--expose-gc", &script, "--period", millis]
            .map(str::to_owned)
            .to_vec(),
        listen: "--listen",
        folder: folder.to_owned(),
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    };
    let launch = launch.on_a_free_port()?;
    let server = launch.start().await?;
    let mut sessions = Vec::new();
    for number in 0..users * OF_EACH_USER {
        let user = number / OF_EACH_USER;
        let mut browser = Browser::new(address_of(user), launch.address);
        let body = json!({ "email": email_of(user) });
        let id = match browser.call("POST /api/auth/login", &body).await {
            Outcome::Done(body) => body["session"]["id"].as_str().map(str::to_owned),
            Outcome::Refused(..) | Outcome::Unknown => None,
        };
        let id = id.ok_or_else(|| Trouble::new("expected the peer to log a user in"))?;
        sessions.push(Session { browser, id });
    }
    // What the logins left behind would hide what the sockets take.
    let mut browser = Browser::new(address_of(0), launch.address);
    browser.call("POST /gc", &json!({})).await;
    Ok(Scene {
        launch,
        server,
        sessions,
        of_each_user: OF_EACH_USER,
        proof: Proof::Cookie,
    })
}
