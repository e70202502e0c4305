//! Actions of effects on elements, after a render.

use rally_core::effect::ElementAction;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/web/elements.js")]
extern "C" {
    #[wasm_bindgen(js_name = act)]
    fn act_on(action: u32, id: &str) -> bool;
}

pub(super) fn act(action: &ElementAction) -> bool {
    match action {
        ElementAction::Focus(id) => act_on(0, id),
        ElementAction::ScrollIntoView(id) => act_on(1, id),
        ElementAction::ShowDialog(id) => act_on(2, id),
        ElementAction::CloseDialog(id) => act_on(3, id),
        ElementAction::Select(id) => act_on(4, id),
    }
}
