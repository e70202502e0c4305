use rally::prelude::*;

const LONGEST: usize = 40;

#[derive(Form)]
pub struct Guest {
    #[form(max = LONGEST)]
    pub name: String,
}

fn main() {}
