//! The table: a signal for the rows, and a component for each row, which renders again if its
//! properties have changed.

use dioxus::prelude::*;

use crate::labels;

#[derive(Clone, PartialEq)]
struct Row {
    id: u32,
    label: String,
}

#[derive(Default)]
struct Table {
    rows: Vec<Row>,
    last_id: u32,
    seed: u32,
}

impl Table {
    fn replace(&mut self, count: u32) {
        self.rows.clear();
        self.add(count);
    }

    fn add(&mut self, count: u32) {
        let (first, seed) = (self.last_id + 1, &mut self.seed);
        self.last_id += count;
        let row = |id| Row { id, label: labels::next(seed) };
        self.rows.extend((first..=self.last_id).map(row));
    }

    fn update(&mut self) {
        for row in self.rows.iter_mut().step_by(10) {
            row.label.push_str(" !!!");
        }
    }

    fn swap(&mut self) {
        if self.rows.len() > 998 {
            self.rows.swap(1, 998);
        }
    }
}

#[component]
fn Button(id: &'static str, text: &'static str, onclick: EventHandler<MouseEvent>) -> Element {
    rsx! {
        div { class: "col-sm-6 smallpad",
            button { id, class: "btn btn-primary btn-block", r#type: "button", onclick, "{text}" }
        }
    }
}

#[component]
fn RowView(
    row: Row,
    is_selected: bool,
    table: Signal<Table>,
    selected: Signal<Option<u32>>,
) -> Element {
    let id = row.id;
    rsx! {
        tr { class: if is_selected { "danger" },
            td { class: "col-md-1", "{id}" }
            td { class: "col-md-4",
                a { class: "lbl", onclick: move |_| selected.set(Some(id)), "{row.label}" }
            }
            td { class: "col-md-1",
                a {
                    class: "remove",
                    onclick: move |_| table.write().rows.retain(|row| row.id != id),
                    span { class: "remove glyphicon glyphicon-remove", aria_hidden: "true" }
                }
            }
            td { class: "col-md-6" }
        }
    }
}

#[component]
pub fn App() -> Element {
    let mut table = use_signal(Table::default);
    let mut selected = use_signal(|| None::<u32>);
    let mut replace = move |count| {
        table.write().replace(count);
        selected.set(None);
    };
    let selected_id = selected();
    rsx! {
        div { class: "container",
            div { class: "jumbotron",
                div { class: "row",
                    div { class: "col-md-6", h1 { "Rows" } }
                    div { class: "col-md-6",
                        div { class: "row",
                            Button { id: "run", text: "Create 1,000 rows", onclick: move |_| replace(1_000) }
                            Button { id: "runlots", text: "Create 10,000 rows", onclick: move |_| replace(10_000) }
                            Button { id: "add", text: "Append 1,000 rows", onclick: move |_| table.write().add(1_000) }
                            Button { id: "update", text: "Update every 10th row", onclick: move |_| table.write().update() }
                            Button { id: "clear", text: "Clear", onclick: move |_| replace(0) }
                            Button { id: "swaprows", text: "Swap Rows", onclick: move |_| table.write().swap() }
                        }
                    }
                }
            }
            table { class: "table table-hover table-striped test-data",
                tbody {
                    for row in table.read().rows.iter() {
                        RowView {
                            key: "{row.id}",
                            row: row.clone(),
                            is_selected: selected_id == Some(row.id),
                            table,
                            selected,
                        }
                    }
                }
            }
            span { class: "preloadicon glyphicon glyphicon-remove", aria_hidden: "true" }
        }
    }
}
