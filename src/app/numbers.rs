//! Numbers for people, written by the browser.
//!
//! The browser knows every language's decimal sign and unit, and formatting floats here would cost
//! more bytes than this app's pages. Formatters are slow to make, so each is made once.

use std::cell::RefCell;

use js_sys::{Array, Function, Intl, JSON, Object};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::ui::locale::Locale;

/// What a number counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unit {
    /// A part of one, shown in percent.
    Share,
    /// Whole things.
    Count,
    /// Things a second, or a load.
    Rate,
    /// Bytes.
    Bytes,
    /// Bytes a second.
    BytesPerSecond,
}

/// Stands for a number that is not known.
pub(crate) const UNKNOWN: &str = "–";

/// Writes a number.
pub(crate) fn number(locale: Locale, unit: Unit, value: f64) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    match unit {
        Unit::Share => formatted(
            locale,
            r#"{"style":"percent","maximumSignificantDigits":2}"#,
            value,
        ),
        Unit::Count => formatted(locale, r#"{"maximumFractionDigits":0}"#, value),
        Unit::Rate => formatted(locale, r#"{"maximumFractionDigits":1}"#, value),
        Unit::Bytes => bytes(locale, "", value),
        Unit::BytesPerSecond => bytes(locale, "-per-second", value),
    }
}

/// Writes how long ago something was.
pub(crate) fn ago(locale: Locale, seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let options = JSON::parse(r#"{"numeric":"auto"}"#).unwrap_or_default();
    let format = Intl::RelativeTimeFormat::new(&tags(locale), options.unchecked_ref());
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    // Minus zero is "now"; zero would be "in 0 seconds".
    format.format(-f64::from(count), unit).into()
}

/// Decimal prefixes (SI), as the units of ECMA-402 are named.
const SCALES: [&str; 4] = ["kilo", "mega", "giga", "tera"];

fn bytes(locale: Locale, per: &str, value: f64) -> String {
    let (mut scaled, mut scale) = (value / 1e3, 0);
    while scaled >= 1e3 && scale + 1 < SCALES.len() {
        scaled /= 1e3;
        scale += 1;
    }
    let unit = [
        r#"{"style":"unit","maximumFractionDigits":1,"unit":""#,
        SCALES[scale],
        "byte",
        per,
        r#""}"#,
    ];
    formatted(locale, &unit.concat(), scaled)
}

thread_local! {
    static FORMATTERS: RefCell<Vec<(Locale, String, Function)>> = const { RefCell::new(Vec::new()) };
}

fn formatted(locale: Locale, options: &str, value: f64) -> String {
    let format = FORMATTERS.with_borrow_mut(|formatters| {
        let known = formatters
            .iter()
            .find(|(of, with, _)| *of == locale && with == options);
        if let Some((_, _, format)) = known {
            return format.clone();
        }
        let format = formatter(locale, options);
        formatters.push((locale, options.to_owned(), format.clone()));
        format
    });
    let text = format.call1(&JsValue::UNDEFINED, &value.into());
    text.ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

fn formatter(locale: Locale, options: &str) -> Function {
    let options: Object = JSON::parse(options).unwrap_or_default().unchecked_into();
    Intl::NumberFormat::new(&tags(locale), &options).format()
}

fn tags(locale: Locale) -> Array {
    Array::of1(&locale.tag().into())
}
