use rally::prelude::*;

#[derive(Form)]
pub struct Guest {
    #[form(maximum = 40)]
    pub name: String,
}

fn main() {}
