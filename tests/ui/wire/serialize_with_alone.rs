use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    #[serde(serialize_with = "write")]
    pub name: String,
}

fn main() {}
