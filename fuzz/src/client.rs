//! x
pub fn client_inputs(_bytes: &[u8]) {}
