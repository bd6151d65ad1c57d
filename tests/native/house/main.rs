//! The rules of the house, as tests. Each failure names the file and the remedy.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot read the repository has failed"
)]

mod documents;
mod files;
mod layers;
mod texts;
