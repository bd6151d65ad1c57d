//! What differs between two worlds, as far as a reader wants to know.

use std::collections::BTreeMap;

use session_simulator::{browser::BrowserId, world::World};

/// Lists what changed.
pub(super) fn between(before: &World, after: &World) -> Vec<String> {
    let mut changes = Vec::new();
    if before.now != after.now {
        changes.push(format!("time {} s", after.now.as_secs()));
    }
    let (old, new) = (facts(before), facts(after));
    for (name, value) in &new {
        if old.get(name) != Some(value) {
            changes.push(format!("{name} {value}"));
        }
    }
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    changes.extend(gone.map(|name| format!("{name} is gone")));
    changes
}

fn facts(world: &World) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    for (id, family) in world.server.families() {
        let ended = family.ended.map_or("lives", |(_, reason)| reason.code());
        let value = format!(
            "of {} {ended}, generation {}",
            family.user, family.generation
        );
        facts.insert(format!("session {id}"), value);
    }
    for (id, browser) in (0_u8..).map(BrowserId).zip(&world.browsers) {
        let jar: Vec<_> = browser.jar.values().map(ToString::to_string).collect();
        facts.insert(format!("jar {}", id.0), jar.join(" "));
        let presence = browser.storage.presence();
        facts.insert(format!("marker {}", id.0), format!("{presence:?}"));
    }
    for (tab, page) in world.pages() {
        let [session, token, connection] = page.client.state_names();
        let assurance = page.view.assurance;
        let id = page.client.session_id().unwrap_or("no session");
        let life = page.life;
        let value = format!("{session} ({id}) {token} {connection} {assurance:?} {life:?}");
        facts.insert(tab.to_string(), value);
    }
    for call in world.calls.iter().filter(|call| !call.is_orphan) {
        let name = format!("call {}", call.number.0);
        facts.insert(name, format!("{:?} of {}", call.asks, call.tab));
    }
    facts
}
