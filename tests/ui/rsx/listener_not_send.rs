use std::rc::Rc;

use rally::prelude::*;

fn view(name: Rc<str>) -> Element {
    rsx! { button { onclick: move |_| println!("{name}"), "Save" } }
}

fn main() {}
