use rally::prelude::*;

#[derive(Wire)]
pub enum Change {
    Name(String),
    #[serde(rename = "Name")]
    Title(String),
}

fn main() {}
