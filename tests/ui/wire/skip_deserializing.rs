use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    #[serde(skip_deserializing)]
    pub name: String,
}

fn main() {}
