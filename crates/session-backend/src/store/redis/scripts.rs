//! The scripts: what Redis does in one step.
//!
//! Invariants: a script decides nothing about sessions but whether a row is as it was read and lives;
//! its keys follow from its arguments, so all of them have to be on one server, not on a cluster.

use redis::Script;

/// All scripts.
#[derive(Debug)]
pub(super) struct Scripts {
    pub(super) begin: Script,
    pub(super) end: Script,
    pub(super) cut: Script,
    pub(super) swap: Script,
    pub(super) restore: Script,
    pub(super) restore_account: Script,
    pub(super) overdue: Script,
    pub(super) forget: Script,
    pub(super) find_account: Script,
    pub(super) add_account: Script,
    pub(super) set_password: Script,
    pub(super) set_disabled: Script,
    pub(super) add_note: Script,
    pub(super) update_note: Script,
    pub(super) add_upload: Script,
    pub(super) delete_upload: Script,
    pub(super) lease: Script,
    pub(super) sum: Script,
    pub(super) update: Script,
    pub(super) raise: Script,
}

const FINISH: &str = include_str!("scripts/finish.lua");
const ACCOUNT: &str = include_str!("scripts/account.lua");

impl Scripts {
    pub(super) fn new() -> Self {
        let finishing = |code: &str| Script::new(&format!("{FINISH}{code}"));
        let telling = |code: &str| Script::new(&format!("{ACCOUNT}{code}"));
        Self {
            begin: finishing(include_str!("scripts/begin.lua")),
            end: finishing(include_str!("scripts/end.lua")),
            cut: finishing(include_str!("scripts/cut.lua")),
            swap: Script::new(include_str!("scripts/swap.lua")),
            restore: finishing(include_str!("scripts/restore.lua")),
            restore_account: telling(include_str!("scripts/restore_account.lua")),
            overdue: Script::new(include_str!("scripts/overdue.lua")),
            forget: Script::new(include_str!("scripts/forget.lua")),
            find_account: Script::new(include_str!("scripts/find_account.lua")),
            add_account: telling(include_str!("scripts/add_account.lua")),
            set_password: telling(include_str!("scripts/set_password.lua")),
            set_disabled: telling(include_str!("scripts/set_disabled.lua")),
            add_note: Script::new(include_str!("scripts/add_note.lua")),
            update_note: Script::new(include_str!("scripts/update_note.lua")),
            add_upload: Script::new(include_str!("scripts/add_upload.lua")),
            delete_upload: Script::new(include_str!("scripts/delete_upload.lua")),
            lease: Script::new(include_str!("scripts/lease.lua")),
            sum: Script::new(include_str!("scripts/sum.lua")),
            update: Script::new(include_str!("scripts/update.lua")),
            raise: Script::new(include_str!("scripts/raise.lua")),
        }
    }
}
