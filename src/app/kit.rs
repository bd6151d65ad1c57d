//! Pieces that several pages are made of. They know no session.

use std::time::Duration;

use leptos::prelude::*;

use super::context::Context;
use crate::platform::timer::Timer;

/// The heading of a page; it takes the focus when the page is gone to.
pub(super) fn heading(text: &'static str) -> AnyView {
    view! { <h1 tabindex="-1">{text}</h1> }.into_any()
}

/// Stands where contents will be.
pub(super) fn skeleton(label: &'static str) -> AnyView {
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">{label}</span>
            <i></i>
            <i></i>
            <i></i>
        </div>
    }
    .into_any()
}

/// Stands where nothing may be shown.
pub(super) fn blank() -> AnyView {
    view! { <div class="skeleton" aria-hidden="true"></div> }.into_any()
}

/// Says that there are no contents, and why.
pub(super) fn failure(cx: Context, text: &'static str, retry: impl Fn() + 'static) -> AnyView {
    view! {
        <div class="empty">
            <p role="alert">{text}</p>
            {button("button", cx.words.try_again, retry)}
        </div>
    }
    .into_any()
}

/// A button.
pub(super) fn button(
    class: &'static str,
    text: &'static str,
    on_click: impl Fn() + 'static,
) -> AnyView {
    view! {
        <button type="button" class=class on:click=move |_| on_click()>
            {text}
        </button>
    }
    .into_any()
}

/// One of several, in a row. Each has an identifier, so that the focus finds it again.
pub(super) fn choice(
    legend: &'static str,
    name: &'static str,
    options: impl IntoIterator<Item = &'static str>,
    chosen: usize,
    choose: impl Fn(usize) + Copy + 'static,
) -> AnyView {
    let option = |(index, label): (usize, &'static str)| {
        view! {
            <label>
                <input
                    type="radio"
                    class="visually-hidden"
                    name=name
                    id=[name, "-", label].concat()
                    checked=index == chosen
                    on:change=move |_| choose(index)
                />
                <span>{label}</span>
            </label>
        }
        .into_any()
    };
    let options: Vec<_> = options.into_iter().enumerate().map(option).collect();
    view! {
        <fieldset class="choice">
            <legend>{legend}</legend>
            <div>{options}</div>
        </fieldset>
    }
    .into_any()
}

/// Counts up once in a while, as long as the current owner lives.
pub(super) fn ticks(period: Duration) -> ReadSignal<u32> {
    let (count, set_count) = signal(0_u32);
    let timer = StoredValue::new_local(None::<Timer>);
    Effect::new(move |_| {
        let next = count.get().wrapping_add(1);
        let tick = move || {
            let _gone = set_count.try_set(next);
        };
        timer.set_value(Some(Timer::after(period, tick)));
    });
    count
}
