//! The cover: what is protected cannot be read while nobody knows whether the session lives, and
//! nothing of it is lost.

use std::time::Duration;

use leptos::prelude::*;
use leptos_session::ui::{
    RequireSession, SessionDialogs,
    locale::{Locale, set_locale},
};
use session_core::{Assurance, Input, Phase};
use session_protocol::{SessionStatus, WarningCause};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, HtmlInputElement};

use crate::support::{
    World,
    backend::{Outcome, ok},
    javascript,
    page::{document, focused, is_visible, select},
    stage::Reply,
    tick,
    user::{click, fill, same},
};

const SESSION: &str = "/api/session";
const NIGHT: Duration = Duration::from_secs(8 * 3600);
const CHECKING: &str = "Checking your session…";

#[wasm_bindgen_test]
async fn after_a_night_nothing_can_be_read_before_the_server_has_answered() {
    let (world, field) = working().await;

    world.wakes_covered().await;

    assert_eq!(world.cover(), CHECKING);
    assert!(field.is_connected(), "nothing is removed");
    for element in select(world.root(), ".secret, .secret *") {
        assert!(!is_visible(&element), "{}", element.outer_html());
    }
    let selected = "(getSelection().selectAllChildren(document.body), String(getSelection()))";
    let selected = javascript(selected).as_string().unwrap();
    assert!(
        !selected.contains("ecret"),
        "what can be copied: {selected}"
    );
    javascript("getSelection().removeAllRanges()");
    assert_eq!(javascript("window.find('secret')"), false);
    assert_eq!(world.stage.calls(SESSION).len(), 2, "one question");
}

#[wasm_bindgen_test]
async fn what_is_covered_takes_no_focus_and_no_keys() {
    let (world, field) = working().await;
    world.wakes_covered().await;

    for element in select(world.root(), ".secret *") {
        element.focus().unwrap();
        assert!(!same(&focused(), &element));
    }
    assert!(!same(&focused(), &field));
    assert_eq!(
        focused().text_content().as_deref(),
        Some(CHECKING),
        "the focus waits where the page tells what is going on"
    );
}

#[wasm_bindgen_test]
async fn text_caret_scroll_and_focus_are_there_again() {
    let (world, field) = working().await;
    let scroller = select(world.root(), ".scroller").remove(0);
    scroller.set_scroll_top(70);
    world.wakes_covered().await;

    world.stage.release(SESSION, alive(&world)).await;

    assert_eq!(world.cover(), "");
    assert_eq!(world.assurance(), Assurance::Verified);
    assert!(is_visible(&field));
    assert_eq!(field.value(), "half a sentence");
    assert_eq!(scroller.scroll_top(), 70);
    assert!(same(&focused(), &field));
    let caret = (field.selection_start(), field.selection_end());
    assert_eq!(caret, (Ok(Some(4)), Ok(Some(6))));
    let style = select(world.root(), ".session-guarded")[0].get_attribute("style");
    assert_eq!(style.as_deref(), Some(""));
}

#[wasm_bindgen_test]
async fn a_focus_that_the_person_moved_stays_there() {
    let (world, _field) = working().await;
    world.wakes_covered().await;
    let outside = select(world.root(), "button.outside").remove(0);
    outside.focus().unwrap();

    world.stage.release(SESSION, alive(&world)).await;

    assert_eq!(world.cover(), "");
    assert!(same(&focused(), &outside));
}

#[wasm_bindgen_test]
async fn a_session_that_is_over_goes_from_the_cover_to_its_dialog() {
    let (world, _field) = working().await;
    world.wakes_covered().await;
    javascript(
        "window.uncovered = 0, new MutationObserver(() => {
             const guarded = document.querySelector('.session-guarded');
             window.uncovered += guarded && !guarded.inert;
         }).observe(document.body, { subtree: true, attributes: true, childList: true })",
    );

    let over = SessionStatus::Ended { reason: None };
    world.stage.backend().user.take();
    world.stage.release(SESSION, ok(&over.to_value())).await;

    assert!(matches!(world.phase(), Phase::Expired { .. }));
    assert!(world.has("alertdialog", "Session expired"));
    assert!(!world.root().inner_html().contains("secret"));
    assert_eq!(javascript("window.uncovered"), 0);
}

#[wasm_bindgen_test]
async fn without_a_network_the_cover_says_so_and_waits() {
    let (world, field) = working().await;
    world.stage.fact(Input::WentOffline);
    world.stage.advance(Duration::from_secs(31 * 60)).await;

    assert!(world.cover().starts_with("You are offline."));
    assert!(!is_visible(&field));
    assert_eq!(world.stage.calls(SESSION).len(), 1, "it cannot be asked");

    world.stage.fact(Input::WentOnline);
    tick().await;
    assert_eq!(world.cover(), "");
    assert!(same(&focused(), &field));
}

#[wasm_bindgen_test]
async fn the_dialogs_stay_usable_over_the_cover() {
    let (world, field) = working().await;
    world.warn(60, WarningCause::Idle, true).await;
    world.stage.next(SESSION, Reply::Held);
    world.stage.advance(Duration::from_secs(65)).await;
    assert_eq!(world.cover(), CHECKING);
    assert!(!is_visible(&field));
    let stay = world.the("button", "Stay signed in");
    assert!(same(&focused(), &stay));

    click(&stay).await;

    assert_eq!(world.cover(), "");
    assert!(world.all("alertdialog").is_empty());
    assert!(same(&focused(), &field));
}

#[wasm_bindgen_test]
async fn clocks_that_disagree_are_a_question_and_cover_nothing() {
    let (world, field) = working().await;
    world.stage.next(SESSION, Reply::Held);

    world.stage.sleep(Duration::from_secs(600));
    world.stage.fact(Input::DeadlineReached);
    tick().await;

    assert_eq!(world.assurance(), Assurance::Unverified);
    assert_eq!(world.stage.calls(SESSION).len(), 2);
    assert_eq!(world.cover(), "");
    assert!(is_visible(&field));
    assert!(same(&focused(), &field));
}

#[wasm_bindgen_test]
async fn the_cover_speaks_german() {
    let world = World::logged_in(|| {
        set_locale(Locale::German);
        view()
    })
    .await;
    world.wakes_covered().await;
    assert_eq!(world.cover(), "Ihre Sitzung wird geprüft…");

    world.stage.fact(Input::WentOffline);
    tick().await;
    assert!(world.cover().starts_with("Sie sind offline."));
}

/// A session whose user has typed something and stands in the middle of it.
async fn working() -> (World, HtmlInputElement) {
    let world = World::logged_in(view).await;
    // The last question is a while ago, so that the next is not held back.
    world.stage.advance(Duration::from_secs(60)).await;
    let field = world.field("Note");
    fill(&field, "half a sentence").await;
    field.focus().unwrap();
    field.set_selection_range(4, 6).unwrap();
    (world, field)
}

fn view() -> impl IntoView {
    let inside = || {
        view! {
            <div class="secret">
                <label>"Note" <input type="text" /></label>
                <a href="/secret">"A secret link"</a>
                <p style="visibility: visible">"A secret that insists on being seen"</p>
                <div class="scroller" tabindex="0" style="height: 20px; overflow: scroll">
                    <div style="height: 200px">"A long secret"</div>
                </div>
            </div>
        }
    };
    view! {
        <RequireSession fallback=|| "nobody">{inside()}</RequireSession>
        <button class="outside" style="font-size: 0">"Outside"</button>
        <SessionDialogs />
    }
}

fn alive(world: &World) -> Outcome {
    ok(&SessionStatus::Active(world.stage.backend().session()).to_value())
}

impl World {
    /// The machine slept for a night; the server keeps its answer back.
    async fn wakes_covered(&self) {
        self.stage.next(SESSION, Reply::Held);
        self.stage.sleep(NIGHT);
        self.stage.fact(Input::PageFocused);
        // No frame and no timer is waited for.
        tick().await;
        assert_eq!(self.assurance(), Assurance::Covered);
    }

    fn assurance(&self) -> Assurance {
        self.session.view().with_untracked(|view| view.assurance)
    }

    /// Returns what the cover says; nothing while there is none.
    fn cover(&self) -> String {
        let covers: Vec<HtmlElement> = select(self.root(), ".session-cover [role=status]");
        assert_eq!(covers.len(), 1, "{:?}", document().body());
        covers[0].text_content().unwrap()
    }
}
