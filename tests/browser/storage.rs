//! The storage adapter against the browser's local storage, and where that refuses.

use leptos_session::platform::storage::{NotKept, Shelf};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Storage;

use crate::support::{Replaced, Shadowed};

const THROWING: &str = "() => { throw new DOMException('full', 'QuotaExceededError'); }";

#[wasm_bindgen_test]
fn a_shelf_keeps_values_under_its_scope() {
    let shelf = Shelf::new("one");

    assert_eq!(shelf.write("key", "välue"), Ok(()));

    assert_eq!(shelf.read("key").as_deref(), Some("välue"));
    let raw = local_storage().get_item("leptos-session.one.key").unwrap();
    assert_eq!(raw.as_deref(), Some("välue"));
    assert_eq!(Shelf::new("other").read("key"), None);
    shelf.remove("key");
    assert_eq!(shelf.read("key"), None);
}

#[wasm_bindgen_test]
fn removing_all_removes_what_begins_so_and_nothing_else() {
    let (shelf, other) = (Shelf::new("one"), Shelf::new("one.draft"));
    let foreign = "another-app";
    local_storage().set_item(foreign, "kept").unwrap();
    for key in ["draft.a.1", "draft.a.2", "draft.a.3", "draft.b.1", "theme"] {
        shelf.write(key, "kept").unwrap();
    }
    other.write("x", "kept").unwrap();

    shelf.remove_all("draft.a.");

    for (key, kept) in [
        ("draft.a.1", None),
        ("draft.a.2", None),
        ("draft.a.3", None),
        ("draft.b.1", Some("kept")),
        ("theme", Some("kept")),
    ] {
        assert_eq!(shelf.read(key).as_deref(), kept, "{key}");
    }
    assert_eq!(other.read("x").as_deref(), Some("kept"));
    shelf.remove_all("");
    assert_eq!(shelf.read("theme"), None);
    let raw = local_storage().get_item(foreign).unwrap();
    assert_eq!(raw.as_deref(), Some("kept"));
    local_storage().remove_item(foreign).unwrap();
}

#[wasm_bindgen_test]
fn a_full_storage_is_an_answer() {
    let shelf = Shelf::new("full");
    shelf.write("key", "old").unwrap();
    {
        let _full = Replaced::new("Storage.prototype", "setItem", THROWING);
        assert_eq!(shelf.write("key", "new"), Err(NotKept));
    }
    assert_eq!(shelf.read("key").as_deref(), Some("old"));
    shelf.remove("key");
}

#[wasm_bindgen_test]
fn a_forbidden_storage_is_an_answer() {
    let shelf = Shelf::new("forbidden");
    let methods = ["getItem", "setItem", "removeItem", "key"];
    let _forbidden = methods.map(|name| Replaced::new("Storage.prototype", name, THROWING));

    assert_eq!(shelf.read("key"), None);
    assert_eq!(shelf.write("key", "value"), Err(NotKept));
    shelf.remove("key");
    shelf.remove_all("");
}

#[wasm_bindgen_test]
fn a_missing_storage_is_an_answer() {
    let shelf = Shelf::new("missing");
    // As with cookies blocked.
    let denied = "(() => { throw new DOMException('denied', 'SecurityError'); })()";
    let _missing = Shadowed::new("window", "localStorage", denied);

    assert_eq!(shelf.read("key"), None);
    assert_eq!(shelf.write("key", "value"), Err(NotKept));
    shelf.remove("key");
    shelf.remove_all("");
}

fn local_storage() -> Storage {
    web_sys::window().unwrap().local_storage().unwrap().unwrap()
}
