use rally::prelude::*;

#[derive(Wire)]
pub struct SendWelcome {
    pub account: i64,
}

#[job]
async fn send_welcome(msg: SendWelcome, _: &Cx) -> Result<i64> {
    Ok(msg.account)
}

fn main() {}
