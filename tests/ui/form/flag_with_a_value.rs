use rally::prelude::*;

#[derive(Form)]
pub struct Guest {
    #[form(email = true)]
    pub mail: String,
}

fn main() {}
