//! The animation frame adapter against the browser's frames.

use std::{cell::Cell, rc::Rc};

use leptos_session::platform::frame::Frame;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{self, Errors};

#[wasm_bindgen_test]
async fn a_frame_comes_once_and_not_at_once() {
    let count = Rc::new(Cell::new(0));
    let _frame = counting(&count);
    assert_eq!(count.get(), 0);

    support::frame().await;
    support::frame().await;

    assert_eq!(count.get(), 1);
}

#[wasm_bindgen_test]
async fn a_dropped_frame_never_comes() {
    let _errors = Errors::watch();
    let count = Rc::new(Cell::new(0));
    drop(counting(&count));

    support::frame().await;
    support::frame().await;

    assert_eq!(count.get(), 0);
}

#[wasm_bindgen_test]
async fn a_frame_that_came_can_be_dropped() {
    let count = Rc::new(Cell::new(0));
    let first = counting(&count);
    support::frame().await;

    drop(first);
    let _second = counting(&count);
    support::frame().await;

    assert_eq!(count.get(), 2);
}

fn counting(count: &Rc<Cell<u32>>) -> Frame {
    let count = Rc::clone(count);
    Frame::next(move || count.set(count.get() + 1))
}
