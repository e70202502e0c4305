use rally::prelude::*;

#[derive(Form)]
pub struct Guest {
    pub name: String,
}

fn view(form: &FormState<Guest>) -> Element {
    rsx! { {form.options(Guest::NAME)} }
}

fn main() {}
