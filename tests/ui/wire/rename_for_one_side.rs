use rally::prelude::*;

#[derive(Wire)]
pub enum Change {
    #[serde(rename(serialize = "name"))]
    Name(String),
}

fn main() {}
