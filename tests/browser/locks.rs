//! Locks between tabs: several pages' locks in one page, by the browser and by leases in storage.

use std::rc::Rc;

use js_sys::Promise;
use leptos_session::platform::{locks::Locks, storage::Shelf};
use session_core::{Input, LockId, LockName};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Recorder, Replaced, Shadowed, javascript, until};

const FULL: &str = "() => { throw new DOMException('full', 'QuotaExceededError'); }";

/// What locks are made of.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Browser,
    Storage,
}

/// One page's locks and what it heard of them.
struct Tab {
    locks: Locks,
    facts: Recorder,
}

impl Tab {
    fn open(kind: Kind, scope: &str) -> Self {
        let facts = Recorder::default();
        let _without = match kind {
            Kind::Browser => None,
            Kind::Storage => Some(no_locks()),
        };
        let locks = Locks::open(scope, &facts.sink()).unwrap();
        Self { locks, facts }
    }

    fn ask(&self, lock: u64) {
        self.locks.request(LockId(lock), LockName::Leader, false);
    }

    fn steal(&self, lock: u64) {
        self.locks.request(LockId(lock), LockName::Leader, true);
    }

    fn release(&self, lock: u64) {
        self.locks.release(LockId(lock));
    }

    async fn granted(&self, lock: u64) {
        self.hears(Input::LockGranted { lock: LockId(lock) }).await;
    }

    async fn lost(&self, lock: u64) {
        self.hears(Input::LockLost { lock: LockId(lock) }).await;
    }

    async fn hears(&self, fact: Input) {
        until(&format!("{fact:?}"), || !self.facts.is_empty()).await;
        assert_eq!(self.facts.take(), [fact]);
    }

    fn hears_nothing(&self) {
        assert_eq!(self.facts.facts(), []);
    }
}

#[wasm_bindgen_test]
async fn the_browser_passes_a_lock_on_when_it_is_released() {
    a_lock_is_passed_on(Kind::Browser).await;
}

#[wasm_bindgen_test]
async fn a_lease_is_passed_on_when_it_is_released() {
    a_lock_is_passed_on(Kind::Storage).await;
}

async fn a_lock_is_passed_on(kind: Kind) {
    let scope = format!("passed-on-{kind:?}");
    let (first, second) = (Tab::open(kind, &scope), Tab::open(kind, &scope));
    let elsewhere = Tab::open(kind, &format!("{scope}-elsewhere"));
    first.ask(1);
    first.granted(1).await;
    second.ask(1);
    elsewhere.ask(1);
    elsewhere.granted(1).await;
    let refresh = LockId(2);
    second.locks.request(refresh, LockName::Refresh, false);
    second.hears(Input::LockGranted { lock: refresh }).await;

    first.release(1);

    second.granted(1).await;
    first.ask(2);
    drop(second);
    first.granted(2).await;
}

#[wasm_bindgen_test]
async fn whoever_is_robbed_by_the_browser_hears_of_it() {
    the_robbed_hears_of_it(Kind::Browser).await;
}

#[wasm_bindgen_test]
async fn whoever_is_robbed_of_a_lease_hears_of_it() {
    the_robbed_hears_of_it(Kind::Storage).await;
}

async fn the_robbed_hears_of_it(kind: Kind) {
    let scope = format!("robbed-{kind:?}");
    let (robbed, thief) = (Tab::open(kind, &scope), Tab::open(kind, &scope));
    robbed.ask(1);
    robbed.granted(1).await;

    thief.steal(1);

    thief.granted(1).await;
    robbed.lost(1).await;
    robbed.release(1);
    robbed.ask(2);
    thief.release(1);
    robbed.granted(2).await;
    thief.hears_nothing();
}

#[wasm_bindgen_test]
async fn the_browser_grants_nothing_that_was_withdrawn() {
    nothing_is_granted_that_was_withdrawn(Kind::Browser).await;
}

#[wasm_bindgen_test]
async fn no_lease_is_granted_that_was_withdrawn() {
    nothing_is_granted_that_was_withdrawn(Kind::Storage).await;
}

async fn nothing_is_granted_that_was_withdrawn(kind: Kind) {
    let scope = format!("withdrawn-{kind:?}");
    let tabs = [(); 3].map(|()| Tab::open(kind, &scope));
    let [holder, waiting, last] = &tabs;
    holder.ask(1);
    holder.granted(1).await;
    waiting.ask(1);
    last.ask(1);

    waiting.release(1);
    // Taken and let go in the same turn.
    waiting.steal(2);
    waiting.release(2);
    // The browser has taken it from its holder already.
    if let Kind::Browser = kind {
        holder.lost(1).await;
    } else {
        holder.release(1);
    }

    last.granted(1).await;
    waiting.hears_nothing();
    holder.hears_nothing();
}

#[wasm_bindgen_test]
async fn a_withdrawn_request_waits_in_no_queue_of_the_browser() {
    let (holder, waiting) = (
        Tab::open(Kind::Browser, "queue"),
        Tab::open(Kind::Browser, "queue"),
    );
    holder.ask(1);
    holder.granted(1).await;
    waiting.ask(1);
    assert_eq!(pending().await, 1);

    // A page that is frozen meanwhile could not let the lock go.
    waiting.release(1);

    assert_eq!(pending().await, 0);
}

/// Returns how many requests wait for a lock of the scope `queue`.
async fn pending() -> JsValue {
    let query = "navigator.locks.query().then(({ pending }) =>
        pending.filter(({ name }) => name === 'leptos-session.queue.leader').length)";
    let query: Promise = javascript(query).unchecked_into();
    JsFuture::from(query).await.unwrap()
}

#[wasm_bindgen_test]
async fn a_request_that_the_browser_refuses_is_told() {
    let tab = Tab::open(Kind::Browser, "refused");
    {
        // As with cookies blocked.
        let refuse = "() => window.refused = Promise.reject(new DOMException('', 'SecurityError'))";
        let _refusing = Replaced::new("LockManager.prototype", "request", refuse);
        tab.ask(1);
        tab.steal(2);
    }
    until("both are told", || tab.facts.facts().len() == 2).await;
    let lost = |lock| Input::LockLost { lock: LockId(lock) };
    assert_eq!(tab.facts.take(), [lost(1), lost(2)]);
    tab.ask(3);
    tab.granted(3).await;
    tab.hears_nothing();
}

#[wasm_bindgen_test]
async fn a_lease_ends_when_nobody_renews_it() {
    let seconds = |more: f64| (js_sys::Date::now() / 1000.0 + more).floor();
    for (entry, free) in [
        (format!("{} other", seconds(-2.0)), true),
        (format!("{} other", seconds(100.0)), false),
        (format!("{} other", seconds(100_000.0)), true),
        ("other".to_owned(), true),
        (String::new(), true),
        ("99999999999999999999 other".to_owned(), true),
    ] {
        let shelf = Shelf::new("ended-lease");
        shelf.write("leader", &entry).unwrap();
        let tab = Tab::open(Kind::Storage, "ended-lease");
        tab.ask(1);

        if free {
            tab.granted(1).await;
        } else {
            let witness = Tab::open(Kind::Storage, "ended-lease-witness");
            witness.ask(1);
            witness.granted(1).await;
            tab.hears_nothing();
            assert_eq!(shelf.read("leader"), Some(entry));
        }
        drop(tab);
        shelf.remove("leader");
    }
}

#[wasm_bindgen_test]
async fn a_lease_is_renewed_while_it_is_held_and_longer_by_a_hidden_page() {
    let tab = Tab::open(Kind::Storage, "renewed");
    let left = || {
        let entry = Shelf::new("renewed").read("leader").unwrap_or_default();
        let until: f64 = entry.split(' ').next().unwrap().parse().unwrap_or_default();
        until - js_sys::Date::now() / 1000.0
    };
    tab.ask(1);
    assert!((3.0..=5.0).contains(&left()), "{} s", left());
    tab.granted(1).await;

    let _hidden = Shadowed::new("document", "visibilityState", "'hidden'");
    until("it is renewed for longer than a minute", || left() > 61.0).await;

    tab.hears_nothing();
    drop(tab);
    assert_eq!(Shelf::new("renewed").read("leader"), None);
}

#[wasm_bindgen_test]
async fn a_lease_that_is_not_kept_is_refused() {
    let tab = Tab::open(Kind::Storage, "not-kept");
    let _full = Replaced::new("Storage.prototype", "setItem", FULL);

    tab.ask(1);

    tab.lost(1).await;
}

#[wasm_bindgen_test]
fn without_locks_and_storage_there_is_nothing() {
    let _without = no_locks();
    let _full = Replaced::new("Storage.prototype", "setItem", FULL);
    let nothing: Rc<dyn Fn(Input)> = Rc::new(|_| ());
    assert!(Locks::open("nothing", &nothing).is_none());
}

fn no_locks() -> Shadowed {
    Shadowed::new("navigator", "locks", "undefined")
}
