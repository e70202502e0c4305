use rally::prelude::*;

#[derive(Wire)]
pub union Either {
    left: u8,
    right: i8,
}

fn main() {}
