//! The Redis store: one primary server that several of ours share.
//!
//! Invariants: what has to happen in one step is a script; a connection to another process or
//! history of Redis is used only after what it may have taken back was written again, so no ended
//! session lives, and no old password works, while one server remembers its end; whoever waits longer
//! than about a second is told so.
//!
//! Keys, all under `ls:`, on one server and not on a cluster:
//!
//! | key | holds |
//! |---|---|
//! | `s:ID` | a session: what never changes, its state, version, end; goes by itself 30 days after its time |
//! | `f:FAMILY` | the identifier of its session |
//! | `u:USER`, `due`, `ended` | identifiers, by login, by deadline, by end |
//! | `cut:USER`, `cut:` | when all sessions of a user, or of everybody, last ended; 30 days |
//! | `a:EMAIL`, `user:ID` | accounts, and when password and status were last written |
//! | `n:USER`, `up:USER`, `upload:ID` | notes and uploads |
//! | `events` | the feed, a stream of about 100,000 entries |
//! | `seq:TOPIC` | the number of the last update |
//! | `h:ACCOUNT` | networks where its owner has logged in; 30 days; both as codes |
//! | `k:KEY`, `l:KEY`, `lease:TASK`, `sums` | texts, failures, tasks, counts; all with a term |

mod accounts;
mod connect;
mod feed;
mod join;
mod link;
mod model;
mod recent;
mod record;
mod repair;
mod scripts;
mod sessions;
mod shared;
mod silence;
mod store;
mod url;

pub(super) use store::RedisStore;
pub use url::RedisUrl;
