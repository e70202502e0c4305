use rally::prelude::*;

#[derive(Form)]
pub union Either {
    left: u8,
    right: i8,
}

fn main() {}
