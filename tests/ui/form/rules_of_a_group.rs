use rally::prelude::*;

#[derive(Wire, Form)]
struct Address {
    street: String,
}

#[derive(Wire, Form)]
struct Order {
    #[form(required)]
    address: Address,
}

fn main() {}
