use rally::prelude::*;

#[derive(Form)]
pub struct Pair(String, String);

fn main() {}
