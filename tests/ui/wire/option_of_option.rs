use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: Option<Option<String>>,
}

fn main() {}
