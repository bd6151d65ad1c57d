//! A thief who copied the jar once.
//!
//! Invariant: a thief has what was copied and what the server answered to it, nothing else.

use std::{collections::BTreeSet, time::Duration};

use crate::server::{
    AccessToken, Bearer, Call, Jar, Party, RefreshToken, Request, Response, Server,
};

/// A thief.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Adversary {
    has_copied: bool,
    refresh_tokens: BTreeSet<RefreshToken>,
    access_tokens: BTreeSet<AccessToken>,
}

/// Something a thief can present.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Loot {
    /// A refresh token.
    Refresh(RefreshToken),
    /// An access token.
    Access(AccessToken),
}

impl Loot {
    /// Makes a request of it: a refresh token goes into the cookie of its family, an
    /// access token into the `Authorization` header.
    #[must_use]
    pub fn request(self, server: &Server, call: Call) -> Request {
        let mut request = Request {
            call,
            cookies: Jar::new(),
            bearer: None,
            party: Party::Thief,
        };
        match self {
            Self::Refresh(token) => {
                let name = server.cookie_name(token.family);
                request.cookies.insert(name, token);
            }
            Self::Access(token) => request.bearer = Some(Bearer::Token(token)),
        }
        request
    }
}

impl Adversary {
    /// Copies a jar, once; returns whether there was something to copy.
    pub fn copy_jar(&mut self, jar: &Jar) -> bool {
        if self.has_copied || jar.is_empty() {
            return false;
        }
        self.has_copied = true;
        self.refresh_tokens.extend(jar.values());
        true
    }

    /// Returns whether the jar was copied.
    #[must_use]
    pub const fn has_copied(&self) -> bool {
        self.has_copied
    }

    /// Returns all that can be presented, in a constant order.
    pub fn loot(&self) -> impl Iterator<Item = Loot> + '_ {
        let refresh = self.refresh_tokens.iter().copied().map(Loot::Refresh);
        refresh.chain(self.access_tokens.iter().copied().map(Loot::Access))
    }

    /// Keeps what the server answered to a request of the thief.
    pub fn learn(&mut self, response: &Response) {
        self.access_tokens.extend(response.access_token());
        let tokens = response.set_cookies.iter().filter_map(|set| set.token);
        self.refresh_tokens.extend(tokens);
    }

    /// Throws away what can never be worth anything again.
    pub fn discard_worthless(&mut self, server: &Server, now: Duration) {
        let lives = |id| !server.is_over(id, now);
        self.refresh_tokens.retain(|token| lives(token.family));
        self.access_tokens
            .retain(|token| lives(token.family) && now < token.ends_at);
    }
}
