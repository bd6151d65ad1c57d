//! Why a session ended: one vocabulary, and nothing else ends one.

use proptest::{prelude::*, sample::select};
use session_protocol::{EndReason, http::Problem, names::same_name};

use super::{gate::gate, values};

/// Plain texts of common backends that are understood in sockets and close reasons only.
const ALIASES: [&str; 5] = [
    "Authentication expired",
    "Session invalid",
    "token expired",
    "idle timeout",
    "session not found",
];

fn known(text: &str) -> bool {
    EndReason::ALL
        .into_iter()
        .any(|reason| same_name(reason.code(), text) || same_name(reason.problem_code(), text))
}

proptest! {
    #![proptest_config(gate())]

    #[test]
    fn a_reason_is_found_again_under_both_of_its_names(
        reason in values::reason(),
        between in select(vec!["_", "-", " ", ""]),
        upper in any::<bool>(),
    ) {
        for name in [reason.code(), reason.problem_code()] {
            let name = name.replace('_', between);
            let name = if upper { name.to_uppercase() } else { name.to_lowercase() };
            prop_assert_eq!(EndReason::parse(&name), Some(reason));
            prop_assert_eq!(EndReason::from_problem_code(&name), Some(reason));
        }
    }

    #[test]
    fn a_text_that_is_no_name_of_a_reason_is_none(text in "\\PC{0,20}|[a-z_ -]{0,24}") {
        let alias = ALIASES.iter().any(|alias| same_name(alias, &text));
        prop_assert_eq!(EndReason::parse(&text).is_some(), known(&text) || alias);
        prop_assert_eq!(EndReason::from_problem_code(&text).is_some(), known(&text));
    }

    /// An HTTP problem is read more strictly than a close reason, and never differently.
    #[test]
    fn a_problem_ends_a_session_only_for_a_known_reason(
        problem in values::problem(),
        code in prop_oneof![
            select(ALIASES.to_vec()).prop_map(str::to_owned),
            values::reason().prop_map(|it| it.code().to_owned()),
            values::text(),
        ],
    ) {
        let problem = Problem { code, ..problem };
        prop_assert_eq!(problem.end_reason().is_some(), known(&problem.code));
        if let Some(reason) = problem.end_reason() {
            prop_assert_eq!(EndReason::parse(&problem.code), Some(reason));
        }
    }
}
