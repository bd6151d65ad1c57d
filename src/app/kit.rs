//! Pieces that several pages are made of. They know no session.

use std::{rc::Rc, time::Duration};

use crate::{
    platform::timer::Timer,
    ui::{
        element::{El, el},
        reactive::{Var, effect},
    },
};

/// The head of a page: its heading, which takes the focus when the page is gone to. Buttons follow.
pub(super) fn head(text: &str) -> El {
    el("div.page-head").child(heading(text))
}

/// The heading of a page.
pub(super) fn heading(text: &str) -> El {
    el("h1 tabindex=-1").text(text)
}

/// A quiet text.
pub(super) fn note(text: &str) -> El {
    el("p.note").text(text)
}

/// A text that is spoken when it changes.
pub(super) fn told(class: &str, text: impl Fn() -> &'static str + 'static) -> El {
    el("p").class(class).attr("role", "status").live_text(text)
}

/// A text that is spoken at once.
pub(super) fn alert(text: impl Fn() -> &'static str + 'static) -> El {
    el("p.error role=alert").live_text(text)
}

/// A button.
pub(super) fn button(class: &str, text: &str, mut act: impl FnMut() + 'static) -> El {
    el("button")
        .class(class)
        .attr("type", "button")
        .text(text)
        .on("click", move |_| act())
}

/// A link.
pub(super) fn link(class: &str, href: &str) -> El {
    el("a").class(class).attr("href", href)
}

/// Stands where contents will be.
pub(super) fn skeleton(class: &str, label: &str) -> El {
    let label = el("span.visually-hidden").text(label);
    let shapes = ["i", "i", "i"].map(el);
    el("div")
        .class(class)
        .attr("role", "status")
        .child(label)
        .children(shapes)
}

/// Says that there are no contents, and why.
pub(super) fn failure(text: &str, again: &str, retry: impl FnMut() + 'static) -> El {
    el("div.empty")
        .child(el("p role=alert").text(text))
        .child(button("button", again, retry))
}

/// One of several, in a row. Each has an identifier, so that the focus finds it again.
pub(super) fn choice(
    legend: &str,
    name: &str,
    options: &[&str],
    chosen: usize,
    choose: Rc<dyn Fn(usize)>,
) -> El {
    let option = |(index, label): (usize, &&str)| {
        let choose = Rc::clone(&choose);
        let input = el("input.visually-hidden type=radio")
            .attr("name", name)
            .attr("id", &[name, "-", label].concat())
            .prop("checked", &(index == chosen).into())
            .on("change", move |_| choose(index));
        el("label").child(input).child(el("span").text(label))
    };
    let options = el("div").children(options.iter().enumerate().map(option));
    el("fieldset.choice")
        .child(el("legend").text(legend))
        .child(options)
}

/// Counts up once in a while, as long as the current owner lives.
pub(super) fn ticks(period: Duration) -> Var<u64> {
    let count = Var::new(0_u64);
    let timer = Var::new(None::<Timer>);
    effect(move || {
        let next = count.get().wrapping_add(1);
        let tick = Timer::after(period, move || count.set(next));
        timer.update_quietly(|timer| *timer = Some(tick));
    });
    count
}
