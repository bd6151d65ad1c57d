//! What servers of one store share: the feed, texts, buckets, homes, tasks, counts.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use session_backend::store::{Bucket, Cursor, Event, MOST_HOMES, Store};
use session_protocol::EndReason;
use tokio::task::JoinSet;

use super::{after, begun, on_each_store, session};

on_each_store! {
    every_end_is_in_the_feed_once_and_in_order
    a_follower_waits_and_hears_at_once
    updates_are_numbered_without_a_gap
    a_text_is_taken_once_and_in_time
    buckets_are_full_until_their_window_is_over
    homes_are_remembered_in_time_and_number
    a_task_is_one_servers_until_its_term_is_over
    counts_are_summed_over_the_servers_that_count
    a_store_answers
}

type Any = Arc<dyn Store>;

/// Follows until so many events were heard; some stores tell of accounts, too.
async fn heard(store: &dyn Store, mut place: Cursor, count: usize) -> Vec<Event> {
    let mut events = Vec::new();
    while events.len() < count {
        let followed = store.follow(place).await.unwrap();
        assert!(followed.complete, "nothing was missed");
        let accounts = |event: &Event| matches!(event, Event::Account { .. });
        events.extend(followed.events.into_iter().filter(|event| !accounts(event)));
        place = followed.next;
    }
    events
}

fn ended(session: &str, reason: EndReason) -> Event {
    Event::Ended {
        session: session.to_owned(),
        reason,
    }
}

async fn every_end_is_in_the_feed_once_and_in_order(store: Any) {
    let before = store.recent(Duration::from_secs(60)).await.unwrap();
    assert_eq!((before.events.len(), before.complete), (0, true));
    let place = before.next;
    let row = begun(&*store).await;
    let new = session(&row.user, "b", after(1));
    store
        .begin(&new, std::slice::from_ref(&row.id))
        .await
        .unwrap();
    store
        .end(&row.id, EndReason::Revoked, after(1))
        .await
        .unwrap();
    let third = session(&row.user, "c", after(2));
    store.begin(&third, &[]).await.unwrap();
    let reason = EndReason::AbsoluteTimeout;
    assert_eq!(store.expire(&third, reason, after(3)).await, Ok(true));
    assert_eq!(store.expire(&third, reason, after(3)).await, Ok(false));
    store
        .end(&new.id, EndReason::LoggedOut, after(4))
        .await
        .unwrap();
    let told = [
        ended(&row.id, EndReason::Replaced),
        ended(&third.id, reason),
        ended(&new.id, EndReason::LoggedOut),
    ];
    assert_eq!(heard(&*store, place, 3).await, told);
    assert_eq!(
        heard(&*store, place, 3).await,
        told,
        "each follower hears all"
    );
    let now = store.recent(Duration::from_secs(60)).await.unwrap().next;
    assert_eq!(store.follow(now).await.unwrap().events, []);
}

async fn a_follower_waits_and_hears_at_once(store: Any) {
    let place = store.recent(Duration::ZERO).await.unwrap().next;
    let event = Event::Extended {
        from: "server".to_owned(),
        session: "s".to_owned(),
    };
    let start = Instant::now();
    let publishing = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        store.publish(&event).await.unwrap();
    };
    let (followed, ()) = tokio::join!(store.follow(place), publishing);
    let followed = followed.unwrap();
    assert_eq!(followed.events, [event]);
    assert!(start.elapsed() >= Duration::from_millis(100));
    let start = Instant::now();
    let silence = store.follow(followed.next).await.unwrap();
    assert_eq!(silence.events, []);
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "it does not wait for ever"
    );
    assert!(start.elapsed() > Duration::from_millis(100), "it does wait");
}

async fn updates_are_numbered_without_a_gap(store: Any) {
    let place = store.recent(Duration::ZERO).await.unwrap().next;
    let mut writers = JoinSet::new();
    for number in 0..20 {
        let store = Arc::clone(&store);
        writers.spawn(async move { store.update("system", json!({ "n": number })).await });
    }
    for written in writers.join_all().await {
        written.unwrap();
    }
    store.update("other", Value::Null).await.unwrap();
    let mut numbers = Vec::new();
    for event in heard(&*store, place, 21).await {
        match event {
            Event::Update { topic, seq, .. } if topic == "system" => numbers.push(seq),
            Event::Update { topic, .. } => assert_eq!(topic, "other"),
            other @ (Event::Ended { .. }
            | Event::Cut(_)
            | Event::Account { .. }
            | Event::Extended { .. }
            | Event::Demo { .. }) => panic!("{other:?}"),
        }
    }
    let first = numbers[0];
    assert_eq!(numbers, (first..first + 20).collect::<Vec<_>>());
    assert!(first > 1_700_000_000_000, "it grows over restarts: {first}");
}

async fn a_text_is_taken_once_and_in_time(store: Any) {
    let long = Duration::from_secs(60);
    store.keep("k", "text with a space", long).await.unwrap();
    let mut takers = JoinSet::new();
    for _ in 0..10 {
        let store = Arc::clone(&store);
        takers.spawn(async move { store.take("k").await.unwrap() });
    }
    let taken: Vec<_> = takers.join_all().await.into_iter().flatten().collect();
    assert_eq!(taken, ["text with a space"]);
    store
        .keep("short", "text", Duration::from_millis(20))
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(store.take("short").await, Ok(None));
    assert_eq!(store.take("nothing").await, Ok(None));
}

fn bucket(key: &str, most: usize, seconds: u64) -> Bucket {
    Bucket {
        key: key.to_owned(),
        most,
        window: Duration::from_secs(seconds),
    }
}

async fn buckets_are_full_until_their_window_is_over(store: Any) {
    let buckets = [bucket("narrow", 2, 10), bucket("wide", 3, 20)];
    let happened = |at| {
        let (store, buckets) = (&store, &buckets);
        async move { store.fill(buckets, after(at)).await.unwrap() }
    };
    let wait = |at| {
        let (store, buckets) = (&store, &buckets);
        async move {
            let wait = store.wait(buckets, after(at)).await.unwrap();
            wait.map(|wait| wait.as_secs())
        }
    };
    assert_eq!(wait(0).await, None);
    happened(0).await;
    assert_eq!(wait(0).await, None);
    happened(1_000).await;
    assert_eq!(wait(1_000).await, Some(9), "the first makes a place");
    assert_eq!(wait(10_000).await, None);
    happened(10_000).await;
    assert_eq!(wait(10_000).await, Some(10), "the wide one is full, too");
    happened(10_500).await;
    assert_eq!(
        wait(10_500).await,
        Some(10),
        "the second of four makes a place"
    );
    assert_eq!(wait(21_000).await, None);
    let other = [bucket("other", 1, 10)];
    assert_eq!(store.wait(&other, after(0)).await, Ok(None));
}

async fn homes_are_remembered_in_time_and_number(store: Any) {
    let add = |account, network: &str, at, until| {
        let (store, network) = (&store, network.to_owned());
        async move {
            let added = store.add_home(account, &network, after(at), after(until));
            added.await.unwrap();
        }
    };
    let home = |account, network: &str, at| {
        let (store, network) = (&store, network.to_owned());
        async move { store.home(account, &network, after(at)).await.unwrap() }
    };
    assert_eq!(home("a", "here", 0).await, None);
    add("a", "here", 0, 10_000).await;
    assert_eq!(home("a", "here", 9_999).await, Some(after(10_000)));
    assert_eq!(home("a", "here", 10_000).await, None);
    assert_eq!(home("a", "there", 0).await, None);
    assert_eq!(home("b", "here", 0).await, None);
    add("a", "here", 5_000, 15_000).await;
    assert_eq!(home("a", "here", 10_000).await, Some(after(15_000)));
    add("b", "here", 5_000, 60_000).await;
    for number in 0..MOST_HOMES as u64 {
        let network = format!("network {number}");
        add("a", &network, 6_000, 20_000 + number).await;
    }
    assert_eq!(home("a", "here", 6_000).await, None, "the oldest goes");
    assert!(home("a", "network 0", 6_000).await.is_some());
    assert!(home("b", "here", 6_000).await.is_some());
    add("a", "last", 6_000, 70_000).await;
    assert_eq!(home("a", "network 0", 6_000).await, None);
    assert!(home("a", "network 1", 6_000).await.is_some());
}

async fn a_task_is_one_servers_until_its_term_is_over(store: Any) {
    let lease = |server, millis| {
        let store = &store;
        let term = Duration::from_millis(millis);
        async move { store.lease("task", server, term).await.unwrap() }
    };
    assert!(lease("one", 60_000).await);
    assert!(!lease("two", 60_000).await);
    assert!(lease("one", 50).await, "it keeps it");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(lease("two", 60_000).await);
    assert!(!lease("one", 60_000).await);
    assert_eq!(
        store.lease("other", "one", Duration::from_secs(1)).await,
        Ok(true)
    );
}

async fn counts_are_summed_over_the_servers_that_count(store: Any) {
    let sum = |server, numbers: [u64; 2], millis| {
        let store = &store;
        let term = Duration::from_millis(millis);
        async move { store.sum(server, &numbers, term).await.unwrap() }
    };
    assert_eq!(sum("one", [1, 10], 60_000).await, [1, 10]);
    assert_eq!(sum("two", [2, 20], 50).await, [3, 30]);
    assert_eq!(sum("one", [5, 50], 60_000).await, [7, 70]);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(sum("one", [5, 50], 60_000).await, [5, 50]);
}

async fn a_store_answers(store: Any) {
    assert_eq!(store.ping().await, Ok(()));
}
