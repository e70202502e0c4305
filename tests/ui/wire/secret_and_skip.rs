use rally::prelude::*;

#[derive(Wire)]
pub struct Proof {
    pub name: String,
    #[serde(skip)]
    #[wire(secret)]
    pub pin: u32,
}

fn main() {}
