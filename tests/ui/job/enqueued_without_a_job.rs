use rally::db::Db;
use rally::prelude::*;

#[derive(Wire)]
pub struct SendWelcome {
    pub account: i64,
}

async fn welcome(db: &Db) {
    let _ = SendWelcome { account: 1 }.enqueue(db).await;
}

fn main() {}
