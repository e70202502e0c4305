use rally::prelude::*;

#[derive(Form)]
pub enum Plan {}

fn main() {}
