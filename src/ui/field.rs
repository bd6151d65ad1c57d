//! Fields for what a person knows, laid out so that password managers understand them.
//!
//! Invariant: paste and autofill work (WCAG 3.3.8), and each field points to the text that tells why
//! it was refused.

use web_sys::Element;

use super::element::{El, el};

/// A field and its label. `problem` is the identifier of the text that tells why it was refused.
pub(crate) fn field(label: &str, kind: &str, autocomplete: &str, problem: &str) -> (El, Element) {
    let input = el("input required")
        .attr("type", kind)
        .attr("name", kind)
        .attr("autocomplete", autocomplete)
        .attr("aria-describedby", problem);
    let node = input.node().clone();
    let label = el("span.field-label").text(label);
    (el("label.field").child(label).child(input), node)
}

/// Whose password is asked for; password managers look for it beside the password.
pub(crate) fn username(email: &str) -> El {
    el("input.visually-hidden type=text autocomplete=username tabindex=-1 aria-hidden=true readonly")
        .attr("value", email)
}
