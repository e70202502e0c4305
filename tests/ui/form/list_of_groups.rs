use rally::prelude::*;

#[derive(Form)]
pub struct Line {
    pub text: String,
}

#[derive(Form)]
pub struct Order {
    pub lines: Vec<Line>,
}

fn main() {}
