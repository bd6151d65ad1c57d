//! Random numbers of the browser, for jitter and for the name of a tab.

/// Returns 64 random bits (Web Cryptography).
#[must_use]
pub fn bits() -> u64 {
    let mut bytes = [0_u8; 8];
    let filled = super::window()
        .crypto()
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
    match filled {
        Ok(_) => u64::from_le_bytes(bytes),
        // Jitter and tab names are no secrets, so the weaker source serves where there is no other.
        Err(_) => js_sys::Math::random().to_bits(),
    }
}
