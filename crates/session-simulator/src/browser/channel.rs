//! What notices between tabs say about whom.

/// Hashes the identifier of a session as the clients do for their notices: FNV-1a, 64 bits.
#[must_use]
pub fn session_hash(session: &str) -> u64 {
    session
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
