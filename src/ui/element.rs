//! Elements built by plain calls, with reactive texts, attributes and regions.
//!
//! A `view!` compiles a type, and with it a renderer, for each piece of markup: seven pages of it
//! weigh 60 KB (brotli) in the bundle. Here each kind of node has one renderer for all. The
//! reactive half is Leptos' own: what a closure reads, it follows, and what is made inside a region
//! belongs to the region's owner. Invariants: listeners, effects and everything that was kept go
//! with the element, before its successor stands; texts are set as texts, never as markup.

use std::{any::Any, cell::RefCell, fmt};

use leptos::{
    prelude::{AddAnyAttr, IntoView, Mountable, Render, RenderHtml},
    tachys::{
        html::attribute::{Attribute, any_attribute::AnyAttribute},
        hydration::Cursor,
        view::{Position, PositionState},
    },
};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Document, Element, Event, Node, Text};

use super::reactive::erased_effect;
use crate::service::Listener;

/// An element under construction, and then the owner of everything that keeps it alive.
///
/// One pointer wide, so that the calls that build it stay small.
pub struct El(Box<Parts>);

struct Parts {
    node: Element,
    kept: Vec<Box<dyn Any>>,
}

/// Begins an HTML element: its name, its classes behind dots, and attributes without spaces behind
/// spaces, as in `el("button.button.quiet type=button autofocus")`.
#[must_use]
pub fn el(spec: &str) -> El {
    El::of(spec, |name| document().create_element(name))
}

/// Begins an SVG element.
#[must_use]
pub fn svg(spec: &str) -> El {
    El::of(spec, |name| document().create_element_ns(Some(SVG), name))
}

const SVG: &str = "http://www.w3.org/2000/svg";

/// Cuts a text in two at the first `at`, which belongs to neither part.
fn cut(text: &str, at: u8) -> (&str, &str) {
    let end = text
        .bytes()
        .position(|byte| byte == at)
        .unwrap_or(text.len());
    let rest = text.get(end + 1..).unwrap_or_default();
    (text.get(..end).unwrap_or(text), rest)
}

fn document() -> Document {
    leptos::prelude::document()
}

impl El {
    fn of(spec: &str, create: fn(&str) -> Result<Element, JsValue>) -> Self {
        let (head, mut attributes) = cut(spec, b' ');
        let (name, classes) = cut(head, b'.');
        // Creating throws for names that are no names only, and names are constants of ours.
        let node = create(name).unwrap_or_else(|error| wasm_bindgen::throw_val(error));
        if !classes.is_empty() {
            set_attribute(&node, "class", Some(&classes.replace('.', " ")));
        }
        while !attributes.is_empty() {
            let (attribute, rest) = cut(attributes, b' ');
            let (name, value) = cut(attribute, b'=');
            set_attribute(&node, name, Some(value));
            attributes = rest;
        }
        let kept = Vec::new();
        Self(Box::new(Parts { node, kept }))
    }

    /// Returns the node.
    #[must_use]
    pub const fn node(&self) -> &Element {
        &self.0.node
    }

    /// Sets the class names.
    #[must_use]
    pub fn class(self, names: &str) -> Self {
        self.attr("class", names)
    }

    /// Sets an attribute.
    #[must_use]
    pub fn attr(self, name: &str, value: &str) -> Self {
        set_attribute(&self.0.node, name, Some(value));
        self
    }

    /// Sets a property of the node, for what is no attribute, like the value of a field.
    #[must_use]
    pub fn prop(self, name: &str, value: &JsValue) -> Self {
        set_property(&self.0.node, name, value);
        self
    }

    /// Appends a text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.append(&document().create_text_node(text));
        self
    }

    /// Appends an element.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        self.append(&child.0.node);
        self.0.kept.extend(child.0.kept);
        self
    }

    /// Appends a Leptos view, which goes with the element.
    #[must_use]
    pub fn holding(self, view: impl IntoView + 'static) -> Self {
        let mut standing = view.into_view().build();
        standing.mount(&self.0.node, None);
        self.keep(standing)
    }

    /// Appends elements.
    #[must_use]
    pub fn children(self, children: impl IntoIterator<Item = Self>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    /// Appends a text that follows what the closure reads.
    #[must_use]
    pub fn live_text<T: AsRef<str>>(mut self, text: impl Fn() -> T + 'static) -> Self {
        let node = document().create_text_node("");
        self.append(&node);
        self.follow(Box::new(move || set_text(&node, text().as_ref())));
        self
    }

    /// Sets an attribute that follows what the closure reads; `None` removes it.
    #[must_use]
    pub fn live_attr<T: AsRef<str>>(
        mut self,
        name: &'static str,
        value: impl Fn() -> Option<T> + 'static,
    ) -> Self {
        let node = self.0.node.clone();
        self.follow(Box::new(move || {
            let value = value();
            set_attribute(&node, name, value.as_ref().map(AsRef::as_ref));
        }));
        self
    }

    /// Sets an attribute without a value while the closure says so.
    #[must_use]
    pub fn live_flag(self, name: &'static str, set: impl Fn() -> bool + 'static) -> Self {
        self.live_attr(name, move || set().then_some(""))
    }

    /// Appends a region whose one element is made anew whenever what the closure reads changes.
    #[must_use]
    pub fn live(mut self, make: impl Fn() -> Option<Self> + 'static) -> Self {
        let region = Region::at_the_end_of(&self);
        self.follow(Box::new(move || region.show(make())));
        self
    }

    /// Calls `act` for each event that reaches the element; `act` may prevent what the browser
    /// would do.
    #[must_use]
    pub fn on(mut self, event: &'static str, act: impl FnMut(Event) + 'static) -> Self {
        self.0.kept.push(Box::new(Listener::acting(
            &self.0.node,
            event,
            Box::new(act),
        )));
        self
    }

    /// Keeps a value for as long as the element stands.
    #[must_use]
    pub fn keep(mut self, value: impl Any) -> Self {
        self.0.kept.push(Box::new(value));
        self
    }

    /// Runs `run` now and whenever something that it read has changed, as long as the element
    /// stands.
    #[must_use]
    pub fn effect(mut self, run: impl FnMut() + 'static) -> Self {
        self.follow(Box::new(run));
        self
    }

    fn follow(&mut self, run: Box<dyn FnMut()>) {
        self.0.kept.push(Box::new(erased_effect(run)));
    }

    fn append(&self, child: &Node) {
        // Throws only for children that cannot be children, such as documents.
        self.0
            .node
            .append_child(child)
            .map(drop)
            .unwrap_or_default();
    }

    /// Makes a Leptos view of the element.
    #[must_use]
    pub fn into_leptos(self) -> Standing {
        Standing(SendWrapper::new(self))
    }
}

impl fmt::Debug for El {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("El").field(&self.0.node.tag_name()).finish()
    }
}

/// A place in an element where one element stands at a time.
struct Region {
    end: Text,
    shown: RefCell<Option<El>>,
}

impl Region {
    fn at_the_end_of(parent: &El) -> Self {
        let end = document().create_text_node("");
        parent.append(&end);
        let shown = RefCell::new(None);
        Self { end, shown }
    }

    fn show(&self, next: Option<El>) {
        if let Some(previous) = self.shown.take() {
            let Parts { node, kept } = *previous.0;
            // What is kept goes while the element stands, so that a dialog gives the focus back,
            // and before its successor stands, so that no listener hears of that.
            drop(kept);
            node.remove();
        }
        if let (Some(next), Some(parent)) = (&next, self.end.parent_node()) {
            parent
                .insert_before(&next.0.node, Some(&self.end))
                .map(drop)
                .unwrap_or_default();
        }
        self.shown.replace(next);
    }
}

fn set_text(node: &Text, text: &str) {
    // Writing the same text again would make assistive technology speak again.
    if node.data() != text {
        node.set_data(text);
    }
}

/// Sets or removes an attribute.
pub(crate) fn set_attribute(node: &Element, name: &str, value: Option<&str>) {
    match value {
        Some(value) => node.set_attribute(name, value).unwrap_or_default(),
        None => node.remove_attribute(name).unwrap_or_default(),
    }
}

/// Sets a property.
pub(crate) fn set_property(node: &Element, name: &str, value: &JsValue) {
    // Throws only for properties that cannot be set, which are none of ours.
    js_sys::Reflect::set(node, &JsValue::from_str(name), value).unwrap_or_default();
}

/// Returns the value of a form field.
#[must_use]
pub fn value_of(field: &Element) -> String {
    let value = js_sys::Reflect::get(field, &JsValue::from_str("value"));
    value
        .ok()
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}

/// An element as a Leptos view. It is browser-only: on a server it is nothing.
#[derive(Debug)]
pub struct Standing(SendWrapper<El>);

impl Render for Standing {
    type State = Self;

    fn build(self) -> Self {
        self
    }

    fn rebuild(self, state: &mut Self) {
        if let Some(parent) = state.0.node().parent_node() {
            parent
                .replace_child(self.0.node(), state.0.node())
                .map(drop)
                .unwrap_or_default();
        }
        *state = self;
    }
}

impl Mountable for Standing {
    fn unmount(&mut self) {
        self.0.node().remove();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        parent
            .insert_before(self.0.node(), marker)
            .map(drop)
            .unwrap_or_default();
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let parent = self
            .0
            .node()
            .parent_node()
            .and_then(|parent| parent.dyn_into().ok());
        parent.is_some_and(|parent: Element| {
            child.mount(&parent, Some(self.0.node()));
            true
        })
    }

    fn elements(&self) -> Vec<Element> {
        vec![self.0.node().clone()]
    }
}

impl AddAnyAttr for Standing {
    type Output<SomeNewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _attr: NewAttr) -> Self {
        self
    }
}

impl RenderHtml for Standing {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        _buf: &mut String,
        _position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _extra_attrs: Vec<AnyAttribute>,
    ) {
    }

    fn hydrate<const FROM_SERVER: bool>(self, _cursor: &Cursor, _position: &PositionState) -> Self {
        self
    }

    fn into_owned(self) -> Self {
        self
    }
}
