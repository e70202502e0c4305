use rally::prelude::*;

#[derive(Form)]
pub struct Guest {
    pub name: String,
    #[form(name = "name")]
    pub other: String,
}

fn main() {}
