use rally::prelude::*;

#[derive(Wire)]
pub struct Shape {
    #[wire(opaque = "point")]
    pub point: std::time::Duration,
}

fn main() {}
