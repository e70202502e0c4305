use rally::prelude::*;

#[derive(Wire)]
#[serde(transparent)]
pub enum Change {
    Name(String),
}

fn main() {}
