//! A limit that nothing moves: the warning can be put away, work goes on, and the time that is left
//! stays in sight.

use std::time::Duration;

use leptos::prelude::*;
use leptos_session::ui::{
    SessionDialogs,
    locale::{Locale, set_locale},
};
use session_core::Phase;
use session_protocol::{EndReason, WarningCause};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::support::{
    World,
    page::{focused, is_hit, is_visible, name, select},
    tick,
    user::{click, fill, press, same},
};

const EXTEND: &str = "/api/session/extend";
const TITLE: &str = "Your session is about to expire";
const KEEP: &str = "Keep working";

#[wasm_bindgen_test]
async fn no_extension_is_offered_and_nothing_dangerous_has_the_focus() {
    let world = absolute().await;

    let buttons = world.all("button").into_iter();
    let visible: Vec<_> = buttons.filter(|it| is_visible(it)).collect();
    let names: Vec<_> = visible.iter().map(name).collect();
    assert_eq!(names, ["Behind", "Log out", KEEP]);
    assert!(same(&focused(), &world.the("button", KEEP)));
}

#[wasm_bindgen_test]
async fn the_button_and_escape_give_the_page_back_where_one_was() {
    for escape in [false, true] {
        let world = World::logged_in(view).await;
        let field = world.field("Note");
        fill(&field, "half a sentence").await;
        field.focus().unwrap();
        warn(&world, 120).await;

        if escape {
            assert!(press(&focused(), "Escape").await, "the key is caught");
        } else {
            click(&world.the("button", KEEP)).await;
        }

        assert!(world.all("alertdialog").is_empty());
        assert!(same(&focused(), &field));
        assert!(is_hit(&world.the("button", "Behind")));
        assert_eq!(world.stage.calls(EXTEND).len(), 0);
        assert!(matches!(world.phase(), Phase::Warned { .. }));
    }
}

#[wasm_bindgen_test]
async fn the_time_that_is_left_stays_in_sight_and_is_not_spoken_each_second() {
    let world = put_away().await;

    let notice = notice(&world).unwrap();
    assert!(is_visible(&notice));
    assert!(notice.text_content().unwrap().contains(TITLE));
    let timer = world.the("timer", "Time left");
    assert!(notice.contains(Some(&timer)));
    assert_eq!(timer.get_attribute("aria-live").as_deref(), Some("off"));
    assert_eq!(timer.text_content().as_deref(), Some("2:00"));

    let spoken = || {
        let told = world.all("status").into_iter();
        told.filter_map(|it| it.text_content()).collect::<Vec<_>>()
    };
    let before = spoken();
    world.warn(118, WarningCause::Absolute, false).await;
    assert_eq!(timer.text_content().as_deref(), Some("1:58"));
    assert_eq!(spoken(), before);
    world.warn(59, WarningCause::Absolute, false).await;
    assert!(spoken().contains(&"59 seconds left".to_owned()));
    assert!(world.all("alertdialog").is_empty(), "it stays away");
}

#[wasm_bindgen_test]
async fn the_end_takes_the_place_of_the_notice_and_gives_the_focus_back() {
    let world = World::logged_in(view).await;
    let field = world.field("Note");
    field.focus().unwrap();
    warn(&world, 60).await;
    click(&world.the("button", KEEP)).await;

    world.expire(EndReason::AbsoluteTimeout).await;

    assert!(notice(&world).is_none());
    assert!(same(&focused(), &world.field("Password")));
    fill(&world.field("Password"), "password").await;
    click(&world.the("button", "Log in again")).await;
    assert!(world.all("alertdialog").is_empty());
    assert!(same(&focused(), &field));
}

#[wasm_bindgen_test]
async fn the_next_session_is_warned_of_its_own_limit() {
    let world = put_away().await;
    world.expire(EndReason::AbsoluteTimeout).await;
    world.log_in().await;
    assert!(notice(&world).is_none());

    warn(&world, 60).await;

    assert!(world.has("alertdialog", TITLE));
}

#[wasm_bindgen_test]
async fn a_limit_that_can_be_moved_is_another_warning() {
    let world = put_away().await;

    world.warn(60, WarningCause::Idle, true).await;

    assert!(notice(&world).is_none());
    assert!(same(&focused(), &world.the("button", "Stay signed in")));
}

#[wasm_bindgen_test]
async fn a_limit_that_comes_nearer_than_the_other_leaves_the_focus_on_a_button_in_sight() {
    let world = World::logged_in(view).await;
    let field = world.field("Note");
    field.focus().unwrap();
    world.warn(60, WarningCause::Idle, true).await;
    assert!(same(&focused(), &world.the("button", "Stay signed in")));

    warn(&world, 50).await;

    let button = world.the("button", KEEP);
    assert!(is_visible(&button) && same(&focused(), &button));
    press(&focused(), "Escape").await;
    assert!(same(&focused(), &field));
}

#[wasm_bindgen_test]
async fn what_is_left_of_the_warning_speaks_german() {
    let world = World::logged_in(|| {
        set_locale(Locale::German);
        view! { <SessionDialogs /> }
    })
    .await;
    warn(&world, 120).await;

    click(&world.the("button", "Weiterarbeiten")).await;

    let text = notice(&world).unwrap().text_content().unwrap();
    assert!(text.starts_with("Ihre Sitzung läuft bald ab"), "{text}");
}

fn notice(world: &World) -> Option<HtmlElement> {
    select(world.root(), ".session-notice").pop()
}

fn view() -> impl IntoView {
    view! {
        <label>"Note" <input /></label>
        <button>"Behind"</button>
        <SessionDialogs />
    }
}

async fn warn(world: &World, seconds: u64) {
    world.warn(seconds, WarningCause::Absolute, false).await;
    world.stage.advance(Duration::ZERO).await;
    tick().await;
}

async fn absolute() -> World {
    let world = World::logged_in(view).await;
    warn(&world, 120).await;
    world
}

async fn put_away() -> World {
    let world = absolute().await;
    click(&world.the("button", KEEP)).await;
    world
}
