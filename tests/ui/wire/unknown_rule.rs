use rally::prelude::*;

#[derive(Wire)]
#[serde(rename_all = "snakecase")]
pub enum Change {
    Name(String),
}

fn main() {}
