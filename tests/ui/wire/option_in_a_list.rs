use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub id: i64,
    pub answers: Vec<Option<()>>,
}

fn main() {}
