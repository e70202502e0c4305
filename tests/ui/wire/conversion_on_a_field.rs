use rally::prelude::*;

#[derive(Wire)]
pub struct Login {
    #[serde(try_from = "String")]
    pub email: String,
}

fn main() {}
