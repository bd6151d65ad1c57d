//! What `--demo` adds: two accounts, notes, and faults that can be switched on.
//!
//! Invariant: without `--demo` nothing here runs and no account exists.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use session_protocol::{Secret, User};

use crate::{
    Moment, http, passwords, secrets,
    store::{Account, Note, Store, StoreError},
};

const ACCOUNTS: [(&str, &str); 2] = [
    ("user@example.com", "Robin User"),
    ("second@example.com", "Sam Second"),
];
const PASSWORD: &str = "password";

const NOTES: [(&str, &str); 3] = [
    (
        "Release checklist",
        "- walk through the warning dialog with the keyboard only\n- read the changelog aloud\n\
         - tag, build, publish",
    ),
    (
        "Meeting on Thursday",
        "Ask how long people leave the page open over lunch, and what they expect to find \
         when they come back.",
    ),
    (
        "Try this",
        "Start to change this note, end the session from the Devices page of another browser, \
         and log in again. The draft is still here.",
    ),
];

/// Adds the demo accounts and their notes, where they are not there yet. `again` says that this was
/// tried before and may have come half way.
pub(crate) async fn seed(store: &dyn Store, now: Moment, again: bool) -> Result<(), StoreError> {
    for (email, name) in ACCOUNTS {
        if let Some(account) = store.account(email).await? {
            if again && store.notes(&account.user.id).await?.is_empty() {
                seed_notes(store, &account.user.id, now).await?;
            }
            continue;
        }
        let hash = tokio::task::spawn_blocking(|| passwords::hash(&Secret::new(PASSWORD)));
        let (Ok(id), Ok(Ok(password_hash))) = (secrets::random_hex::<16>(), hash.await) else {
            tracing::error!("a demo account could not be made");
            continue;
        };
        let account = Account {
            user: User {
                id,
                email: email.to_owned(),
                name: name.to_owned(),
            },
            password_hash,
            disabled_at: None,
        };
        if store.add_account(&account).await? {
            seed_notes(store, &account.user.id, now).await?;
        }
    }
    Ok(())
}

async fn seed_notes(store: &dyn Store, user: &str, now: Moment) -> Result<(), StoreError> {
    for (title, text) in NOTES {
        let Ok(id) = secrets::random_hex::<8>() else {
            continue;
        };
        let note = Note {
            id,
            title: title.to_owned(),
            text: text.to_owned(),
            updated_at: now.unix_seconds(),
        };
        store.add_note(user, &note, http::NOTES).await?;
    }
    Ok(())
}

/// What all servers are to show.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Order {
    /// Warn the sockets of a session whose limits were moved.
    Warn {
        /// Which.
        session: String,
    },
    /// Break connections.
    DropSockets {
        /// Whose; all without one.
        session: Option<String>,
    },
    /// Let refresh calls suffer.
    Refreshes {
        /// Whose; all without one.
        session: Option<String>,
        /// What.
        fault: RefreshFault,
        /// How many, on each server; zero cancels.
        times: u32,
    },
}

/// What the next refresh calls are to suffer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum RefreshFault {
    /// The call is answered with this status and problem code.
    Fail {
        /// HTTP status.
        status: u16,
        /// Problem code.
        code: String,
    },
    /// The answer comes this much later.
    Slow(Duration),
}

struct Planned {
    session: Option<String>,
    fault: RefreshFault,
    times: u32,
}

/// The faults that are switched on.
#[derive(Default)]
pub(crate) struct Faults {
    planned: Mutex<Vec<Planned>>,
}

impl Faults {
    /// Plans a fault for the next `times` refresh calls of a session, or of all; zero cancels.
    pub(crate) fn plan(&self, session: Option<String>, fault: RefreshFault, times: u32) {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        planned.retain(|plan| {
            plan.session != session
                || std::mem::discriminant(&plan.fault) != std::mem::discriminant(&fault)
        });
        if times > 0 {
            planned.push(Planned {
                session,
                fault,
                times,
            });
        }
    }

    /// Takes the faults that a refresh call of this session suffers.
    pub(crate) fn take(&self, session: Option<&str>) -> Vec<RefreshFault> {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        let mut suffered = Vec::new();
        planned.retain_mut(|plan| {
            if plan.session.is_some() && plan.session.as_deref() != session {
                return true;
            }
            suffered.push(plan.fault.clone());
            plan.times -= 1;
            plan.times > 0
        });
        suffered
    }
}
