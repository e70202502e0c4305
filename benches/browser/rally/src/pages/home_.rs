//! `/`: the table, with its rows written in the view.

use rally::prelude::*;

use crate::table::{Frame, Msg, Row, Table};

#[page]
pub struct Home;

#[derive(Wire)]
pub struct Model {
    table: Table,
}

impl Page for Model {
    type Route = Home;
    type Msg = Msg;

    fn init(_: Home, _: (), _: &ClientContext) -> Self {
        Self { table: Table::default() }
    }

    fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
        self.table.update(msg);
        Effect::none()
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
        let selected = self.table.selected;
        rsx! {
            Frame { dispatch,
                for &Row { id, ref label, .. } in &self.table.rows {
                    tr { key: "{id}", class: if selected == Some(id) { "danger" },
                        td { class: "col-md-1", "{id}" }
                        td { class: "col-md-4",
                            a { class: "lbl", onclick: move |_| dispatch(Msg::Select(id)), "{label}" }
                        }
                        td { class: "col-md-1",
                            a { class: "remove", onclick: move |_| dispatch(Msg::Remove(id)),
                                span { class: "remove glyphicon glyphicon-remove", aria_hidden: "true" }
                            }
                        }
                        td { class: "col-md-6" }
                    }
                }
            }
        }
    }
}
