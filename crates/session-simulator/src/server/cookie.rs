//! Refresh tokens, and the cookies that hold them.
//!
//! Invariant: a token is only ever made by the server; whoever presents one was given it or
//! copied it.

use std::{collections::BTreeMap, fmt, time::Duration};

use super::FamilyId;

/// A refresh token whose MAC is right: family and generation.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RefreshToken {
    /// The family.
    pub family: FamilyId,
    /// Counts the rotations of the family.
    pub generation: u32,
}

impl fmt::Display for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rt.{}.{}", self.family.0, self.generation)
    }
}

/// The name of a refresh cookie.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum CookieName {
    /// The name tells the family, as the contract demands.
    OfFamily(FamilyId),
    /// One name for all families: [`crate::bug::Bug::OneCookieName`].
    Shared,
}

impl fmt::Display for CookieName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OfFamily(family) => write!(f, "__Host-Http-rt-{family}"),
            Self::Shared => f.write_str("__Host-Http-rt"),
        }
    }
}

/// The refresh cookies of a browser, or those that a request carries.
pub type Jar = BTreeMap<CookieName, RefreshToken>;

/// A `Set-Cookie` header.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SetCookie {
    /// Which cookie.
    pub name: CookieName,
    /// Its new value; nothing deletes it.
    pub token: Option<RefreshToken>,
    /// How long it is kept; without it the cookie ends with the browser.
    pub max_age: Option<Duration>,
}

impl SetCookie {
    /// Deletes a cookie.
    #[must_use]
    pub const fn delete(name: CookieName) -> Self {
        Self {
            name,
            token: None,
            max_age: None,
        }
    }

    /// Writes the cookie into a jar.
    pub fn apply(&self, jar: &mut Jar) {
        match self.token {
            Some(token) => jar.insert(self.name, token),
            None => jar.remove(&self.name),
        };
    }
}
