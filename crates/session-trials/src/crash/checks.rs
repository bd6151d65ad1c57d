//! What a client asks for after a kill: everything that it was promised.
//!
//! Invariant: only an answer of a server that is available tells anything; it is asked again until
//! there is one.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Report, Violation,
    client::Client,
    history::{Belief, Found, Life},
};
use crate::{Browser, Outcome};

/// An unavailable server is asked again this often before that counts against it.
const MOST_ASKED: usize = 100;
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(20);
/// A user who has so many notes deletes them all, long before there is no room for more.
const MANY_NOTES: usize = 200;

impl Client {
    /// Asks for everything that was promised.
    pub(super) async fn check(&mut self) {
        self.choose_node();
        if self.current.is_some() {
            self.insist(|client| Box::pin(client.refresh())).await;
            self.report.checks += 1;
        }
        for mut life in std::mem::take(&mut self.ended) {
            let found = self.find(&life).await;
            self.report.checks += 1;
            self.report
                .violations
                .extend(found.and_then(|found| life.judge(found)));
            self.ended.push_back(life);
        }
        if self.draw.below(4) == 0 {
            self.present_an_older_token().await;
        }
        if self.current.is_none() {
            self.insist(|client| Box::pin(client.log_in())).await;
        }
        for note in std::mem::take(&mut self.notes) {
            self.find_note(&note).await;
        }
        self.make_room().await;
    }

    /// Asks for a note that was promised.
    async fn find_note(&mut self, note: &str) {
        let line = format!("GET /api/notes/{note}");
        let found = available(&mut self.browser, &mut self.report, &line, &Value::Null).await;
        self.report.checks += 1;
        match found {
            Outcome::Done(_) => {}
            Outcome::Refused(404, _) => self.violated(Violation::NoteLost(note.to_owned())),
            found @ (Outcome::Refused(..) | Outcome::Unknown) => {
                let text = format!("note {note}: {found:?}");
                self.violated(Violation::Unexpected(text));
            }
        }
    }

    async fn make_room(&mut self) {
        let Outcome::Done(found) = self.browser.call("GET /api/notes", &Value::Null).await else {
            return;
        };
        let notes = found.as_array().filter(|notes| notes.len() >= MANY_NOTES);
        for id in notes
            .into_iter()
            .flatten()
            .filter_map(|note| note["id"].as_str())
        {
            let line = format!("DELETE /api/notes/{id}");
            // What stays is deleted the next time.
            drop(self.browser.call(&line, &Value::Null).await);
        }
    }

    /// Makes a call until the server is available.
    async fn insist<F>(&mut self, call: F)
    where
        F: for<'a> Fn(&'a mut Self) -> std::pin::Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>,
    {
        for _ in 0..MOST_ASKED {
            match call(self).await {
                Outcome::Done(_) => return,
                Outcome::Refused(503, _) => self.report.unavailable += 1,
                Outcome::Refused(..) => return,
                Outcome::Unknown => break,
            }
            tokio::time::sleep(BETWEEN_QUESTIONS).await;
        }
        self.violated(Violation::Unexpected(
            "not available after a start".to_owned(),
        ));
    }

    /// Presents what a session left behind: its access token first, since a store that has forgotten
    /// the last rotation takes the cookie for a stolen one and ends what it has revived.
    async fn find(&mut self, life: &Life) -> Option<Found> {
        let mut elsewhere = Browser::new(self.browser.from, self.browser.to);
        elsewhere.token.clone_from(&life.token);
        let read = self
            .try_again(elsewhere, "GET /api/me", &Value::Null)
            .await?;
        let refreshed = self.present(life, life.cookies.last()).await?;
        Some(match read {
            Found::Alive => read,
            Found::Dead => refreshed,
        })
    }

    /// Presents a refresh token of a session.
    async fn present(&mut self, life: &Life, cookie: Option<&String>) -> Option<Found> {
        let mut elsewhere = Browser::new(self.browser.from, self.browser.to);
        let cookie = cookie.map(|cookie| (life.family.clone(), cookie.clone()));
        elsewhere.cookies.extend(cookie);
        self.try_again(elsewhere, "POST /api/auth/refresh", &json!({}))
            .await
    }

    /// Makes a call elsewhere with credentials that ought to be dead.
    async fn try_again(
        &mut self,
        mut elsewhere: Browser,
        line: &str,
        body: &Value,
    ) -> Option<Found> {
        match available(&mut elsewhere, &mut self.report, line, body).await {
            Outcome::Done(_) => Some(Found::Alive),
            Outcome::Refused(401, _) => Some(Found::Dead),
            found @ (Outcome::Refused(..) | Outcome::Unknown) => {
                let text = format!("credentials tried again: {line}: {found:?}");
                self.violated(Violation::Unexpected(text));
                None
            }
        }
    }

    /// Presents a token that two others have followed, as a thief would: it must not work, and its
    /// session has to be over.
    async fn present_an_older_token(&mut self) {
        let Some(life) = self.current.as_mut().filter(|life| life.cookies.len() >= 3) else {
            return;
        };
        life.belief = Belief::Over;
        let (life, older) = (life.clone(), life.cookies[life.cookies.len() - 3].clone());
        self.report.older_tokens += 1;
        self.report.checks += 2;
        if self.present(&life, Some(&older)).await == Some(Found::Alive) {
            self.violated(Violation::StaleToken(life.family.clone()));
        }
        if self.find(&life).await == Some(Found::Alive) {
            self.violated(Violation::Resurrected(life.family.clone()));
        }
        self.bury();
    }
}

/// Makes a call until the server is available.
async fn available(
    browser: &mut Browser,
    report: &mut Report,
    request_line: &str,
    body: &Value,
) -> Outcome {
    for _ in 1..MOST_ASKED {
        match browser.call(request_line, body).await {
            Outcome::Refused(503, _) => report.unavailable += 1,
            outcome @ (Outcome::Done(_) | Outcome::Refused(..) | Outcome::Unknown) => {
                return outcome;
            }
        }
        tokio::time::sleep(BETWEEN_QUESTIONS).await;
    }
    browser.call(request_line, body).await
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        time::Instant,
    };

    use super::*;
    use crate::draw::Draw;

    /// Returns a client whose server answers so, one call after the other.
    async fn client_of(answers: Vec<u16>) -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            for status in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                while !["Length: 0\r\n\r\n", "\r\n\r\n{}"]
                    .iter()
                    .any(|end| request.ends_with(end.as_bytes()))
                {
                    stream.read_buf(&mut request).await.unwrap();
                }
                let answer = format!("HTTP/1.1 {status} ?\r\nContent-Length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Client::new(1, &[address], Draw::new(1))
    }

    #[tokio::test]
    async fn a_note_is_lost_only_if_an_available_server_does_not_have_it() {
        for (answers, lost, unexpected) in [
            (vec![503, 503, 200], 0, 0),
            (vec![503, 404], 1, 0),
            (vec![503, 500], 0, 1),
        ] {
            let mut client = client_of(answers.clone()).await;
            client.find_note("1").await;
            let report = client.take_report();
            let count =
                |is: fn(&Violation) -> bool| report.violations.iter().filter(|it| is(it)).count();
            let found = count(|it| matches!(it, Violation::NoteLost(_)));
            assert_eq!(found, lost, "{answers:?}: {report}");
            let found = count(|it| matches!(it, Violation::Unexpected(_)));
            assert_eq!(found, unexpected, "{answers:?}: {report}");
        }
    }

    #[tokio::test]
    async fn credentials_that_are_tried_again_wait_for_an_available_server() {
        let mut client = client_of(vec![503, 401, 503, 401]).await;
        let now = Instant::now();
        let life = Life::begun("family", "cookie", None, Duration::from_secs(1), (now, now));
        assert_eq!(client.find(&life).await, Some(Found::Dead));
        assert!(client.take_report().violations.is_empty());
    }
}
