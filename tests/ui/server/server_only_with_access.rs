use rally::prelude::*;

#[server_only(public)]
async fn helper() -> i64 {
    7
}

fn main() {}
