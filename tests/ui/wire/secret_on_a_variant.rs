use rally::prelude::*;

#[derive(Wire)]
pub enum Proof {
    #[wire(secret)]
    Pin(u32),
    Nothing,
}

fn main() {}
