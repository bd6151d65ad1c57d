//! A mounted view, and finding things in it by role and name.

use std::any::Any;

use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement, HtmlInputElement};

use super::{
    Errors,
    javascript::{call, javascript},
};

/// A view in an element of its own; both go when this value is dropped.
pub struct Page {
    root: HtmlElement,
    mounted: Option<Box<dyn Any>>,
    _errors: Errors,
}

impl Page {
    pub fn mount<V: IntoView + 'static>(view: impl FnOnce() -> V + 'static) -> Self {
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&root).unwrap();
        let errors = Errors::watch();
        let mounted: Box<dyn Any> = Box::new(mount_to(root.clone(), view));
        Self {
            root,
            mounted: Some(mounted),
            _errors: errors,
        }
    }

    /// Takes the view out of the page.
    pub fn unmount(&mut self) {
        self.mounted = None;
    }

    pub fn root(&self) -> &HtmlElement {
        &self.root
    }

    /// Returns the one element with this role and name.
    pub fn the(&self, role: &str, name: &str) -> HtmlElement {
        let mut found = self.all(role);
        found.retain(|element| self::name(element) == name);
        assert!(
            found.len() == 1,
            "expected one {role} named \"{name}\", found {} in: {}",
            found.len(),
            self.root.inner_html()
        );
        found.remove(0)
    }

    /// Returns whether there is an element with this role and name.
    pub fn has(&self, role: &str, name: &str) -> bool {
        self.all(role)
            .iter()
            .any(|element| self::name(element) == name)
    }

    /// Returns the elements with this role, in document order.
    pub fn all(&self, role: &str) -> Vec<HtmlElement> {
        select(&self.root, "*")
            .into_iter()
            .filter(|element| self::role(element) == role)
            .collect()
    }

    /// Returns the only element with this role.
    pub fn only(&self, role: &str) -> HtmlElement {
        let mut found = self.all(role);
        assert!(
            found.len() == 1,
            "expected one {role}, found {} in: {}",
            found.len(),
            self.root.inner_html()
        );
        found.remove(0)
    }

    /// Returns the field with this name.
    pub fn field(&self, name: &str) -> HtmlInputElement {
        self.the("textbox", name).unchecked_into()
    }

    /// Returns the text of the whole page.
    pub fn text(&self) -> String {
        self.root.text_content().unwrap_or_default()
    }

    pub fn contains(&self, text: &str) -> bool {
        self.text().contains(text)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.unmount();
        self.root.remove();
    }
}

/// Returns the elements below `root` that a CSS selector finds.
pub fn select(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let nodes = call(root, "querySelectorAll", &[selector.into()]);
    let nodes = js_sys::Array::from(&nodes).into_iter();
    nodes.map(JsCast::unchecked_into).collect()
}

/// Returns the element that has the focus.
pub fn focused() -> HtmlElement {
    document().active_element().unwrap().unchecked_into()
}

/// Returns whether a pointer in the middle of `element` would hit it.
pub fn is_hit(element: &Element) -> bool {
    let hits = javascript(
        "(element) => {
             const { x, y, width, height } = element.getBoundingClientRect();
             return document.elementFromPoint(x + width / 2, y + height / 2) === element;
         }",
    );
    let hits: js_sys::Function = hits.unchecked_into();
    hits.call1(&JsValue::NULL, element).unwrap() == true
}

/// Returns whether an element can be seen.
pub fn is_visible(element: &Element) -> bool {
    let options = javascript("({ opacityProperty: true, visibilityProperty: true })");
    call(element, "checkVisibility", &[options]) == true
}

pub fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

/// Returns the role of an element (HTML Accessibility API Mappings, as far as it is used here).
/// A password field has none in the standard; here it is a textbox, as in Playwright's label
/// queries. What is hidden from assistive technology has none.
pub fn role(element: &HtmlElement) -> String {
    if element.closest("[aria-hidden=true]").unwrap().is_some() {
        return String::new();
    }
    if let Some(role) = element.get_attribute("role") {
        return role;
    }
    let implicit = match element.tag_name().to_ascii_lowercase().as_str() {
        "button" => "button",
        "a" if element.has_attribute("href") => "link",
        "input" => match element.get_attribute("type").as_deref() {
            Some("checkbox") => "checkbox",
            Some("radio") => "radio",
            _ => "textbox",
        },
        "textarea" => "textbox",
        "select" => "combobox",
        "h1" | "h2" | "h3" => "heading",
        "nav" => "navigation",
        "main" => "main",
        _ => "",
    };
    implicit.to_owned()
}

/// Returns the accessible name of an element, by the same sources and in the same order as the
/// standard (Accessible Name and Description Computation).
pub fn name(element: &HtmlElement) -> String {
    if let Some(ids) = element.get_attribute("aria-labelledby") {
        return referenced(&ids);
    }
    if let Some(label) = element.get_attribute("aria-label") {
        return label;
    }
    let is_field = matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT");
    let source = if is_field {
        element.closest("label").unwrap().or_else(|| {
            let id = element.id();
            let labels = format!("label[for='{id}']");
            document().query_selector(&labels).unwrap()
        })
    } else {
        Some(Element::clone(element))
    };
    source.map(|source| clean(&source)).unwrap_or_default()
}

/// Returns the accessible description of an element.
pub fn description(element: &Element) -> String {
    let ids = element
        .get_attribute("aria-describedby")
        .unwrap_or_default();
    referenced(&ids)
}

fn referenced(ids: &str) -> String {
    let elements = ids
        .split_whitespace()
        .filter_map(|id| document().get_element_by_id(id));
    let texts: Vec<_> = elements.map(|element| clean(&element)).collect();
    texts.join(" ")
}

fn clean(element: &Element) -> String {
    let text = element.text_content().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
