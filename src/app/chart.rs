//! A tile of the dashboard: a number, and how it was in the last minute.
//!
//! Curves are drawn with whole coordinates on a fixed canvas that the browser stretches. A curve
//! never leaves the range of its two ends, so nothing is shown that was not measured.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::{
    context::Context,
    numbers::{Unit, number},
    samples::{History, KEPT, Metric, Sample},
};

/// Width between two samples.
const STEP: i32 = 10;
/// Height of the canvas.
const HEIGHT: i32 = 1000;
const VIEW_BOX: &str = "0 0 590 1000";

/// What the top of a chart stands for.
#[derive(Clone, Copy)]
pub(super) enum Top {
    /// A fixed number.
    At(f64),
    /// Another number of the sample.
    Of(Metric),
    /// A round number above all values, and at least this.
    Round(f64),
}

/// What a tile shows.
#[derive(Clone, Copy)]
pub(super) struct Tile {
    pub(super) class: &'static str,
    pub(super) title: &'static str,
    pub(super) unit: Unit,
    pub(super) top: Top,
    pub(super) line: Metric,
    /// A second line: names of both, and the metric.
    pub(super) second: Option<(&'static str, &'static str, Metric)>,
    /// A text beside the number.
    pub(super) note: fn(Context, &Sample) -> String,
}

/// Builds a tile. `age` is how many samples back the person looks, in all tiles at once.
pub(super) fn tile(
    cx: Context,
    tile: Tile,
    history: ReadSignal<History>,
    age: RwSignal<Option<usize>>,
) -> AnyView {
    let write = move |value| number(cx.locale, tile.unit, value);
    let sample = move || history.with(|it| it.before(age.get().unwrap_or_default()));
    let top = move || history.with(|it| tile.scale(it));
    let value = move || tile.value(cx, &sample());
    let curve = move |metric, area| history.with(|it| path(it, metric, tile.scale(it), area));
    let point = move || {
        let share = sample().of(tile.line) / top();
        percent(canvas(share, 1000))
    };
    let known = move || !sample().of(tile.line).is_nan();
    let across = move || percent(1000 - across_of(age.get().unwrap_or_default()));
    let values = match tile.second {
        None => value.into_any(),
        Some((name, second_name, metric)) => {
            let (first, second) = (
                move || write(sample().of(tile.line)),
                move || write(sample().of(metric)),
            );
            view! {
                <span class="key">{name}</span>
                {first}
                <span class="key second">{second_name}</span>
                {second}
            }
            .into_any()
        }
    };
    let second = tile.second.map(|(_, _, metric)| {
        view! { <path class="line second" d=move || curve(metric, false) /> }
    });

    view! {
        <article class=tile.class>
            <h2>{tile.title}</h2>
            <p class="value">{values}</p>
            <p class="note">{move || (tile.note)(cx, &sample())}</p>
            <div
                class="plot"
                role="img"
                aria-label=move || [tile.title, ": ", &value()].concat()
                on:pointermove=move |event| age.set(age_at(&event))
                on:pointerleave=move |_| age.set(None)
            >
                <svg viewBox=VIEW_BOX preserveAspectRatio="none" aria-hidden="true">
                    <path class="area" d=move || curve(tile.line, true) />
                    {second}
                    <path class="line" d=move || curve(tile.line, false) />
                </svg>
                <span class="top">{move || write(top())}</span>
                <i class="rule" class:shown=move || age.get().is_some() style:left=across></i>
                <i class="point" class:shown=known style:left=across style:bottom=point></i>
            </div>
        </article>
    }
    .into_any()
}

impl Tile {
    fn value(self, cx: Context, sample: &Sample) -> String {
        let first = number(cx.locale, self.unit, sample.of(self.line));
        match self.second {
            None => first,
            Some((name, second_name, metric)) => {
                let second = number(cx.locale, self.unit, sample.of(metric));
                [name, " ", &first, " · ", second_name, " ", &second].concat()
            }
        }
    }

    fn scale(self, history: &History) -> f64 {
        match self.top {
            Top::At(top) => top,
            Top::Of(metric) => history.before(0).of(metric),
            Top::Round(least) => {
                let second = self.second.map_or(self.line, |(_, _, metric)| metric);
                let values = history
                    .positions(self.line)
                    .chain(history.positions(second));
                round_above(values.fold(least, |most, (_, value)| most.max(value)))
            }
        }
    }
}

/// Returns the next of 1, 2, 5, 10, 20, … that is not below `value`.
fn round_above(value: f64) -> f64 {
    let steps = [2.0, 2.5, 2.0];
    let mut round = 1.0;
    for step in steps.into_iter().cycle().take(60) {
        if round >= value {
            break;
        }
        round *= step;
    }
    round
}

/// Draws one metric, as an area down to the ground or as a line with gaps where nothing was
/// measured.
fn path(history: &History, metric: Metric, top: f64, area: bool) -> String {
    let mut path = String::new();
    let mut last = None;
    let mut to = |command: &str, numbers: &[i32]| {
        path.push_str(command);
        for number in numbers {
            path.push_str(&number.to_string());
            path.push(' ');
        }
    };
    for (position, value) in history.positions(metric) {
        let x = i32::try_from(position).unwrap_or_default() * STEP;
        let share = value / top;
        if share.is_nan() && !area {
            last = None;
            continue;
        }
        let y = HEIGHT - canvas(share, HEIGHT);
        match last {
            None if area => to("M", &[x, HEIGHT, x, y]),
            None => to("M", &[x, y]),
            Some(before) => {
                let half = x - STEP / 2;
                to("C", &[half, before, half, y, x, y]);
            }
        }
        last = Some(y);
    }
    if area && last.is_some() {
        path.push_str("V1000Z");
    }
    path
}

/// Returns a share of one as a whole number up to `height`; what is no number lies on the ground.
fn canvas(share: f64, height: i32) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "clamped, and no number becomes zero"
    )]
    let scaled = (share.clamp(0.0, 1.0) * f64::from(height)).round() as i32;
    scaled
}

/// Writes thousandths in percent.
fn percent(thousandths: i32) -> String {
    let (whole, tenths) = (thousandths / 10, thousandths % 10);
    [&whole.to_string(), ".", &tenths.to_string(), "%"].concat()
}

/// Returns how far from the right a sample of this age stands, in thousandths.
fn across_of(age: usize) -> i32 {
    i32::try_from(age * 1000 / (KEPT - 1)).unwrap_or_default()
}

/// Returns the age of the sample under the pointer.
fn age_at(event: &ev::PointerEvent) -> Option<usize> {
    let plot: Element = event.current_target()?.dyn_into().ok()?;
    let width = plot.client_width().max(1);
    let from_right = (width - event.offset_x()).clamp(0, width);
    let last = i32::try_from(KEPT - 1).unwrap_or_default();
    usize::try_from((from_right * last + width / 2) / width).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Update;

    fn history(values: &[&str]) -> History {
        let mut history = History::new(0);
        for value in values {
            history.add(
                &Update {
                    topic: String::new(),
                    seq: 0,
                    payload: serde_json::from_str(&["{\"cpu\":", value, "}"].concat()).unwrap(),
                },
                1,
            );
        }
        history
    }

    #[test]
    fn the_latest_value_is_drawn_at_the_right() {
        let line = path(&history(&["0.5", "1"]), Metric::Cpu, 1.0, false);
        assert_eq!(line, "M580 500 C585 500 585 0 590 0 ");
        let area = path(&history(&["0.5", "1"]), Metric::Cpu, 1.0, true);
        assert_eq!(area, "M580 1000 580 500 C585 500 585 0 590 0 V1000Z");
    }

    #[test]
    fn what_was_not_measured_is_a_gap() {
        let line = path(&history(&["1", "null", "1"]), Metric::Cpu, 1.0, false);
        assert_eq!(line, "M570 0 M590 0 ");
    }

    #[test]
    fn no_samples_draw_nothing() {
        assert_eq!(path(&History::new(0), Metric::Cpu, 1.0, true), "");
    }

    #[test]
    fn the_top_is_round() {
        let tops = [0.3, 1.0, 1.1, 3.0, 7.0, 42.0, 100_001.0].map(round_above);
        assert_eq!(tops, [1.0, 1.0, 2.0, 5.0, 10.0, 50.0, 200_000.0]);
    }
}
