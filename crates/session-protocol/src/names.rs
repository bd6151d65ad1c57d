//! Tolerant comparison of names on the wire.
//!
//! Invariant: two names are one name exactly if they are equal after ASCII case, `_`, `-` and
//! spaces are taken away.

/// Returns whether `a` and `b` are the same name without case, `_`, `-` and spaces.
///
/// # Examples
///
/// ```
/// use session_protocol::names::same_name;
/// assert!(same_name("SESSION_EXPIRED", "sessionExpired"));
/// assert!(!same_name("SESSION_EXPIRED", "SESSION_EXTENDED"));
/// ```
#[must_use]
pub fn same_name(a: &str, b: &str) -> bool {
    folded(a).eq(folded(b))
}

fn folded(name: &str) -> impl Iterator<Item = u8> + '_ {
    name.bytes()
        .filter(|byte| !matches!(byte, b'_' | b'-' | b' '))
        .map(|byte| byte.to_ascii_lowercase())
}
