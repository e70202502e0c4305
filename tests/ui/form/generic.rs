use rally::prelude::*;

#[derive(Form)]
pub struct Pair<T> {
    pub left: T,
}

fn main() {}
