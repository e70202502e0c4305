use rally::prelude::*;

rally::pages!();

#[error_page]
pub struct Error;

fn main() {}
