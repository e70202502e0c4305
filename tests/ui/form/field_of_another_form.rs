use rally::prelude::*;

#[derive(Form)]
pub struct Guest {
    pub name: String,
}

#[derive(Form)]
pub struct Order {
    pub name: String,
}

fn view(form: &FormState<Guest>) -> Element {
    rsx! { {form.field(Order::NAME, "Name")} }
}

fn main() {}
