use rally::prelude::*;

pub struct Color;

#[derive(Form)]
pub struct Paint {
    pub color: Color,
}

fn main() {}
