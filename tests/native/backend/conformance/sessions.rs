//! Sessions: compare-and-set, ends that stay, and what is remembered of them.

use std::{sync::Arc, time::Duration};

use session_backend::{
    Moment,
    rotation::{self, RefreshToken, Rotation},
    store::{Cut, Event, SessionState, Store},
};
use session_protocol::EndReason;
use tokio::task::JoinSet;

use super::{START, after, begun, on_each_store, session, user};

on_each_store! {
    a_session_reads_back_as_it_was_written
    a_session_is_written_only_where_it_was_not_written_since
    of_a_hundred_writers_one_wins
    a_hundred_refreshes_rotate_once_and_five_are_tolerated
    an_end_is_final_and_its_first_reason_stays
    an_end_by_a_limit_does_not_overtake_an_extension
    a_login_ends_what_it_replaces
    a_cut_ends_all_sessions_of_a_user_but_one
    a_cut_ends_the_sessions_of_everybody
    a_disabled_account_begins_no_session
    the_living_are_listed_counted_and_found_when_their_time_is_over
    an_end_is_remembered_and_then_forgotten
    nothing_moves_the_absolute_deadline
}

type Any = Arc<dyn Store>;

fn every_field_changed(state: &SessionState) -> SessionState {
    SessionState {
        last_active_at: after(1),
        idle_deadline: after(2_000),
        auth_time: after(3),
        generation: state.generation + 1,
        rotated_at: Some(after(4)),
        successor_seen_at: Some(after(5)),
        grace_uses: 6,
    }
}

async fn a_session_reads_back_as_it_was_written(store: Any) {
    let mut row = begun(&*store).await;
    let other = session(&row.user, "b", after(1));
    store.begin(&other, &[]).await.unwrap();
    assert_eq!(store.session(&row.id).await, Ok(Some(row.clone())));
    let next = every_field_changed(&row.state);
    assert_eq!(store.swap(&row, &next).await, Ok(true));
    row = row.with(next);
    assert_eq!(store.session(&row.id).await, Ok(Some(row.clone())));
    let unknown = "nobody".to_owned();
    let families = [row.family.clone(), unknown.clone(), other.family.clone()];
    for found in [
        store.families(&families).await,
        store.foreign_families(&families).await,
    ] {
        let mut found = found.unwrap();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!(found, [row.clone(), other.clone()]);
    }
    assert_eq!(store.families(&[]).await, Ok(Vec::new()));
    let ids = [other.id.clone(), unknown.clone(), row.id.clone()];
    let mut found = store.sessions(&ids).await.unwrap();
    found.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(found, [row, other]);
    assert_eq!(store.session(&unknown).await, Ok(None));
    assert_eq!(store.sessions(&[]).await, Ok(Vec::new()));
}

async fn a_session_is_written_only_where_it_was_not_written_since(store: Any) {
    let row = begun(&*store).await;
    let next = every_field_changed(&row.state);
    assert_eq!(store.swap(&row, &next).await, Ok(true));
    assert_eq!(store.swap(&row, &row.state).await, Ok(false));
    let found = store.session(&row.id).await.unwrap().unwrap();
    assert_eq!(found.state, next);
    store
        .end(&row.id, EndReason::LoggedOut, after(9))
        .await
        .unwrap();
    let ended = store.session(&row.id).await.unwrap().unwrap();
    assert_eq!(store.swap(&found, &row.state).await, Ok(false));
    assert_eq!(store.swap(&ended, &row.state).await, Ok(false));
}

async fn of_a_hundred_writers_one_wins(store: Any) {
    let row = begun(&*store).await;
    let mut writers = JoinSet::new();
    for number in 0..100 {
        let (store, row) = (Arc::clone(&store), row.clone());
        writers.spawn(async move {
            let next = SessionState {
                generation: number,
                ..row.state.clone()
            };
            store.swap(&row, &next).await.unwrap()
        });
    }
    let won = writers.join_all().await;
    assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
    assert_eq!(store.session(&row.id).await.unwrap().unwrap().version, 1);
}

async fn a_hundred_refreshes_rotate_once_and_five_are_tolerated(store: Any) {
    let row = begun(&*store).await;
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let (store, row) = (Arc::clone(&store), row.clone());
        let token = RefreshToken::current(&row);
        let grace = Duration::from_secs(30);
        calls.spawn(async move { rotation::present(&*store, &token, row, grace, after(1)).await });
    }
    let (mut rotated, mut tolerated, mut put_off) = (0, 0, 0);
    for outcome in calls.join_all().await {
        match outcome.unwrap() {
            Rotation::Rotated(_) => rotated += 1,
            Rotation::Tolerated(_) => tolerated += 1,
            Rotation::OverBudget(_) => put_off += 1,
            other @ (Rotation::Kept(_)
            | Rotation::Reissued(_)
            | Rotation::Over(..)
            | Rotation::Ended(_)) => panic!("{other:?}"),
        }
    }
    assert_eq!((rotated, tolerated, put_off), (1, 5, 94));
    let state = store.session(&row.id).await.unwrap().unwrap().state;
    assert_eq!((state.generation, state.grace_uses), (1, 5));
}

async fn an_end_is_final_and_its_first_reason_stays(store: Any) {
    let row = begun(&*store).await;
    let end = |reason| store.end(&row.id, reason, after(1));
    assert_eq!(end(EndReason::Revoked).await, Ok(true));
    assert_eq!(end(EndReason::LoggedOut).await, Ok(false));
    let found = store.session(&row.id).await.unwrap().unwrap();
    assert_eq!(found.ended, Some(EndReason::Revoked));
    assert!(found.version > row.version, "who read it before finds out");
    let again = store.expire(&found, EndReason::SessionTimeout, after(2));
    assert_eq!(again.await, Ok(false));
    let by_family = store.families(std::slice::from_ref(&row.family)).await;
    assert_eq!(by_family, Ok(vec![found]));
    assert_eq!(
        store.end("nobody", EndReason::Revoked, after(1)).await,
        Ok(false)
    );
}

async fn an_end_by_a_limit_does_not_overtake_an_extension(store: Any) {
    let row = begun(&*store).await;
    let next = every_field_changed(&row.state);
    assert_eq!(store.swap(&row, &next).await, Ok(true));
    let expire = |row| async move {
        let expired = store.expire(&row, EndReason::SessionTimeout, after(1_000));
        (
            expired.await,
            store.session(&row.id).await.unwrap().unwrap(),
        )
    };
    let (expired, found) = expire.clone()(row).await;
    assert_eq!((expired, found.ended), (Ok(false), None));
    let (expired, found) = expire(found).await;
    assert_eq!(expired, Ok(true));
    assert_eq!(found.ended, Some(EndReason::SessionTimeout));
}

async fn a_login_ends_what_it_replaces(store: Any) {
    let old = begun(&*store).await;
    let gone = session(&old.user, "gone", START);
    store.begin(&gone, &[]).await.unwrap();
    store
        .end(&gone.id, EndReason::LoggedOut, START)
        .await
        .unwrap();
    let new = session(&old.user, "new", after(5));
    let replaces = [old.id.clone(), gone.id.clone(), "nobody".to_owned()];
    let ended = store.begin(&new, &replaces).await;
    assert_eq!(ended, Ok(Some(vec![old.id.clone()])));
    let reason = |id: String| async {
        let id = id;
        store.session(&id).await.unwrap().unwrap().ended
    };
    assert_eq!(reason(old.id).await, Some(EndReason::Replaced));
    assert_eq!(reason(gone.id).await, Some(EndReason::LoggedOut));
    assert_eq!(reason(new.id).await, None);
}

/// Returns why sessions ended, if they have.
async fn ends<const N: usize>(store: &Any, names: [&str; N]) -> [Option<EndReason>; N] {
    let mut ends = [None; N];
    for (end, name) in ends.iter_mut().zip(names) {
        let found = store.session(&format!("session-{name}")).await.unwrap();
        *end = found.unwrap().ended;
    }
    ends
}

async fn a_cut_ends_all_sessions_of_a_user_but_one(store: Any) {
    let first = begun(&*store).await;
    let other = user(&*store, 2).await;
    for (name, user, at) in [
        ("b", &first.user, 100),
        ("c", &first.user, 200),
        ("d", &other, 0),
    ] {
        let begun = store.begin(&session(user, name, after(at)), &[]).await;
        assert_eq!(begun, Ok(Some(Vec::new())));
    }
    let place = store.recent(Duration::ZERO).await.unwrap().next;
    // The time of the first is over: that is why it will have ended.
    let cut = Cut {
        spared: Some("session-c".to_owned()),
        ..Cut::whole(Some(&first.user.id), EndReason::Revoked, after(1_000))
    };
    assert_eq!(store.cut(&cut).await, Ok(vec!["session-b".to_owned()]));
    assert_eq!(store.cut(&cut).await, Ok(Vec::new()));
    let ends = ends(&store, ["a", "b", "c", "d"]).await;
    assert_eq!(ends, [None, Some(EndReason::Revoked), None, None]);
    let told = Event::Ended {
        session: "session-b".to_owned(),
        reason: EndReason::Revoked,
    };
    let followed = store.follow(place).await.unwrap();
    assert!(followed.events.contains(&told), "{followed:?}");
    let new = session(&first.user, "new", after(1_000));
    assert_eq!(store.begin(&new, &[]).await, Ok(Some(Vec::new())));
    assert_eq!(store.session(&new.id).await.unwrap().unwrap().ended, None);
}

async fn a_cut_ends_the_sessions_of_everybody(store: Any) {
    const MANY: usize = 1_100;
    let users = [user(&*store, 1).await, user(&*store, 2).await];
    for number in 0..MANY {
        let row = session(&users[number % 2], &number.to_string(), START);
        store.begin(&row, &[]).await.unwrap();
    }
    let cut = Cut::whole(None, EndReason::Revoked, after(1));
    assert_eq!(store.cut(&cut).await.unwrap().len(), MANY);
    assert_eq!(store.count_living(after(1)).await, Ok(0));
    let last = (MANY - 1).to_string();
    let ends = ends(&store, ["0", &last]).await;
    assert_eq!(ends, [Some(EndReason::Revoked); 2]);
}

async fn a_disabled_account_begins_no_session(store: Any) {
    let old = begun(&*store).await;
    let email = old.user.email.clone();
    let disabled = store.set_disabled(&email, Some(after(1))).await;
    assert_eq!(disabled, Ok(Some(old.user.clone())));
    let new = session(&old.user, "new", after(2));
    let replaces = [old.id.clone()];
    assert_eq!(store.begin(&new, &replaces).await, Ok(None));
    assert_eq!(store.session(&new.id).await, Ok(None));
    assert_eq!(store.session(&old.id).await.unwrap().unwrap().ended, None);
    store.set_disabled(&email, None).await.unwrap();
    assert_eq!(store.begin(&new, &replaces).await, Ok(Some(vec![old.id])));
    let stranger = session(&super::account(9).user, "stranger", START);
    assert_eq!(store.begin(&stranger, &[]).await, Ok(None));
}

async fn the_living_are_listed_counted_and_found_when_their_time_is_over(store: Any) {
    let first = begun(&*store).await;
    let other = user(&*store, 2).await;
    for (name, user, at) in [
        ("b", &first.user, 10),
        ("c", &first.user, 20),
        ("d", &other, 30),
    ] {
        let begun = store.begin(&session(user, name, after(at)), &[]).await;
        assert_eq!(begun, Ok(Some(Vec::new())));
    }
    store
        .end("session-c", EndReason::Revoked, after(40))
        .await
        .unwrap();
    let of_user = |now| {
        let (store, id) = (&store, &first.user.id);
        async move {
            let rows = store.living_of_user(id, now).await.unwrap();
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(of_user(after(50)).await, ["session-b", "session-a"]);
    assert_eq!(of_user(after(999)).await, ["session-b", "session-a"]);
    assert_eq!(of_user(after(1_000)).await, ["session-b"]);
    let mut living = store.living(after(1_000)).await.unwrap();
    living.sort();
    assert_eq!(living, ["session-b", "session-d"]);
    assert_eq!(store.count_living(after(999)).await, Ok(3));
    assert_eq!(store.count_living(after(1_010)).await, Ok(1));
    let overdue = |now, most| {
        let store = &store;
        async move {
            let mut ids = store.overdue(now, most).await.unwrap();
            ids.sort();
            ids
        }
    };
    assert_eq!(overdue(after(999), 10).await, Vec::<String>::new());
    assert_eq!(overdue(after(1_010), 10).await, ["session-a", "session-b"]);
    assert_eq!(overdue(after(1_010), 1).await.len(), 1);
    let moved = every_field_changed(&first.state);
    assert_eq!(store.swap(&first, &moved).await, Ok(true));
    assert_eq!(overdue(after(1_010), 10).await, ["session-b"]);
    assert_eq!(overdue(after(60_000), 10).await.len(), 3);
}

async fn an_end_is_remembered_and_then_forgotten(store: Any) {
    let row = begun(&*store).await;
    let other = session(&row.user, "b", START);
    store.begin(&other, &[]).await.unwrap();
    store
        .end(&row.id, EndReason::Revoked, after(1))
        .await
        .unwrap();
    store
        .end(&other.id, EndReason::Revoked, after(2))
        .await
        .unwrap();
    assert_eq!(store.forget_ended(after(1)).await, Ok(0));
    assert!(store.session(&row.id).await.unwrap().is_some());
    assert_eq!(store.forget_ended(after(2)).await, Ok(1));
    assert_eq!(store.session(&row.id).await, Ok(None));
    assert_eq!(store.families(&[row.family]).await, Ok(Vec::new()));
    assert!(store.session(&other.id).await.unwrap().is_some());
    assert_eq!(store.forget_ended(Moment(i64::MAX)).await, Ok(1));
}

async fn nothing_moves_the_absolute_deadline(store: Any) {
    let row = begun(&*store).await;
    let mut seen = row.clone();
    for _ in 0..3 {
        let next = SessionState {
            idle_deadline: after(1_000_000),
            ..every_field_changed(&seen.state)
        };
        assert!(store.swap(&seen, &next).await.unwrap());
        seen = store.session(&row.id).await.unwrap().unwrap();
        assert_eq!(seen.absolute_deadline, row.absolute_deadline);
    }
    let end = row.absolute_deadline;
    assert_eq!(store.overdue(end, 10).await, Ok(vec![row.id.clone()]));
    assert_eq!(store.count_living(end).await, Ok(0));
    let token = RefreshToken::current(&seen);
    let grace = Duration::from_secs(30);
    let outcome = rotation::present(&*store, &token, seen, grace, end)
        .await
        .unwrap();
    assert!(matches!(
        outcome,
        Rotation::Over(_, EndReason::AbsoluteTimeout)
    ));
}
