use rally::prelude::*;

#[server]
const SECRET: &str = "secret";

fn main() {}
