//! The table: every state against every fact, as a snapshot that reads like a specification.

use std::{collections::BTreeMap, fmt::Write};

use session_core::{Assurance, LoginStatus, Phase, SessionView};

use crate::support::{
    facts::facts,
    samples::millis,
    states::STATES,
    world::{World, label},
};

#[test]
fn every_state_meets_every_fact_as_specified() {
    let mut table = String::new();
    for (name, way) in STATES {
        let mut world = way();
        // Sets the entries of the fact apart from those of the way.
        world.pass(millis(1));
        let before = summary(&world);
        writeln!(table, "## {name}: {before}\n").expect("a text grows");
        let mut ignored = BTreeMap::<String, String>::new();
        for (fact, input) in facts(&world) {
            let mut world = world.clone();
            world.send(input);
            match row(&before, &world) {
                Row::Acted(row) => writeln!(table, "{fact} {row}").expect("a text grows"),
                Row::Ignored(why) => add_to(ignored.entry(why).or_default(), &fact),
            }
        }
        for (why, facts) in ignored {
            writeln!(table, "-- ignored, {why}:\n   {facts}").expect("a text grows");
        }
        table.push('\n');
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("table", table);
    });
}

enum Row {
    Acted(String),
    Ignored(String),
}

fn row(before: &str, world: &World) -> Row {
    let orders: Vec<_> = world.orders().map(label).collect();
    let orders = match orders.join(", ") {
        none if none.is_empty() => String::new(),
        some => format!(" [{some}]"),
    };
    let after = summary(world);
    let next = if after == before { "same" } else { &after };
    match world.ignored() {
        Some(why) if orders.is_empty() && next == "same" => Row::Ignored(why.to_owned()),
        Some(why) => Row::Acted(format!("-> {next}{orders} ALTHOUGH IGNORED: {why}")),
        None => Row::Acted(format!("-> {next}{orders}")),
    }
}

/// Appends a fact to a list, with line breaks near column 100.
fn add_to(list: &mut String, fact: &str) {
    let line = list.lines().last().map_or(0, str::len);
    if line + fact.len() > 100 {
        list.push_str(" |\n   ");
    } else if !list.is_empty() {
        list.push_str(" | ");
    }
    list.push_str(fact);
}

/// Names the states of the parts, and what a person sees beyond them.
fn summary(world: &World) -> String {
    let view = world.view();
    let epoch = view.epoch;
    let assurance = match view.assurance {
        Assurance::Verified => "",
        Assurance::Unverified => "unverified",
        Assurance::Covered => "covered",
    };
    let assurance = assurance.to_owned();
    [
        world.state(),
        mirrored(world),
        seen(&view),
        assurance,
        format!("epoch {epoch}"),
    ]
    .into_iter()
    .filter(|part| !part.is_empty())
    .collect::<Vec<_>>()
    .join(", ")
}

/// Names the connection that a tab without a socket shows: the leader's.
fn mirrored(world: &World) -> String {
    let view = world.view();
    if view.user().is_some() && world.state().ends_with("Idle") {
        format!("shows {:?}", view.connection)
    } else {
        String::new()
    }
}

fn seen(view: &SessionView) -> String {
    match &view.phase {
        Phase::Restoring | Phase::LoggingOut | Phase::Active { .. } => String::new(),
        Phase::Anonymous { ended, login } => {
            let ended = ended.map_or_else(String::new, |reason| format!("after {}", reason.code()));
            [ended, status(*login)].join(" ").trim().to_owned()
        }
        Phase::Warned { warning, .. } => {
            let (cause, extension) = (warning.cause.name(), warning.extension);
            format!("{cause} {extension:?}")
        }
        Phase::Expired { cause, login, .. } => {
            let cause = cause.code();
            format!("{cause} {}", status(*login)).trim_end().to_owned()
        }
    }
}

fn status(login: LoginStatus) -> String {
    match login {
        LoginStatus::Ready => String::new(),
        LoginStatus::Busy => "login busy".to_owned(),
        LoginStatus::Failed(failure) => format!("login failed {failure:?}"),
    }
}
