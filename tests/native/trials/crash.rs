//! Nothing that was answered is lost in a crash; and the trial notices if something is.

use std::{fs, path::Path};

use session_trials::crash::{CrashOptions, Trial, TrialStore, Violation};

/// In the gate; `cargo xtask crash --cycles N` does more.
const CYCLES: u64 = 100;

fn options(seed: u64) -> CrashOptions {
    CrashOptions {
        program: env!("CARGO_BIN_EXE_trial-backend").into(),
        store: TrialStore::Sqlite,
        nodes: 1,
        clients: 8,
        seed,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_answered_is_lost_or_revived_by_kills() {
    survive(&options(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_revived_by_kills_of_two_servers_on_one_redis() {
    let (store, nodes) = (TrialStore::Redis, 2);
    survive(&CrashOptions {
        store,
        nodes,
        ..options(6)
    })
    .await;
}

async fn survive(options: &CrashOptions) {
    let mut trial = Trial::prepare(options).await.unwrap();
    for _ in 0..CYCLES {
        trial.cycle(|_| {}).await.unwrap();
        assert!(trial.report().violations.is_empty(), "{}", trial.report());
    }
    let report = trial.report();
    assert!(
        report.unanswered > 0,
        "kills came while nobody worked: {report}"
    );
    for number in [
        report.logins,
        report.rotations,
        report.logouts,
        report.notes,
    ] {
        assert!(
            number > CYCLES,
            "too little was done to lose anything: {report}"
        );
    }
    assert!(report.older_tokens > 0, "{report}");
}

/// Copies the store, with the log of writes beside it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in ["store.sqlite", "store.sqlite-wal"] {
        fs::remove_file(to.join(name)).ok();
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

/// How often a trial may be held again in which clients had too little time to end a session.
const TRIES: u32 = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_forgets_is_found_out() {
    let mut trial = Trial::prepare(&options(7)).await.unwrap();
    let kept = |folder: &Path| folder.join("earlier");
    let found =
        |trial: &Trial, is: fn(&Violation) -> bool| trial.report().violations.iter().any(is);
    for attempt in 0..TRIES {
        trial
            .cycle(|folder| copy(folder, &kept(folder)))
            .await
            .unwrap();
        assert!(
            attempt > 0 || trial.report().violations.is_empty(),
            "{}",
            trial.report()
        );
        trial
            .cycle(|folder| copy(&kept(folder), folder))
            .await
            .unwrap();
        if found(&trial, |violation| matches!(violation, Violation::Lost(_)))
            && found(&trial, |violation| {
                matches!(violation, Violation::NoteLost(_))
            })
            && found(&trial, |violation| {
                matches!(violation, Violation::Resurrected(_))
            })
        {
            return;
        }
    }
    panic!(
        "what was lost and revived was not found out: {}",
        trial.report()
    );
}
