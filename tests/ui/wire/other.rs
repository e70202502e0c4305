use rally::prelude::*;

#[derive(Wire)]
pub enum Change {
    Name(String),
    #[serde(other)]
    Unknown,
}

fn main() {}
