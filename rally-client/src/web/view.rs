//! The document's view: passes operations to `view.js`, and its events to the app.

use std::cell::RefCell;
use std::rc::Rc;

use rally_core::effect::FormAction;
use rally_core::form::pending;
use rally_core::view::{Ops, RawEvent, Reaction};
use wasm_bindgen::prelude::{Closure, wasm_bindgen};

use super::forms;
use crate::app::App;

#[wasm_bindgen(module = "/src/web/view.js")]
extern "C" {
    #[wasm_bindgen(js_name = reportEarlyInput)]
    pub(super) fn report_early_input() -> bool;
}

#[wasm_bindgen(module = "/src/web/mount.js")]
extern "C" {
    #[wasm_bindgen(js_name = startView)]
    fn start_view(receive: &Receive);
    #[wasm_bindgen(js_name = perform)]
    fn run(code: &[u32], text: &str) -> bool;
}

#[wasm_bindgen(module = "/src/web/view/templates.js")]
extern "C" {
    fn define(high: u32, low: u32, namespace: u32, markup: &str);
}

#[wasm_bindgen(module = "/src/web/view/forms.js")]
extern "C" {
    #[wasm_bindgen(js_name = act)]
    fn act_in_forms(name: &str, action: u32);
}

/// Performs an action in the forms of a name.
pub(super) fn change_form(name: &str, action: FormAction) {
    act_in_forms(name, action as u32);
}

#[wasm_bindgen(module = "/src/web/view/reports.js")]
extern "C" {
    #[wasm_bindgen(js_name = enable)]
    fn enable_reports();
}

/// The modules that `view.js` imports. `wasm-bindgen` copies only modules that an `extern` block
/// names.
mod imported {
    use wasm_bindgen::prelude::wasm_bindgen;

    macro_rules! modules {
        ($($path:literal: $function:ident;)*) => {$(
            #[wasm_bindgen(module = $path)]
            extern "C" {
                fn $function();
            }
        )*};
    }

    modules! {
        "/src/web/view/alignment.js": align;
        "/src/web/view/data.js": data;
        "/src/web/view/listeners.js": attach;
        "/src/web/view/fields.js": set;
        "/src/web/view/hydration.js": adoptTree;
        "/src/web/view/nodes.js": mount;
        "/src/web/view/operations.js": number;
        "/src/web/view/translators.js": inPlace;
    }
}

/// Receives the path of a listener, the data of an event, and the numbers of its files. Returns the
/// reaction as bits.
type Receive = Closure<dyn Fn(Vec<u32>, Vec<u8>, Vec<u32>) -> u32>;

/// Shows the screen of the app in its element.
pub(super) fn start(app: &Rc<App>) {
    let receiver = app.clone();
    let receive = Receive::new(move |path: Vec<u32>, data: Vec<u8>, files: Vec<u32>| {
        let files = files.into_iter().map(forms::handle).collect();
        bits_of(receiver.event(&path, RawEvent { data: &data, files }))
    });
    start_view(&receive);
    if cfg!(debug_assertions) {
        enable_reports();
    }
    receive.forget();
    pending::ask_with(forms::confirm);
    let defined = RefCell::default();
    app.screen().attach(move |ops| perform(ops, &defined));
}

fn bits_of(reaction: Reaction) -> u32 {
    u32::from(reaction.prevent_default) | u32::from(reaction.stop_propagation) << 1
}

/// Performs operations. Returns `false` if the document is damaged.
///
/// `defined` has the sorted ids of the templates that `templates.js` knows.
fn perform(ops: &Ops, defined: &RefCell<Vec<u64>>) -> bool {
    for template in &ops.templates {
        let defined = &mut *defined.borrow_mut();
        if let Err(place) = defined.binary_search(&template.id) {
            defined.insert(place, template.id);
            let (high, low) = ((template.id >> 32) as u32, template.id as u32);
            define(high, low, template.namespace as u32, template.markup);
        }
    }
    run(&ops.code, &ops.text)
}
