//! Policies that break a rule: each is refused with its own text, and nothing starts.

use std::{collections::BTreeSet, time::Duration};

use session_backend::{Config, Policy, PolicyRule, StartError, StoreLocation, start};
use tokio::net::TcpListener;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn refusal(config: Config) -> StartError {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    start(config, listener).await.expect_err("it started")
}

fn bad_policies() -> Vec<(PolicyRule, Policy)> {
    let with = |change: fn(&mut Policy)| {
        let mut policy = Policy::default();
        change(&mut policy);
        policy
    };
    vec![
        (
            PolicyRule::NoZero,
            with(|policy| policy.idle_timeout = Duration::ZERO),
        ),
        (
            PolicyRule::NoZero,
            with(|policy| policy.sessions_per_user = 0),
        ),
        (
            PolicyRule::NoZero,
            with(|policy| policy.step_up_within = Duration::ZERO),
        ),
        (
            PolicyRule::WarningTooShort,
            with(|policy| policy.warning_lead = seconds(19)),
        ),
        (
            PolicyRule::WarningBeyondIdle,
            with(|policy| policy.warning_lead = policy.idle_timeout),
        ),
        (
            PolicyRule::TooFewExtensions,
            with(|policy| policy.absolute_timeout = policy.idle_timeout * 9),
        ),
        (
            PolicyRule::IdleBeyondAbsolute,
            with(|policy| policy.idle_timeout = policy.absolute_timeout + seconds(1)),
        ),
        (
            PolicyRule::RememberBelowAbsolute,
            with(|policy| policy.remember_absolute_timeout = seconds(3600)),
        ),
        (
            PolicyRule::TokenTooShort,
            with(|policy| policy.access_token_lifetime = Duration::from_millis(999)),
        ),
        (
            PolicyRule::TokenBeyondIdle,
            with(|policy| policy.access_token_lifetime = policy.idle_timeout),
        ),
        (
            PolicyRule::GraceTooShort,
            with(|policy| policy.refresh_grace = seconds(10)),
        ),
    ]
}

#[tokio::test]
async fn each_broken_rule_is_named_by_a_text_of_its_own() {
    let mut texts = BTreeSet::new();
    for (rule, policy) in bad_policies() {
        let config = Config {
            store: StoreLocation::Memory,
            policy,
            ..Config::default()
        };
        let error = refusal(config).await;
        assert!(
            matches!(&error, StartError::Policy(found) if *found == rule),
            "{rule:?}: {error}"
        );
        texts.insert(error.to_string());
    }
    let rules: BTreeSet<_> = bad_policies().into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(texts.len(), rules.len());
}

#[test]
fn the_defaults_keep_all_rules_and_a_day_needs_no_ten_extensions() {
    assert_eq!(Policy::default().validate(), Ok(()));
    let long_idle = Policy {
        idle_timeout: seconds(4 * 3600),
        ..Policy::default()
    };
    assert_eq!(long_idle.validate(), Ok(()));
}

#[tokio::test]
async fn short_limits_can_be_allowed_but_zero_cannot() {
    for (rule, policy) in bad_policies() {
        let config = Config {
            store: StoreLocation::Memory,
            allow_short_limits: true,
            policy,
            ..Config::default()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let started = start(config, listener).await;
        assert_eq!(started.is_ok(), rule != PolicyRule::NoZero, "{rule:?}");
    }
}

#[tokio::test]
async fn what_is_no_origin_or_base_path_is_refused() {
    for origin in ["*", "localhost:3000", "http://a/b", "ftp://a", "http://"] {
        let config = Config {
            store: StoreLocation::Memory,
            origins: vec![origin.to_owned()],
            ..Config::default()
        };
        let error = refusal(config).await;
        assert!(matches!(error, StartError::Origin(_)), "{origin}: {error}");
    }
    let config = Config {
        store: StoreLocation::Memory,
        base_path: "app".to_owned(),
        ..Config::default()
    };
    assert!(matches!(refusal(config).await, StartError::BasePath(_)));
}

#[test]
fn a_store_is_read_and_another_one_is_answered_with_what_there_is() {
    let redis = StoreLocation::parse("redis://localhost:6379/0");
    assert!(matches!(redis, Ok(StoreLocation::Redis(_))));
    let error = StoreLocation::parse("postgres://localhost").unwrap_err();
    assert!(
        error.contains("redis://") && error.contains("sqlite:PATH"),
        "{error}"
    );
    assert!(StoreLocation::parse("sqlite:").is_err());
    assert_eq!(
        StoreLocation::parse("sqlite::memory:"),
        Ok(StoreLocation::Memory)
    );
}
