use rally::prelude::*;

#[server(private)]
async fn helper() -> i64 {
    7
}

fn main() {}
