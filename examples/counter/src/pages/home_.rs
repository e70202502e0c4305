//! `/`: the list of counters.

use rally::prelude::*;

use super::counters::id_::Counter;

#[page(loader)]
pub struct Home;

#[derive(Wire)]
pub struct Model {
    counters: Vec<(i64, i64)>,
    failure: Option<String>,
}

pub enum Msg {
    Add,
    Added(Reply<Add>),
}

impl Page for Model {
    type Route = Home;
    type Msg = Msg;

    fn init(_: Home, counters: Vec<(i64, i64)>, _: &ClientContext) -> Self {
        Self { counters, failure: None }
    }

    fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
        match msg {
            Msg::Add => Add.call(Msg::Added),
            Msg::Added(Ok(id)) => Effect::navigate(Counter { id }),
            Msg::Added(Err(failure)) => {
                self.failure = Some(failure.to_string());
                Effect::none()
            }
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
        rsx! {
            main {
                h1 { "Counters" }
                ul {
                    for (id , value) in self.counters.iter().copied() {
                        li { key: "{id}",
                            a { href: href(Counter { id }), "Counter {id}" }
                            ": {value}"
                        }
                    }
                }
                div { class: "row",
                    button { onclick: move |_| dispatch(Msg::Add), "Add a counter" }
                }
                if let Some(failure) = &self.failure {
                    p { role: "alert", "{failure}" }
                }
            }
        }
    }
}

#[derive(Wire)]
pub struct Add;

#[server(public)]
async fn add(_: Add, cx: &crate::Cx) -> Result<i64> {
    Ok(cx.state().add().await?)
}

#[loader(public)]
async fn load(_: Home, cx: &crate::Cx) -> Result<Vec<(i64, i64)>, LoadError> {
    Ok(cx.state().all().await?)
}
