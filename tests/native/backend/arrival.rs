//! Answers that come in another order than they were given: one jar, written as they come.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, Browser, World};

/// Long enough for seven calls, short enough to wait for its end.
const GRACE: Duration = Duration::from_secs(2);

async fn refresh(jar: &Browser) -> Answer {
    Browser::ask(jar.posting("/api/auth/refresh", &json!({}))).await
}

async fn log_out(jar: &Browser) -> Answer {
    Browser::ask(jar.posting("/api/auth/logout", &json!({}))).await
}

fn token_of(answer: &Answer) -> Option<String> {
    let body = (answer.status == 200).then(|| answer.json());
    body.and_then(|body| body["accessToken"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn the_jar_ends_with_the_successor_whoever_is_answered_last() {
    for loser_last in [true, false] {
        let world = World::start_with(|config| config.policy.refresh_grace = GRACE).await;
        let mut jar = world.user().await;
        // Seven tabs at once: one rotates, five are tolerated, one is put off.
        let mut answers = Vec::new();
        for _ in 0..7 {
            answers.push(refresh(&jar).await);
        }
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 429]);
        if !loser_last {
            answers.reverse();
        }
        for answer in &answers {
            jar.receive(answer);
        }
        assert_eq!(jar.cookies.len(), 1);
        tokio::time::sleep(GRACE).await;
        let next = jar.refresh().await;
        assert_eq!((next.status, next.set_cookies().len()), (200, 1));
        assert_eq!(jar.get("/api/me").await.status, 200);
    }
}

#[tokio::test]
async fn a_late_answer_of_an_ended_session_leaves_the_new_login_alone() {
    let world = World::start().await;
    let mut jar = world.user().await;
    let before = jar.clone();
    // A rotation of the first session, and the verdict on it after its end, are both still on
    // their way when somebody has logged in again.
    let late_rotation = refresh(&before).await;
    assert_eq!(late_rotation.set_cookies().len(), 1);
    let answer = log_out(&jar).await;
    jar.receive(&answer);
    let late_verdict = refresh(&before).await;
    late_verdict.expect_problem(401, "logged_out");
    assert_eq!(
        late_verdict.set_cookies().len(),
        1,
        "its own cookie is deleted"
    );
    let second = jar.log_in("second@example.com").await;
    let family = jar.cookies.clone();

    for late in [&late_rotation, &late_verdict, &late_rotation] {
        jar.receive(late);
        for (name, value) in &family {
            assert_eq!(
                jar.cookies.get(name),
                Some(value),
                "the new cookie is whole"
            );
        }
        let mut tab = jar.clone();
        tab.token = None;
        let status = tab.get("/api/session").await.json();
        assert_eq!(status["id"], Value::from(second.as_str()), "{status}");
    }
    assert_eq!(jar.cookies.len(), 2, "the dead cookie came last");
    let answer = jar.refresh().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["session"]["id"], Value::from(second.as_str()));
    assert!(
        jar.cookies.keys().eq(family.keys()),
        "the dead cookie is gone"
    );
}

#[tokio::test]
async fn after_a_logout_no_order_of_calls_and_answers_leaves_anything_alive() {
    for refresh_first in [true, false] {
        for refresh_arrives_last in [true, false] {
            let world = World::start().await;
            let mut jar = world.user().await;
            let (rotation, end) = if refresh_first {
                let rotation = refresh(&jar).await;
                (rotation, log_out(&jar).await)
            } else {
                let end = log_out(&jar).await;
                (refresh(&jar).await, end)
            };
            let expected = if refresh_first { 200 } else { 401 };
            assert_eq!((rotation.status, end.status), (expected, 204));
            let mut answers = [&rotation, &end];
            if !refresh_arrives_last {
                answers.reverse();
            }
            // The last of `answers` comes first.
            for answer in answers.into_iter().rev() {
                jar.receive(answer);
            }
            expect_nothing_alive(jar, token_of(&rotation)).await;
        }
    }
}

#[tokio::test]
async fn a_logout_wins_over_every_refresh_in_flight() {
    let world = World::start().await;
    for round in 0..12 {
        let jar = world.user().await;
        let mut calls = tokio::task::JoinSet::new();
        for call in 0..6 {
            let request = if call == round % 6 {
                jar.posting("/api/auth/logout", &json!({}))
            } else {
                jar.posting("/api/auth/refresh", &json!({}))
            };
            calls.spawn(Browser::ask(request));
        }
        let answers = calls.join_all().await;
        let mut jar = jar;
        for answer in &answers {
            assert!(matches!(answer.status, 200 | 204 | 401), "{answer:?}");
            jar.receive(answer);
        }
        for answer in &answers {
            expect_nothing_alive(jar.clone(), token_of(answer)).await;
        }
    }
}

/// Neither what the jar holds nor an access token that was issued meanwhile opens anything.
async fn expect_nothing_alive(mut jar: Browser, token: Option<String>) {
    jar.token = token;
    if jar.token.is_some() {
        jar.get("/api/me").await.expect_problem(401, "logged_out");
    }
    jar.token = None;
    let status = jar.get("/api/session").await.json();
    assert_eq!(status["active"], false, "{status}");
    let answer = jar.refresh().await;
    assert_eq!(answer.status, 401, "{answer:?}");
    assert!(jar.cookies.is_empty(), "{:?}", jar.cookies);
}
