use rally::prelude::*;

#[derive(Wire)]
#[serde(content = "c")]
pub enum Change {
    Name { name: String },
}

fn main() {}
