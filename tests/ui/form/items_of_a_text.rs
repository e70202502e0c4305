use rally::prelude::*;

#[derive(Wire, Form)]
struct Order {
    #[form(max_items = 3)]
    name: String,
}

fn main() {}
