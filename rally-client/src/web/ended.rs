//! The end of the runtime. `ended.js` owns it, because the code in WebAssembly cannot run any more
//! after a panic or a trap.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/web/ended.js")]
extern "C" {
    fn watch(is_development: bool);
    /// Ends the runtime because of an error. The message is written to the console, and in
    /// development it is shown.
    pub(super) fn end(message: &str);
    /// Records that the page of the address bar is in the document.
    #[wasm_bindgen(js_name = pageShown)]
    pub(super) fn page_shown();
}

/// Makes each panic and each trap end the runtime.
pub(super) fn begin() {
    watch(cfg!(debug_assertions));
    std::panic::set_hook(Box::new(|panic| end(&panic.to_string())));
}
