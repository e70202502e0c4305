use rally::prelude::*;

#[derive(Wire, Form)]
enum Tag {
    New,
}

#[derive(Wire, Form)]
struct Order {
    #[form(max = 3)]
    tags: Vec<Tag>,
}

fn main() {}
