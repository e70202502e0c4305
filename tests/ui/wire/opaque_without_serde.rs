use rally::prelude::*;

pub struct Point;

#[derive(Wire)]
pub struct Shape {
    #[wire(opaque = "point@1")]
    pub point: Point,
}

fn main() {}
