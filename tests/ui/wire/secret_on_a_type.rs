use rally::prelude::*;

#[derive(Wire)]
#[wire(secret)]
pub struct Pin(pub u32);

fn main() {}
