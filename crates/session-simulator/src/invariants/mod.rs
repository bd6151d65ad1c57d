//! What must always be true of the clients: one named function for each promise.
//!
//! The promises of the server are in [`crate::server::invariants`]. A step is checked twice: when a
//! client has answered a fact with orders, and again when the orders are carried out.
//!
//! | promise | function |
//! |---|---|
//! | S6 no session ends without a verdict | [`s6_no_end_without_a_verdict`] |
//! | S7 once in an epoch | [`s7_once_in_an_epoch`] |
//! | S8 no socket without a session | [`s8_no_socket_without_a_session`] |
//! | S8 no socket after a terminal close | [`s8_no_socket_after_a_terminal_close`] |
//! | S9 nobody sees another's data | [`s9_nobody_sees_anothers_data`] |
//! | S10 a logout is final | [`s10_a_logout_is_final`] |
//! | S13 a hint grants nothing | [`s13_a_hint_grants_nothing`] |
//! | S14 tokens only where they may be used | [`s14_tokens_only_where_they_may_be_used`] |
//! | S15 drafts survive expiry | [`s15_drafts_survive_expiry`] |
//! | S16 terms grow | [`s16_terms_grow`] |
//! | S17 only users extend | [`s17_only_users_extend`] |
//! | S18 one refresh at a time | [`s18_one_refresh_at_a_time`] |
//! | S19 each update once and in order | [`s19_each_update_once_and_in_order`] |
//! | L7 one outcome for each request | [`l7_one_outcome`] |
//! | L8 no loop without a bound | [`l8_no_loop_without_a_bound`], [`l8_the_next_deadline_lies_ahead`] |

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an invariant looks only at the orders that it is about"
)]

mod bounds;
mod credentials;
mod ends;
mod hints;
mod owners;
mod step;
mod updates;

pub use bounds::{
    l7_one_outcome, l8_no_loop_without_a_bound, l8_the_next_deadline_lies_ahead,
    s18_one_refresh_at_a_time,
};
pub use credentials::{
    s8_no_socket_after_a_terminal_close, s8_no_socket_without_a_session, s10_a_logout_is_final,
    s14_tokens_only_where_they_may_be_used,
};
pub use ends::{s6_no_end_without_a_verdict, s7_once_in_an_epoch};
pub use hints::{s13_a_hint_grants_nothing, s16_terms_grow, s17_only_users_extend};
pub use owners::{s9_nobody_sees_anothers_data, s15_drafts_survive_expiry};
pub use step::{Cause, Step};
pub(crate) use step::{about_to_carry_out, carried_out};
pub use updates::s19_each_update_once_and_in_order;
