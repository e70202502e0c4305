//! The table that the pages show: its data, and the view around the rows.

use rally::prelude::*;

use crate::labels;

#[derive(Default, Wire)]
pub struct Table {
    pub rows: Vec<Row>,
    pub selected: Option<u32>,
    last_id: u32,
    seed: u32,
}

#[derive(Wire)]
pub struct Row {
    pub id: u32,
    pub label: String,
    /// Changes with the label.
    pub version: u32,
}

#[derive(Clone)]
pub enum Msg {
    Run,
    RunLots,
    Add,
    Update,
    Clear,
    SwapRows,
    Select(u32),
    Remove(u32),
}

impl Table {
    pub fn update(&mut self, msg: Msg) {
        match msg {
            Msg::Run => self.replace(1_000),
            Msg::RunLots => self.replace(10_000),
            Msg::Add => self.add(1_000),
            Msg::Update => {
                for row in self.rows.iter_mut().step_by(10) {
                    row.label.push_str(" !!!");
                    row.version += 1;
                }
            }
            Msg::Clear => self.replace(0),
            Msg::SwapRows => {
                if self.rows.len() > 998 {
                    self.rows.swap(1, 998);
                }
            }
            Msg::Select(id) => self.selected = Some(id),
            Msg::Remove(id) => self.rows.retain(|row| row.id != id),
        }
    }

    fn replace(&mut self, count: u32) {
        self.rows.clear();
        self.selected = None;
        self.add(count);
    }

    pub fn add(&mut self, count: u32) {
        self.rows.extend((1..=count).map(|n| Row {
            id: self.last_id + n,
            label: labels::next(&mut self.seed),
            version: 0,
        }));
        self.last_id += count;
    }
}

/// The page around the rows.
#[component]
pub fn Frame(dispatch: Dispatch<Msg>, children: Element) -> Element {
    let button = |id: &str, text: &str, msg: Msg| {
        rsx! {
            div { class: "col-sm-6 smallpad",
                button { id, class: "btn btn-primary btn-block", r#type: "button",
                    onclick: move |_| dispatch(msg.clone()),
                    "{text}"
                }
            }
        }
    };
    rsx! {
        div { class: "container",
            div { class: "jumbotron",
                div { class: "row",
                    div { class: "col-md-6", h1 { "Rows" } }
                    div { class: "col-md-6",
                        div { class: "row",
                            {button("run", "Create 1,000 rows", Msg::Run)}
                            {button("runlots", "Create 10,000 rows", Msg::RunLots)}
                            {button("add", "Append 1,000 rows", Msg::Add)}
                            {button("update", "Update every 10th row", Msg::Update)}
                            {button("clear", "Clear", Msg::Clear)}
                            {button("swaprows", "Swap Rows", Msg::SwapRows)}
                        }
                    }
                }
            }
            table { class: "table table-hover table-striped test-data",
                tbody { {children} }
            }
            span { class: "preloadicon glyphicon glyphicon-remove", aria_hidden: "true" }
        }
    }
}
