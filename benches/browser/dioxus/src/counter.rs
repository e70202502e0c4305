//! A counter with the markup of Rally's example.

use dioxus::prelude::*;

#[component]
pub fn Counter() -> Element {
    let mut value = use_signal(|| 0);
    rsx! {
        main {
            h1 { "Counter 1" }
            output { "{value}" }
            div { class: "row",
                button { onclick: move |_| value -= 1, "-1" }
                button { onclick: move |_| value += 1, "+1" }
            }
        }
    }
}
