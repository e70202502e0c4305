//! `/counters/:id`: a counter, changed in the browser and saved on the server.

use rally::prelude::*;

use crate::pages::home_::Home;

#[page(loader)]
pub struct Counter {
    pub id: i64,
}

#[derive(Wire)]
pub struct Model {
    id: i64,
    value: i64,
    notice: String,
}

pub enum Msg {
    Add(i64),
    Save,
    Saved(Reply<Save>),
}

impl Page for Model {
    type Route = Counter;
    type Msg = Msg;

    fn init(page: Counter, value: i64, _: &ClientContext) -> Self {
        Self { id: page.id, value, notice: String::new() }
    }

    fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
        match msg {
            Msg::Add(step) => {
                self.value += step;
                Effect::none()
            }
            Msg::Save => {
                self.notice = "Saving ...".to_owned();
                Save { id: self.id, value: self.value }.call(Msg::Saved)
            }
            Msg::Saved(Ok(value)) => {
                self.notice = format!("Saved {value}.");
                Effect::none()
            }
            Msg::Saved(Err(failure)) => {
                self.notice = failure.to_string();
                Effect::none()
            }
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
        rsx! {
            main {
                h1 { "Counter {self.id}" }
                output { "{self.value}" }
                div { class: "row",
                    button { onclick: move |_| dispatch(Msg::Add(-1)), "-1" }
                    button { onclick: move |_| dispatch(Msg::Add(1)), "+1" }
                    button { onclick: move |_| dispatch(Msg::Save), "Save" }
                }
                p { role: "status", "{self.notice}" }
                p { a { href: href(Home), "All counters" } }
            }
        }
    }
}

/// Saves the value of a counter.
#[derive(Wire)]
pub struct Save {
    pub id: i64,
    pub value: i64,
}

/// The error if the counter does not exist.
#[derive(Debug, Wire, thiserror::Error)]
#[error("This counter is gone.")]
pub struct Gone;

#[server(public)]
async fn save(msg: Save, cx: &crate::Cx) -> Result<i64, CallError<Gone>> {
    match cx.state().save(msg.id, msg.value).await? {
        true => Ok(msg.value),
        false => reject(Gone),
    }
}

#[loader(public)]
async fn load(page: Counter, cx: &crate::Cx) -> Result<i64, LoadError> {
    cx.state().value(page.id).await?.ok_or(LoadError::NotFound)
}
