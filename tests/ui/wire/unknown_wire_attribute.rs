use rally::prelude::*;

#[derive(Wire)]
pub struct Shape {
    #[wire(skip)]
    pub points: u32,
}

fn main() {}
