//! The document's head, and the language and theme of `<html>`.

use rally_core::head::Head;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/web/head.js")]
extern "C" {
    #[wasm_bindgen(js_name = clearHead)]
    fn clear();
    #[wasm_bindgen(js_name = writeTitle)]
    fn write_title(text: &str);
    #[wasm_bindgen(js_name = writeTag)]
    fn write_tag(element: &str, attribute: &str, name: &str, value: &str);
    #[wasm_bindgen(js_name = showLang)]
    pub(super) fn show_lang(lang: &str, chosen: bool);
    #[wasm_bindgen(js_name = showTheme)]
    pub(super) fn show_theme(dark: bool);
    pub(super) fn language() -> Option<String>;
}

pub(super) fn show(head: &Head) {
    clear();
    head.title_text().into_iter().for_each(write_title);
    for tag in head.tags() {
        let [element, attribute, _] = tag.kind.spelled();
        write_tag(element, attribute, &tag.name, &tag.value);
    }
}
