use rally::prelude::*;

#[derive(Wire)]
pub struct SendWelcome {
    pub account: i64,
}

#[job]
async fn send_welcome(_: SendWelcome, _: &Cx) -> Result<(), String> {
    Ok(())
}

fn main() {}
