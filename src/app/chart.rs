//! A tile of the dashboard: a number, and how it was in the last minute.
//!
//! Curves are drawn with whole coordinates on a fixed canvas that the browser stretches. A curve
//! never leaves the range of its two ends, so nothing is shown that was not measured.

use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event, HtmlElement, MouseEvent};

use super::{
    context::Context,
    numbers::{Unit, number},
    samples::{History, KEPT, Metric, Sample},
};
use crate::ui::{
    element::{El, el, svg},
    reactive::Var,
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
pub(super) fn tile(cx: Context, tile: Tile, history: Var<History>, age: Var<Option<usize>>) -> El {
    let write = move |value| number(cx.locale, tile.unit, value);
    let sample = move || history.with(|it| it.before(age.get().unwrap_or_default()));
    let top = move || history.with(|it| tile.scale(it));
    let curve = move |class, metric, area| {
        svg("path").class(class).live_attr("d", move || {
            Some(history.with(|it| path(it, metric, tile.scale(it), area)))
        })
    };
    let mut drawing = svg("svg")
        .attr("viewBox", VIEW_BOX)
        .attr("preserveAspectRatio", "none")
        .attr("aria-hidden", "true")
        .child(curve("area", tile.line, true));
    let mut value = el("p.value");
    if let Some((name, second_name, metric)) = tile.second {
        drawing = drawing.child(curve("line second", metric, false));
        value = value
            .child(el("span.key").text(name))
            .live_text(move || write(sample().of(tile.line)))
            .child(el("span.key.second").text(second_name))
            .live_text(move || write(sample().of(metric)));
    } else {
        value = value.live_text(move || write(sample().of(tile.line)));
    }
    let plot = el("div.plot role=img")
        .live_attr("aria-label", move || {
            Some([tile.title, ": ", &tile.value(cx, &sample())].concat())
        })
        .on("pointermove", move |event| age.set(age_at(&event)))
        .on("pointerleave", move |_| age.set(None))
        .child(drawing.child(curve("line", tile.line, false)))
        .child(el("span.top").live_text(move || write(top())))
        .child(mark("rule", move || {
            age.get().map(|age| (1000 - across_of(age), 0))
        }))
        .child(mark("point", move || {
            let share = sample().of(tile.line) / top();
            let across = 1000 - across_of(age.get().unwrap_or_default());
            (!share.is_nan()).then(|| (across, canvas(share, 1000)))
        }));
    el("article")
        .class(tile.class)
        .child(el("h2").text(tile.title))
        .child(value)
        .child(el("p.note").live_text(move || (tile.note)(cx, &sample())))
        .child(plot)
}

/// A mark on a chart, so many thousandths from the left and from the ground.
fn mark(class: &str, place: impl Fn() -> Option<(i32, i32)> + 'static) -> El {
    let mark = el("i").class(class);
    let node = mark.node().clone();
    mark.effect(move || {
        let Some(element) = node.dyn_ref::<HtmlElement>() else {
            return;
        };
        let place = place();
        element.set_hidden(place.is_none());
        if let Some((across, up)) = place {
            // Styles that are set one by one are no inline styles to the page's policy.
            let style = element.style();
            style
                .set_property("left", &percent(across))
                .unwrap_or_default();
            style
                .set_property("bottom", &percent(up))
                .unwrap_or_default();
        }
    })
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
fn age_at(event: &Event) -> Option<usize> {
    let plot: Element = event.current_target()?.dyn_into().ok()?;
    let pointer: &MouseEvent = event.dyn_ref()?;
    let width = plot.client_width().max(1);
    let from_right = (width - pointer.offset_x()).clamp(0, width);
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
        let tops = [0.3, 1.0, 1.1, 3.0, 7.0, 42.0, 100_001.0];
        assert_eq!(
            tops.map(|top| round_above(top).to_string()),
            ["1", "1", "2", "5", "10", "50", "200000"]
        );
    }
}
