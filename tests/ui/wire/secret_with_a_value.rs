use rally::prelude::*;

#[derive(Wire)]
pub struct Proof {
    #[wire(secret = true)]
    pub pin: u32,
}

fn main() {}
