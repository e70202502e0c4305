use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

#[server(public)]
const SECRET: &str = "secret";

fn main() {}
