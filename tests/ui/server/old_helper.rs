use rally::prelude::*;

#[server]
fn helper() -> i64 {
    7
}

fn main() {}
