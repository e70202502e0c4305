use rally::prelude::*;

pub struct Secret;

#[derive(Wire)]
pub struct Outer {
    pub secret: Secret,
}

fn main() {}
