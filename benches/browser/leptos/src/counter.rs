//! A counter with the markup of Rally's example.

use leptos::prelude::*;

#[component]
pub fn Counter() -> impl IntoView {
    let value = RwSignal::new(0);
    view! {
        <main>
            <h1>"Counter 1"</h1>
            <output>{value}</output>
            <div class="row">
                <button on:click=move |_| value.update(|value| *value -= 1)>"-1"</button>
                <button on:click=move |_| value.update(|value| *value += 1)>"+1"</button>
            </div>
        </main>
    }
}
