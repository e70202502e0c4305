use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    #[serde(skip_serializing)]
    pub name: String,
}

fn main() {}
