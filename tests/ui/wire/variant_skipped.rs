use rally::prelude::*;

#[derive(Wire)]
pub enum Change {
    Name(String),
    #[serde(skip)]
    Local,
}

fn main() {}
