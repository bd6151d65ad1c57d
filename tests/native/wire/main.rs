//! The wire: golden fixtures, tolerance, limits.
fn main() {}
