use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    #[serde(skpi)]
    pub name: String,
}

fn main() {}
