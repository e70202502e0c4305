//! The table: a signal for the rows, and one for the label of each row.

use leptos::prelude::*;

use crate::labels;

#[derive(Clone)]
struct Row {
    id: u32,
    label: ArcRwSignal<String>,
}

#[derive(Default)]
struct Maker {
    last_id: u32,
    seed: u32,
}

impl Maker {
    fn rows(&mut self, count: u32) -> Vec<Row> {
        let first = self.last_id + 1;
        self.last_id += count;
        let row = |id| Row { id, label: ArcRwSignal::new(labels::next(&mut self.seed)) };
        (first..=self.last_id).map(row).collect()
    }
}

#[component]
fn Button(id: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <div class="col-sm-6 smallpad">
            <button id=id class="btn btn-primary btn-block" type="button">{text}</button>
        </div>
    }
}

/// The table, with `full` rows at the start.
#[component]
pub fn App(#[prop(default = 0)] full: u32) -> impl IntoView {
    let maker = StoredValue::new(Maker::default());
    let make = move |count| maker.try_update_value(|maker| maker.rows(count)).unwrap();
    let (rows, set_rows) = signal(make(full));
    let (selected, set_selected) = signal(None::<u32>);
    let is_selected = Selector::new(move || selected.get());

    let replace = move |count| {
        set_rows.set(make(count));
        set_selected.set(None);
    };
    let add = move |_| set_rows.update(|rows| rows.extend(make(1_000)));
    let update = move |_| {
        rows.with(|rows| {
            for row in rows.iter().step_by(10) {
                row.label.update(|label| label.push_str(" !!!"));
            }
        });
    };
    let swap = move |_| {
        set_rows.update(|rows| {
            if rows.len() > 998 {
                rows.swap(1, 998);
            }
        });
    };
    let remove = move |id| set_rows.update(|rows| rows.retain(|row| row.id != id));

    view! {
        <div class="container">
            <div class="jumbotron">
                <div class="row">
                    <div class="col-md-6"><h1>"Rows"</h1></div>
                    <div class="col-md-6">
                        <div class="row">
                            <Button id="run" text="Create 1,000 rows" on:click=move |_| replace(1_000)/>
                            <Button id="runlots" text="Create 10,000 rows" on:click=move |_| replace(10_000)/>
                            <Button id="add" text="Append 1,000 rows" on:click=add/>
                            <Button id="update" text="Update every 10th row" on:click=update/>
                            <Button id="clear" text="Clear" on:click=move |_| replace(0)/>
                            <Button id="swaprows" text="Swap Rows" on:click=swap/>
                        </div>
                    </div>
                </div>
            </div>
            <table class="table table-hover table-striped test-data">
                <tbody>
                    <For each=move || rows.get() key=|row| row.id children=move |row: Row| {
                        let Row { id, label } = row;
                        let is_selected = is_selected.clone();
                        view! {
                            <tr class:danger=move || is_selected.selected(&Some(id))>
                                <td class="col-md-1">{id}</td>
                                <td class="col-md-4">
                                    <a class="lbl" on:click=move |_| set_selected.set(Some(id))>{label}</a>
                                </td>
                                <td class="col-md-1">
                                    <a class="remove" on:click=move |_| remove(id)>
                                        <span class="remove glyphicon glyphicon-remove" aria-hidden="true"></span>
                                    </a>
                                </td>
                                <td class="col-md-6"></td>
                            </tr>
                        }
                    }/>
                </tbody>
            </table>
            <span class="preloadicon glyphicon glyphicon-remove" aria-hidden="true"></span>
        </div>
    }
}
