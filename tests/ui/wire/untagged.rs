use rally::prelude::*;

#[derive(Wire)]
#[serde(untagged)]
pub enum Change {
    Name(String),
}

fn main() {}
