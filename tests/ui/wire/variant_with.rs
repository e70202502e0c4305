use rally::prelude::*;

#[derive(Wire)]
pub enum Change {
    #[serde(with = "names")]
    Name(String),
}

fn main() {}
