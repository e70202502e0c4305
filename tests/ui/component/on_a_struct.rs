use rally::prelude::*;

#[component]
struct Card {
    title: String,
}

fn main() {}
