use rally::prelude::*;

#[derive(Wire)]
#[serde(tag = "kind")]
pub enum Change {
    Name { name: String },
}

fn main() {}
