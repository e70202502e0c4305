use rally::prelude::*;

#[derive(Wire)]
pub struct Login {
    #[wire(opaque = "password@1")]
    #[serde(with = "redacted")]
    pub password: String,
}

fn main() {}
