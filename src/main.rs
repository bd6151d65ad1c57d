//! Reads the configuration out of the page and starts the app.

use leptos::prelude::*;
use leptos_session::{
    app::{App, base_of, startup},
    protocol::SessionConfig,
    service::BrowserPlatform,
    ui::reactive::Var,
};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// The URL of the bundle (HTML, `import.meta.url`).
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static BUNDLE_URL: String;
}

fn main() {
    let recovery = startup::recover_from_panics();
    let page = document();
    let text = page
        .get_element_by_id("session-config")
        .and_then(|slot| slot.text_content());
    let config = SessionConfig::parse(&text.unwrap_or_default());
    if let Some(shell) = page.get_element_by_id("app") {
        shell.remove();
    }
    match config {
        Ok(mut config) => {
            let origin = location().origin().unwrap_or_default();
            let base = || BUNDLE_URL.with(|url| base_of(url, &origin));
            config.base_path.get_or_insert_with(base);
            let platform = Box::new(BrowserPlatform::new(&config));
            mount_to_body(move || {
                Var::keep(recovery);
                view! { <App config platform /> }
            });
        }
        Err(problems) => mount_to_body(move || startup::startup_problem(problems).into_leptos()),
    }
}
